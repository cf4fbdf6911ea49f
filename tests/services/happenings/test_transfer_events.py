"""What becomes of transfers, rooms and slots, from what a switch tells of legs: the same on each, late or twice."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.clock import stamp
from ringpost.model.notices import Notice
from tests.fakes import NOON
from tests.services.happenings.test_queue_events import played

HOME, MADE = (f"{letter}0000000-0000-4000-8000-000000000000" for letter in "df")
CALLER, DESK, ASKED, OTHER = (f"c0000000-0000-4000-8000-00000000000{number}" for number in range(4))
"""100 calls 101, who asks 102, or 103."""
NUMBERS = {CALLER: "100", DESK: "101", ASKED: "102", OTHER: "103"}
LOT = "a0000000-0000-4000-8000-000000000000"


class Board:
    """A switch that tells of a call in which 101 transfers 100."""

    def __init__(self) -> None:
        self.told: list[Notice] = []
        for leg in (CALLER, DESK):
            self.tell(0, "made", leg)
            self.tell(1, "ringing" if leg == DESK else "answered", leg)
        self.tell(2, "answered", DESK)

    def tell(self, at: float, what: Any, leg: str, **about: Any) -> None:
        source = {DESK: CALLER, ASKED: DESK, OTHER: DESK}.get(leg)
        first = next((one.start_stamp for one in self.told if one.leg_uuid == leg), stamp(NOON + at))
        facts: dict[str, Any] = {"start_stamp": first, "extension": NUMBERS[leg], "number": NUMBERS[leg]}
        facts |= {"source_uuid": source} if source else {}
        facts |= {"answer_stamp": stamp(NOON + at)} if what == "answered" else {}
        notice = Notice(
            what=what, at=stamp(NOON + at), core="c1", sequence=len(self.told) + 1, domain_uuid=HOME, leg_uuid=leg,
            direction="local", **facts | about,
        )  # fmt: skip
        self.told.append(notice)

    def asks(self, at: float) -> None:
        self.tell(at, "consults", DESK, other_uuid=CALLER, transfer_uuid=MADE, sent_to="102")

    def rings(self, at: float, leg: str = ASKED) -> None:
        self.tell(at, "made", leg)
        self.tell(at, "ringing", leg)

    def ends(self, at: float, leg: str, cause: str = "NORMAL_CLEARING") -> None:
        self.tell(at, "ended", leg, cause=cause)


def story(notices: Sequence[Notice]) -> list[str]:
    """What was told of transfers, and of calls that are sent on."""
    lines = []
    for one in played(notices)[1]:
        if one.transfer is not None:
            lines.append(f"{one.type.removeprefix('transfer.')} {one.transfer.recipient_extension} {one.transfer.flow}")
        elif one.type == "call.transferred":
            lines.append(f"{one.type} {one.leg.number if one.leg else None}")
    return lines


def answered() -> Board:
    board = Board()
    board.asks(5)
    board.rings(6)
    board.tell(8, "answered", ASKED)
    return board


def test_who_was_asked_is_put_through_to() -> None:
    board = answered()
    board.tell(10, "put_through", CALLER, taken_by=ASKED, other_uuid=DESK)
    board.ends(10, DESK)
    assert story(board.told) == [
        "ringback 102 attended", "answered 102 attended", "call.transferred 102", "completed 102 attended",
    ]  # fmt: skip
    call = played(board.told)[0]
    assert {leg.number for leg in call.legs if leg.speaks} == {"100", "102"}


def test_who_hangs_up_has_put_through_though_the_switch_tells_it_before() -> None:
    board = answered()
    board.ends(10, DESK)
    board.tell(10.1, "put_through", CALLER, taken_by=ASKED, other_uuid=DESK)
    assert story(board.told) == [
        "ringback 102 attended", "answered 102 attended", "completed 102 attended", "call.transferred 102",
    ]  # fmt: skip


def test_who_hangs_up_before_the_answer_has_put_through_blind() -> None:
    board = Board()
    board.asks(5)
    board.rings(6)
    board.ends(7, DESK)
    board.ends(7, ASKED, "ORIGINATOR_CANCEL")
    assert story(board.told) == ["ringback 102 attended", "completed 102 blind"]


@pytest.mark.parametrize("cause", ["USER_BUSY", "NO_ANSWER", "NORMAL_CLEARING"])
def test_the_two_talk_again(cause: str) -> None:
    board = Board() if cause == "USER_BUSY" else answered()
    if cause == "USER_BUSY":
        board.asks(5)
        board.tell(6, "made", ASKED)
    board.ends(9, ASKED, cause)
    board.tell(9.1, "taken_back", DESK, other_uuid=CALLER)
    assert story(board.told)[-1] == "cancelled 102 attended"
    call = played(board.told)[0]
    assert {leg.number for leg in call.legs if leg.speaks} == {"100", "101"}


@pytest.mark.parametrize("is_answered", [False, True])
def test_who_waits_hangs_up(is_answered: bool) -> None:
    board = answered() if is_answered else Board()
    if not is_answered:
        board.asks(5)
    board.ends(9, CALLER)
    assert story(board.told)[-1].startswith("abandoned")
    assert not played(board.told)[0].has_ended, "the other two go on"


@pytest.mark.parametrize("is_answered", [False, True])
@pytest.mark.parametrize("order", [*itertools.permutations((CALLER, DESK, ASKED))])
def test_nobody_is_put_through_on_a_switch_that_is_lost(order: Sequence[str], *, is_answered: bool) -> None:
    board = answered() if is_answered else Board()
    if not is_answered:
        board.asks(5)
        board.rings(6)
    for leg in order:
        board.tell(9, "lost", leg)
    call, happened = played(board.told)
    assert story(board.told)[-1].startswith("abandoned")
    assert [one.type for one in happened if one.transfer and one.transfer.is_over] == ["transfer.abandoned"]
    assert (call.has_ended, [one.type for one in happened].count("call.ended")) == (True, 1)


@pytest.mark.parametrize("leg", [CALLER, ASKED])
def test_how_who_asked_has_ended_may_be_lost_and_the_others_go_on(leg: str) -> None:
    board = answered()
    board.tell(9, "lost", DESK)
    assert story(board.told)[-1] == "answered 102 attended", "nobody knows yet"
    board.ends(20, leg)
    assert story(board.told)[-1] == "completed 102 attended"


def test_of_a_group_it_is_who_has_answered() -> None:
    board = Board()
    board.asks(5)
    board.rings(6)
    board.rings(6, OTHER)
    board.tell(8, "answered", OTHER)
    board.ends(8, ASKED, "LOSE_RACE")
    assert story(board.told) == ["ringback 102 attended", "answered 103 attended"]


def test_who_is_asked_may_be_known_to_have_been_rung_to_the_second_only() -> None:
    """So it is after a break on an Asterisk: a channel's uniqueid says when it began."""
    board = Board()
    board.asks(5.4)
    began = stamp(NOON + 5)
    for what, at in (("made", 5.6), ("answered", 7)):
        board.tell(at, what, ASKED, start_stamp=began)
    assert story(board.told) == ["ringback 102 attended", "answered 102 attended"]


