from tests.harness import Caller


def test_lists_them_by_name(tenant: Caller) -> None:
    tenant.done("queue-create", name="Billing", extension="701")
    page = tenant.done("queue-list", count=True)
    assert ([one["name"] for one in page["items"]], page["total"]) == (["Billing", "Support"], 2)


def test_filters_by_what_a_queue_is(tenant: Caller) -> None:
    tenant.done("queue-create", name="Billing", extension="701", strategy="linear")
    assert [one["name"] for one in tenant.done("queue-list", strategy="linear")["items"]] == ["Billing"]
