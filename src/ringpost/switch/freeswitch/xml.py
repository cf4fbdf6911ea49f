"""What mod_xml_curl asks and is answered: directory and dialplan, as FreeSWITCH 1.11.2 reads them.

The answer goes through FreeSWITCH's preprocessor line by line before it is read as XML, and that
expands ``$${…}`` and runs ``X-PRE-PROCESS``. So both are written as character references wherever
they come from, the prolog stands on a line of its own, and so does every element.
"""

import hashlib
import random
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ringpost.model import dialplan
from ringpost.model.domain import Domain
from ringpost.model.errors import InvalidRequest
from ringpost.model.extension import Extension
from ringpost.model.queue import Queue
from ringpost.model.ring_group import RingGroup
from ringpost.model.route import (
    AgentCode,
    Emergency,
    Forwarded,
    Group,
    HoldMusic,
    Inbound,
    Outside,
    Phone,
    Queued,
    Refused,
    Ringing,
    Room,
    Route,
    Slot,
)
from ringpost.model.route import Messages as ToMessages
from ringpost.model.shapes import EMAIL
from ringpost.model.values import is_uuid
from ringpost.model.voicemail import Voicemail
from ringpost.switch.deciding import Looked
from ringpost.switch.freeswitch import conferences, names, parking, phones, queues, recording, transferring
from ringpost.switch.freeswitch.said import FROM, PHONES, PLACED, PUBLIC, SENT, TOOK, presence
from ringpost.switch.said import DIRECTIONS, extensions_in

_MOST_FIELDS = 2000
_FIRST_COUNTS = frozenset({"hostname", "section", "tag_name", "key_name", "key_value"})
_PREPROCESSED = re.compile(r"\$\$|[xX](?=-[pP][rR][eE])")
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIALLED = ("${dialed_user}", "${dialed_domain}")
_VARIABLES = "{^^:sip_invite_domain=${dialed_domain}:presence_id=${dialed_user}@${dialed_domain}}"
NUMBER, LIMIT, RECORDS = "ringpost_number", "ringpost_limit", "ringpost_records"
"""Variables of an extension's leg: its number, how many calls it may have, and which of them are recorded."""
_CAUSE = re.compile("[A-Z_]{1,40}")


def posted(body: bytes) -> dict[str, str]:
    """The members of a form; ``InvalidRequest`` if it is none of a switch's."""
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
    return fields


