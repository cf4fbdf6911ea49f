import pytest

from ringpost.entry import demo
from tests.actions.queues.centre import Centre, acting_for
from tests.harness import Caller, House


def test_its_calls_ring_where_it_is_logged_in(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    centre.call()
    assert centre.story() == ["joined", "connected 7010 after 1", "completed talked 3"]


def test_who_logs_in_elsewhere_moves(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    tenant.done("extension-create", extension="111")
    centre.passes(1)
    [agent] = tenant.done("agent-login", agent="7010", extension="111")["agents"]
    assert agent["extension"] == "111"
    centre.call()
    assert centre.events("queue.connected")[0]["data"]["extension"] == "111"
    events = centre.events("agent.logged_in", "agent.logged_out")
    told = [(one["type"], one["data"]["extension"]) for one in events if one["data"]["number"] == "7010"]
    assert told == [("agent.logged_in", "110"), ("agent.logged_out", "110"), ("agent.logged_in", "111")]


def test_the_extension_it_left_is_free_for_another(tenant: Caller) -> None:
    tenant.done("agent-login", agent="7001", extension="101")
    [agent] = tenant.done("agent-login", agent="7003", extension="100")["agents"]
    assert agent["extension"] == "100"


def test_refuses_an_extension_where_another_agent_is(tenant: Caller) -> None:
    reply = tenant.call("agent-login", agent="7003", extension="100")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "extension")


@pytest.mark.parametrize("number", ["199", "600", "700"])
def test_refuses_what_is_no_extension(tenant: Caller, number: str) -> None:
    assert tenant.call("agent-login", agent="7003", extension=number).status == 422


def test_an_extension_is_required(tenant: Caller) -> None:
    assert tenant.call("agent-login", agent="7003").json["errors"][0]["parameter"] == "extension"


def test_for_one_of_its_queues_only(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010")
    tenant.done("extension-create", extension="110")
    tenant.done("queue-member-add", queue="700", agent="7010")
    tenant.done("agent-login", agent="7010", extension="110", queue="702")
    states = {queue: centre.status(queue)["members"][-1]["state"] for queue in ("700", "702")}
    assert states == {"700": "logged_out", "702": "idle"}


def test_for_one_more_of_its_queues(tenant: Caller) -> None:
    for number in ("701", "702", "703"):
        tenant.done("queue-create", name=f"Q{number}", extension=number, members=[{"agent": "7003"}])
    first = tenant.done("agent-login", agent="7003", extension="101", queue="701")["agents"][0]["queues"]
    both = tenant.done("agent-login", agent="7003", extension="101", queue="702")["agents"][0]["queues"]
    assert len(both) == 2
    assert set(first) < set(both)
    tenant.done("agent-login", agent="7003", extension="101")
    [after] = tenant.done("agent-login", agent="7003", extension="101", queue="703")["agents"]
    assert after["queues"] is None, "it is in all already"


def test_refuses_a_queue_it_is_no_member_of(tenant: Caller) -> None:
    reply = tenant.call("agent-login", agent="7003", extension="101", queue="700")
    assert (reply.status, "queue-member-add" in reply.json["error"]) == (422, True)


def test_again_at_the_same_place_changes_nothing(tenant: Caller) -> None:
    [again] = tenant.done("agent-login", agent="7001", extension="100")["agents"]
    assert again["version"] == tenant.done("agent-details", agent="7001")["version"] == 2


def test_everybody_is_logged_in_again(tenant: Caller) -> None:
    agents = tenant.done("agent-login", everybody=True)["agents"]
    assert [one["number"] for one in agents] == ["7001"]
    assert tenant.call("agent-login", everybody=True, agent="7001").status == 400


def test_a_key_of_a_user_logs_in_its_own_agent_at_its_own_extension(house: House, tenant: Caller) -> None:
    alice = acting_for(house, tenant, "alice")
    alice.done("agent-logout")
    assert alice.call("agent-login", extension="101").status == 403
    [agent] = alice.done("agent-login", extension="100")["agents"]
    assert agent["number"] == "7001"
    assert alice.call("agent-login", agent="7003", extension="100").status in (403, 404)
    assert alice.call("agent-login", everybody=True).status == 403


def test_another_domains_agent_is_not_found(stranger: Caller) -> None:
    stranger.done("extension-create", extension="100")
    assert stranger.call("agent-login", agent=demo.AGENT_UUID, extension="100").status == 404
