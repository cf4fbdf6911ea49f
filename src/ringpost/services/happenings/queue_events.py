"""From what becomes of a call's legs to what happened in queues: who waits, who was rung, who took the call.

Every figure is counted from this, so that it is the same on every kind of switch: of a switch only that a caller has
joined a queue is taken, and why it left one if nobody took it. The rest is what its legs did.
"""

import uuid
from collections.abc import Iterator
from typing import NamedTuple

from ringpost.clock import seconds
from ringpost.model.cause import ANSWERED_ELSEWHERE, meaning
from ringpost.model.notices import Notice, TrackedCall, TrackedLeg
from ringpost.model.queue import Attempt, LeftBecause, MissedBecause, QueueVisit

_VISITS = uuid.UUID("7d1f4c1e-8f0b-4a50-9b6e-72696e67706f")
_NOT_THERE = frozenset(
    {
        "USER_NOT_REGISTERED",
        "SUBSCRIBER_ABSENT",
        "DESTINATION_OUT_OF_ORDER",
        "RECOVERY_ON_TIMER_EXPIRE",
        "NO_USER_RESPONSE",
    }
)
_LEFT_AS: dict[LeftBecause, str] = {"answered": "queue.connected", "abandoned": "queue.abandoned"}


_A_MOMENT = 1.0
"""Seconds within which a switch rings all phones of an extension."""
MOST_ATTEMPTS = 300
"""Of a caller's, in its row: of more the first are forgotten."""


class InQueue(NamedTuple):
    """Something to tell of a caller's time in a queue: what, and about which leg."""

    type: str
    visit: QueueVisit
    leg: TrackedLeg
    reason: MissedBecause | None = None


def followed(call: TrackedCall, notice: Notice) -> tuple[TrackedCall, list[InQueue]]:
    """The call with its times in queues as its legs are now, and what that is to be told as. Again: nothing more."""
    told: list[InQueue] = []
    visits = (*call.visits, *_begun(call, notice, told))
    return call.model_copy(update={"visits": tuple(_gone_on(call, visit, notice, told) for visit in visits)}), told


def _gone_on(call: TrackedCall, visit: QueueVisit, notice: Notice, told: list[InQueue]) -> QueueVisit:
    for step in (_rung, _left, _ended, _rang_in_vain):
        visit = step(call, visit, notice, told)
    return visit


def _begun(call: TrackedCall, notice: Notice, told: list[InQueue]) -> Iterator[QueueVisit]:
    leg = call.leg(notice.leg_uuid)
    if notice.what != "queued" or notice.queue_uuid is None or leg is None or leg.state == "ended":
        return
    mine = [visit for visit in call.visits if visit.leg_uuid == leg.leg_uuid]
    was_told = any(visit.queue_uuid == notice.queue_uuid and visit.joined_at >= notice.at for visit in mine)
    if was_told or any(visit.waits for visit in mine):
        return
    visit = QueueVisit(
        visit_uuid=str(uuid.uuid5(_VISITS, f"{call.call_uuid} {leg.leg_uuid} {len(call.visits)}")),
        domain_uuid=call.domain_uuid,
        queue_uuid=notice.queue_uuid,
        call_uuid=call.call_uuid,
        leg_uuid=leg.leg_uuid,
        caller_id_number=notice.caller_id_number or call.caller_id_number,
        caller_id_name=notice.caller_id_name or call.caller_id_name,
        joined_at=notice.at,
        sandbox=call.sandbox,
    )
    told.append(InQueue("queue.joined", visit, leg))
    yield visit


def _rung(call: TrackedCall, visit: QueueVisit, _: Notice, __: list[InQueue]) -> QueueVisit:
    """Who is rung for a caller that waits: each phone of a member's is one leg, and all of them one attempt."""
    if not visit.waits:
        return visit
    attempts, known = list(visit.attempts), {one.leg_uuid for one in visit.attempts}
    for leg in call.rung_for(visit.leg_uuid, visit.joined_at):
        if leg.leg_uuid not in known and not any(_is_of(one, leg) for one in attempts):
            about = {"extension": leg.extension, "agent_uuid": leg.agent_uuid}
            attempts.append(Attempt(leg_uuid=leg.leg_uuid, rang_at=leg.start_stamp, **about))
    return visit.model_copy(update={"attempts": tuple(attempts[-MOST_ATTEMPTS:])})