class Asked(Looked):
    """The form a switch posts.

    The first five members are not encoded, so that a name with ``&`` in it can smuggle in more of them: of
    these the first counts. The switch adds user, domain and key last: of the others the last counts.
    """

    __slots__ = ()

    @classmethod
    def read(cls, body: bytes) -> "Asked":
        """The question a body is; ``InvalidRequest`` if it is none of a switch's."""
        return cls(posted(body))

    @property
    def is_for_a_user(self) -> bool:
        """Whether it asks for one user by id, and not for a domain's gateways, networks or groups."""
        return self.says("key", "id") and self.has("user") and not self.has("purpose")

    @property
    def is_a_phones(self) -> bool:
        """Whether a phone asks to be let in, and not the switch for somebody to ring or a box to open."""
        return self.has("sip_auth_method") or self.says("action", "sip_auth")

    @property
    def is_from_outside(self) -> bool:
        """Whether who dials has come in and is no phone of ours: through ``public``, whatever dialplan is there."""
        marks = ("variable_extension_uuid", "variable_ringpost_a")
        is_ours = self.says("variable_sip_authorized", "true") or any(map(self.has, marks))
        return not is_ours and self.says("Call-Direction", "inbound")

    @property
    def placed_call(self) -> str:
        """The uuid of a call we have placed whose A is asked for; empty if it is none."""
        call_uuid = self.get(PLACED) if self.says("action", "user_call") else ""
        return call_uuid if is_uuid(call_uuid) else ""

    @property
    def came_from(self) -> str:
        """Which channel dials, and in which call of ours, if it is one of A's phones; or empty."""
        call_uuid = self.get(f"variable_{PLACED}")
        channel = self.get("Unique-ID") if is_uuid(call_uuid) else ""
        return f"{channel}:{call_uuid}" if is_uuid(channel) else ""

    @property
    def is_ours(self) -> bool:
        """Whether an extension dials."""
        return self.has("variable_extension_uuid")

    @property
    def is_a_groups(self) -> bool:
        """Whether the phone is to ring as one of a ring group's, and be recorded if it answers."""
        return self.says("action", "user_call") and self.says("ringpost_group", "true")

    @property
    def may_be_recorded(self) -> str:
        """The direction of a ring group's call that is recorded if the member who answers has it so; or empty."""
        if not self.is_a_groups or self.has(recording.IS_RECORDED):
            return ""
        direction = self.get("call_direction")
        return direction if direction in DIRECTIONS else ""

    @property
    def is_recorded(self) -> bool:
        """Whether this leg is recorded, or will be once it is connected."""
        return self.has(f"variable_{recording.RECORDED}")

    @property
    def passed(self) -> tuple[str, ...]:
        """The numbers that have forwarded this call so far, as our own dialplan noted them."""
        return extensions_in(self.get("variable_ringpost_passed"))

    @property
    def took(self) -> str:
        """The parked leg that this one has taken by dialling its slot, before it was sent on; or empty."""
        is_taker = self.has("variable_ringpost_slot") and not self.has("variable_valet_lot_extension")
        leg = self.get(f"variable_{TOOK}") or (self.get("variable_bridge_uuid") if is_taker else "")
        return leg if is_uuid(leg) else ""

    @property
    def reached(self) -> tuple[str, ...]:
        """The extensions this leg was sent to so far, as our own dialplan noted them."""
        return extensions_in(self.get("variable_ringpost_reached"))

    @property
    def consults(self) -> transferring.Mark | None:
        """The transfer for which this leg asks somebody while another waits."""
        return transferring.mark(self.get(f"variable_{transferring.CONSULTS}"))

    @property
    def leg_uuid(self) -> str:
        """Which leg dials, where it is to be said: it asks somebody for a transfer, or is A of a placed call."""
        call_uuid = self.get(f"variable_{PLACED}")
        if is_uuid(call_uuid):
            return call_uuid
        channel = self.get("Unique-ID").lower() if self.consults else ""
        return channel if is_uuid(channel) else ""

    def left_queue(self, number: str) -> tuple[str, str] | None:
        """What mod_callcenter has noted of a caller that has just left the queue of that number, or was not let in."""
        if not self.says(f"variable_{queues.LEFT}", number):
            return None
        return self.get("variable_cc_cause"), self.get("variable_cc_cancel_reason")

    def failed(self, number: str) -> str | None:
        """Why the phones of a number were not reached, if our own dialplan has just tried them."""
        if self.get(f"variable_{_FULL}") == number:
            return "USER_BUSY"
        if self.get("variable_ringpost_tried") != number:
            return None
        disposition = self.get("variable_originate_disposition")
        return disposition if disposition != "SUCCESS" and _CAUSE.fullmatch(disposition) else None


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
    dialled: str = ""
    """What was dialled to begin with, if this is not the first number it leads to."""
    reached: tuple[str, ...] = ()
    has_spoken: bool = False
    is_recorded: bool = False
    is_ours: bool = False
    """Whether it is an extension, though which was not looked up: its leg carries the rest."""
    records: str = ""
    """The direction of its calls that are recorded, or all; of one that was not looked up."""
    own_name: str = ""
    """What whoever is called is shown, but for what is put in front of it; empty: what SIP says."""
    sip_name: Callable[[], str] = str
    prefix: str = ""
    """What has been put in front of it so far."""
    took: str = ""
    """The leg it has taken from its parking slot."""
    came_from: str = ""
    """Its channel and the call's uuid, if it is A of a call we have placed."""
    left_queue: tuple[str, str] | None = None
    """What was noted of it when it left the queue, if it has just left it."""
    leg_uuid: str = ""
    """Its leg: said of one that asks somebody, or is A of a call we have placed."""
    consults: transferring.Mark | None = None
    """The transfer for which it asks somebody while another waits."""
    invitation: str = ""
    """The room it may come into unasked, and whether as a moderator."""
    by_phone: bool = False
    """Whether the other party's phone has sent it here."""
    parks: bool = False
    """Whether it is to wait in the slot it comes to."""
    parked_by: str | None = None
    """The extension it comes back to if it waits there for too long."""
    has_timed_out: bool = False
    """Whether it has just waited for too long."""

    def is_recorded_in(self, direction: str) -> bool:
        """Whether its calls of that direction are recorded."""
        return bool(direction) and self.records in ("all", direction)

    @property
    def name(self) -> str:
        """What whoever is called is shown, but for what is put in front of it."""
        return self.own_name or self.sip_name()


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
    _params(found, {"dial-string": _VARIABLES + phones.all_of(*_DIALLED)})
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
    params = {
        "a1-hash": _a1_hash(number, realm, password),
        "allow-empty-password": "false",
        "max-registrations-per-extension": str(extension.phones),
    }
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
            "effective_caller_id_name": names.shown(extension.effective_caller_id_name) or number,
            "effective_caller_id_number": extension.effective_caller_id_number or number,
            **as_caller(extension),
        },
    )
    return found


