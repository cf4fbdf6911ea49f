from ringpost.entry import demo
from tests.actions.webhooks.asking import URL
from tests.harness import Caller


def names(caller: Caller, **asked: object) -> list[str]:
    return [one["name"] for one in caller.done("webhook-list", **asked)["items"]]


def test_lists_those_of_a_domain_by_name(tenant: Caller, stranger: Caller) -> None:
    for name in ("zebra", "Ape"):
        tenant.done("webhook-create", url=URL, name=name)
    assert names(tenant) == ["Ape", "Example CRM", "zebra"]
    assert names(stranger) == []


def test_an_operators_own_are_a_list_of_their_own(operator: Caller, tenant: Caller) -> None:
    assert names(operator) == []
    operator.done("webhook-create", url=URL, name="all")
    assert names(operator) == ["all"]
    assert names(operator, domain_name=demo.DOMAIN_NAME) == names(tenant) == ["Example CRM"]


def test_pages_filters_and_counts(tenant: Caller) -> None:
    for number in range(5):
        tenant.done("webhook-create", url=URL, name=f"n{number}", enabled=number != 3)
    first = tenant.done("webhook-list", limit=4)
    second = tenant.done("webhook-list", limit=4, cursor=first["next_cursor"])
    found = [one["name"] for one in (*first["items"], *second["items"])]
    assert found == ["Example CRM", "n0", "n1", "n2", "n3", "n4"]
    assert names(tenant, enabled=False) == ["n3"]
    assert tenant.done("webhook-list", search="crm", count=True)["total"] == 1


def test_one_that_is_renamed_is_listed_once(tenant: Caller) -> None:
    tenant.done("webhook-update", webhook_uuid=demo.WEBHOOK_UUID, name="Another")
    assert names(tenant) == ["Another"]


def test_a_domain_that_is_not_there_is_not_found(operator: Caller) -> None:
    assert operator.call("webhook-list", domain_name="nowhere.example.net").status == 404
    assert operator.call("webhook-list", domain_uuid="d0d0d0d0-0000-4000-8000-00000000000f").status == 404
