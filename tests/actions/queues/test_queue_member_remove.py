from tests.actions.queues.centre import Centre
from tests.harness import Caller, House


def test_takes_a_member_out(tenant: Caller) -> None:
    after = tenant.done("queue-member-remove", queue="700", agent="7001")
    assert [member["extension"] for member in after["members"]] == ["101"]
    assert tenant.call("queue-member-remove", queue="700", agent="7001").status == 404


def test_who_is_no_member_any_more_is_not_rung(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, longest_wait=30)
    centre.agent("7010", "110")
    tenant.done("queue-member-remove", queue="702", agent="7010")
    centre.call()
    assert centre.story() == ["joined", "left timeout after 30"]


def test_an_extension_that_is_deleted_is_in_no_queue(tenant: Caller) -> None:
    tenant.done("extension-create", extension="110")
    tenant.done("queue-member-add", queue="700", extension="110")
    tenant.done("extension-delete", extension="110")
    assert [one["extension"] for one in tenant.done("queue-details", queue="700")["members"]] == [None, "101"]


def test_an_extension_with_another_number_stays_in_its_queues(tenant: Caller) -> None:
    tenant.done("extension-update", extension="101", new_extension="111")
    assert [one["extension"] for one in tenant.done("queue-details", queue="700")["members"]] == [None, "111"]