def as_caller(extension: Extension) -> dict[str, str]:
    """What a leg of an extension carries, so that who dials need not be looked up: its limit, and what is recorded."""
    carried = {NUMBER: extension.extension, LIMIT: str(extension.limit_max)}
    return carried | ({RECORDS: extension.user_record} if extension.user_record else {})


def box(domain: Domain, number: str, realm: str, messages: Messages) -> Element:
    """A voicemail box by itself, as a user nobody can register as: its password is thrown away."""
    found = Element("user", id=number)
    nobody = _a1_hash(number, realm, secrets.token_hex(16))
    _params(found, {"a1-hash": nobody, "allow-empty-password": "false"} | _kept(number, realm, messages))
    _variables(found, {"domain_uuid": domain.domain_uuid, "domain_name": domain.domain_name})
    return found


def recorded(user: Element, domain: Domain) -> Element:
    """A user whose phones are recorded if they answer."""
    return _dialled_as(user, recording.of_a_member(domain) + _VARIABLES + phones.all_of(*_DIALLED))


def placed(user: Element, domain: Domain, call_uuid: str) -> Element:
    """A user whose phones are rung as the A of a call we have placed: each says which call, an only one is its leg."""
    for variable in user.findall("variables/variable[@name='presence_data']"):
        variable.set("value", presence(domain.domain_uuid, call_uuid))
    number = phones.number_of(*_DIALLED)
    mark = f"${{cond({number} == 1 ? origination_uuid : {PLACED})}}"
    return _dialled_as(user, f"{{{mark}={call_uuid},{PHONES}={number}}}{_VARIABLES}{phones.all_of(*_DIALLED)}")


def _dialled_as(user: Element, dial_string: str) -> Element:
    params = user.find("params")
    if params is not None:
        SubElement(params, "param", name="dial-string", value=dial_string)
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
    if kept.pager and EMAIL.fullmatch(kept.pager):
        params |= {"vm-notify-mailto": kept.pager, "vm-notify-email-all-messages": "true"}
    return params


def _word(flag: bool) -> str:
    return "true" if flag else "false"