def _left(call: TrackedCall, visit: QueueVisit, notice: Notice, told: list[InQueue]) -> QueueVisit:
    """A caller waits no more: a member has answered, or its switch says why, or it is gone."""
    caller = call.leg(visit.leg_uuid)
    if not visit.waits or caller is None:
        return visit
    taker = next((leg for leg in call.rung_for(visit.leg_uuid, visit.joined_at) if leg.answer_stamp), None)
    if taker is not None and taker.answer_stamp:
        known = (one.agent_uuid for one in reversed(visit.attempts) if one.extension == taker.extension)
        changes: dict[str, object] = {
            "left_at": taker.answer_stamp,
            "left_because": "answered",
            "extension": taker.extension,
            "agent_uuid": taker.agent_uuid or next(known, None),
            "agent_leg_uuid": taker.leg_uuid,
        }
    elif because := _why_left(visit, caller, notice):
        at = caller.end_stamp if caller.state == "ended" else notice.at
        changes = {"left_at": max(at or notice.at, visit.joined_at), "left_because": because}
    else:
        return visit
    visit = visit.model_copy(update=changes)
    told.append(InQueue(_LEFT_AS.get(visit.left_because or "lost", "queue.left"), visit, taker or caller))
    return visit


def _why_left(visit: QueueVisit, caller: TrackedLeg, notice: Notice) -> LeftBecause | None:
    if caller.state == "ended":
        if notice.what == "lost":
            return "lost"
        return "removed" if caller.ended_by == "api" else "abandoned"
    if notice.leg_uuid != visit.leg_uuid:
        return None
    if notice.what == "unqueued":
        is_this = notice.queue_uuid in (None, visit.queue_uuid) and notice.at >= visit.joined_at
        because = notice.left_because if notice.left_because != "answered" else None
        return (because or "transferred") if is_this else None
    return "transferred" if notice.what in ("sent", "parked") else None


def _ended(call: TrackedCall, visit: QueueVisit, _: Notice, told: list[InQueue]) -> QueueVisit:
    """The talk of a caller with the member that took it is over: its leg has ended, or the caller's."""
    if visit.left_because != "answered" or visit.ended_at is not None:
        return visit
    parties = [call.leg(visit.agent_leg_uuid), call.leg(visit.leg_uuid)]
    ended = [leg for leg in parties if leg is not None and leg.state == "ended"]
    if not ended:
        return visit
    at = min(leg.end_stamp or "" for leg in ended)
    visit = visit.model_copy(update={"ended_at": max(at, visit.left_at or at)})
    told.append(InQueue("queue.completed", visit, ended[0]))
    return visit


def _rang_in_vain(call: TrackedCall, visit: QueueVisit, _: Notice, told: list[InQueue]) -> QueueVisit:
    """A member's phones ring no more once the last of them does not: it was missed if one of them says so."""
    attempts = []
    for one in visit.attempts:
        if missed_because(one.cause):
            attempts.append(one)
            continue
        legs = [leg for leg in call.rung_for(visit.leg_uuid, visit.joined_at) if _is_of(one, leg)]
        if not legs:
            attempts.append(one)
            continue
        if any(leg.state != "ended" for leg in legs):  # one of them may have ended before the next was rung
            attempts.append(one.model_copy(update={"ended_at": None, "cause": None}))
            continue
        last = max(legs, key=lambda leg: (missed_because(leg.hangup_cause) is not None, leg.end_stamp or ""))
        attempts.append(one.model_copy(update={"ended_at": last.end_stamp, "cause": last.hangup_cause}))
        was_taken = any(leg.answer_stamp or leg.hangup_cause in ANSWERED_ELSEWHERE for leg in legs)
        reason = None if was_taken else missed_because(last.hangup_cause)
        if reason is not None:
            told.append(InQueue("agent.missed", visit, last, reason))
    return visit.model_copy(update={"attempts": tuple(attempts)})


def _is_of(attempt: Attempt, leg: TrackedLeg) -> bool:
    """Whether a leg is one of the phones that were rung as one attempt: of one extension, at once."""
    if attempt.leg_uuid == leg.leg_uuid:
        return True
    if leg.extension is None or attempt.extension != leg.extension:
        return False
    return attempt.ended_at is None or abs(seconds(leg.start_stamp) - seconds(attempt.rang_at)) < _A_MOMENT


def missed_because(cause: str | None) -> MissedBecause | None:
    """Why a member did not take a call that it could have taken; None: another did, or the caller gave up."""
    if cause in ANSWERED_ELSEWHERE:
        return None
    if cause in _NOT_THERE:
        return "unregistered"
    word = meaning(cause)
    return word if word in ("no_answer", "busy", "refused") else None
