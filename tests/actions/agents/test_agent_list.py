from tests.harness import Caller


def test_lists_them_by_number(tenant: Caller) -> None:
    tenant.done("agent-create", number="7002", firstname="Bob")
    assert [one["number"] for one in tenant.done("agent-list")["items"]] == ["7001", "7002", "7003"]


def test_filters_by_where_they_are(tenant: Caller) -> None:
    assert [one["number"] for one in tenant.done("agent-list", extension="100")["items"]] == ["7001"]
