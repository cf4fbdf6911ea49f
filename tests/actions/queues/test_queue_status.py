from ringpost.entry import demo
from tests.actions.queues.centre import SILENT, Centre
from tests.harness import Caller, House


def test_lists_who_waits_in_order_and_for_how_long(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    first = centre.call("12025550111")
    centre.passes(4)
    centre.call("12025550112")
    centre.passes(6)
    status = centre.status()
    assert [(one["position"], one["caller_id_number"], one["waited"]) for one in status["waiting"]] == [
        (1, "12025550111", 10),
        (2, "12025550112", 6),
    ]
    assert (status["longest_wait"], status["idle"], status["waiting"][0]["call_uuid"]) == (10, 0, first)


def test_says_of_each_member_what_it_does(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, strategy="linear", wrap_up_seconds=20)
    centre.agent("7010", "110")
    centre.agent("7011", SILENT)
    centre.agent("7012", "120")
    centre.agent("7013")
    tenant.done("agent-pause", agent="7012", reason="lunch")
    states = {one["agent"]: one["state"] for one in centre.status()["members"]}
    assert states == {"7010": "idle", "7011": "idle", "7012": "paused", "7013": "logged_out"}
    centre.call()
    centre.call()
    centre.passes(2)
    states = {one["agent"]: one["state"] for one in centre.status()["members"]}
    assert states == {"7010": "in_call", "7011": "ringing", "7012": "paused", "7013": "logged_out"}
    centre.passes(5)
    members = {one["agent"]: one for one in centre.status()["members"]}
    assert members["7010"]["state"] == "wrap_up"
    assert (members["7012"]["pause_reason"], members["7010"]["at"]) == ("lunch", "110")


def test_without_a_queue_it_says_how_all_are(tenant: Caller) -> None:
    tenant.done("queue-create", name="Billing", extension="701")
    assert [one["name"] for one in tenant.done("queue-status")["items"]] == ["Billing", "Support"]


def test_another_domains_queues_are_not_there(stranger: Caller) -> None:
    assert stranger.call("queue-status", queue=demo.QUEUE_UUID).status == 404
    assert stranger.done("queue-status")["items"] == []
