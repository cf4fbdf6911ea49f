"""What mod_xml_curl asks and is answered: directory and dialplan, as FreeSWITCH 1.11.2 reads them.

The answer goes through FreeSWITCH's preprocessor line by line before it is read as XML, and that
expands ``$${…}`` and runs ``X-PRE-PROCESS``. So both are written as character references wherever
they come from, the prolog stands on a line of its own, and so does every element.
"""

import hashlib
import random
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ringpost.model import dialplan
from ringpost.model.domain import Domain
from ringpost.model.errors import InvalidRequest
from ringpost.model.extension import Extension
from ringpost.model.ring_group import RingGroup
from ringpost.model.route import (
    Emergency,
    Forwarded,
    Group,
    HoldMusic,
    Inbound,
    Outside,
    Phone,
    Refused,
    Ringing,
    Room,
    Route,
    Slot,
)
from ringpost.model.route import Messages as ToMessages
from ringpost.model.shapes import EMAIL
from ringpost.model.values import EXTENSION, spoken
from ringpost.model.voicemail import Voicemail

_MOST_FIELDS = 2000
_FIRST_COUNTS = frozenset({"hostname", "section", "tag_name", "key_name", "key_value"})
_PREPROCESSED = re.compile(r"\$\$|[xX](?=-[pP][rR][eE])")
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIAL_STRING = (
    "{^^:sip_invite_domain=${dialed_domain}:presence_id=${dialed_user}@${dialed_domain}}"
    "sofia/internal/${dialed_user}%${dialed_domain}"
)
"""Sofia looks up where the phone is: a contact written out here would be read as a dial string, whatever is in it."""
_CAUSE = re.compile("[A-Z_]{1,40}")
_DIRECTIONS = ("inbound", "outbound", "local")


@dataclass(frozen=True, slots=True)
class Asked:
    """The form a switch posts.

    The first five members are not encoded, so that a name with ``&`` in it can smuggle in more of them: of
    these the first counts. The switch adds user, domain and key last: of the others the last counts.
    """

    fields: Mapping[str, str]

    @classmethod
    def read(cls, body: bytes) -> "Asked":
        """The members of a body; ``InvalidRequest`` if it is none of a switch's."""
        pairs = body.decode(errors="replace").split("&")
        if len(pairs) > _MOST_FIELDS:
            raise InvalidRequest(f"a switch asks with at most {_MOST_FIELDS} members")
        fields: dict[str, str] = {}
        for pair in pairs:
            name, _, value = pair.partition("=")
            if name not in _FIRST_COUNTS or name not in fields:
                fields[name] = unquote(value)
        if "section" not in fields:
            raise InvalidRequest("this is not what mod_xml_curl posts: there is no section in it")
        return cls(fields)

    def get(self, *names: str) -> str:
        """The first of these members that is there; empty if none is."""
        return next((self.fields[name] for name in names if self.fields.get(name)), "")

    @property
    def is_for_a_user(self) -> bool:
        """Whether it asks for one user by id, and not for a domain's gateways, networks or groups."""
        return self.get("key") == "id" and bool(self.get("user")) and not self.get("purpose")

    @property
    def is_a_phones(self) -> bool:
        """Whether a phone asks to be let in, and not the switch for somebody to ring or a box to open."""
        return bool(self.get("sip_auth_method")) or self.get("action") == "sip_auth"

    @property
    def is_a_groups(self) -> bool:
        """Whether the phone is to ring as one of a ring group's."""
        return self.get("action") == "user_call" and self.get("ringpost_group") == "true"

    @property
    def passed(self) -> tuple[str, ...]:
        """The numbers that have forwarded this call so far, as our own dialplan noted them."""
        return tuple(
            number for number in self.get("variable_ringpost_passed").split(":") if EXTENSION.fullmatch(number)
        )

    def failed(self, number: str) -> str | None:
        """Why the phones of a number were not reached, if our own dialplan has just tried them."""
        disposition = self.get("variable_originate_disposition")
        if self.get("variable_ringpost_tried") != number or disposition == "SUCCESS":
            return None
        return disposition if _CAUSE.fullmatch(disposition) else None


