"""The record of one leg: as an ear writes it, or a hang-up handler in the plan by ``CURL()``, and in our words.

Asterisk's own CDRs are of no leg: there is one for each pair that was dialled, and a transfer makes several or none.
"""

from collections.abc import Mapping
from typing import NamedTuple

from ringpost.clock import stamp
from ringpost.model.call import Direction, Leg
from ringpost.model.errors import InvalidRequest
from ringpost.model.values import EXTENSION
from ringpost.switch.asterisk import posted
from ringpost.switch.asterisk.legs import (
    FILE,
    NAME,
    UNIQUEID,
    born,
    cause_of,
    domain_name_of,
    ended_by,
    extension_of,
    is_local,
    is_somebodys,
    number_dialled,
)
from ringpost.switch.asterisk.marks import leg_uuid
from ringpost.switch.said import DIRECTIONS, SHORT, YEAR_2100, Said, extensions_in

ACTION = "asterisk-cdr"
CONTENT_TYPE = "application/x-www-form-urlencoded"
MEMBERS: Mapping[str, str] = {
    "uniqueid": "the leg",
    "linkedid": "the first leg of its call",
    "source": "the leg for which it was rung, or which it took from its slot; left out, linkedid is, if another",
    "channel": "its name: PJSIP/<extension>@<domain>-…, or a trunk's",
    "domain": "the uuid of the domain: RP_DOMAIN",
    "direction": "RP_DIRECTION",
    "dialled": "what was dialled to begin with: RP_DIALLED",
    "dnid": "what it dialled itself, which led nowhere: counts if dialled is left out",
    "number": "whom it rang, if that is no extension of ours; of one that a call was placed to, that",
    "caller_number": "who calls",
    "caller_name": "the same",
    "rung": "not empty: it was rung; of a trunk's leg the address that was, sip:15550123@…",
    "shown_number": "who called, of a leg that was rung: its caller_number is its own",
    "shown_name": "the same",
    "start": "when it began, in seconds since 1970; left out, uniqueid says it",
    "answered": "when it was answered; empty or 0: never",
    "ended": "when it ended",
    "cause": "why, as a number: HANGUPCAUSE",
    "dialstatus": "how dialling it ended, or dialling by it: DIALSTATUS",
    "sip": "what its phone or trunk answered last",
    "hangup_source": "CHANNEL(hangupsource): its own name, or another's",
    "hung_up": "not empty: an action has hung it up: RP_HUNG_UP",
    "reached": "the extensions it was sent to, with colons between: RP_REACHED",
    "box": "the box it left a message in: RP_BOX",
    "recorded": "the file it was recorded into, below monitor: RP_RECORDED",
    "queued": "the queue it waits in, or has waited in: RP_QUEUED",
    "call": "the uuid of the call an action placed, of which it is A: RP_CALL",
    "extension": "the extension that A is: RP_EXTENSION",
    "a": "the uuid of a placed call of which it is one of A's phones: RP_A",
}
"""What a record may hold. All but ``uniqueid`` and ``channel`` may be left out."""
_LONGEST = 1024


class Post(NamedTuple):
    """A leg, and whose it is. ``leg`` is None: it is one inside the switch, where nobody speaks.

    ``placed_call``: it was one of the phones of A in this call we placed.
    """

    leg_uuid: str
    leg: Leg | None
    domain_uuid: str | None
    domain_name: str | None
    placed_call: str | None = None


def written(members: Mapping[str, str | None]) -> bytes:
    """A record of these members; what is not known is left out."""
    return posted.written({name: value[:_LONGEST] for name, value in members.items() if value})


