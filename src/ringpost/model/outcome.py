"""What became of a call, found out from its legs: for records and for events, and for every kind of switch."""

from collections.abc import Iterable, Sequence
from typing import Any

from ringpost.clock import seconds
from ringpost.model.call import Direction, HungUpBy, Leg
from ringpost.model.cause import ANSWERED_ELSEWHERE

_Q850_ELSEWHERE = 26
_LET_GO = frozenset({None, "NORMAL_CLEARING", "ORIGINATOR_CANCEL"})
"""Causes that do not say why a phone stopped ringing."""
_CLEARED = frozenset({None, "NORMAL_CLEARING"})
"""Causes of a leg that ended as all do, whatever came of dialling before."""
_TOGETHER = 1.0
"""Seconds within which the legs of a call end that end with it."""
_EARLIEST = frozenset({"start_stamp", "answer_stamp"})
_FROM_A = ("caller_id_name", "caller_id_number", "caller_destination", "source_number", "destination_number")


MOST_LEGS = 20
"""Of a call, in its record and in what is told of it."""


def legs_kept(legs: Iterable[Leg]) -> list[Leg]:
    """All legs; of too many, those that were rung in vain first are left out, in whatever order they come."""
    legs = list(legs)
    vain = sorted((leg for leg in legs if _rang_in_vain(leg)), key=lambda leg: (leg.start_stamp, leg.xml_cdr_uuid))
    left_out = {leg.xml_cdr_uuid for leg in vain[: max(0, len(legs) - MOST_LEGS)]}
    return [leg for leg in legs if leg.xml_cdr_uuid not in left_out]


def _rang_in_vain(leg: Leg) -> bool:
    return leg.leg == "b" and leg.answer_stamp is None and leg.end_stamp is not None


def root(legs: Iterable[Leg]) -> str:
    """The uuid a call goes by: that of the leg all others come from, whether it is known already or not."""
    sources = {leg.xml_cdr_uuid: leg.originating_leg_uuid for leg in legs}
    roots = set()
    for uuid in sources:
        passed = {uuid}
        while (source := sources.get(uuid)) and source not in passed:
            passed.add(source)
            uuid = source  # noqa: PLW2901 - one step up
        roots.add(uuid)
    return min(roots)


def joined(one: Leg, other: Leg) -> Leg:
    """Two posts about one leg: known over unknown, and of two the wider: the earlier start, the later end.

    What its switch says stands over what was only heard of the leg; of what was heard the last stands.
    """
    if one.heard or other.heard:
        return max(one, other, key=lambda leg: (not leg.heard, leg.end_stamp or ""))
    merged = {}
    for name in Leg.model_fields:
        mine, theirs = getattr(one, name), getattr(other, name)
        wider = min if name in _EARLIEST else max
        merged[name] = theirs if mine is None else mine if theirs is None else wider(mine, theirs)
    return Leg.model_validate(merged)


def worked_out(legs: Sequence[Leg]) -> list[Leg]:
    """The legs with what follows from all of them: their direction, how long each was, and whether it was missed."""
    legs = [leg.model_copy(update={"answer_stamp": None}) if _was_too_late(leg) else leg for leg in legs]
    ordered = sorted(legs, key=lambda leg: (leg.leg, leg.start_stamp, leg.xml_cdr_uuid))
    direction = _first(leg.direction for leg in ordered)
    return [
        leg.model_copy(
            update={
                "direction": _way(leg, direction),
                "duration": _longer(leg.duration, whole_seconds(leg.start_stamp, leg.end_stamp)),
                "billsec": _longer(leg.billsec, _talked(leg)),
                "missed_call": was_missed(leg, _way(leg, direction), legs),
            }
        )
        for leg in legs
    ]


def _way(leg: Leg, of_call: Direction | None) -> Direction | None:
    """Which way a leg goes: that of its call, but for an A leg that says so itself."""
    return (leg.direction if leg.leg == "a" else None) or of_call or leg.direction


