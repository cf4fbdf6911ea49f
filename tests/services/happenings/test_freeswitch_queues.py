"""Calls through queues of a FreeSWITCH, as the link of a 1.11.3 heard them, and what they are told as."""

import json
from pathlib import Path

import pytest

from ringpost.model.notices import Notice
from ringpost.services.happenings.call_events import Happening
from ringpost.switch.freeswitch.events import Placed, notices
from tests.services.happenings.test_call_events import followed, in_words

CAPTURES = Path(__file__).parents[2] / "captures" / "events"
STORIES = {
    "queue_abandoned": """
        queue.joined 12025550128
        queue.abandoned 12025550128
        ended by None NORMAL_CLEARING inbound 12025550128 12025550175 answered by None
    """,
    "queue_agent_without_a_phone": """
        queue.joined 12025550122
        agent.missed 102 unregistered
        queue.abandoned 12025550122
        ended by None NORMAL_CLEARING inbound 12025550122 12025550170 answered by None
    """,
    "queue_answered": """
        queue.joined 12025550131
        ringing 100
        answered 100
        queue.connected 100
        queue.completed 100
        ended by caller NORMAL_CLEARING inbound 12025550131 12025550177 answered by 100
    """,
    "queue_click": """
        ringing 100
        answered 100
        queue.joined 100
        ringing 101
        answered 101
        queue.connected 101
        queue.completed 101
        ended by api NORMAL_CLEARING local 5550100 768 answered by 101
    """,
    "queue_click_to_nobody": """
        ringing 100
        answered 100
        queue.joined 100
        agent.missed 102 unregistered
        queue.left 100
        ended by api NORMAL_CLEARING local 5550100 769 answered by None
    """,
    "queue_empty": """
        queue.joined 12025550114
        queue.left 12025550114
        ringing 106
        answered 106
        ended by caller NORMAL_CLEARING inbound 12025550114 12025550163 answered by 106
    """,
    "queue_full": """
        queue.joined 12025550113
        queue.left 12025550113
        ringing 106
        answered 106
        ended by caller NORMAL_CLEARING inbound 12025550113 12025550162 answered by 106
    """,
    "queue_no_answer": """
        queue.joined 12025550121
        ringing 104
        cancelled 104 no_answer
        agent.missed 104 no_answer
        queue.abandoned 12025550121
        ended by None NORMAL_CLEARING inbound 12025550121 12025550169 answered by None
    """,
    "queue_picked": """
        queue.joined 12025550116
        queue.left 12025550116
        ringing 101
        answered 101
        ended by caller NORMAL_CLEARING inbound 12025550116 12025550164 answered by 101
    """,
    "queue_removed_by_api": """
        queue.joined 12025550117
        queue.left 12025550117
        ended by api NORMAL_CLEARING inbound 12025550117 12025550165 answered by None
    """,
    "queue_time_out_hung_up": """
        queue.joined 12025550111
        queue.left 12025550111
        ended by None NORMAL_CLEARING inbound 12025550111 12025550161 answered by None
    """,
    "queue_time_out_to_an_extension": """
        queue.joined 12025550110
        queue.left 12025550110
        ringing 106
        answered 106
        ended by caller NORMAL_CLEARING inbound 12025550110 12025550160 answered by 106
    """,
    "queue_two_answer_at_once": """
        queue.joined 12025550132
        ringing 100
        ringing 101
        answered 101
        queue.connected 101
        cancelled 100 answered_elsewhere
        queue.completed 101
        ended by caller NORMAL_CLEARING inbound 12025550132 12025550177 answered by 101
    """,
}
LEFT = {
    "queue_abandoned": "abandoned",
    "queue_agent_without_a_phone": "abandoned",
    "queue_answered": "answered",
    "queue_click": "answered",
    "queue_click_to_nobody": "removed",
    "queue_empty": "empty",
    "queue_full": "full",
    "queue_no_answer": "abandoned",
    "queue_picked": "transferred",
    "queue_removed_by_api": "removed",
    "queue_time_out_hung_up": "timeout",
    "queue_time_out_to_an_extension": "timeout",
    "queue_two_answer_at_once": "answered",
}
every_story = pytest.mark.parametrize("scenario", STORIES)


def heard(scenario: str) -> list[Notice]:
    """What a link told of a scenario."""
    placed: Placed = {}
    lines = (CAPTURES / f"{scenario}.jsonl").read_text().splitlines()
    return [notice for line in lines for notice in notices(json.loads(line), placed)]


@every_story
def test_a_call_in_a_queue_is_told_as_it_was(scenario: str) -> None:
    calls, happened = followed(heard(scenario))
    assert in_words(happened) == [line.strip() for line in STORIES[scenario].strip().splitlines()]
    assert len(calls) == 1, "all its legs are of one call"


@every_story
def test_a_caller_has_left_for_one_reason(scenario: str) -> None:
    calls, _ = followed(heard(scenario))
    [visit] = next(iter(calls.values())).visits
    assert (visit.left_because, visit.is_over) == (LEFT[scenario], True)


@every_story
def test_what_is_told_twice_is_nothing_new(scenario: str) -> None:
    told = heard(scenario)
    once: list[Happening] = followed(told)[1]
    twice = [notice for notice in told for _ in range(2)]
    assert in_words(followed(twice)[1]) == in_words(once)


@every_story
def test_of_a_visit_it_is_told_once_how_it_ended(scenario: str) -> None:
    types = [line.partition(" ")[0] for line in in_words(followed(heard(scenario))[1])]
    assert types.count("queue.joined") == 1
    assert sum(types.count(f"queue.{how}") for how in ("connected", "abandoned", "left")) == 1


def test_of_a_click_the_phone_that_waits_is_the_call_itself() -> None:
    calls, _ = followed(heard("queue_click_to_nobody"))
    [call] = calls.values()
    [visit] = call.visits
    assert visit.leg_uuid == call.call_uuid
    assert [one.extension for one in visit.attempts] == ["102"]


def test_who_has_no_phone_was_tried_and_is_no_leg_of_the_call() -> None:
    calls, happened = followed(heard("queue_agent_without_a_phone"))
    [call] = calls.values()
    assert [one.extension for one in call.visits[0].attempts] == ["102"]
    assert len(call.as_record()) == 1, "no record will come of it"
    assert happened[-1].data()["call"]["extensions"] == []