class Messages(NamedTuple):
    """A voicemail box, and its PIN."""

    box: Voicemail
    pin: str


class Caller(NamedTuple):
    """Who dials: an extension of the domain, or somebody from outside."""

    extension: Extension | None = None
    direction: str = ""
    shows_number: str = ""
    """What a call placed through the API shows; empty on any other call."""
    shows_name: str = ""


class Action(NamedTuple):
    """One step of a dialplan."""

    application: str
    data: str = ""


def not_found() -> bytes:
    """Ask elsewhere: FreeSWITCH goes on with its own files."""
    result = Element("result", status="not found")
    return _document("result", result)


def directory(domain: Domain, name: str, user: Element | None = None) -> bytes:
    """A domain under the name it was asked by, with one user or none."""
    found = Element("domain", name=name)
    _params(found, {"dial-string": _DIAL_STRING})
    _variables(found, {"domain_uuid": domain.domain_uuid, "domain_name": domain.domain_name})
    groups = SubElement(found, "groups")
    if user is not None:
        SubElement(SubElement(groups, "group", name="default"), "users").append(user)
    return _document("directory", found)


def user(domain: Domain, extension: Extension, realm: str, password: str, messages: Messages | None) -> Element:
    """An extension as a phone's account. It carries hashes: the password itself never leaves us.

    The realm is the domain as the phone spells it. There is no ``cacheable``: FreeSWITCH would serve a kept
    entry to whatever comes with that name, and nobody would look whose registration it is to be.
    """
    number = extension.extension
    found = Element("user", id=number)
    params = {"a1-hash": _a1_hash(number, realm, password), "allow-empty-password": "false"}
    _params(found, params | _kept(number, realm, messages))
    _variables(
        found,
        {
            "domain_uuid": domain.domain_uuid,
            "domain_name": domain.domain_name,
            "extension_uuid": extension.extension_uuid,
            "presence_data": domain.domain_uuid,
            "user_context": domain.domain_name,
            "accountcode": f"{number}@{domain.domain_name}",
            "effective_caller_id_name": spoken(extension.effective_caller_id_name) or number,
            "effective_caller_id_number": extension.effective_caller_id_number or number,
        },
    )
    return found


def box(domain: Domain, number: str, realm: str, messages: Messages) -> Element:
    """A voicemail box by itself, as a user nobody can register as: its password is thrown away."""
    found = Element("user", id=number)
    nobody = _a1_hash(number, realm, secrets.token_hex(16))
    _params(found, {"a1-hash": nobody, "allow-empty-password": "false"} | _kept(number, realm, messages))
    _variables(found, {"domain_uuid": domain.domain_uuid, "domain_name": domain.domain_name})
    return found


def busy(user: Element) -> Element:
    """A user whose phones are not to ring."""
    params = user.find("params")
    if params is not None:
        SubElement(params, "param", name="dial-string", value="error/USER_BUSY")
    return user


def _kept(number: str, realm: str, messages: Messages | None) -> dict[str, str]:
    """What voicemail needs to know of a box (mod_voicemail's names)."""
    if messages is None:
        return {"vm-enabled": "false"}
    kept = messages.box
    params = {"vm-enabled": "true", "vm-a1-hash": _a1_hash(number, realm, messages.pin)}
    if kept.timezone:
        params["timezone"] = kept.timezone
    if kept.email and EMAIL.fullmatch(kept.email):  # a box may be older than what is asked of an address
        params |= {
            "vm-mailto": kept.email,
            "vm-email-all-messages": "true",
            "vm-attach-file": _word(kept.attach_audio),
            "vm-keep-local-after-email": _word(not kept.delete_messages),
        }
    return params


def _word(flag: bool) -> str:
    return "true" if flag else "false"


def dialled(asked: str, domain: Domain, number: str, route: Route, caller: Caller) -> bytes:
    """What a domain's dialplan does with a number, in the context it was asked for."""
    known = caller.direction in _DIRECTIONS
    direction = caller.direction if known else "outbound" if isinstance(route, Outside | Emergency) else "local"
    shown = _shows(caller.shows_number, caller.shows_name)
    marks = [*_marks(domain, direction), Action("set", "hangup_after_bridge=true"), *shown]
    return _dialplan(asked, number, [*marks, *_steps(domain, route, caller)])


