from ringpost.entry import demo
from tests.actions.queues.centre import acting_for
from tests.harness import Caller, House


def test_says_where_an_agent_is_and_what_it_does(tenant: Caller) -> None:
    [status] = tenant.done("agent-status", agent="7001")["items"]
    assert (status["state"], status["extension"]) == ("in_call", "100")
    assert [call["call_uuid"] for call in status["calls"]] == [demo.HELD_CALL_UUID]
    assert [(one["name"], one["logged_in"]) for one in status["in_queues"]] == [("Support", True)]


def test_without_an_agent_it_says_how_all_are(tenant: Caller) -> None:
    found = {one["number"]: one["state"] for one in tenant.done("agent-status")["items"]}
    assert found == {"7001": "in_call", "7003": "logged_out"}


def test_a_key_of_a_user_sees_its_own_agent(house: House, tenant: Caller) -> None:
    alice = acting_for(house, tenant, "alice")
    assert [one["number"] for one in alice.done("agent-status")["items"]] == ["7001"]
