import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.clock import seconds, stamp
from ringpost.model.call import CallOrder
from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from ringpost.switch import Progress
from ringpost.switch.sandbox import SandboxSwitch
from tests.fakes import NOON, FakeClock

UUID = "c0c0c0c0-0000-4000-8000-000000000001"


def order(a: str = "100", b: str = "101") -> CallOrder:
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
    )


@pytest.fixture
def switch(clock: FakeClock) -> SandboxSwitch:
    return SandboxSwitch(clock)


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
    switch = SandboxSwitch(FakeClock())
    special = [number[-7:-1] == "555014" for number in (a, b)]
    if special[0]:
        return
    legs = switch.foretold(order(a, b))
    assert len(legs) == 2
    assert legs[0].hangup_cause == ("NORMAL_CLEARING" if not special[1] else legs[1].hangup_cause)
    for leg in legs:
        assert (leg.end_stamp or "") >= (leg.answer_stamp or leg.start_stamp) >= leg.start_stamp
    assert switch.foretold(order(a, b)) == legs, "alike every time"
