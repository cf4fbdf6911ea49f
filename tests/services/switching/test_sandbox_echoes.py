"""Nothing runs in the sandbox but what hands events on: what agents do, and do not, has its effect then."""

from typing import Any

import pytest

from tests.actions.queues.centre import ABSENT, BUSY, SILENT, Centre
from tests.harness import Caller, House


def agent(centre: Centre, number: str) -> dict[str, Any]:
    [found] = centre.tenant.done("agent-status", agent=number)["items"]
    return dict(found)


def told(centre: Centre, *types: str) -> list[tuple[str, str | None]]:
    return [(event["type"], event["data"]["pause_reason"]) for event in centre.events(*types)]


def test_who_does_not_answer_so_often_is_paused_and_it_is_told_once(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, pause_on=["no_answer"], pause_after=2, ring_seconds=5, retry_seconds=5)
    centre.agent("7010", SILENT)
    centre.call()
    centre.goes_on(7)
    [member] = centre.status()["members"]
    assert (member["unanswered"], member["state"]) == (1, "idle")
    centre.goes_on(10)
    [member] = centre.status()["members"]
    assert (member["state"], member["pause_reason"]) == ("paused", "no_answer")
    assert len(centre.waiting()) == 1, "the caller waits still"
    centre.goes_on(30)
    assert told(centre, "agent.paused") == [("agent.paused", "no_answer")]
    assert len(centre.events("agent.missed")) == 2, "who is paused is rung no more"


def test_who_answers_begins_anew(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, pause_on=["no_answer"], pause_after=2, ring_seconds=5)
    centre.agent("7010", SILENT)
    tenant.done("extension-create", extension="111")
    call = centre.call()
    centre.goes_on(7)
    assert agent(centre, "7010")["unanswered"] == 1
    tenant.done("call-hangup", call_uuid=call)
    tenant.done("agent-login", agent="7010", extension="111")
    centre.call()
    centre.goes_on(3)
    assert agent(centre, "7010")["unanswered"] == 0


@pytest.mark.parametrize(
    ("extension", "because", "pauses"),
    [
        (ABSENT, "unregistered", True),
        (BUSY, "no_answer", True),
        (ABSENT, "no_answer", False),
        (SILENT, "unregistered", False),
    ],
)
def test_only_what_the_queue_says_pauses(
    house: House, tenant: Caller, extension: str, because: str, pauses: bool
) -> None:
    centre = Centre(house, tenant, pause_on=[because], pause_after=1, ring_seconds=5)
    centre.agent("7010", extension)
    centre.call()
    centre.goes_on(8)
    [place] = agent(centre, "7010")["in_queues"]
    assert place["paused"] is pauses


def test_an_agent_without_a_phone_is_shown_so(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", ABSENT)
    assert (agent(centre, "7010")["state"], centre.status()["members"][0]["state"]) == ("unregistered", "unregistered")
    status = tenant.done("extension-status", extension=ABSENT)
    assert (status["registered"], status["state"]) == (False, "unavailable")


def dials(centre: Centre, number: str, extension: str = "101") -> str:
    order = {"caller_id_number": extension, "destination_a": extension, "destination_b": number}
    call: str = centre.tenant.call("originate", **order, wait=0).json["call_uuid"]
    centre.goes_on(2.5)
    return call


def test_codes_that_a_phone_dials_do_what_they_say(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010")
    call = dials(centre, "*227010")
    assert agent(centre, "7010")["extension"] == "101"
    legs = tenant.done("cdr-details", xml_cdr_uuid=call)["legs"]
    assert [(leg["hangup_cause"], leg["billsec"], leg["ended_by"]) for leg in legs] == [
        ("NORMAL_CLEARING", 1, "switch")
    ]
    dials(centre, "*24")
    assert agent(centre, "7010")["paused"]
    dials(centre, "*25")
    assert not agent(centre, "7010")["paused"]
    dials(centre, "*23")
    assert agent(centre, "7010")["extension"] is None
    told = centre.events("agent.logged_in", "agent.logged_out", "agent.paused", "agent.unpaused")
    done = [event["type"] for event in told if event["data"]["number"] == "7010"]
    assert done == ["agent.logged_in", "agent.paused", "agent.unpaused", "agent.logged_out"]


def test_who_is_sent_on_from_a_code_has_dialled_it_and_nobody_else(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010")
    tenant.done("extension-create", extension="113")
    order = {"caller_id_number": "101", "destination_a": "101", "destination_b": "*227010"}
    call = tenant.call("originate", **order, wait=0).json["call_uuid"]
    centre.goes_on(1.5)
    tenant.done("call-transfer", call_uuid=call, leg_uuid=call, destination="113")
    centre.goes_on(3)
    legs = tenant.done("call-details", call_uuid=call)["legs"]
    assert [(leg["extension"], leg["state"]) for leg in legs] == [("101", "answered"), ("113", "answered")]
    assert agent(centre, "7010")["extension"] == "101"


def test_nobody_logs_another_one_out_from_his_own_phone(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    dials(centre, "*237010", "101")
    assert agent(centre, "7010")["extension"] == "110"


def test_a_phone_that_does_not_answer_dials_nothing(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010")
    tenant.done("extension-create", extension=SILENT)
    dials(centre, "*227010", SILENT)
    assert agent(centre, "7010")["extension"] is None
