"""What callers in queues of a real Asterisk 22.10.1 are told as, handed in by a link."""

from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.model.notices import Notice
from tests.actions.events.test_switch_event import events as events_told
from tests.harness import Caller, House
from tests.switch.asterisk.test_stories import _pbx2, calls, happened, link, recorded, told

__all__ = ["_pbx2", "link"]  # fixtures

TOLD = {
    "queue-answered": ["queue.joined", "queue.connected", "queue.completed"],
    "queue-abandoned": ["queue.joined", "queue.abandoned"],
    "queue-timeout": ["queue.joined", "queue.left timeout"],
    "queue-full": ["queue.joined", "queue.left full"],
    "queue-empty": ["queue.joined", "queue.left empty"],
    "queue-picked": ["queue.joined", "queue.left transferred"],
    "queue-removed": ["queue.joined", "queue.left removed"],
    "queue-no-answer": ["queue.joined", "agent.missed no_answer", "queue.abandoned"],
    "queue-no-phone": ["queue.joined", "agent.missed unregistered", "queue.abandoned"],
    "queue-next-agent": ["queue.joined", "agent.missed no_answer", "queue.connected", "queue.completed"],
    "queue-two-ring": ["queue.joined", "queue.connected", "queue.completed"],
}


@pytest.mark.parametrize("scenario", TOLD)
def test_it_is_told_as_it_was(house: House, operator: Caller, link: Caller, scenario: str) -> None:
    notices, records = happened(scenario, house)
    told(link, [_in_the_demo(notice) for notice in notices])
    recorded(link, records)
    recorded(link, reversed(records))
    found = events_told(house, operator, types=["queue.*", "agent.*"])
    assert [_named(event) for event in found] == TOLD[scenario]
    [call] = calls(operator)
    assert call["legs"][0]["waited"], "it has waited in a queue"


def _in_the_demo(notice: Notice) -> Notice:
    return notice.model_copy(update={"queue_uuid": demo.QUEUE_UUID}) if notice.queue_uuid else notice


def _named(event: dict[str, Any]) -> str:
    because = event["data"]["visit"]["left_because"] if event["type"] == "queue.left" else event["data"].get("reason")
    return " ".join(filter(None, (event["type"], because)))
