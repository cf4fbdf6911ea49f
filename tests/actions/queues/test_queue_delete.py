from tests.actions.queues.centre import Centre
from tests.harness import Caller, House


def test_frees_its_number_and_its_name(tenant: Caller) -> None:
    tenant.done("queue-delete", queue="700")
    assert tenant.call("queue-details", queue="700").status == 404
    tenant.done("queue-create", name="Support", extension="700")


def test_is_refused_while_another_sends_its_callers_there(tenant: Caller) -> None:
    tenant.done("queue-create", name="Billing", extension="701", timeout_destination="700")
    reply = tenant.call("queue-delete", queue="700")
    assert (reply.status, "Billing" in reply.json["error"]) == (422, True)


def test_who_waits_there_is_told_as_gone(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.call()
    centre.passes(7)
    tenant.done("queue-delete", queue="702")
    assert centre.story() == ["joined", "left empty after 7"]
    told = centre.events("queue.joined", "queue.left")
    its = [one["data"]["visit"]["queue_uuid"] for one in told if one["data"]["visit"]["joined_at"] >= centre.since]
    assert its == [centre.queue["queue_uuid"]] * 2
