"""What a command came to, handed in over HTTPS; tests/live_connections/test_commands.py has the whole way."""

import logging
from typing import Any

import pytest

from ringpost.services.switching import commands
from ringpost.store import Put
from tests.fakes import NOON
from tests.harness import Caller, House

ANSWER: dict[str, Any] = {
    "command_uuid": "c3c3c3c3-0000-4000-8000-000000000001",
    "switch_uuid": "5a5a5a5a-0000-4000-8000-000000000001",
    "outcome": {"result": []},
}


def test_an_answer_nobody_waits_for_changes_nothing_and_is_no_trouble(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    key = house.key("switch.link", switch="lab")
    assert key.done("switch-link", switch="lab", answer=ANSWER) == {"taken": False}
    assert not [line for line in caplog.records if line.levelno >= logging.WARNING]


def test_an_answer_that_is_not_taken_is_complained_of(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.store.transact([Put(commands.begun(ANSWER["switch_uuid"], NOON, wait=5).row(ANSWER["command_uuid"]))])
    key = house.key("switch.link", switch="lab")
    assert key.done("switch-link", switch="lab", answer=ANSWER) == {"taken": True}
    assert key.done("switch-link", switch="lab", answer=ANSWER) == {"taken": False}
    assert "it was answered before" in caplog.text


def test_only_the_switchs_own_key_may(house: House, tenant: Caller) -> None:
    assert tenant.call("switch-link", switch="lab", answer=ANSWER).status == 403
    assert house.key("switch.event", switch="lab").call("switch-link", switch="lab", answer=ANSWER).status == 403


def test_what_is_no_outcome_is_refused(house: House) -> None:
    key = house.key("switch.link", switch="lab")
    both = {"result": 1, "problem": {"code": "not-found", "detail": "x"}}
    for outcome in (both, {"problem": {"code": "A teapot", "detail": "x"}}, 7):
        assert key.call("switch-link", switch="lab", answer={**ANSWER, "outcome": outcome}).status == 400