def called_from_outside(asked: str, number: str, inbound: Inbound) -> bytes:
    """What the public context does with a number: on to the domain it leads to."""
    domain, prefix = inbound.domain, spoken(inbound.destination.destination_cid_name_prefix)
    steps = [*_marks(domain, "inbound"), *_named(prefix)]
    return _dialplan(asked, number, [*steps, Action("transfer", f"{inbound.number} XML {domain.domain_name}")])


def _marks(domain: Domain, direction: str) -> list[Action]:
    """What every leg carries: whose it is, for the fence and the list of calls, and its direction, for the record."""
    exported = {
        "domain_uuid": domain.domain_uuid,
        "domain_name": domain.domain_name,
        "presence_data": domain.domain_uuid,
        "call_direction": direction,
    }
    return [Action("export", f"{name}={value}") for name, value in exported.items()]


def _steps(domain: Domain, route: Route, caller: Caller) -> list[Action]:  # noqa: PLR0911 - one for each kind
    match route:
        case Phone():
            return _to_phone(domain, route)
        case Group():
            return _to_group(domain, route)
        case Outside(number, gateway):
            return [*_shown(caller), Action("bridge", f"sofia/gateway/{gateway}/{number}"), _AS_IT_ENDED]
        case Emergency():
            return _to_help(route, caller)
        case ToMessages():
            return _to_messages(domain, route)
        case Forwarded(number, passed):
            return [Action("set", f"ringpost_passed={':'.join(passed)}"), _transfer(domain, number)]
        case Refused(cause):
            return [Action("hangup", cause)]
        case Room() | Slot() | HoldMusic():
            return [Action("answer"), _by_code(domain, route)]


def _by_code(domain: Domain, route: Room | Slot | HoldMusic) -> Action:
    match route:
        case Room(room):
            return Action("conference", f"{room}-{domain.domain_name}@default")
        case Slot(slot):
            place = slot or f"auto in {dialplan.SLOTS[0]} {dialplan.SLOTS[-1]}"
            return Action("valet_park", f"{dialplan.lot(domain.domain_name)} {place}")
        case HoldMusic():
            return Action("endless_playback", "${hold_music}")


_AS_IT_ENDED = Action("hangup", "${originate_disposition}")


def _transfer(domain: Domain, number: str) -> Action:
    return Action("transfer", f"{number} XML {domain.domain_name}")


def _to_phone(domain: Domain, route: Phone) -> list[Action]:
    number = route.extension.extension
    rings = [
        Action("set", "continue_on_fail=true"),
        Action("set", f"call_timeout={route.extension.call_timeout}"),
        Action("bridge", f"user/{number}@{domain.domain_name}"),
    ]
    if route.asks_again:
        return [Action("set", f"ringpost_tried={number}"), *rings, _transfer(domain, number)]
    return [*rings, *(_takes_a_message(domain, route.extension.box) if route.takes_messages else [_AS_IT_ENDED])]


def _takes_a_message(domain: Domain, number: str) -> list[Action]:
    return [Action("answer"), Action("sleep", "500"), Action("voicemail", f"default {domain.domain_name} {number}")]


def _to_group(domain: Domain, route: Group) -> list[Action]:
    group = route.group
    if not route.ringing:
        return [Action("hangup", "NO_ROUTE_DESTINATION")]
    return [
        *_named(spoken(group.ring_group_cid_name_prefix or "")),
        Action("set", "continue_on_fail=true"),
        Action("set", f"call_timeout={group.ring_group_call_timeout}"),
        Action("set", "ignore_early_media=true"),
        Action("bridge", _ring(domain, group, list(route.ringing))),
        _AS_IT_ENDED,
    ]


