from tests.harness import Caller


def test_lists_by_name(tenant: Caller) -> None:
    assert [one["display_name"] for one in tenant.done("usergroup-list")["items"]] == ["Interns", "Sales"]
    assert [one["display_name"] for one in tenant.done("usergroup-list", search="sal")["items"]] == ["Sales"]