def read(body: bytes) -> Post:
    """What a record says. Raises ``InvalidRequest`` if it does not say which leg it is about, or when that began."""
    said = Said(posted.read(body))
    uniqueid, name = said.matching(UNIQUEID, "uniqueid"), said.matching(NAME, "channel")
    if uniqueid is None:
        raise InvalidRequest("the record does not say which leg it is about", parameter="uniqueid")
    if name is None:
        raise InvalidRequest("the record does not say the name of its channel", parameter="channel")
    uuid = leg_uuid(uniqueid)
    is_placed = uuid == uniqueid.lower() and not name.endswith(";2")
    leg = _leg(said, uuid, name, is_placed=is_placed) if is_somebodys(name) or (is_placed and is_local(name)) else None
    return Post(uuid, leg, said.uuid("domain"), domain_name_of(name), said.uuid("a"))


def _leg(said: Said, uuid: str, name: str, *, is_placed: bool) -> Leg:
    uniqueid = said.verbatim("uniqueid")
    start = _moment(said, "start") or born(uniqueid)
    ended, answered = _moment(said, "ended"), _moment(said, "answered")
    if start is None:
        raise InvalidRequest("the record does not say when the leg began: start is no time", parameter="start")
    if ended is None:
        raise InvalidRequest("the record does not say when the leg ended: ended is no time", parameter="ended")
    source = None if is_placed else _source(said, uuid)
    own = (said.matching(EXTENSION, "extension") if is_placed else None) or extension_of(name)
    number = own or said.number("number") or number_dialled(said.verbatim("rung"))
    dialled = said.number("dialled") or said.number("dnid")
    caller = "shown" if said.verbatim("rung") else "caller"
    cause = said.verbatim("cause")
    is_rung = is_placed or source is not None
    by_action = bool(said.verbatim("hung_up"))
    word = cause_of(cause, said.verbatim("dialstatus"), is_rung=is_rung, was_answered=answered is not None)
    word = "NORMAL_CLEARING" if by_action and answered is None else word
    path = said.matching(FILE, "recorded")
    a_caller = source is None and not is_placed
    return Leg.model_validate(
        {
            "xml_cdr_uuid": uuid,
            "leg": "b" if source else "a",
            "originating_leg_uuid": source,
            "direction": DIRECTIONS.get(said.verbatim("direction")) or supposed(own, answered, a_caller=a_caller),
            "start_stamp": stamp(start),
            "answer_stamp": stamp(max(answered, start)) if answered else None,
            "end_stamp": stamp(max(ended, answered or start)),
            "hangup_cause": word,
            "hangup_cause_q850": int(cause) if cause.isdecimal() and len(cause) <= 3 and cause.isascii() else None,
            "caller_id_number": said.number(f"{caller}_number"),
            "caller_id_name": said.text(f"{caller}_name"),
            "caller_destination": dialled,
            "source_number": number if source is None and number else said.number(f"{caller}_number"),
            "destination_number": number if source else dialled,
            "extension": own,
            "missed_call": False if is_placed else None,
            "sip_hangup_disposition": said.text("sip"),
            "record_path": path,
            "record_name": path.rpartition("/")[2][:SHORT] if path else None,
            "ended_by": ended_by(name, said.verbatim("hangup_source"), by_action=by_action),
            "reached": extensions_in(said.verbatim("reached")),
            "to_voicemail": source is None and bool(said.verbatim("box")),
            "waited": said.uuid("queued") is not None,
        }
    )


def _source(said: Said, uuid: str) -> str | None:
    """The leg for which a leg was rung: another than itself."""
    named = said.matching(UNIQUEID, "source", "linkedid")
    source = leg_uuid(named) if named else None
    return None if source == uuid else source


def _moment(said: Said, name: str) -> float | None:
    """Seconds since 1970, with a fraction or without; 0 is never."""
    whole, _, part = said.verbatim(name).partition(".")
    if not (whole.isascii() and whole.isdecimal() and len(whole) <= 10 and (not part or _is_part(part))):
        return None
    found = float(f"{whole}.{part or 0}")
    return found if 0 < found < YEAR_2100 else None


def _is_part(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


def supposed(own: str | None, answered: float | None, *, a_caller: bool) -> Direction | None:
    """The direction of a phone's leg that the plan has not marked: it has dialled what leads nowhere, or within."""
    if not a_caller or own is None:
        return None
    return "local" if answered else "outbound"