def test_whom_who_asks_had_rung_before_is_not_who_is_asked() -> None:
    board = Board()
    board.rings(3, OTHER)
    board.asks(5.4)
    board.tell(7, "answered", OTHER)
    assert not [line for line in story(board.told) if line.startswith(("ringback", "answered"))]


def test_a_transfer_of_the_phone_s_own_is_told_when_it_is_complete() -> None:
    board = Board()
    board.rings(6)
    board.tell(8, "answered", ASKED)
    board.tell(10, "put_through", CALLER, taken_by=ASKED, other_uuid=DESK)
    board.ends(10, DESK)
    assert story(board.told)[-2:] == ["call.transferred 102", "completed 102 attended"]
    [transfer] = played(board.told)[0].transfers
    assert (transfer.by_phone, transfer.initiator_extension, transfer.status) == (True, "101", "completed")


def test_a_blind_one_of_the_phone_s_own_too() -> None:
    board = Board()
    board.tell(5, "sent", CALLER, sent_to="103", by_phone=True, other_uuid=DESK)
    assert story(board.told) == ["call.transferred 100", "completed None blind"]
    board.tell(6, "sent", CALLER, sent_to="103")
    assert story(board.told) == ["call.transferred 100", "completed None blind"]


def test_one_after_the_other_are_two() -> None:
    board = answered()
    board.tell(10, "taken_back", DESK, other_uuid=CALLER)
    board.ends(10, ASKED)
    another = MADE.replace("f", "e")
    board.tell(20, "consults", DESK, other_uuid=CALLER, transfer_uuid=another, sent_to="103")
    board.rings(21, OTHER)
    board.tell(22, "answered", OTHER)
    board.tell(25, "put_through", CALLER, taken_by=OTHER, other_uuid=DESK)
    assert [line for line in story(board.told) if "103" in line] == [
        "ringback 103 attended", "answered 103 attended", "call.transferred 103", "completed 103 attended",
    ]  # fmt: skip
    assert [one.status for one in played(board.told)[0].transfers] == ["cancelled", "completed"]