def dialled(
    asked: str, domain: Domain, number: str, route: Route, caller: Caller, *, parties: Iterable[Extension] = ()
) -> bytes:
    """What a domain's dialplan does with a number, in the context it was asked for.

    ``parties`` are the extensions whose call it is, beside the caller's: any of them may have it recorded.
    """
    known = caller.direction in DIRECTIONS
    direction = caller.direction if known else "outbound" if isinstance(route, Outside | Emergency) else "local"
    shown = _shows(caller.shows_number, caller.shows_name)
    marks = [
        *_marks(domain, direction, caller.dialled or number, caller.came_from),
        Action("set", "hangup_after_bridge=true"),
        *shown,
    ]
    everybody = [*parties, *([caller.extension] if caller.extension else [])]
    is_wanted = caller.is_recorded_in(direction) or any(one.records(direction) for one in everybody)
    is_wanted = is_wanted or (isinstance(route, Queued) and route.order.queue.record and caller.left_queue is None)
    recorded = _recorded(domain, route, is_wanted=is_wanted, is_recorded=caller.is_recorded)
    on_its_way = _on_its_way(number, route, caller)
    caller = caller._replace(direction=direction, is_recorded=caller.is_recorded or bool(recorded))
    before = [*marks, *on_its_way, *_limited(domain, route, caller)]
    steps: Iterable[tuple[str, str]] = _steps(domain, route, caller)
    instead = queues.if_empty(domain, route) if isinstance(route, Queued) and caller.left_queue is None else None
    if caller.consults is not None:
        before += _actions_of(transferring.asks(domain, caller.consults, caller.leg_uuid))
        steps = transferring.led_back(steps, caller.consults)
    if instead is not None:
        led = transferring.led_back(instead.steps, caller.consults) if caller.consults else instead.steps
        instead = instead._replace(steps=[*before, *led])
    return _dialplan(asked, number, [*before, *recorded, *_actions_of(steps)], instead)


def led_back(asked: str, number: str, mark: transferring.Mark) -> bytes:
    """What a number does that leads nowhere, for who has asked for it while another waits: they talk again."""
    return _dialplan(asked, number, _actions_of(transferring.led_back([], mark)))


def _actions_of(steps: Iterable[tuple[str, str]]) -> list[Action]:
    return [Action(*step) for step in steps]


def _limited(domain: Domain, route: Route, caller: Caller) -> list[Action]:
    """No more calls at once than the caller may have, nor than who is called; one for help is no matter of that.

    Who asks somebody while another waits is in that call already.
    A caller who has enough is told that it is busy. Whose called phone has enough is asked about again: it is busy.
    Who calls itself is counted once: FreeSWITCH counts a leg under a name no second time.
    """
    if isinstance(route, Emergency):
        return []
    own = _counted(domain, caller.extension) if caller.extension else _counted_by_its_leg(domain)
    is_new = caller.consults is None and bool(caller.extension or caller.is_ours)
    calls = [Action("limit", f"{own} !USER_BUSY")] if is_new else []
    if not isinstance(route, Phone):
        return calls
    number = route.extension.extension
    again = f"{_counted(domain, route.extension)} {number} XML {domain.domain_name}"
    return [*calls, Action("set", f"{_FULL}={number}"), Action("limit", again), Action("set", f"{_FULL}=")]


_FULL = "ringpost_full"
"""The variable of a caller's leg: who was called and has as many calls as may be."""


def _counted(domain: Domain, extension: Extension) -> str:
    return f"hash {domain.domain_name} {extension.extension} {extension.limit_max}"


def _counted_by_its_leg(domain: Domain) -> str:
    return f"hash {domain.domain_name} ${{{NUMBER}}} ${{{LIMIT}}}"


def _recorded(domain: Domain, route: Route, *, is_wanted: bool, is_recorded: bool) -> list[Action]:
    """What has a call recorded, if a party or the number that was dialled wants it; once, whoever wants it."""
    if isinstance(route, Emergency | ToMessages | Refused) or not (is_wanted or is_recorded):
        return []
    if isinstance(route, Room) and route.conference and route.conference.record:
        return []  # all that is said there is
    if isinstance(route, Room):
        steps = recording.begun_now(domain, is_prepared=is_recorded)
        return [Action("answer"), *(Action(*step) for step in steps)]
    return [] if is_recorded else [Action(*step) for step in recording.begun_once_connected(domain)]


def called_from_outside(asked: str, number: str, inbound: Inbound, caller: Caller) -> bytes:
    """What the public context does with a number: on to the domain it leads to."""
    domain, prefix = inbound.domain, inbound.destination.destination_cid_name_prefix
    is_recorded = inbound.destination.destination_record
    recorded = [Action(*step) for step in recording.begun_once_connected(domain)] if is_recorded else []
    shown = _shows("", inbound.destination.destination_caller_id_name)
    steps = [*_marks(domain, "inbound", number), *shown, *_named(caller, prefix), *recorded]
    return _dialplan(asked, number, [*steps, Action("transfer", f"{inbound.number} XML {domain.domain_name}")])