def summarised(call_uuid: str, legs: Iterable[Leg]) -> dict[str, Any]:
    """What a call is, from what its legs were: mostly what its A leg was."""
    ordered = sorted(legs, key=lambda leg: (leg.xml_cdr_uuid != call_uuid, leg.leg, leg.start_stamp, leg.xml_cdr_uuid))
    first = ordered[0]
    numbered = (
        number
        for leg in ordered
        for number in (leg.extension, leg.caller_id_number, leg.source_number, leg.destination_number)
    )
    cause, answered = cause_of(ordered), answer_of(ordered)
    taker = taken_by(ordered)
    direction = first.direction or _first(leg.direction for leg in ordered)
    return {
        **{name: getattr(first, name) for name in _FROM_A},
        "xml_cdr_uuid": call_uuid,
        "answer_stamp": answered,
        "hangup_cause": cause,
        **_length(ordered, answered),
        "direction": direction,
        "missed_call": taker is None and (any(leg.missed_call for leg in ordered) or _turned_away(first, direction)),
        "answered_by": taker and who(taker),
        "hung_up_by": hung_up_by(ordered),
        "extension_uuid": first.extension_uuid or _first(leg.extension_uuid for leg in ordered),
        "extensions": tuple(sorted({one for leg in ordered for one in (leg.extension, *leg.reached) if one})),
        "numbers": tuple(sorted({number for number in numbered if number})),
        "heard": any(leg.heard for leg in ordered),
        "legs": tuple(ordered),
    }


def whole_seconds(start: str | None, end: str | None) -> int | None:
    """The seconds between two stamps as a switch counts them: from the second of one to the second of the other."""
    return max(0, int(seconds(end)) - int(seconds(start))) if start and end else None


def taken_by(legs: Iterable[Leg]) -> Leg | None:
    """Who was called and answered, however many others did not; of several the last, whom no other called in turn."""
    answered = [leg for leg in legs if leg.leg == "b" and leg.answer_stamp and not _was_too_late(leg)]
    sources = {leg.originating_leg_uuid for leg in answered}
    answered = [leg for leg in answered if leg.xml_cdr_uuid not in sources] or answered
    return max(answered, key=lambda leg: (leg.answer_stamp, leg.xml_cdr_uuid), default=None)


def who(leg: Leg) -> str | None:
    """Whose leg it is: an extension's, or that of a number outside."""
    return leg.extension or leg.destination_number


def cause_of(legs: Sequence[Leg]) -> str | None:
    """Why a call ended: as its A leg did, or if that says no more and nobody answered, why those rung did not."""
    first = legs[0]
    if first.answer_stamp is not None or first.hangup_cause not in _CLEARED or taken_by(legs):
        return first.hangup_cause
    rung = [leg for leg in legs if leg.leg == "b" and leg.hangup_cause not in _LET_GO and not _was_too_late(leg)]
    last = max(rung, key=lambda leg: (leg.end_stamp or "", leg.xml_cdr_uuid), default=first)
    return last.hangup_cause


def answer_of(legs: Sequence[Leg]) -> str | None:
    """Since when there was somebody to talk to, or a machine: as the A leg has it. Of a call that failed never.

    Who clicked to call has answered and heard that the other one is busy: that is no answer.
    """
    first = legs[0]
    # An A leg that was rung itself has answered whatever B did; one that calls is answered by somebody, or a machine.
    says_so = first.hangup_cause not in _CLEARED or first.missed_said is False or first.waited
    return None if _in_vain(legs) and says_so and not first.to_voicemail else first.answer_stamp


def hung_up_by(legs: Sequence[Leg]) -> HungUpBy | None:
    """Who ended a call: one of those who were in it to the end, an action, or the switch; None if nobody said.

    Nobody hangs up on a call that nobody has answered; but an action may have ended it.
    """
    last = [leg for leg in legs if leg.end_stamp and not any(_came_after(one, leg) for one in legs if one is not leg)]
    ended = sorted((leg for leg in last if leg.ended_by), key=lambda leg: leg.end_stamp or "", reverse=True)
    if any(leg.ended_by == "api" for leg in ended):
        return "api"
    if not ended or _in_vain(legs) or legs[0].answer_stamp is None:
        return None
    party = next((leg for leg in ended if leg.ended_by == "party"), None)
    if party is None:
        return "switch"
    return "caller" if party is legs[0] else "callee"


