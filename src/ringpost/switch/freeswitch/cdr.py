"""One post of FreeSWITCH's mod_json_cdr, in our words: one leg, and the domain it belongs to.

A post is refused only if it does not say which leg it is about, or when that began.
"""

import json
import re
from base64 import b64decode
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_plus

from ringpost.model.call import Leg
from ringpost.model.errors import InvalidRequest
from ringpost.switch.freeswitch import transferring
from ringpost.switch.freeswitch.said import (
    PHONES,
    PLACED,
    QUEUED,
    cause,
    direction,
    domain_name,
    domain_uuid,
    ended_by,
    leg_of,
    own_extension,
    reached,
    rung_extension,
    taken_leg,
    went_to_voicemail,
)
from ringpost.switch.said import LONG, SHORT, Said

_ENCODED_AWAY = re.compile(r'[ #&+:;<=>?@\[\\\]^`{|}"]')
"""What no value holds as it is if mod_json_cdr encodes values."""

_TEXTS = ("sip_hangup_disposition", "last_app", "last_arg", "record_path", "read_codec", "write_codec")
_ASKS_DIGITS = "play_and_get_digits"
"""What it was given holds the digits that are right."""
_ALL_STOP = frozenset({"NO_ANSWER", "ORIGINATOR_CANCEL"})
"""Why all phones of an extension stop ringing that still do."""
_Q850 = {
    "UNALLOCATED_NUMBER": 1,
    "NO_ROUTE_DESTINATION": 3,
    "NORMAL_CLEARING": 16,
    "USER_BUSY": 17,
    "NO_USER_RESPONSE": 18,
    "NO_ANSWER": 19,
    "SUBSCRIBER_ABSENT": 20,
    "USER_NOT_REGISTERED": 20,
    "CALL_REJECTED": 21,
    "DESTINATION_OUT_OF_ORDER": 27,
    "NORMAL_TEMPORARY_FAILURE": 41,
}


class Post(NamedTuple):
    """A leg, and whose it is. An inbound call to a number nobody has is no domain's.

    ``placed_call``: it was one of the phones of A in this call we placed. ``is_last``: no other can answer any more.
    ``beside``: the other leg of the same phone, which has put through to each other whom it had on both.
    """

    leg: Leg
    domain_uuid: str | None
    domain_name: str | None
    placed_call: str | None = None
    is_last: bool = False
    beside: Leg | None = None


def read(body: bytes) -> Post:
    """What a post says. The body is JSON, or ``cdr=`` and the JSON percent-encoded or in base64."""
    document = _document(body)
    variables = document.get("variables")
    if not isinstance(variables, dict):
        raise InvalidRequest("the post has no variables: is it mod_json_cdr's?", parameter="variables")
    said = Said(variables, encoded=_is_encoded(variables))
    leg = _leg(said, _profiles(document))
    is_last = said.verbatim(PHONES) == "1" or leg.hangup_cause in _ALL_STOP or leg.ended_by == "api"
    is_last = is_last or leg.answer_stamp is not None
    return Post(leg, domain_uuid(said), domain_name(said), said.uuid(PLACED), is_last, _beside(said, leg))


def _beside(said: Said, leg: Leg) -> Leg | None:
    """What is known of a leg whose own record does not say in which call it has ended up: that it is in this one."""
    other = transferring.put_through_with(said)
    if other is None:
        return None
    since = leg.end_stamp or leg.start_stamp  # its own record says when it began, which was before
    return Leg(xml_cdr_uuid=other, leg="b", originating_leg_uuid=leg.xml_cdr_uuid, start_stamp=since, missed_call=False)


def _document(body: bytes) -> dict[str, Any]:
    text = body.decode("utf-8-sig", "replace").strip()
    try:
        document = json.loads(_uncovered(text.removeprefix("cdr=")) if text.startswith("cdr=") else text)
    except (ValueError, RecursionError):
        raise InvalidRequest(
            "the body is no JSON that can be read, bare or after cdr=;"
            " mod_json_cdr writes good JSON with encode=false, and with encode=true only if encode-values=false"
        ) from None
    if not isinstance(document, dict):
        raise InvalidRequest("the body must be a JSON object: a post of mod_json_cdr")
    return document


def _uncovered(text: str) -> str:
    """The JSON in a form field. No base64 begins with a percent sign, and it may hold a plus that is one."""
    if text.startswith("%"):
        return unquote_plus(text, errors="replace")
    return b64decode(unquote(text), validate=True).decode("utf-8-sig", "replace")


