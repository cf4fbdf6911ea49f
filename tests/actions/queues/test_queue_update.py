from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.queue import QueueMember
from ringpost.services import kept
from ringpost.services.queues import queues
from ringpost.store import keys
from tests.actions.queues.centre import Centre
from tests.harness import Caller, House


def test_what_is_left_out_stays_and_null_is_as_new(tenant: Caller) -> None:
    tenant.done("queue-update", queue="700", longest_wait=60, music="opera")
    after = tenant.done("queue-update", queue="700", longest_wait=None)
    assert (after["longest_wait"], after["music"], after["name"], len(after["members"])) == (
        None,
        "opera",
        "Support",
        2,
    )


def test_is_found_by_number_name_and_uuid(tenant: Caller) -> None:
    for reference in ("700", "support", demo.QUEUE_UUID.upper()):
        assert tenant.done("queue-update", queue=reference, description="x")["queue_uuid"] == demo.QUEUE_UUID


def test_a_new_number_and_a_new_name_leave_the_old_ones_free(tenant: Caller) -> None:
    tenant.done("queue-update", queue="700", new_extension="705", name="Helpdesk")
    assert tenant.call("queue-details", queue="700").status == 404
    assert tenant.call("queue-details", queue="support").status == 404
    assert tenant.done("queue-create", name="Support", extension="700")["members"] == []


def test_refuses_a_version_that_is_not_its(tenant: Caller) -> None:
    assert tenant.call("queue-update", queue="700", description="x", if_version=7).status == 409


def test_refuses_a_loop_of_overflows_wherever_it_closes(tenant: Caller) -> None:
    tenant.done("queue-create", name="B", extension="701", full_destination="700")
    tenant.done("queue-create", name="C", extension="702", empty_destination="701")
    reply = tenant.call("queue-update", queue="700", timeout_destination="702")
    assert reply.status == 422
    assert reply.json["error"] == "callers would come back to this queue: 700 → 702 → 701 → 700"


def test_refuses_a_loop_through_an_extension_that_is_forwarded(tenant: Caller) -> None:
    forward = {"enabled": True, "destination": "700"}
    tenant.done("extension-forward-set", extension="101", unconditional=forward)
    assert tenant.call("queue-update", queue="700", timeout_destination="101").status == 422


def test_a_loop_that_is_closed_elsewhere_is_bounded_where_it_runs(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, longest_wait=5, timeout_destination="101")
    forward = {"enabled": True, "destination": "702"}
    tenant.done("extension-forward-set", extension="101", unconditional=forward)
    tenant.done("queue-member-add", queue="702", extension="100")
    tenant.done("queue-member-remove", queue="702", extension="100")
    centre.call()
    assert centre.story() == ["joined", "left timeout after 5"]


def test_counts_for_those_who_wait_already(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.call()
    centre.passes(5)
    tenant.done("queue-update", queue="702", longest_wait=20)
    assert centre.story() == ["joined", "left timeout after 20"]


def test_a_member_that_is_gone_holds_up_no_other(house: House, tenant: Caller) -> None:
    context = console(house.store, house.clock, "queue-update")
    queue = queues.named(context, demo.DOMAIN_UUID, "700")
    kept.update(context, queue, {"members": (*queue.members, QueueMember(agent="7999"))}, keys.queue_layout)
    context.commit()
    after = tenant.done("queue-member-remove", queue="700", extension="101")
    assert [member["agent"] for member in after["members"]] == ["7001", "7999"]
    tenant.done("queue-member-remove", queue="700", agent="7999")


def test_what_leads_on_to_a_queue_keeps_its_number(tenant: Caller) -> None:
    tenant.done("queue-create", name="B", extension="701", full_destination="700")
    reply = tenant.call("queue-update", queue="700", new_extension="705")
    assert (reply.status, "B" in reply.json["error"]) == (422, True)


def test_who_waits_in_a_queue_with_a_new_number_waits_on(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, longest_wait=30)
    centre.call()
    centre.passes(5)
    tenant.done("queue-update", queue="702", new_extension="709")
    assert centre.story() == ["joined", "left timeout after 30"]