def _marks(domain: Domain, direction: str, dialled: str, came_from: str = "") -> list[Action]:
    """What every leg carries: whose it is, for the fence and the list of calls; for the record where its call goes.

    The A of a call we have placed keeps what marks it in the list itself.
    """
    exported = {
        "domain_uuid": domain.domain_uuid,
        "domain_name": domain.domain_name,
        f"{'nolocal:' if came_from else ''}presence_data": domain.domain_uuid,
        "call_direction": direction,
        "ringpost_dialled": dialled,
        **({FROM: came_from} if came_from else {}),
    }
    return [Action("export", f"{name}={value}") for name, value in exported.items()]


def _on_its_way(number: str, route: Route, caller: Caller) -> list[Action]:
    """Notes whose number it is, for the record, and tells that somebody who has spoken is sent on."""
    is_extension, is_parking = _is_an_extensions(number, route), isinstance(route, Slot) or bool(caller.took)
    reached = dict.fromkeys((*caller.reached, number))
    noted = [Action("set", f"ringpost_reached={':'.join(reached)}")] if is_extension else []
    noted += [Action("set", f"{TOOK}={caller.took}")] if caller.took else []
    noted += [Action("set", f"ringpost_slot={number if isinstance(route, Slot) else ''}")] if is_parking else []
    if caller.has_timed_out:
        return [*noted, Action("set", f"{parking.TIMED_OUT}=")]
    if not caller.has_spoken or isinstance(route, Slot):
        return noted
    told = {"Event-Name": "CUSTOM", "Event-Subclass": SENT, "Ringpost-Number": number}
    told |= {"Ringpost-Extension": number} if is_extension else {}
    told |= {"Ringpost-Consults": str(caller.consults)} if caller.consults else {}
    once = [Action("set", "sip_refer_to=")] if caller.by_phone else []
    return [*noted, Action("event", ",".join(f"{name}={value}" for name, value in told.items())), *once]


def _is_an_extensions(number: str, route: Route) -> bool:
    """Whether a number is an extension's, by where it leads: nobody has a forward or a refusal but an extension."""
    if isinstance(route, ToMessages):
        return route.leave and not number.startswith(dialplan.MESSAGE_TO)
    return isinstance(route, Phone | Forwarded | Refused)


def _steps(domain: Domain, route: Route, caller: Caller) -> list[Action]:  # noqa: PLR0911 - one for each kind
    match route:
        case Phone():
            return _to_phone(domain, route)
        case Group():
            return _to_group(domain, route, caller)
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
        case Queued() | AgentCode():
            return [Action(*step) for step in _of_queues(domain, route, caller)]
        case Room() | Slot() | HoldMusic():
            return _actions_of(_by_code(domain, route, caller))


def _by_code(domain: Domain, route: Room | Slot | HoldMusic, caller: Caller) -> Iterable[tuple[str, str]]:
    match route:
        case Room():
            return conferences.enters(domain, route, caller.invitation, caller.leg_uuid)
        case Slot():
            by = caller.parked_by
            return parking.waits(domain, route, parks=caller.parks, has_spoken=caller.has_spoken, parked_by=by)
        case HoldMusic():
            return [("answer", ""), ("endless_playback", "${hold_music}")]


_AS_IT_ENDED = Action("hangup", "${originate_failed_cause}")
"""Unlike ``originate_disposition`` it has a cause after a bridge of the enterprise kind too."""


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


def _to_group(domain: Domain, route: Group, caller: Caller) -> list[Action]:
    group = route.group
    if not route.ringing:
        return [Action("hangup", "NO_ROUTE_DESTINATION")]
    caller = caller._replace(own_name=group.ring_group_caller_id_name or caller.own_name)
    ringing = [one._replace(is_recorded=_is_recorded(one, caller)) for one in route.ringing]
    return [
        *_shown_by_a_group(group),
        *_named(caller, group.ring_group_cid_name_prefix or ""),
        Action("set", "continue_on_fail=true"),
        Action("set", f"call_timeout={group.ring_group_call_timeout}"),
        Action("set", "ignore_early_media=true"),
        Action("bridge", _ring(domain, group, ringing)),
        _AS_IT_ENDED,
    ]


