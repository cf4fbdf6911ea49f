"""What calls of a real Asterisk 22.10.1 are told as, handed in by a link."""

from collections.abc import Sequence
from typing import Any

import pytest

from ringpost.clock import stamp
from ringpost.entry import demo
from ringpost.model.notices import Notice
from ringpost.switch.asterisk import cdr
from ringpost.switch.asterisk.events import Events
from ringpost.switch.hearing import PostedRecord
from tests.actions.events.test_switch_event import events as events_told
from tests.actions.events.test_switch_event import hand_in
from tests.entry.crashing import in_words
from tests.harness import Caller, House
from tests.switch.asterisk.captured import events

STORIES = {
    "ev-call-answered": """
        ringing 101
        answered 101
        ended by caller NORMAL_CLEARING local 100 101 answered by 101
    """,
    "ev-call-busy": """
        ended by None USER_BUSY local 100 101 answered by None
    """,
    "ev-call-no-answer": """
        ringing 101
        cancelled 101 no_answer
        ended by None NO_ANSWER local 100 120 answered by None
    """,
    "ev-call-cancelled": """
        ringing 101
        cancelled 101 caller_gave_up
        ended by None ORIGINATOR_CANCEL local 100 101 answered by None
    """,
    "ev-call-declined": """
        ringing 101
        cancelled 101 refused
        ended by None USER_NOT_REGISTERED local 100 101 answered by None
    """,
    "ev-call-unregistered": """
        ended by None USER_NOT_REGISTERED local 100 103 answered by None
    """,
    "ev-call-ring-group": """
        ringing 101
        ringing 105
        answered 105
        cancelled 101 answered_elsewhere
        ended by caller NORMAL_CLEARING local 100 200 answered by 105
    """,
    "ev-call-voicemail": """
        ringing 104
        cancelled 104 no_answer
        ended by None NORMAL_CLEARING local 100 104 answered by None
    """,
    "ev-call-held": """
        ringing 101
        answered 101
        held 101
        resumed 101
        held 100
        resumed 100
        ended by caller NORMAL_CLEARING local 100 101 answered by 101
    """,
    "ev-call-inbound": """
        ringing 100
        answered 100
        ended by caller NORMAL_CLEARING inbound +15550199 15550100 answered by 100
    """,
    "ev-call-outbound": """
        ringing 15550123
        answered 15550123
        ended by caller NORMAL_CLEARING outbound 100 15550123 answered by 15550123
    """,
    "orig-answered": """
        ringing 101
        answered 101
        ringing 105
        answered 105
        ended by switch NORMAL_CLEARING local 105 105 answered by 105
    """,
    "orig-local": """
        ringing 101
        answered 101
        ringing 105
        answered 105
        ended by caller NORMAL_CLEARING local 105 105 answered by 105
    """,
    "plan-park": """
        ringing 101
        answered 101
        parked 101 5901
        unparked 101 5901
        ended by callee NORMAL_CLEARING local 100 101 answered by 105
    """,
    "queue-local-member": """
        ringing 101
        answered 101
        ended by caller NORMAL_CLEARING local 100 800 answered by 101
    """,
    "ami-redirect": """
        ringing 101
        answered 101
        transferred 105
        ringing 105
        answered 105
    """,
    "sip-refer-blind": """
        ringing 101
        answered 101
        transferred 105
        ringing 105
        answered 105
    """,
    "sip-refer-attended": """
        ringing 101
        answered 101
        held 101
        ringing 105
        answered 105
        resumed 101
        transferred 105
    """,
}


@pytest.fixture(autouse=True)
def _pbx2(operator: Caller) -> None:
    """An Asterisk that the demo domain lives on."""
    operator.done("switch-create", name="pbx1", kind="asterisk", via="link")
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="pbx1")


@pytest.fixture
def link(house: House) -> Caller:
    """The key of its link."""
    return house.key("switch.event", "asterisk.cdr", switch="pbx1")