def _in_vain(legs: Sequence[Leg]) -> bool:
    """Whether somebody was called, and nobody took the call. Who dials a conference or an own box calls nobody."""
    somebody = bool(legs[0].reached) or legs[0].waited or any(leg.leg == "b" for leg in legs)
    return somebody and taken_by(legs) is None


def _came_after(one: Leg, leg: Leg) -> bool:
    """Whether a leg came, or was answered, when another was gone: that one had left the call."""
    return max(one.start_stamp, one.answer_stamp or "") >= (leg.end_stamp or "")


def _talked(leg: Leg) -> int | None:
    """Seconds from answer to end: none of a leg that ended unanswered."""
    return 0 if leg.answer_stamp is None and leg.end_stamp else whole_seconds(leg.answer_stamp, leg.end_stamp)


def was_missed(leg: Leg, direction: Direction | None, legs: Iterable[Leg]) -> bool | None:
    """Whether a leg ended unanswered and nobody else took the call meanwhile; ``None`` while that may change.

    The one rule for every kind of switch. Of a call that went out nothing is missed, nor what its poster says was not.
    """
    if leg.answer_stamp is not None or _was_answered_elsewhere(leg, legs):
        return False
    if leg.end_stamp is None or leg.missed_said is False or direction is None:
        return leg.missed_said
    return direction != "outbound"


def _turned_away(first: Leg, direction: Direction | None) -> bool:
    """Whether a caller was sent to somebody whose phones did not even ring, and was left to a machine or refused.

    A queue's music is no answer: who waited there in vain was turned away too.
    """
    is_over = first.end_stamp is not None and direction in ("inbound", "local")
    is_left = first.answer_stamp is None or first.to_voicemail or first.hangup_cause not in _CLEARED
    return is_over and (first.waited or (is_left and bool(first.reached)))


def _was_answered_elsewhere(leg: Leg, legs: Iterable[Leg]) -> bool:
    """Whether another phone took the call while this one rang: its cause says so, or says only that it was let go."""
    if _was_too_late(leg):
        return True
    if leg.leg == "a" or leg.end_stamp is None or leg.hangup_cause not in _LET_GO:
        return False
    beside = (one.answer_stamp for one in legs if _is_beside(one, leg))
    return any(answer and leg.start_stamp <= answer <= leg.end_stamp for answer in beside)


def _was_too_late(leg: Leg) -> bool:
    return leg.hangup_cause in ANSWERED_ELSEWHERE or leg.hangup_cause_q850 == _Q850_ELSEWHERE


def _is_beside(one: Leg, leg: Leg) -> bool:
    return one.leg == "b" and one is not leg and one.originating_leg_uuid == leg.originating_leg_uuid


def _length(legs: Sequence[Leg], answered: str | None) -> dict[str, Any]:
    """From when to when, and how long: as long as its A leg, unless another went on when that had left."""
    first = legs[0]
    start = min(leg.start_stamp for leg in legs)
    end = max((leg.end_stamp for leg in legs if leg.end_stamp), default=None)
    goes_on = bool(end and first.end_stamp) and seconds(end or "") - seconds(first.end_stamp or "") > _TOGETHER
    end = end if goes_on or first.end_stamp is None else first.end_stamp
    talked = whole_seconds(answered, end) if goes_on else first.billsec
    return {
        "start_stamp": start,
        "end_stamp": end,
        "duration": whole_seconds(start, end) if goes_on else first.duration,
        "billsec": talked if answered or end is None else 0,
    }


def _longer(one: int | None, other: int | None) -> int | None:
    return max((length for length in (one, other) if length is not None), default=None)


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)
