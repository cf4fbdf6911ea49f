"""What a FreeSWITCH asks of a link that stands in, and what of our answers may be kept and used again."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from ringpost.switch.asking import Asks, Fields, Posted, Question
from ringpost.switch.freeswitch import queues, xml
from ringpost.switch.freeswitch.said import PUBLIC

_PIN = re.compile(rb'(<param name="vm-a1-hash" value=")[^"]*(")')
_ROOM_PIN = re.compile(rb"(\bringpost_pin(?: |\}\|)\^(?:\(\?:)?)[0-9|]+")
_OUR_FILE = re.compile(rb"/[0-9a-f]{8}-(?=\$\{uuid\}\.wav)")
_NOT_REACHED = ("NO_ANSWER", "USER_BUSY", "USER_NOT_REGISTERED")
_AFTER_NOTHING: Sequence[Fields] = ({},)
_AFTER_A_CALL: Sequence[Fields] = tuple({"variable_originate_disposition": cause} for cause in _NOT_REACHED)
_AFTER_A_QUEUE: Sequence[Fields] = (
    {},
    {"variable_cc_cause": "cancel", "variable_cc_cancel_reason": "TIMEOUT"},
    {"variable_cc_cause": "cancel", "variable_cc_cancel_reason": "NO_AGENT_TIMEOUT"},
)
"""What the switch may have noted on a leg that goes on."""
_MOST_FOLLOWING = 4
"""Transfers in a row."""
_DEPTH = "ringpost-depth"
"""A member of our own, which no answer looks at."""


def _read(posted: Posted) -> Fields:
    return xml.posted(posted.body)


def _written(fields: Fields) -> Posted:
    return Posted("&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items()).encode())


def _is_nothing(answer: bytes) -> bool:
    return _document(answer).find("section[@name='result']/result[@status='not found']") is not None


def _kept(answer: bytes) -> bytes:
    """Nobody opens a box by an answer that was kept: left out, FreeSWITCH would take the SIP password for its PIN.

    Nor does anybody come into a room that has one.
    """
    _document(answer)
    nobodys = hashlib.sha256(secrets.token_bytes(32)).hexdigest()[:32].encode()
    answer = _ROOM_PIN.sub(lambda found: found[1] + b"nobodys", answer)
    return _PIN.sub(lambda found: found[1] + nobodys + found[2], answer)


def _used_again(answer: bytes) -> bytes:
    """A leg that is recorded twice has two files."""
    return _OUR_FILE.sub(lambda _: f"/{secrets.token_hex(4)}-".encode(), answer)


def _document(answer: bytes) -> ET.Element:
    try:
        document = ET.fromstring(answer)  # noqa: S314 - our own endpoint's, and expat bounds what it expands
    except ET.ParseError as error:
        raise ValueError(f"no document: {error}") from None
    if document.tag != "document":
        raise ValueError("no document of a FreeSWITCH's")
    return document


def _ahead(named: Iterable[Mapping[str, Any]]) -> Iterator[Fields]:
    """Each phone's entry, then whatever each may dial, then what comes from outside.

    Who dials an extension, a queue, a room or a lot matters only by what is recorded of its calls: one phone asks for
    all that are alike. An older endpoint does not say what is recorded, and looks at each phone.
    """
    items = list(named)
    phones = [one for one in items if one["what"] == "extension"]
    has_groups = any(one["what"] in ("ring_group", "queue") for one in items)
    for phone in phones:
        yield from _entries(phone, has_groups=has_groups)
    yield from _configurations(items)
    for one in items:
        if one["what"] == "destination":
            yield _dialled(PUBLIC, one["number"])
        else:
            yield from (_from_a_phone(phone, one["number"]) for phone in _callers(one, phones))


def _configurations(items: Iterable[Mapping[str, Any]]) -> Iterator[Fields]:
    """What a switch asks when it starts, and of each queue."""
    asked = {"section": "configuration", "tag_name": "configuration", "key_name": "name"}
    asked["key_value"] = queues.CONFIGURATION
    names = [queues.name_of(one["record_uuid"], one["domain_uuid"]) for one in items if one["what"] == "queue"]
    if names:
        yield asked
    yield from ({**asked, "CC-Queue": name} for name in names)


def _callers(one: Mapping[str, Any], phones: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """The phones that ask for what somebody dials, so that it is kept for all of them."""
    if one["what"] not in ("extension", "queue", "conference", "parking_lot") or any(
        "user_record" not in phone for phone in phones
    ):
        return phones
    return {phone["user_record"]: phone for phone in phones}.values()


def _entries(phone: Mapping[str, Any], *, has_groups: bool) -> Iterator[Fields]:
    realm = phone["domain_name"]
    entry = {"section": "directory", "key_value": realm, "domain": realm, "key": "id", "user": phone["number"]}
    yield {**entry, "action": "sip_auth", "sip_auth_method": "REGISTER", "sip_to_host": realm}
    yield {**entry, "action": "sip_auth", "sip_auth_method": "INVITE"}
    yield {**entry, "action": "user_call"}
    yield {**entry, "action": "message-count"}
    for direction in ("inbound", "local") if has_groups else ():
        yield {**entry, "action": "user_call", "ringpost_group": "true", "call_direction": direction}


def _from_a_phone(phone: Mapping[str, Any], number: str) -> Fields:
    return {
        **_dialled(phone["domain_name"], number),
        "variable_sip_authorized": "true",
        "variable_domain_uuid": phone["domain_uuid"],
        "variable_extension_uuid": phone["record_uuid"],
        f"variable_{xml.NUMBER}": phone["number"],
        f"variable_{xml.RECORDS}": phone.get("user_record") or "",
    }


def _dialled(place: str, number: str) -> dict[str, str]:
    whither = {"Hunt-Context": place, "Hunt-Destination-Number": number}
    return {"section": "dialplan", "Call-Direction": "inbound", **whither}


def _follows(asked: Fields, answer: bytes) -> Iterator[Fields]:
    """The questions a dialplan's transfers lead to, with the variables it sets; whatever came of a call before."""
    depth = int(asked.get(_DEPTH, "0"))
    if asked.get("section") != "dialplan" or depth >= _MOST_FOLLOWING:
        return
    fields, after = {**asked, _DEPTH: str(depth + 1)}, _AFTER_NOTHING
    for action in _document(answer).iter("action"):
        data = action.get("data", "")
        match action.get("application"):
            case "set" | "export":
                name, _, value = data.partition("=")
                fields[f"variable_{name}"] = value
            case "bridge":
                after = _AFTER_A_CALL
            case "callcenter" | "limit_execute":
                after = _AFTER_A_QUEUE
            case "transfer":
                number, _, place = data.partition(" XML ")
                yield from ({**fields, **_dialled(place, number), **noted} for noted in after)


ASKS = Asks(
    questions=(
        Question(
            action="freeswitch-xml",
            content_type="application/x-www-form-urlencoded",
            answer_type="text/xml; charset=utf-8",
            nothing=xml.not_found(),
            read=_read,
            written=_written,
            is_nothing=_is_nothing,
            kept=_kept,
            used_again=_used_again,
            ahead=_ahead,
            follows=_follows,
            says=("section", "user", "domain", "sip_auth_method", "Hunt-Destination-Number", "Hunt-Context"),
        ),
    ),
    records=("freeswitch-cdr",),
)