def happened(scenario: str, house: House) -> tuple[list[Notice], list[PostedRecord]]:
    """What an ear made of a scenario that happens now."""
    memory, now = Events("pbx2"), house.clock.now()
    notices: list[Notice] = []
    records: list[PostedRecord] = []
    for place, event in enumerate(events(scenario)):
        told = memory.take(event, now - 20 + place / 100)
        notices += told.notices
        records += told.records
    return notices, records


def told(link: Caller, notices: Sequence[Notice]) -> None:
    numbered = [
        {**one.model_dump(exclude_none=True), "position": place, "domain_uuid": demo.DOMAIN_UUID}
        for place, one in enumerate(notices, 1)
    ]
    assert hand_in(link, numbered) == 0


def recorded(link: Caller, records: Sequence[PostedRecord]) -> None:
    for record in records:
        body = record.body.replace(b"d0d0d0d0-0000-4000-8000-000000000001", demo.DOMAIN_UUID.encode())
        reply = link.post(body.decode(), path=f"/{cdr.ACTION}", headers={"content-type": record.content_type})
        assert (reply.status, reply.json["recorded"]) == (200, True), reply


def calls(operator: Caller) -> list[dict[str, Any]]:
    found = operator.done("cdr-search", domain_name=demo.DOMAIN_NAME)["items"]
    return [call for call in found if call["xml_cdr_uuid"] != demo.CALL_UUID]


@pytest.mark.parametrize("scenario", STORIES)
def test_a_call_is_told_as_it_was(house: House, operator: Caller, link: Caller, scenario: str) -> None:
    told(link, happened(scenario, house)[0])
    story = [line.strip() for line in STORIES[scenario].strip().splitlines()]
    found = [in_words(event) for event in events_told(house, operator)]
    of_two = scenario == "sip-refer-attended"  # what is told at once of two calls is in no order
    assert (sorted(found) if of_two else found) == (sorted(story) if of_two else story)


@pytest.mark.parametrize("scenario", [name for name in STORIES if "ended" in STORIES[name]])
def test_its_record_is_one_and_says_what_was_told(house: House, operator: Caller, link: Caller, scenario: str) -> None:
    notices, records = happened(scenario, house)
    told(link, notices)
    recorded(link, records)
    recorded(link, reversed(records))
    [call] = calls(operator)
    ended = next(event["data"]["call"] for event in events_told(house, operator) if event["type"] == "call.ended")
    for member in ("hangup_cause", "answered_by", "hung_up_by", "missed_call", "extensions", "direction"):
        assert call[member] == ended[member], member
    assert call["xml_cdr_uuid"] == ended["call_uuid"]
    assert {leg["xml_cdr_uuid"] for leg in call["legs"]} == {leg["leg_uuid"] for leg in ended["legs"]}


def test_two_calls_that_a_phone_put_together_are_one_in_the_end(house: House, operator: Caller, link: Caller) -> None:
    notices, records = happened("sip-refer-attended", house)
    told(link, notices)
    last = events_told(house, operator)[-1]["data"]["call"]
    assert (last["call_uuid"], len(last["legs"])) == (notices[0].leg_uuid, 4)
    recorded(link, records)
    [call] = calls(operator)
    assert len(call["legs"]) == 2, "of the two that have ended"


def test_a_call_whose_ends_nobody_heard_is_recorded_as_it_was_heard(
    house: House, operator: Caller, link: Caller
) -> None:
    notices, _ = happened("ev-call-answered", house)
    up = [one for one in notices if one.what != "ended"]
    at = stamp(house.clock.now())
    legs = dict.fromkeys(one.leg_uuid for one in up)
    lost = [Notice(what="lost", at=at, domain_uuid=up[0].domain_uuid, leg_uuid=leg, start_stamp=at) for leg in legs]
    told(link, [*up, *lost])
    [call] = calls(operator)
    assert (call["heard"], call["answered_by"], len(call["legs"])) == (True, "101", 2)
