from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.clock import seconds, stamp
from ringpost.model.call import CallOrder, Direction, Leg, Rung, RungSlot
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound, SwitchRefused, SwitchUnreachable
from ringpost.model.live import LiveCall
from ringpost.model.parking import ParkingLot, ParkingPlace
from ringpost.model.switch import SwitchRecord
from ringpost.model.transfer import Consultation
from ringpost.switch import Progress
from ringpost.switch.kinds import Means
from ringpost.switch.sandbox import KIND, telling
from ringpost.switch.sandbox.driver import SandboxSwitch
from ringpost.switch.sandbox.play import Play
from ringpost.switch.scripts import Script, Turn
from tests.fakes import NOON, FakeClock, MemoryScripts

UUID = "c0c0c0c0-0000-4000-8000-000000000001"


def order(a: str = "100", b: str = "101", way: tuple[Rung, ...] = (), direction: Direction | None = None) -> CallOrder:
    return CallOrder(
        call_uuid=UUID,
        domain_uuid=UUID,
        domain_name="x.example.net",
        caller_id_number="1",
        caller_id_name="",
        destination_a=a,
        destination_b=b,
        placed_at=stamp(NOON),
        key_uuid=UUID,
        way=way,
        direction=direction,
    )


@pytest.fixture
def switch(clock: FakeClock) -> SandboxSwitch:
    return SandboxSwitch(clock, MemoryScripts())


def test_a_call_is_answered_after_a_second_and_talks_three(switch: SandboxSwitch) -> None:
    a, b = switch.foretold(order())
    assert (a.leg, b.leg, a.xml_cdr_uuid, b.originating_leg_uuid) == ("a", "b", UUID, UUID)
    assert seconds(a.answer_stamp or "") == NOON + 1
    assert seconds(b.answer_stamp or "") == NOON + 2
    assert seconds(a.end_stamp or "") == seconds(b.end_stamp or "") == NOON + 5
    assert (a.billsec, b.billsec, a.duration) == (4, 3, 5)
    assert a.bridge_uuid == b.xml_cdr_uuid
    assert b.bridge_uuid == UUID


def test_its_state_is_a_function_of_script_and_clock(switch: SandboxSwitch, clock: FakeClock) -> None:
    assert switch.await_answer(order(), 0) == Progress("ringing")
    clock.time = NOON + 1
    assert switch.await_answer(order(), 0) == Progress("answered", answered=True)
    clock.time = NOON + 5
    assert switch.await_answer(order(), 0) == Progress("ended", answered=True, cause="NORMAL_CLEARING")
    clock.time = NOON + 1
    assert switch.await_answer(order("5550140"), 0) == Progress("ended", cause="USER_BUSY")


def test_waits_no_longer_than_it_must(switch: SandboxSwitch, clock: FakeClock) -> None:
    switch.await_answer(order("5550141"), 10)
    assert clock.time == NOON + 10
    assert switch.await_answer(order("5550141"), 25) == Progress("ended", cause="NO_ANSWER")
    assert clock.time == NOON + 30


def test_two_numbers_fail_at_once_as_a_and_are_causes_as_b(switch: SandboxSwitch) -> None:
    for number, problem in (("5550148", SwitchRefused), ("15550149", SwitchUnreachable)):
        with pytest.raises(problem):
            switch.place(order(number))
        with pytest.raises(problem):
            switch.foretold(order(number))
    assert switch.foretold(order("100", "5550148"))[0].hangup_cause == "OUTGOING_CALL_BARRED"
    assert switch.foretold(order("100", "5550149"))[0].hangup_cause == "DESTINATION_OUT_OF_ORDER"


@given(st.from_regex(r"\+?[0-9*#]{1,32}", fullmatch=True), st.from_regex(r"[0-9*#]{1,32}", fullmatch=True))
def test_every_other_number_answers_and_every_call_has_an_end(a: str, b: str) -> None:
    switch = SandboxSwitch(FakeClock(), MemoryScripts())
    special = [number[-7:-1] == "555014" for number in (a, b)]
    if special[0]:
        return
    legs = switch.foretold(order(a, b))
    assert len(legs) == 2
    assert legs[0].hangup_cause == ("NORMAL_CLEARING" if not special[1] else legs[1].hangup_cause)
    for leg in legs:
        assert (leg.end_stamp or "") >= (leg.answer_stamp or leg.start_stamp) >= leg.start_stamp
    assert switch.foretold(order(a, b)) == legs, "alike every time"


DOMAIN = Domain(domain_uuid=UUID, domain_name="x.example.net")
B = "b"
"""Stands for B's leg, whose uuid follows from the call's."""


def acted(*turns: tuple[float, str, str, str], a: str = "100", b: str = "101") -> list[Leg]:
    """The legs of a call to which this was done, so many seconds after it was placed."""
    first = Script(order=order(a, b))
    names = {"a": UUID, B: telling.legs(Play(first))[-1].xml_cdr_uuid}
    made = [
        Turn.model_validate({"at": NOON + at, "what": what, "leg_uuid": names[who], "value": value})
        for at, what, who, value in turns
    ]
    return telling.legs(Play(first.model_copy(update={"turns": tuple(made)})))


