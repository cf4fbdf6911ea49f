"""Queues among all that a number may lead to."""

import pytest

from ringpost.entry import demo
from tests.actions.queues.centre import ABSENT, SILENT, Centre
from tests.fakes import Crowded
from tests.harness import Caller, House


def test_an_inbound_number_may_lead_to_a_queue(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    tenant.done("destination-create", number="12025550177", extension="702")
    centre.call(number="12025550177")
    assert centre.story() == ["joined", "connected 7010 after 1", "completed talked 3"]


def test_a_forward_may_lead_to_a_queue(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    tenant.done("extension-forward-set", extension="101", unconditional={"enabled": True, "destination": "702"})
    centre.call(number="101")
    assert centre.story() == ["joined", "connected 7010 after 1", "completed talked 3"]


def test_a_call_may_be_transferred_to_a_queue(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    call = centre.call(number="101")
    centre.passes(2)
    tenant.done("call-transfer", call_uuid=call, destination="702")
    assert centre.story() == ["joined", "connected 7010 after 1", "completed talked 3"]


def test_an_extension_calls_a_queue(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    order = {"caller_id_number": "100", "destination_a": "101", "destination_b": "702"}
    call = tenant.done("originate", **order)["call_uuid"]
    assert centre.story() == ["joined", "connected 7010 after 1", "completed talked 3"]
    record = tenant.done("cdr-details", xml_cdr_uuid=call)
    assert (record["direction"], record["answered_by"], record["extensions"]) == ("local", "110", ["101", "110"])


def test_a_ring_group_has_no_queue_as_a_member(tenant: Caller) -> None:
    reply = tenant.call("ringgroup-member-add", extension="600", number="700")
    assert (reply.status, "queue" in reply.json["error"]) == (422, True)


def test_a_disabled_queue_leads_nowhere(house: House, tenant: Caller) -> None:
    Centre(house, tenant, enabled=False)
    order = {"caller_id_number": "12025550111", "destination_a": "5550150", "destination_b": "702"}
    assert tenant.call("originate", **order).status == 422
    assert tenant.call("call-transfer", call_uuid=demo.HELD_CALL_UUID, destination="702").status == 422


def test_who_waited_too_long_goes_on_to_another_queue_and_from_there_to_a_group(house: House, tenant: Caller) -> None:
    tenant.done("queue-create", name="Second", extension="703", longest_wait=20, timeout_destination="600")
    centre = Centre(house, tenant, longest_wait=10, timeout_destination="703")
    call = centre.call()
    assert centre.story() == ["joined", "left timeout after 10", "joined", "left timeout after 20"]
    record = tenant.done("cdr-details", xml_cdr_uuid=call)
    assert (record["answered_by"], record["missed_call"], record["duration"]) == ("100", False, 34)


def test_who_comes_when_it_is_full_or_empty_goes_on_at_once(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, most_waiting=1, full_destination="101")
    centre.call()
    centre.call()
    assert centre.story().count("left full after 0") == 1
    tenant.done("queue-update", queue="702", most_waiting=None, join_empty=False, empty_destination="101")
    centre.agent("7010", ABSENT)
    call = centre.call()
    assert "left empty after 0" in centre.story()
    assert tenant.done("cdr-details", xml_cdr_uuid=call)["answered_by"] == "101"


def test_callers_wait_for_members_who_talk_and_rest(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, wrap_up_seconds=10)
    centre.agent("7010", "110")
    for _ in range(3):
        centre.call()
    waits = sorted(one["data"]["visit"]["waited"] for one in centre.events("queue.connected"))
    assert waits == [1, 15, 29], "a second of ringing, three of talk, ten of rest"


def test_a_member_that_does_not_answer_is_followed_by_the_next(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, strategy="linear", ring_seconds=10, retry_seconds=5)
    centre.agent("7010", SILENT)
    centre.agent("7011", "111")
    centre.call()
    assert centre.story() == [
        "joined",
        "missed 7010 no_answer",
        "connected 7011 after 16",
        "completed talked 3",
    ]


def test_who_waits_is_still_first_when_a_talk_takes_longer(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    talking = centre.call()
    centre.passes(2)
    centre.call()
    tenant.done("call-hold", call_uuid=talking)
    centre.passes(100)
    assert len(centre.waiting()) == 1, "the agent talks on"
    tenant.done("call-hangup", call_uuid=talking)
    centre.passes(2)
    assert centre.waiting() == []


def test_of_two_who_come_at_once_one_has_the_last_place(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, most_waiting=1, longest_wait=30)
    house.store = crowded = Crowded(house.store)
    house.restart()
    crowded.comes = centre.call
    centre.call()
    assert crowded.comes is None
    assert sorted(centre.story()) == ["joined", "joined", "left full after 0", "left timeout after 30"]


@pytest.mark.parametrize("change", ["agent-logout", "agent-pause"])
def test_nobody_is_rung_any_more_at_whom_it_was_foretold(house: House, tenant: Caller, change: str) -> None:
    centre = Centre(house, tenant, longest_wait=30)
    centre.agent("7010", "110")
    centre.call()
    centre.call()
    centre.passes(2)
    tenant.done(change, agent="7010")
    assert sorted(centre.story()) == [
        "completed talked 3",
        "connected 7010 after 1",
        "joined",
        "joined",
        "left timeout after 30",
    ]


def test_a_domain_does_not_move_to_a_switch_that_cannot_have_its_queues(operator: Caller) -> None:
    operator.done("switch-create", name="fs", kind="freeswitch", via="link")
    home = {"domain_name": demo.DOMAIN_NAME}
    operator.done("queue-update", **home, queue="700", strategy="wrandom")
    reply = operator.call("domain-update", **home, switch="fs")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "switch")
    assert "the queue Support cannot be on fs" in reply.json["error"]
    operator.done("queue-update", **home, queue="700", strategy="random")
    operator.done("domain-update", **home, switch="fs")
    reply = operator.call("queue-update", **home, queue="700", strategy="wrandom")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "strategy")