def _of_queues(domain: Domain, route: Queued | AgentCode, caller: Caller) -> Iterable[tuple[str, str]]:
    if isinstance(route, AgentCode):
        return queues.agent_code(route)
    if caller.left_queue is None:
        return queues.joins(domain, route)
    because = queues.reason(*caller.left_queue, route.order.queue)
    return queues.goes_on(domain, route, because, waited=bool(caller.left_queue[0]))


def _is_recorded(one: Ringing, caller: Caller) -> bool:
    """Whether a member's own leg is recorded: its calls are, and the caller's leg is not."""
    return one.extension is not None and not caller.is_recorded and one.extension.records(caller.direction)


def _shown_by_a_group(group: RingGroup) -> list[Action]:
    """What the members see instead of who calls, and what stands before that one's number."""
    name, number = group.ring_group_caller_id_name or "", group.ring_group_caller_id_number or ""
    prefix = group.ring_group_cid_number_prefix or ""
    return _shows(prefix + (number or "${caller_id_number}") if prefix else number, name)


def _ring(domain: Domain, group: RingGroup, ringing: list[Ringing]) -> str:
    """A bridge over all phones of all members: at once, one member after the other, or each on its own."""
    match group.ring_group_strategy:
        case "simultaneous":
            return ",".join(_leg(domain, one, f"[leg_delay_start={one.delay},{_of(domain, one)}]") for one in ringing)
        case "enterprise":
            # A leg of this kind is not told whose call it is in, and would be listed as one of its own.
            return ":_:".join(
                f"{{call_uuid=${{uuid}},originate_delay_start={one.delay * 1000},{_of(domain, one)}}}"
                f"{_leg(domain, one)}"
                for one in ringing
            )
        case "sequence":
            ringing.sort(key=lambda one: one.delay)
        case "random":
            random.shuffle(ringing)
        case "rollover":
            pass
    return "|".join(_leg(domain, one, f"[{_of(domain, one)}]") for one in ringing)


def _of(domain: Domain, one: Ringing) -> str:
    """What a member's legs carry: how long they ring, and whose phones they are, as ``user/`` would mark them.

    A leg of ``user/`` cannot be one of several and itself ring more than one phone. A member that is recorded has one.
    """
    members = {"leg_timeout": str(one.timeout)}
    if one.extension is not None:
        account = f"{one.number}@{domain.domain_name}"
        members |= {
            "sip_invite_domain": domain.domain_name,
            "presence_id": account,
            "dialed_user": one.number,
            "dialed_domain": domain.domain_name,
            "user_context": domain.domain_name,
            "accountcode": account,
            "extension_uuid": one.extension.extension_uuid,
            **as_caller(one.extension),
        }
    if one.is_recorded:
        members["ringpost_group"] = "true"
    return ",".join(f"{name}={value}" for name, value in members.items())


def _leg(domain: Domain, one: Ringing, variables: str = "") -> str:
    if one.gateway is not None:
        return f"{variables}sofia/gateway/{one.gateway}/{one.number}"
    if one.extension is None:
        return "error/SUBSCRIBER_ABSENT"
    if one.extension.do_not_disturb:
        return "error/USER_BUSY"
    if one.is_recorded:  # what records it is in its own entry of the directory
        return f"{variables}user/{one.number}@{domain.domain_name}"
    return phones.all_of(one.number, domain.domain_name, variables)


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
    members = {"effective_caller_id_number": number, "effective_caller_id_name": names.shown(name)}
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


