"""The sandbox: calls that are simulated, alike every time, and say so.

A call is a script fixed by its order, and its state a function of script and clock. So nothing has
to run after the answer, and any process can tell how far a call has come.

Every number answers after a second; the call talks three seconds and hangs up. Only these do not,
whatever stands before their last seven digits:

=========  ===========================================================================
…5550140   busy                                                          USER_BUSY
…5550141   rings for 30 s, nobody answers                                NO_ANSWER
…5550142   refused by the phone                                          CALL_REJECTED
…5550143   not registered                                                USER_NOT_REGISTERED
…5550144   no such number                                                UNALLOCATED_NUMBER
…5550145   fails on the way                                              NETWORK_OUT_OF_ORDER
…5550146   no line free                                                  NORMAL_CIRCUIT_CONGESTION
…5550147   the phone is there but does not respond, for 30 s             RECOVERY_ON_TIMER_EXPIRE
…5550148   as A: the switch refuses the command (502); as B: refused     OUTGOING_CALL_BARRED
…5550149   as A: the switch cannot be reached (503); as B: fails         DESTINATION_OUT_OF_ORDER
=========  ===========================================================================
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from ringpost.clock import Clock, seconds, stamp
from ringpost.model.call import CallOrder, Leg
from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from ringpost.switch import Progress

ANSWERS_AFTER = 1.0
TALKS_FOR = 3.0
_AT_ONCE = 0.2
_REFUSED, _UNREACHABLE = "5550148", "5550149"


@dataclass(frozen=True, slots=True)
class _Fate:
    """What becomes of a number that is rung: the cause, and after how many seconds."""

    cause: str | None = None
    after: float = ANSWERS_AFTER
    q850: int = 16


_ANSWERS = _Fate()
_FATES = {
    "5550140": _Fate("USER_BUSY", _AT_ONCE, 17),
    "5550141": _Fate("NO_ANSWER", 30.0, 19),
    "5550142": _Fate("CALL_REJECTED", ANSWERS_AFTER, 21),
    "5550143": _Fate("USER_NOT_REGISTERED", _AT_ONCE, 20),
    "5550144": _Fate("UNALLOCATED_NUMBER", _AT_ONCE, 1),
    "5550145": _Fate("NETWORK_OUT_OF_ORDER", _AT_ONCE, 38),
    "5550146": _Fate("NORMAL_CIRCUIT_CONGESTION", _AT_ONCE, 34),
    "5550147": _Fate("RECOVERY_ON_TIMER_EXPIRE", 30.0, 102),
    _REFUSED: _Fate("OUTGOING_CALL_BARRED", _AT_ONCE, 52),
    _UNREACHABLE: _Fate("DESTINATION_OUT_OF_ORDER", _AT_ONCE, 27),
}
_B_LEG = uuid.UUID("0b1e9c1e-5a0d-4f6e-9b0a-72696e67706f")


class SandboxSwitch:
    """A ``Switch`` that only pretends."""

    is_sandbox = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def place(self, order: CallOrder) -> None:
        """Take the order, unless A's number says otherwise."""
        if order.destination_a.endswith(_REFUSED):
            raise SwitchRefused("the switch refused the call: for this sandbox number it always does")
        if order.destination_a.endswith(_UNREACHABLE):
            raise SwitchUnreachable("the switch cannot be reached: for this sandbox number it never can")

    def await_answer(self, order: CallOrder, seconds: float) -> Progress:
        """Wait until A's fate is known, this long at most."""
        fate = _fate(order.destination_a)
        decided_in = _start(order) + fate.after - self._clock.now()
        self._clock.sleep(max(0.0, min(decided_in, seconds)))
        if decided_in > seconds:
            return Progress("ringing")
        if fate.cause:
            return Progress("ended", cause=fate.cause)
        ended = self._clock.now() >= _start(order) + _length(order)
        return Progress("ended" if ended else "answered", answered=True, cause=_cause(order) if ended else None)

    def foretold(self, order: CallOrder) -> Sequence[Leg]:
        """Both legs as they will have been; one if A never answers. Raises what ``place`` would."""
        self.place(order)
        a, b = _fate(order.destination_a), _fate(order.destination_b)
        start = _start(order)
        end = start + _length(order)
        answered = None if a.cause else start + a.after
        b_uuid = str(uuid.uuid5(_B_LEG, order.call_uuid))
        a_leg = _leg(
            order,
            order.call_uuid,
            "a",
            (start, answered, end),
            cause=_cause(order),
            q850=a.q850 if a.cause else b.q850,
            bridge_uuid=None if a.cause or b.cause else b_uuid,
        )
        if answered is None:
            return [a_leg]
        b_answered = None if b.cause else answered + b.after
        b_leg = _leg(
            order,
            b_uuid,
            "b",
            (answered, b_answered, end),
            cause=_cause(order),
            q850=b.q850,
            bridge_uuid=None if b.cause else order.call_uuid,
        )
        return [a_leg, b_leg]


def _fate(number: str) -> _Fate:
    return _FATES.get(number[-7:], _ANSWERS)


def _start(order: CallOrder) -> float:
    return seconds(order.placed_at)


def _length(order: CallOrder) -> float:
    a, b = _fate(order.destination_a), _fate(order.destination_b)
    if a.cause:
        return a.after
    return a.after + b.after + (0.0 if b.cause else TALKS_FOR)


def _cause(order: CallOrder) -> str:
    """A switch hangs A up with the cause of a B that could not be reached."""
    return _fate(order.destination_a).cause or _fate(order.destination_b).cause or "NORMAL_CLEARING"


def _leg(
    order: CallOrder,
    leg_uuid: str,
    side: str,
    times: tuple[float, float | None, float],
    *,
    cause: str,
    q850: int,
    bridge_uuid: str | None,
) -> Leg:
    start, answered, end = times
    return Leg(
        xml_cdr_uuid=leg_uuid,
        leg="a" if side == "a" else "b",
        start_stamp=stamp(start),
        answer_stamp=None if answered is None else stamp(answered),
        end_stamp=stamp(end),
        duration=round(end - start),
        billsec=0 if answered is None else round(end - answered),
        hangup_cause=cause,
        hangup_cause_q850=q850,
        caller_id_name=order.caller_id_name,
        caller_id_number=order.caller_id_number,
        caller_destination=order.destination_b,
        source_number=order.destination_a,
        destination_number=order.destination_b,
        bridge_uuid=bridge_uuid,
        originating_leg_uuid=order.call_uuid if side == "b" else None,
    )
