"""What happens in queues, from what a switch tells of legs: the same whichever switch it is, late or twice."""

import uuid
from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ringpost.clock import stamp
from ringpost.model.notices import Notice, TrackedCall
from ringpost.services.happenings.call_events import Happening, advanced, begun
from ringpost.services.happenings.queue_events import MOST_ATTEMPTS
from tests.fakes import NOON

HOME, QUEUE, OTHER = (f"{letter}0000000-0000-4000-8000-000000000000" for letter in "dab")
CALLER = "c0000000-0000-4000-8000-000000000000"
AGENTS = {number: f"e0000000-0000-4000-8000-000000000{number}" for number in ("101", "102", "103")}


class Switchboard:
    """A switch that tells: its sequence goes up, and each notice says all it knows."""

    def __init__(self) -> None:
        self.told: list[Notice] = []

    def tell(self, at: float, what: Any, leg: str = CALLER, **about: Any) -> None:
        facts: dict[str, Any] = {"caller_id_number": "12025550111", "dialled": "700", "direction": "inbound"}
        if leg != CALLER:
            number = next((number for number, uuid in AGENTS.items() if uuid == leg), "101")
            facts |= {"source_uuid": CALLER, "extension": number, "number": number}
        members = {"start_stamp": stamp(NOON), **facts, **about}
        notice = Notice(
            what=what,
            at=stamp(NOON + at),
            core="c1",
            sequence=len(self.told) + 1,
            domain_uuid=HOME,
            leg_uuid=leg,
            **members,
        )
        self.told.append(notice)

    def joins(self, at: float, queue: str = QUEUE) -> None:
        if not self.told:
            self.tell(at, "made")
            self.tell(at, "answered", answer_stamp=stamp(NOON + at))
        self.tell(at, "queued", queue_uuid=queue)

    def rings(self, at: float, number: str) -> None:
        started = {"start_stamp": stamp(NOON + at)}
        self.tell(at, "made", AGENTS[number], **started)
        self.tell(at, "ringing", AGENTS[number], **started)

    def answers(self, at: float, number: str, rang: float) -> None:
        stamps = {"start_stamp": stamp(NOON + rang), "answer_stamp": stamp(NOON + at)}
        self.tell(at, "answered", AGENTS[number], **stamps)

    def ends(self, at: float, number: str | None = None, cause: str = "NORMAL_CLEARING", **about: Any) -> None:
        self.tell(at, "ended", AGENTS[number] if number else CALLER, cause=cause, **about)


def played(notices: Sequence[Notice]) -> tuple[TrackedCall, list[Happening]]:
    call, happened = begun(notices[0], "demo.example.net"), list[Happening]()
    for notice in notices:
        call, more = advanced(call, notice)
        happened += more
    return call, happened


def story(notices: Sequence[Notice]) -> list[str]:
    lines = []
    for one in played(notices)[1]:
        if one.visit is not None:
            about = [one.visit.left_because, one.visit.waited, one.more.get("reason"), one.leg and one.leg.extension]
            lines.append(" ".join(str(word) for word in (one.type, *about) if word is not None))
    return lines


def answered() -> Switchboard:
    """Rung at 101 in vain, then answered at 102."""
    board = Switchboard()
    board.joins(0)
    board.rings(1, "101")
    board.ends(11, "101", "NO_ANSWER")
    board.rings(12, "102")
    board.answers(14, "102", 12)
    board.ends(44, "102", ended_by="party")
    board.ends(44)
    return board


def test_a_caller_joins_is_missed_is_taken_and_has_talked() -> None:
    assert story(answered().told) == [
        "queue.joined",
        "agent.missed no_answer 101",
        "queue.connected answered 14.0 102",
        "queue.completed answered 14.0 102",
    ]
    [visit] = played(answered().told)[0].visits
    assert (visit.extension, visit.talked, [one.extension for one in visit.attempts]) == ("102", 30.0, ["101", "102"])


SECOND = "e0000000-0000-4000-8000-0000000001b1"
"""Another phone of 101."""


