"""Calls we place: what all phones of A carry, what a job says that came to nothing, and how it is told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.notices import Notice
from ringpost.switch.freeswitch import originating
from ringpost.switch.freeswitch.events import notices
from ringpost.switch.freeswitch.originating import Failure
from tests.switch.freeswitch.scripted import job_done
from tests.switch.test_every_switch import HOME, NOBODY, order

CALL = order(call_uuid=NOBODY).model_copy(update={"direction": "local"})
OUTSIDE = CALL.model_copy(update={"destination_a": "12025550123", "gateway": "trunk", "direction": "outbound"})


def job(result: str, placed: Any = CALL) -> dict[str, Any]:
    """What a switch tells of the job of a call."""
    event: dict[str, Any] = json.loads(job_done(NOBODY, originating.command(placed), result).partition(b"\n\n")[2])
    return event


def told(event: dict[str, Any]) -> list[Notice]:
    return notices(event)


def test_only_the_phones_of_an_extension_ring_under_uuids_of_their_own() -> None:
    inside, outside = (originating.command(one) for one in (CALL, OUTSIDE))
    assert f"ringpost_call_uuid={NOBODY}" in inside
    assert f"presence_data={HOME.domain_uuid}:{NOBODY}," in inside
    assert "origination_uuid" not in inside
    assert "ringpost_call_uuid" not in outside
    assert f"presence_data={HOME.domain_uuid}," in outside
    assert f"origination_uuid={NOBODY}," in outside


@pytest.mark.parametrize(
    ("result", "cause"),
    [
        ("-ERR USER_NOT_REGISTERED\n", "USER_NOT_REGISTERED"),
        ("-ERR NO_ANSWER\n", "NO_ANSWER"),
        ("-ERR ALLOTTED_TIMEOUT\n", "NO_ANSWER"),
        ("-ERR CALL_REJECTED\n", "CALL_REJECTED"),
    ],
)
def test_a_job_tells_of_a_call_that_was_placed_in_vain(result: str, cause: str) -> None:
    [notice] = told(job(result))
    assert (notice.what, notice.leg_uuid, notice.cause, notice.ended_by) == ("failed", NOBODY, cause, None)
    assert (notice.domain_uuid, notice.extension, notice.number) == (HOME.domain_uuid, "100", "100")
    assert notice.placed
    assert (notice.caller_id_number, notice.dialled, notice.direction) == ("5550100", "101", "local")


def test_a_job_says_that_we_have_hung_up() -> None:
    [notice] = told(job("-ERR MANAGER_REQUEST\n"))
    assert (notice.cause, notice.ended_by) == ("NORMAL_CLEARING", "api")


@pytest.mark.parametrize(
    ("result", "tells"),
    [
        ("-ERR USER_BUSY\n", False),
        ("-ERR GATEWAY_DOWN\n", True),
        ("-ERR INVALID_GATEWAY\n", True),
        (f"+OK {NOBODY}\n", False),
    ],
)
def test_the_leg_of_a_number_outside_tells_of_itself_if_there_is_one(result: str, tells: bool) -> None:
    assert bool(told(job(result, OUTSIDE))) is tells


@pytest.mark.parametrize(
    "changes",
    [
        {"Job-Command": "status"},
        {"Job-Command-Arg": "user/100@live.example.net 101"},
        {"Job-Command-Arg": "{origination_uuid=none,domain_uuid=none}user/100@live.example.net 101"},
        {"Job-Command-Arg": f"{{origination_uuid={NOBODY}}}user/100@live.example.net 101"},
        {"Job-Command-Arg": "{a,b}user/1"},
        {"_body": f"+OK {NOBODY}\n"},
        {"_body": "-USAGE: <call url>\n"},
        {"_body": None},
        {"Event-Date-Timestamp": ""},
    ],
)
def test_other_jobs_tell_nothing(changes: dict[str, Any]) -> None:
    assert told({**job("-ERR NO_ANSWER\n"), **changes}) == []


@given(st.dictionaries(st.sampled_from(["Job-Command", "Job-Command-Arg", "_body", "Job-UUID"]), st.text() | st.none()))
def test_no_job_breaks_the_link(changes: dict[str, Any]) -> None:
    for notice in told({**job("-ERR NO_ANSWER\n"), **changes}):
        assert notice.what == "failed"


@given(st.text())
def test_no_result_is_misread(result: str) -> None:
    found = originating.failure(result)
    assert found is None or result.startswith("-ERR ")
    assert originating.failure("-ERR USER_BUSY\n") == Failure("USER_BUSY", unheard=False, ended_by=None)
