"""What an Asterisk asks of a link: read, written, kept, followed."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.switch import deciding
from ringpost.switch.asking import Posted
from ringpost.switch.asterisk import plan, posted
from ringpost.switch.asterisk.plan import Step
from ringpost.switch.asterisk.standing import ASKS

ROW, ROUTE = ASKS.questions
HOME = "d0d0d0d0-0000-4000-8000-000000000001"
NAMES = st.text("abc_0189", min_size=1, max_size=8)
FIELDS = st.dictionaries(NAMES, st.text(st.characters(codec="utf-8"), max_size=20), max_size=6)


@given(FIELDS)
def test_a_route_that_is_written_is_read_as_it_was(fields: dict[str, str]) -> None:
    assert ROUTE.read(ROUTE.written(fields)) == fields


@given(FIELDS)
def test_a_row_keeps_its_table_behind_the_path(fields: dict[str, str]) -> None:
    fields = {**fields, "table": "ps_auths/single"}
    written = ROW.written(fields)
    assert written.query == "ps_auths/single"
    assert ROW.read(written) == fields


def test_reads_the_table_as_asterisk_appends_it() -> None:
    asked = ROW.read(Posted(b"id=100%40example.net", "ps_endpoints/single"))
    assert asked == {"id": "100@example.net", "table": "ps_endpoints/single"}


@pytest.mark.parametrize("body", [b"not found", b"<html>", b"\xff"])
@pytest.mark.parametrize("question", [ROW, ROUTE])
def test_what_is_no_answer_is_not_kept(question: Any, body: bytes) -> None:
    with pytest.raises(ValueError, match="no answer"):
        question.kept(body)


@pytest.mark.parametrize("question", [ROW, ROUTE])
def test_nothing_is_nothing(question: Any) -> None:
    assert question.is_nothing(question.nothing)
    assert question.is_nothing(b"\r\n")
    assert not question.is_nothing(b"id=100")


def test_no_pin_is_kept() -> None:
    kept = ROW.kept(posted.written({"mailbox": "100", "password": "12345678", "fullname": "Box"}))
    found = posted.read(kept)
    assert found["password"] not in ("12345678", "")
    assert (found["mailbox"], found["fullname"]) == ("100", "Box")


def test_a_leg_that_is_recorded_twice_has_two_files() -> None:
    kept = plan.steps(
        [
            Step("Set", "RP_RECORDED=a.example.net/1a2b3c4d-${UNIQUEID}.wav"),
            Step("Dial", "${RP_RINGS},30,ib(ringpost-callee^s^1(a.example.net/1a2b3c4d))"),
        ]
    )
    files = [re.findall("(?<=net/)[0-9a-f]{8}", " ".join(step.data for step in plan.read(ROUTE.used_again(kept))))]
    assert len(files[0]) == 2
    assert "1a2b3c4d" not in files[0]


def named(what: str, number: str) -> dict[str, Any]:
    return {"domain_uuid": HOME, "domain_name": "a.example.net", "what": what, "number": number, "record_uuid": None}


def test_each_phone_s_rows_are_asked_ahead() -> None:
    rows = list(ROW.ahead([named("help", "911"), named("extension", "100"), named("ring_group", "200")]))
    assert {row.get("id") or row["mailbox"] for row in rows} == {"100@a.example.net", "100"}
    assert len(rows) == 4


def test_follows_a_transfer_with_what_was_set_on_the_way() -> None:
    answer = plan.steps(
        [Step("Set", f"__RP_DOMAIN={HOME}"), Step("Set", "RP_PASSED=100"), Step("Goto", "ringpost,101,1")]
    )
    [onward] = ROUTE.follows({"where": "public", "number": "12025550100"}, answer)
    assert {name: onward[name] for name in ("where", "number", "domain", "passed")} == {
        "where": "ringpost",
        "number": "101",
        "domain": HOME,
        "passed": "100",
    }


def test_after_phones_were_tried_it_follows_whatever_came_of_it() -> None:
    answer = plan.steps([Step("Set", "RP_TRIED=101"), Step("Dial", "${RP_RINGS},30,i"), Step("Goto", "ringpost,101,1")])
    found = ROUTE.follows({"where": "ringpost", "number": "101"}, answer)
    assert [(one["dialstatus"], one["cause"]) for one in found] == [
        ("NOANSWER", ""),
        ("NOANSWER", "21"),
        ("BUSY", ""),
        ("CHANUNAVAIL", ""),
        ("CHANUNAVAIL", "21"),
    ]


def test_what_is_asked_ahead_decides_as_what_the_plan_asks() -> None:
    """A number that says no more than its status is not looked at, so an answer is kept for any."""
    for status, cause, word in (
        ("NOANSWER", "19", "NO_ANSWER"),
        ("BUSY", "17", "USER_BUSY"),
        ("CHANUNAVAIL", "20", "USER_NOT_REGISTERED"),
        ("CHANUNAVAIL", "21", "CALL_REJECTED"),
    ):
        real = {"tried": "101", "dialstatus": status, "cause": cause}
        ahead = real | {"cause": cause if cause == "21" else ""}
        asked = plan.Asked(real)
        assert asked.failed("101") == word
        tests = deciding.named_in(asked.decided_by)
        assert tests is not None
        assert deciding.outcome(tests, real) == deciding.outcome(tests, ahead)


def test_a_phone_s_question_has_the_domain_it_is_marked_with() -> None:
    asked = list(ROUTE.ahead([named("extension", "100")]))
    assert asked == [{"where": "ringpost", "endpoint": "100@a.example.net", "number": "100", "domain": HOME}]


def test_follows_members_that_ring_by_themselves_and_a_phone_that_has_enough_calls() -> None:
    answer = plan.steps(
        [
            Step("ExecIf", "$[${LEN(${RP_FULL})}>0]?Goto(ringpost,101,1)"),
            Step("Gosub", "ringpost-rings,s,1(a.example.net,102&103x0x3&5550123-o,trunk)"),
            Step("Gosub", "ringpost-row,s,1(a.example.net,20-101&9-106x2x10r,trunk,ib(ringpost-callee^s^1))"),
        ]
    )
    asked = {"where": "ringpost", "endpoint": "100@a.example.net", "number": "600", "domain": HOME}
    full, *members = ROUTE.follows(asked, answer)
    assert (full["number"], full["full"]) == ("101", "101")
    assert [(one["where"], one["number"], one["domain"], "endpoint" in one) for one in members] == [
        ("ringpost-phones", "103x0x3", HOME, False),
        ("ringpost-phones", "106x2x10r", HOME, False),
    ]


def test_follows_who_leaves_a_queue_and_asks_ahead_for_its_members_phones() -> None:
    answer = plan.steps(
        [
            Step("Queue", f"{HOME}.{HOME},i,,,30"),
            Step("Set", "RP_PASSED=700"),
            Step("ExecIf", "$[x${QUEUESTATUS}=xTIMEOUT]?Goto(ringpost,101,1)"),
            Step("ExecIf", "$[x${QUEUESTATUS}=xFULL]?Goto(ringpost,*99102,1)"),
        ]
    )
    ways = ROUTE.follows({"where": "ringpost", "number": "700", "domain": HOME}, answer)
    assert [(one["where"], one["number"], one["passed"]) for one in ways] == [
        ("ringpost", "101", "700"),
        ("ringpost", "*99102", "700"),
    ]
    asked = list(ROUTE.ahead([named("extension", "100"), named("queue", "700")]))
    assert {"where": "ringpost-phones", "number": "100", "domain": HOME} in asked


def test_follows_transfers_in_a_circle_to_an_end() -> None:
    waiting: list[Any] = [{"where": "ringpost", "number": "100"}]
    asked = 0
    while waiting:
        asked += 1
        assert asked < 100
        waiting += ROUTE.follows(waiting.pop(), plan.steps([Step("Goto", "ringpost,100,1")]))