def _is_encoded(variables: dict[str, Any]) -> bool:
    """Whether all values are percent-encoded, or none. ``start_stamp`` always holds a space, or then ``%20``."""
    texts = [value for value in variables.values() if isinstance(value, str)]
    return "%" in str(variables.get("start_stamp")) or not any(map(_ENCODED_AWAY.search, texts))


def _profiles(document: dict[str, Any]) -> list[Said]:
    """The leg's caller profiles, the last before the first: where it went, back to what was dialled."""
    flow = document.get("callflow")
    steps = flow if isinstance(flow, list) else [flow]
    profiles = [step.get("caller_profile") for step in steps if isinstance(step, dict)]
    return [Said(profile) for profile in profiles if isinstance(profile, dict)] or [Said({})]


def _leg(said: Said, profiles: list[Said]) -> Leg:
    uuid, start = said.uuid("uuid"), said.moment("start")
    if uuid is None:
        raise InvalidRequest("the post does not say which leg it is about: uuid is no UUID", parameter="variables.uuid")
    if start is None:
        raise InvalidRequest(
            "the post does not say when the leg began: start_uepoch and start_epoch are no times",
            parameter="variables.start_uepoch",
        )
    source = leg_of(said, said.uuid("originating_leg_uuid") or _originator(profiles[-1]))
    parked = None if source else taken_leg(said)
    answered = said.moment("answer")
    why, q850 = _cause(said, failed_a=source is None and answered is None)
    rung, own = (rung_extension(said), None) if source else (None, own_extension(said))
    return Leg.model_validate(
        {
            **{name: said.text(name, LONG) for name in _TEXTS},
            **({"last_arg": None} if said.verbatim("last_app") == _ASKS_DIGITS else {}),
            **_parties(profiles),
            **({"destination_number": rung or profiles[0].number("destination_number")} if source else _ordered(said)),
            **({"destination_number": own} if own and parked else {}),
            "xml_cdr_uuid": uuid,
            "leg": "b" if source or parked else "a",
            "originating_leg_uuid": source or parked,
            "bridge_uuid": leg_of(said, said.uuid("bridge_uuid")),
            "extension_uuid": said.uuid("extension_uuid"),
            **({"source_number": own} if own and not said.number("ringpost_a") else {}),
            "extension": rung if source else own,
            "direction": direction(said, profiles[-1].verbatim("context"), rung=source is not None),
            "start_stamp": start,
            "answer_stamp": answered,
            "end_stamp": said.moment("end"),
            "duration": said.whole("duration"),
            "billsec": said.whole("billsec") if answered else 0,
            "hangup_cause": why,
            "hangup_cause_q850": q850,
            "missed_call": False if said.number("ringpost_a") and source is None else None,
            "record_name": _file_name(said),
            "ended_by": ended_by(said),
            "reached": reached(said),
            "to_voicemail": went_to_voicemail(said),
            "waited": source is None and said.uuid(QUEUED) is not None,
        }
    )


def _originator(profile: Said) -> str | None:
    return profile.inside("originator").inside("originator_caller_profiles").uuid("uuid")


def _parties(profiles: list[Said]) -> dict[str, str | None]:
    last, original = profiles[0], profiles[-1]
    return {
        "caller_id_name": original.text("caller_id_name"),
        "caller_id_number": original.number("caller_id_number"),
        "source_number": original.number("caller_id_number"),
        "caller_destination": original.number("destination_number"),
        "destination_number": last.number("destination_number"),
    }


def _ordered(said: Said) -> dict[str, str]:
    """Of a call we placed: who was to speak to whom. To FreeSWITCH its A leg is somebody who was dialled."""
    a, b = said.number("ringpost_a"), said.number("ringpost_b")
    if a is None or b is None:
        return {}
    shown = {
        "caller_id_number": said.number("origination_caller_id_number"),
        "caller_id_name": said.text("origination_caller_id_name"),
    }
    known = {name: value for name, value in shown.items() if value}
    return {**known, "source_number": a, "caller_destination": b, "destination_number": b}


def _cause(said: Said, *, failed_a: bool) -> tuple[str | None, int | None]:
    """Why the leg ended, and that as Q.850 has it: as it was posted, or of the word we have for it."""
    posted = said.verbatim("hangup_cause")
    found = cause(said, posted, failed_a=failed_a)
    if found == posted:
        return found, said.whole("hangup_cause_q850")
    return found, _Q850.get(found or "")


def _file_name(said: Said) -> str | None:
    return (said.text("record_path", LONG) or "").rpartition("/")[2][:SHORT] or None