@given(st.lists(st.integers(0, 30), max_size=40))
def test_told_twice_it_is_told_once(again: list[int]) -> None:
    board = answered()
    board.tell(10, "put_through", CALLER, taken_by=ASKED, other_uuid=DESK)
    board.ends(10, DESK)
    board.ends(20, ASKED)
    board.ends(20, CALLER)
    twice = [board.told[place % len(board.told)] for place in again]
    mixed: list[Notice] = []
    for notice in board.told:
        mixed += [notice, *(old for old in twice if old.sequence < notice.sequence)]
    assert story(mixed) == story(board.told)


# rooms and slots


def of(notices: Sequence[Notice], *families: str) -> list[str]:
    happened = [one for one in played(notices)[1] if one.type.startswith(families)]
    return [f"{one.type} {one.more.get('room') or one.more.get('slot')}" for one in happened]


def test_who_comes_into_a_room_is_told_once_and_leaves_it_when_the_call_ends() -> None:
    board = Board()
    for at in (5, 6):
        board.tell(at, "room_joined", CALLER, room="850")
    board.tell(7, "room_muted", CALLER, room="850")
    board.tell(8, "room_unmuted", CALLER, room="850")
    board.tell(9, "room_joined", CALLER, room="*31")
    board.ends(10, CALLER)
    assert of(board.told, "conference.") == [
        "conference.joined 850", "conference.muted 850", "conference.unmuted 850", "conference.left 850",
        "conference.joined *31", "conference.left *31",
    ]  # fmt: skip


def test_who_is_in_no_room_is_not_muted_there() -> None:
    board = Board()
    board.tell(7, "room_muted", CALLER)
    board.tell(8, "room_left", CALLER)
    assert of(board.told, "conference.") == []


@pytest.mark.parametrize(
    ("how", "about", "told"),
    [
        ("unparked", {"taken_by": DESK}, "parking.taken"),
        ("unparked", {"timed_out": True}, "parking.timed_out"),
        ("ended", {"cause": "NORMAL_CLEARING"}, "parking.abandoned"),
    ],
)
def test_how_it_leaves_its_slot(how: str, about: dict[str, Any], told: str) -> None:
    board = Board()
    board.tell(5, "parked", CALLER, slot="851", parkinglot_uuid=LOT)
    board.tell(9, how, CALLER, **about)
    happened = [one for one in played(board.told)[1] if one.type.startswith("parking.")]
    assert [one.type for one in happened] == ["parking.parked", told]
    assert {(one.more["slot"], one.more["parkinglot_uuid"]) for one in happened} == {("851", LOT)}