def rung_on_two_phones(cause: str, other: str, *, apart: bool = False) -> Switchboard:
    """Two phones of 101 ring; with ``apart`` the one has ended before anything is heard of the other."""
    board = Switchboard()
    board.joins(0)
    board.rings(1, "101")
    phone: dict[str, Any] = {"source_uuid": CALLER, "extension": "101", "number": "101", "start_stamp": stamp(NOON + 1)}
    if apart:
        board.ends(1.1, "101", cause)
    board.tell(1.2, "made", SECOND, **phone)
    board.tell(1.2, "ringing", SECOND, **phone)
    if not apart:
        board.ends(1.5, "101", cause)
    board.tell(11, "ended", SECOND, cause=other, **phone)
    return board


def test_all_phones_of_a_member_are_one_attempt() -> None:
    for apart in (False, True):
        both = rung_on_two_phones("NO_ANSWER", "NO_ANSWER") if not apart else None
        one_is_dead = rung_on_two_phones("NORMAL_TEMPORARY_FAILURE", "NO_ANSWER", apart=apart)
        for board in filter(None, (both, one_is_dead)):
            assert story(board.told) == ["queue.joined", "agent.missed no_answer 101"], apart
            [visit] = played(board.told)[0].visits
            assert [(one.extension, one.cause) for one in visit.attempts] == [("101", "NO_ANSWER")]


def test_who_answers_on_one_phone_has_missed_nothing_on_the_other() -> None:
    board = rung_on_two_phones("LOSE_RACE", "NO_ANSWER")
    assert story(board.told) == ["queue.joined"]


def test_whoever_hangs_up_while_waiting_has_abandoned_and_nobody_missed_anything() -> None:
    board = Switchboard()
    board.joins(0)
    board.rings(3, "101")
    board.ends(9, ended_by="party", cause="ORIGINATOR_CANCEL")
    board.ends(9, "101", "ORIGINATOR_CANCEL")
    assert story(board.told) == ["queue.joined", "queue.abandoned abandoned 9.0"]


def test_an_action_that_hangs_up_has_removed() -> None:
    board = Switchboard()
    board.joins(0)
    board.ends(9, ended_by="api")
    assert story(board.told) == ["queue.joined", "queue.left removed 9.0"]


def test_a_caller_goes_on_into_another_queue() -> None:
    board = Switchboard()
    board.joins(0)
    board.tell(20, "unqueued", queue_uuid=QUEUE, left_because="timeout")
    board.joins(21, OTHER)
    board.rings(22, "101")
    board.answers(23, "101", 22)
    board.ends(33, "101")
    board.ends(33)
    assert story(board.told) == [
        "queue.joined",
        "queue.left timeout 20.0",
        "queue.joined",
        "queue.connected answered 2.0 101",
        "queue.completed answered 2.0 101",
    ]


def test_whoever_is_sent_on_or_parked_waits_no_more() -> None:
    for what, about in (("sent", {"sent_to": "101"}), ("parked", {"slot": "5901"})):
        board = Switchboard()
        board.joins(0)
        board.tell(5, what, **about)
        assert story(board.told) == ["queue.joined", "queue.left transferred 5.0"]


def test_a_switch_that_is_lost_has_lost_who_waits() -> None:
    board = Switchboard()
    board.joins(0)
    board.tell(30, "lost")
    assert story(board.told) == ["queue.joined", "queue.left lost 30.0"]


def test_of_all_that_ring_one_takes_the_call_and_the_others_missed_nothing() -> None:
    board = Switchboard()
    board.joins(0)
    for number in ("101", "102", "103"):
        board.rings(1, number)
    board.ends(2, "103", "USER_BUSY")
    board.answers(4, "102", 1)
    board.ends(4, "101", "LOSE_RACE")
    board.ends(9, "102")
    board.ends(9)
    assert story(board.told) == [
        "queue.joined",
        "agent.missed busy 103",
        "queue.connected answered 4.0 102",
        "queue.completed answered 4.0 102",
    ]


def test_who_takes_a_caller_may_be_known_to_have_been_rung_to_the_second_only() -> None:
    """So it is after a break on an Asterisk, if the caller had joined a moment before it."""
    board = Switchboard()
    board.joins(0.4)
    board.tell(3, "made", AGENTS["101"], start_stamp=stamp(NOON))
    board.answers(3, "101", rang=0)
    [visit] = played(board.told)[0].visits
    assert (visit.left_because, visit.extension) == ("answered", "101")


