from tests.actions.queues.centre import Centre
from tests.harness import Caller, House


def test_no_call_rings_it_any_more(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, longest_wait=10)
    centre.agent("7010", "110")
    tenant.done("agent-logout", agent="7010")
    centre.call()
    assert centre.story() == ["joined", "left timeout after 10"]


def test_of_one_queue_only(tenant: Caller) -> None:
    tenant.done("queue-create", name="Billing", extension="701", members=[{"agent": "7001"}])
    [agent] = tenant.done("agent-logout", agent="7001", queue="700")["agents"]
    assert agent["extension"] == "100"
    states = {one["name"]: one["members"][0]["state"] for one in tenant.done("queue-status")["items"]}
    assert states == {"Billing": "in_call", "Support": "logged_out"}
    [agent] = tenant.done("agent-logout", agent="7001", queue="701")["agents"]
    assert (agent["extension"], agent["queues"]) == (None, None)


def test_is_refused_if_it_is_logged_in_nowhere(tenant: Caller) -> None:
    assert tenant.call("agent-logout", agent="7003").status == 422


def test_ends_its_pause(tenant: Caller) -> None:
    tenant.done("agent-pause", agent="7001", reason="lunch")
    [agent] = tenant.done("agent-logout", agent="7001")["agents"]
    assert (agent["paused"], agent["pause_reason"], agent["paused_at"]) == (False, None, None)


def test_logs_everybody_out(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    for number in range(12):
        centre.agent(f"71{number:02}", f"11{number:02}")
    gone = tenant.done("agent-logout", everybody=True)["agents"]
    assert len(gone) == 13
    assert all(one["extension"] is None for one in tenant.done("agent-list")["items"])
    assert len(centre.events("agent.logged_out")) == 13


def test_an_extension_that_is_deleted_logs_its_agent_out(tenant: Caller) -> None:
    tenant.done("agent-login", agent="7003", extension="101")
    tenant.done("extension-delete", extension="101")
    assert tenant.done("agent-details", agent="7003")["extension"] is None
