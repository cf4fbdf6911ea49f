from tests.actions.queues.centre import SILENT, Centre
from tests.harness import Caller, House


def test_no_call_rings_it_until_it_is_unpaused(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    paused = tenant.done("agent-pause", agent="7010", reason="lunch, back at 1")
    assert (paused["paused"], paused["pause_reason"]) == (True, "lunch, back at 1")
    centre.call()
    centre.passes(15)
    tenant.done("agent-unpause", agent="7010")
    assert centre.story() == ["joined", "connected 7010 after 16", "completed talked 3"]


def test_in_one_of_its_queues_only(tenant: Caller) -> None:
    tenant.done("queue-create", name="Billing", extension="701", members=[{"agent": "7001"}])
    tenant.done("agent-login", agent="7001", extension="101")
    tenant.done("call-hangup", call_uuid="b1b1b1b1-0000-4000-8000-000000000002")
    paused = tenant.done("agent-pause", agent="7001", queue="700")
    assert (paused["paused"], len(paused["paused_in"])) == (False, 1)
    states = {one["name"]: one["members"][0]["state"] for one in tenant.done("queue-status")["items"]}
    assert (states["Billing"], states["Support"]) == ("idle", "paused")


def test_is_refused_without_a_login(tenant: Caller) -> None:
    reply = tenant.call("agent-pause", agent="7003")
    assert (reply.status, "agent-login" in reply.json["error"]) == (422, True)


def test_again_for_the_same_reason_is_told_once(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    tenant.done("agent-pause", agent="7001", reason="lunch")
    tenant.done("agent-pause", agent="7001", reason="lunch")
    assert len(centre.events("agent.paused")) == 1


def test_who_does_not_answer_often_enough_is_paused_if_the_queue_says_so(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, pause_on=["away"])
    centre.agent("7010", SILENT)
    tenant.done("user-create", firstname="Carol", username="carol")
    tenant.done("agent-update", agent="7010", user="carol")
    tenant.done("user-status-set", user="carol", type="away")
    agent = tenant.done("agent-details", agent="7010")
    assert (agent["paused_in"], agent["pause_reason"]) == ([centre.queue["queue_uuid"]], "away")
    tenant.done("user-status-set", user="carol", type="available")
    assert tenant.done("agent-details", agent="7010")["paused_in"] == []


def test_is_refused_for_a_queue_it_is_not_logged_in_to(tenant: Caller) -> None:
    tenant.done("queue-create", name="Billing", extension="701", members=[{"agent": "7003"}])
    tenant.done("agent-login", agent="7003", extension="101", queue="701")
    assert tenant.call("agent-pause", agent="7003", queue="700").status == 422
    assert tenant.call("agent-logout", agent="7003", queue="700").status == 422