def spans(found: list[Leg]) -> list[tuple[float, float]]:
    return [(round(seconds(leg.start_stamp) - NOON, 3), round(seconds(leg.end_stamp or "") - NOON, 3)) for leg in found]


def test_a_call_that_is_hung_up_ends_then(switch: SandboxSwitch) -> None:
    assert spans(acted((3.5, "hang_up", "a", ""))) == [(0, 3.5), (1, 3.5)]
    ringing = acted((0.5, "hang_up", "a", ""))
    assert (spans(ringing), ringing[0].answer_stamp) == ([(0, 0.5)], None)
    busy = acted((0.5, "hang_up", "a", ""), a="5550141")
    assert (busy[0].hangup_cause, busy[0].hangup_cause_q850) == ("NORMAL_CLEARING", 16)


def test_a_call_on_hold_stands_still() -> None:
    assert spans(acted((3, "hold", "a", ""))) == [(0, 3605), (1, 3605)]
    assert spans(acted((3, "hold", "a", ""), (103, "resume", "a", ""))) == [(0, 105), (1, 105)]
    both = [(3, "hold", "a", ""), (4, "hold", B, ""), (103, "resume", "a", "")]
    assert spans(acted(*both)) == [(0, 3605), (1, 3605)]
    assert spans(acted(*both, (203, "resume", B, ""))) == [(0, 205), (1, 205)]


def test_a_call_that_is_transferred_has_a_leg_more_and_starts_anew() -> None:
    found = acted((3, "transfer", B, "102"))
    assert spans(found) == [(0, 3), (1, 7), (3, 7)]
    assert [leg.destination_number for leg in found] == ["101", "101", "102"]
    assert [leg.originating_leg_uuid for leg in found] == [None, UUID, UUID]
    failed = acted((3, "transfer", B, "5550142"))
    assert [leg.hangup_cause for leg in failed] == ["NORMAL_CLEARING", "CALL_REJECTED", "CALL_REJECTED"]


def test_a_call_that_is_parked_waits_an_hour_or_until_somebody_takes_it() -> None:
    assert spans(acted((3, "park", B, "5901"))) == [(0, 3), (1, 3603)]
    assert spans(acted((3, "park", B, "5901"), (603, "transfer", B, "100"))) == [(0, 3), (1, 607), (603, 607)]
    held = acted((3, "hold", "a", ""), (4, "park", B, "5901"))
    assert spans(held) == [(0, 4), (1, 3604)], "whoever held it is gone"


def test_who_is_gone_does_nothing_more() -> None:
    before = [(3, "transfer", B, "102")]
    assert acted(*before, (4, "hang_up", "a", "")) == acted(*before)


numbers = st.sampled_from([*["100", "101", "102"] * 3, "5550140", "5550141", "5550142"])
_DONE = [
    *("hold", "resume", "transfer", "transfer", "park", "mute", "send_digits", "hang_up", "answer"),
    *("consult", "consult", "put_through", "take_back"),
]
LOT = ParkingLot(
    parkinglot_uuid="d1d1d1d1-0000-4000-8000-000000000001", domain_uuid=DOMAIN.domain_uuid, name="Yard",
    extension="870", slots_start="871", slots_end="872", timeout=5,
)  # fmt: skip
turns = st.lists(
    st.tuples(
        st.sampled_from([*(eighths / 8 for eighths in range(12)), 30, 3600]),
        st.sampled_from(_DONE),
        st.integers(0, 4),
        numbers,
    ),
    max_size=8,
)


SLOT = RungSlot(slot="872", timeout=2, then="102", way=(Rung(number="102"),))


def rung(number: str, *, alongside: bool = False, by_hand: bool = False, **where: Any) -> Rung:
    return Rung(number=number, alongside=alongside, by_hand=by_hand, **where)


def group(*members: str) -> tuple[Rung, ...]:
    """Numbers that are rung at once."""
    return tuple(rung(number, alongside=place > 0) for place, number in enumerate(members))


def test_of_a_group_who_answers_first_has_the_call_and_the_others_ring_no_more() -> None:
    _, slow, first, busy, late = found = telling.legs(
        Play(Script(order=order(b="600", way=group("5550141", "101", "5550140", "102"))))
    )
    assert spans(found) == [(0, 5), (1, 2), (1, 5), (1, 1.2), (1, 2)]
    assert [leg.hangup_cause for leg in found[1:]] == ["LOSE_RACE", "NORMAL_CLEARING", "USER_BUSY", "LOSE_RACE"]
    assert [leg.answer_stamp is None for leg in (slow, first, busy, late)] == [True, False, True, True]
    assert first.bridge_uuid == UUID


