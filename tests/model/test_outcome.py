"""What became of a call, from its legs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.call import Leg
from ringpost.model.outcome import joined, summarised, whole_seconds, worked_out

NOON = "2026-11-22T12:00:{:06.3f}Z"
A, B, C = (f"{one * 8}-0000-4000-8000-000000000000" for one in "abc")


def leg(uuid: str, start: float, answer: float | None, end: float, cause: str, **more: Any) -> Leg:
    is_first = uuid == A
    about: dict[str, Any] = {
        "leg": "a" if is_first else "b",
        "originating_leg_uuid": None if is_first else A,
        "extension": {A: None, B: "101", C: "102"}[uuid],
        "direction": "inbound",
        "ended_by": "switch",
    }
    stamps = {name: NOON.format(at) for name, at in (("start", start), ("end", end))}
    return Leg(
        xml_cdr_uuid=uuid,
        start_stamp=stamps["start"],
        end_stamp=stamps["end"],
        answer_stamp=None if answer is None else NOON.format(answer),
        hangup_cause=cause,
        **about | more,
    )


def call(*legs: Leg) -> dict[str, Any]:
    return summarised(A, worked_out(legs))


def about(found: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(found[name] for name in names)


WHAT = ("hangup_cause", "answered_by", "hung_up_by", "missed_call", "duration", "billsec")


def test_a_call_is_as_long_as_its_a_leg_in_seconds_as_a_switch_counts_them() -> None:
    found = call(leg(A, 0.9, 2.9, 5.1, "NORMAL_CLEARING", ended_by="party"), leg(B, 1.0, 2.9, 5.12, "NORMAL_CLEARING"))
    assert about(found, *WHAT) == ("NORMAL_CLEARING", "101", "caller", False, 5, 3)
    assert found["end_stamp"] == NOON.format(5.1)


def test_when_the_a_leg_has_left_the_call_goes_on() -> None:
    a, b = leg(A, 0, 1, 5, "NORMAL_CLEARING", ended_by="party"), leg(B, 0, 1, 20, "NORMAL_CLEARING")
    found = call(a, b, leg(C, 5.1, 6, 20, "NORMAL_CLEARING", originating_leg_uuid=B, ended_by="party"))
    assert about(found, *WHAT) == ("NORMAL_CLEARING", "102", "callee", False, 20, 19)


@pytest.mark.parametrize(
    ("first", "rung", "cause"),
    [
        ("USER_BUSY", "CALL_REJECTED", "USER_BUSY"),
        ("NORMAL_CLEARING", "CALL_REJECTED", "CALL_REJECTED"),
        ("NORMAL_CLEARING", "LOSE_RACE", "NORMAL_CLEARING"),
        ("ORIGINATOR_CANCEL", "NO_ANSWER", "ORIGINATOR_CANCEL"),
    ],
)
def test_nobody_answered_for_one_reason_and_nobody_hung_up(first: str, rung: str, cause: str) -> None:
    found = call(leg(A, 0, None, 3, first, ended_by="party"), leg(B, 0, None, 3, rung))
    assert about(found, *WHAT) == (cause, None, None, True, 3, 0)


def test_a_click_to_somebody_who_is_busy_has_failed_though_a_was_on_the_line() -> None:
    clicked = {"direction": "local", "missed_said": False, "extension": "100"}
    found = call(leg(A, 0, 1, 4, "USER_BUSY", **clicked), leg(B, 1, None, 4, "USER_BUSY"))
    assert about(found, *WHAT) == ("USER_BUSY", None, None, True, 4, 0)
    assert found["answer_stamp"] is None
    unregistered = call(leg(A, 0, 1, 4, "USER_NOT_REGISTERED", reached=("101",), **clicked))
    assert about(unregistered, *WHAT) == ("USER_NOT_REGISTERED", None, None, True, 4, 0)
    assert unregistered["extensions"] == ("100", "101")


def test_a_click_that_an_action_ends_while_b_rings_has_talked_to_nobody() -> None:
    clicked = {"direction": "local", "missed_said": False, "extension": "100", "ended_by": "api"}
    found = call(leg(A, 0, 1, 6, "NORMAL_CLEARING", **clicked), leg(B, 1, None, 6, "ORIGINATOR_CANCEL"))
    assert about(found, "answer_stamp", *WHAT) == (None, "NORMAL_CLEARING", None, "api", True, 6, 0)


def test_who_answered_too_late_has_not_answered() -> None:
    late = leg(B, 0, 2, 3, "LOSE_RACE")
    found = call(leg(A, 0, 2, 9, "NORMAL_CLEARING", ended_by="party"), late, leg(C, 0, 2, 9, "NORMAL_CLEARING"))
    assert about(found, *WHAT) == ("NORMAL_CLEARING", "102", "caller", False, 9, 7)
    assert {one.extension: one.answer_stamp for one in found["legs"]}["101"] is None


def test_who_is_left_to_a_voicemail_was_missed_whether_a_phone_rang_or_not() -> None:
    a = leg(A, 0, 2, 9, "NORMAL_CLEARING", reached=("101",), to_voicemail=True, ended_by="party")
    for legs in ([a], [a, leg(B, 0, None, 2, "NO_ANSWER")]):
        assert about(call(*legs), *WHAT) == ("NORMAL_CLEARING", None, None, True, 9, 7)


def test_who_dials_a_room_or_the_own_messages_has_missed_nobody() -> None:
    found = call(leg(A, 0, 0, 9, "NORMAL_CLEARING", direction="local", ended_by="party"))
    assert about(found, *WHAT) == ("NORMAL_CLEARING", None, "caller", False, 9, 9)


@pytest.mark.parametrize("answer", [None, 2])
def test_an_action_that_ends_a_call_is_said(answer: float | None) -> None:
    found = call(leg(A, 0, answer, 5, "NORMAL_CLEARING", ended_by="api"), leg(B, 0, answer, 5, "NORMAL_CLEARING"))
    assert found["hung_up_by"] == "api"


def test_b_legs_go_the_way_of_their_call() -> None:
    found = call(leg(A, 0, 1, 5, "NORMAL_CLEARING"), leg(B, 0, 1, 5, "NORMAL_CLEARING", direction="local"))
    assert [one.direction for one in found["legs"]] == ["inbound", "inbound"]


def test_who_forwarded_a_call_took_part() -> None:
    found = call(leg(A, 0, 1, 5, "NORMAL_CLEARING", reached=("100", "101")), leg(B, 0, 1, 5, "NORMAL_CLEARING"))
    assert found["extensions"] == ("100", "101")


def test_what_a_switch_says_stands_over_what_was_heard() -> None:
    heard = leg(A, 0, 1, 30, "NORMAL_CLEARING").model_copy(update={"heard": True, "hangup_cause": None})
    own = leg(A, 0, 1, 5, "NORMAL_CLEARING")
    assert joined(heard, own) == joined(own, heard) == own


times = st.integers(0, 59_000).map(lambda thousandths: NOON.format(thousandths / 1000))


@given(times, times, times)
def test_seconds_add_up(one: str, other: str, third: str) -> None:
    first, middle, last = sorted((one, other, third))
    parts = (whole_seconds(first, middle) or 0) + (whole_seconds(middle, last) or 0)
    assert parts == whole_seconds(first, last)