def test_whoever_was_rung_before_in_that_second_was_rung_for_nobody_who_waits() -> None:
    board = Switchboard()
    board.joins(0.1)
    board.rings(0.2, "101")
    board.ends(0.3, "101", cause="USER_BUSY", start_stamp=stamp(NOON + 0.2))
    board.tell(0.4, "unqueued", queue_uuid=QUEUE, left_because="timeout")
    board.joins(0.5, OTHER)
    board.ends(5)
    assert [len(visit.attempts) for visit in played(board.told)[0].visits] == [1, 0]


def test_a_member_without_a_phone_is_told_so() -> None:
    board = Switchboard()
    board.joins(0)
    board.tell(1, "made", AGENTS["101"], start_stamp=stamp(NOON + 1))
    board.ends(1, "101", "USER_NOT_REGISTERED", start_stamp=stamp(NOON + 1))
    assert story(board.told)[-1] == "agent.missed unregistered 101"


def test_the_call_itself_says_whose_turn_it_was() -> None:
    call, happened = played(answered().told)
    types = [one.type for one in happened]
    assert types[-2:] == ["queue.completed", "call.ended"]
    assert call.told()["answered_by"] == "102"
    assert len({one.call.sequence for one in happened}) == len(happened), "each has its own place"


def test_a_caller_nobody_took_was_missed_though_a_machine_answered() -> None:
    board = Switchboard()
    board.joins(0)
    board.ends(9, ended_by="party")
    told = played(board.told)[0].told()
    assert (told["missed_call"], told["answer_stamp"], told["billsec"]) == (True, None, 0)


@given(st.randoms(use_true_random=False), st.integers(0, 20))
def test_what_is_told_twice_changes_nothing(chance: Random, times: int) -> None:
    """A link tells a notice again if it does not know whether it was taken; never one before another is known."""
    told = answered().told
    again = list(told)
    for _ in range(times):
        place = chance.randrange(len(again))
        again.insert(chance.randrange(place, len(again)) + 1, again[place])
    assert story(again) == story(told)
    assert played(again)[0].visits == played(told)[0].visits


@given(st.sets(st.integers(3, 9)))
def test_the_figures_are_right_though_notices_are_lost(lost: set[int]) -> None:
    """What a link did not hear the next notice says: who answered, and when it was over."""
    told = answered().told
    heard = [notice for place, notice in enumerate(told) if place not in lost - {len(told) - 1}]
    [visit] = played(heard)[0].visits
    if any(notice.what in ("answered", "ended") and notice.extension == "102" for notice in heard):
        known = any(notice.answer_stamp for notice in heard if notice.extension == "102")
        assert (visit.left_because == "answered") == known
    assert visit.is_over


def test_no_more_attempts_are_kept_than_a_row_holds() -> None:
    board = Switchboard()
    board.joins(0)
    call = played(board.told)[0]
    for place in range(MOST_ATTEMPTS + 20):
        at = stamp(NOON + place + 1)
        leg: dict[str, Any] = {"leg_uuid": str(uuid.uuid4()), "source_uuid": CALLER, "extension": "101"}
        for what, cause in (("made", None), ("ended", "NO_ANSWER")):
            notice = Notice(what=what, at=at, domain_uuid=HOME, start_stamp=at, cause=cause, **leg)
            call, _ = advanced(call, notice)
    assert len(call.visits[0].attempts) == MOST_ATTEMPTS


def test_out_of_one_queue_into_the_next_in_one_moment_is_two_visits() -> None:
    board = Switchboard()
    board.joins(0)
    board.tell(10, "unqueued", queue_uuid=QUEUE, left_because="timeout")
    board.tell(10, "queued", queue_uuid=OTHER)
    board.ends(20)
    assert story(board.told) == [
        "queue.joined", "queue.left timeout 10.0", "queue.joined", "queue.abandoned abandoned 10.0",
    ]  # fmt: skip


def test_who_is_turned_away_in_the_moment_it_comes_is_in_the_next_queue() -> None:
    board = Switchboard()
    board.joins(0)
    board.tell(0, "unqueued", queue_uuid=QUEUE, left_because="full")
    board.tell(0, "queued", queue_uuid=OTHER)
    board.ends(20)
    assert [visit.queue_uuid for visit in played(board.told)[0].visits] == [QUEUE, OTHER]