def test_of_a_group_nobody_answers_until_the_last_has_rung_long_enough() -> None:
    found = telling.legs(Play(Script(order=order(b="600", way=group("5550140", "5550141", "5550142")))))
    assert spans(found) == [(0, 31), (1, 1.2), (1, 31), (1, 2)]
    assert [leg.hangup_cause for leg in found] == ["NO_ANSWER", "USER_BUSY", "NO_ANSWER", "CALL_REJECTED"]


def test_who_is_rung_rings_no_more_when_the_call_is_hung_up() -> None:
    script = Script(order=order(b="600", way=group("101", "102")))
    turn = Turn(at=NOON + 1.5, what="hang_up", leg_uuid=UUID)
    assert spans(telling.legs(Play(script.model_copy(update={"turns": (turn,)})))) == [(0, 1.5)] + [(1, 1.5)] * 2


def test_who_calls_in_is_not_rung_and_hears_an_answer_when_somebody_answers(
    switch: SandboxSwitch, clock: FakeClock
) -> None:
    called_in = order("5550150", "12025550100", way=group("100", "101"), direction="inbound")
    a, b, _ = switch.foretold(called_in)
    assert spans([a, b]) == [(0, 4), (0, 4)]
    assert (a.source_number, a.destination_number, a.answer_stamp) == ("1", "12025550100", b.answer_stamp)
    assert [one.what for one in telling.notices(Play(Script(order=called_in)))][:3] == ["made", "made", "ringing"]
    assert switch.await_answer(called_in, 0) == Progress("ringing")
    clock.time += 1
    assert switch.await_answer(called_in, 0) == Progress("answered", answered=True)
    nobody = order("5550150", "12025550100", way=group("5550142"), direction="inbound")
    assert switch.await_answer(nobody, 5) == Progress("ended", cause="CALL_REJECTED")


wheres = st.sampled_from([{}, {}, {"rings_for": 3}, {"is_room": True, "asks_pin": True}, {"slot": SLOT}])
ways = st.lists(
    st.builds(
        lambda number, alongside, by_hand, where: rung(number, alongside=alongside, by_hand=by_hand, **where),
        numbers,
        st.booleans(),
        st.booleans(),
        wheres,
    ),
    max_size=5,
).map(tuple)


@given(numbers, ways, ways, st.sampled_from([None, "inbound"]), turns)
def test_whatever_is_done_to_a_call_it_stays_one(
    a: str,
    way: tuple[Rung, ...],
    further: tuple[Rung, ...],
    direction: Direction | None,
    done: list[tuple[float, str, int, str]],
) -> None:
    clock, scripts = FakeClock(), MemoryScripts(**{"102": further})
    switch = SandboxSwitch(clock, scripts)
    scripts.rewrite(Script(order=order(a, "101", way, direction)))
    for pause, what, place, value in done:
        clock.time += pause
        before = telling.legs(Play(scripts.scripts[UUID]))
        leg = before[place % len(before)].xml_cdr_uuid if before else UUID
        with suppress(CannotComply, NotFound):
            getattr(switch, what)(DOMAIN, *arguments(what, leg, value, switch.calls(DOMAIN)))
        after = telling.legs(Play(scripts.scripts[UUID]))
        assert after == telling.legs(Play(scripts.scripts[UUID])), "alike every time"
        assert past(after, clock.time) == past(before, clock.time), "what has happened has happened"
        uuids = [one.xml_cdr_uuid for one in after]
        assert len(set(uuids)) == len(uuids)
        for one in after:
            assert one.start_stamp <= (one.answer_stamp or one.start_stamp) <= (one.end_stamp or "")
        up = switch.calls(DOMAIN)
        assert bool(up) == any(seconds(one.end_stamp or "") > clock.time for one in after)
        for call in up:
            assert {one.leg_uuid for one in call.legs} <= {*uuids, UUID}


def arguments(what: str, leg: str, value: str, up: list[LiveCall]) -> tuple[Any, ...]:
    if what == "park":
        return leg, ParkingPlace(lot=LOT if value == "102" else None, on_timeout="101" if value == "102" else None)
    if what in ("consult", "put_through", "take_back"):
        other = next((one.leg_uuid for call in up for one in call.legs if one.leg_uuid != leg), leg)
        return (Consultation(transfer_uuid=UUID, initiator=leg, transferred=other, number=value),)
    return (leg, value) if what in ("transfer", "send_digits") else (leg,)


def past(found: list[Leg], now: float) -> set[tuple[str, str, str]]:
    """What has happened on each leg before a moment."""
    stamps = [
        (leg.xml_cdr_uuid, name, getattr(leg, name))
        for leg in found
        for name in ("start_stamp", "answer_stamp", "end_stamp")
    ]
    return {(uuid, name, at) for uuid, name, at in stamps if at and seconds(at) < round(now, 3) - 0.001}


def test_is_played_beside_no_switch(clock: FakeClock) -> None:
    record = SwitchRecord(switch_uuid=UUID, switch_name="lab", kind="sandbox")
    with pytest.raises(CannotComply, match="beside no switch"):
        KIND.connect(record, Means(clock, str, {}))