def _ring(domain: Domain, group: RingGroup, ringing: list[Ringing]) -> str:
    """A bridge over all members: at once, one after the other, or each on its own."""
    match group.ring_group_strategy:
        case "simultaneous":
            return ",".join(
                f"[{_GROUPS},leg_timeout={one.timeout},leg_delay_start={one.delay}]{_leg(domain, one)}"
                for one in ringing
            )
        case "enterprise":
            return ":_:".join(
                f"{{{_GROUPS},leg_timeout={one.timeout},originate_delay_start={one.delay * 1000}}}{_leg(domain, one)}"
                for one in ringing
            )
        case "sequence":
            ringing.sort(key=lambda one: one.delay)
        case "random":
            random.shuffle(ringing)
        case "rollover":
            pass
    return "|".join(f"[{_GROUPS},leg_timeout={one.timeout}]{_leg(domain, one)}" for one in ringing)


_GROUPS = "ringpost_group=true"
"""Comes back to us when the switch asks for a member's phones: one that is not to be disturbed does not ring."""


def _leg(domain: Domain, one: Ringing) -> str:
    if one.gateway is not None:
        return f"sofia/gateway/{one.gateway}/{one.number}"
    return f"user/{one.number}@{domain.domain_name}"


def _shown(caller: Caller) -> list[Action]:
    """What the world outside is shown of an extension, unless the API's caller asked for something else."""
    extension = caller.extension
    if extension is None or caller.shows_number:
        return []
    if extension.outbound_anonymous:
        return [Action("privacy", "full"), *_shows("anonymous", "Anonymous")]
    number = extension.outbound_caller_id_number
    return _shows(number, extension.outbound_caller_id_name or number)


def _shows(number: str, name: str) -> list[Action]:
    members = {"effective_caller_id_number": number, "effective_caller_id_name": spoken(name)}
    return [Action("set", f"{member}={value}") for member, value in members.items() if value]


def _to_help(route: Emergency, caller: Caller) -> list[Action]:
    if route.gateway is None:
        return [Action("respond", "503 No way to place an emergency call")]
    extension = caller.extension
    number = name = ""
    if extension is not None:
        number = extension.emergency_caller_id_number or extension.outbound_caller_id_number
        name = extension.emergency_caller_id_name or extension.outbound_caller_id_name
    return [*_shows(number, name), Action("bridge", f"sofia/gateway/{route.gateway}/{route.number}"), _AS_IT_ENDED]


def _to_messages(domain: Domain, route: ToMessages) -> list[Action]:
    if route.leave and route.number:
        return _takes_a_message(domain, route.number)
    whose = f" {route.number}" if route.number else ""
    # Said either way: what an earlier code has left on the leg would open any box.
    without_pin = Action("set", f"voicemail_authorized={_word(not route.asks_pin)}")
    listens = Action("voicemail", f"check default {domain.domain_name}{whose}")
    return [Action("answer"), Action("sleep", "500"), without_pin, listens]


def _named(prefix: str) -> list[Action]:
    return [Action("set", f"effective_caller_id_name={prefix} ${{caller_id_name}}")] if prefix else []


def _dialplan(context: str, number: str, actions: Iterable[Action]) -> bytes:
    found = Element("context", name=context)
    extension = SubElement(found, "extension", name="ringpost")
    # The number is an escaped literal: no caller's text is ever a pattern.
    condition = SubElement(extension, "condition", field="destination_number", expression=f"^{re.escape(number)}$")
    for application, data in actions:
        SubElement(condition, "action", application=application, data=data)
    return _document("dialplan", found)


def _params(parent: Element, params: Mapping[str, str]) -> None:
    home = SubElement(parent, "params")
    for name, value in params.items():
        SubElement(home, "param", name=name, value=value)


def _variables(parent: Element, variables: Mapping[str, str]) -> None:
    home = SubElement(parent, "variables")
    for name, value in variables.items():
        SubElement(home, "variable", name=name, value=value)


def _document(section: str, child: Element) -> bytes:
    document = Element("document", type="freeswitch/xml")
    SubElement(document, "section", name=section).append(child)
    indent(document)
    text = _PREPROCESSED.sub(_referenced, _UNFIT.sub("", tostring(document, encoding="unicode")))
    return f'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n{text}\n'.encode()


def _referenced(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(letter)};" for letter in found[0])


def _a1_hash(user: str, realm: str, password: str) -> str:
    """RFC 2617's H(A1), lower case: FreeSWITCH takes no other."""
    return hashlib.md5(f"{user}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()