def _named(caller: Caller, prefix: str) -> list[Action]:
    """What was called goes in front of the caller's name, behind what has been put there before.

    The name is written out: FreeSWITCH would expand what is in a ``${caller_id_name}``, and anybody may be called so.
    """
    prefixes = " ".join(one for one in (caller.prefix, prefix.strip()) if one)
    if not prefix.strip():
        return []
    name = names.shown(f"{prefixes} {caller.name}")
    return [
        Action("set", f"ringpost_prefix={names.shown(prefixes)}"),
        Action("set", f"effective_caller_id_name={name}"),
    ]


def _dialplan(context: str, number: str, actions: Iterable[Action], instead: queues.Elsewhere | None = None) -> bytes:
    """What a number does in a context, and what it does ``instead`` if that has a condition which is met."""
    found = Element("context", name=context)
    if context == PUBLIC:
        _said_plainly(found)
    # The number is an escaped literal: no caller's text is ever a pattern.
    dialled = {"field": "destination_number", "expression": f"^{re.escape(number)}$"}
    if instead is not None:
        extension = SubElement(found, "extension", name="ringpost-instead")
        SubElement(extension, "condition", dialled)
        condition = SubElement(extension, "condition", field=instead.field, expression=instead.expression)
        _actions(condition, instead.steps)
    extension = SubElement(found, "extension", name="ringpost")
    _actions(SubElement(extension, "condition", dialled), actions)
    return _document("dialplan", found)


_NOT_PLAIN = r"(?s)^(?=.*(?:%[ +-]*[0-9A-Fa-f]|[\x00-\x1f\x7f]))([^%\x24\x5c\x00-\x1f\x7f]*)"
"""A name or a number with a control character or with what FreeSWITCH would decode; as far as there is none.

It decodes as ``sscanf("%2x")`` does, even the ``% d`` of a ``50% discount``: ``50`` is kept. That is put into a step,
which expands variables.
"""
_PLAINLY = (
    ("caller_id_name", _NOT_PLAIN, "$1"),
    ("caller_id_number", _NOT_PLAIN, "$1"),
    ("caller_id_number", r"^[%\x00-\x1f\x24\x5c\x7f]", "anonymous"),  # nothing is left, which is no address in SIP
)


def _said_plainly(context: Element) -> None:
    """Whoever calls has no line break in a name or a number: FreeSWITCH would write it into what it sends to a phone.

    It looks itself, so that the answer is the same for whoever calls. A phone shows what its extension is called.
    """
    extension = SubElement(context, "extension", {"name": "ringpost-plainly", "continue": "true"})
    for member, expression, plain in _PLAINLY:
        condition = SubElement(extension, "condition", {"field": member, "expression": expression, "break": "never"})
        _actions(condition, [("set_profile_var", f"{member}={plain}")])


def _actions(condition: Element, actions: Iterable[tuple[str, str]]) -> None:
    for application, data in actions:
        SubElement(condition, "action", application=application, data=data)


def callcenter(
    queues_there: Iterable[Queue], members: Mapping[str, Iterable[queues.AgentIsHere]] | None = None
) -> bytes:
    """What mod_callcenter is configured with: these queues; with ``members`` all agents there are to be, and no others.

    There is always an element for each: FreeSWITCH would ask once more.
    """
    found = Element("configuration", name=queues.CONFIGURATION, description=queues.DESCRIPTION)
    settings = SubElement(found, "settings")
    if members is not None:
        for name in ("truncate-agents-on-load", "truncate-tiers-on-load"):
            SubElement(settings, "param", name=name, value="true")
    home = SubElement(found, "queues")
    for queue in queues_there:
        one = SubElement(home, "queue", name=queues.name_of(queue.queue_uuid, queue.domain_uuid))
        for name, value in queues.params(queue).items():
            SubElement(one, "param", name=name, value=value)
    agents, tiers = SubElement(found, "agents"), SubElement(found, "tiers")
    known: set[str] = set()
    for queue_name, here in (members or {}).items():
        for agent in here:
            if agent.name not in known:
                SubElement(agents, "agent", queues.as_configured(agent))
            known.add(agent.name)
            place = {"level": str(agent.level), "position": str(agent.position)}
            SubElement(tiers, "tier", {"agent": agent.name, "queue": queue_name} | place)
    return _document("configuration", found)


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
