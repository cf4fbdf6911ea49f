from tests.harness import Caller


def test_refuses_while_anybody_is_in_it(tenant: Caller) -> None:
    assert tenant.call("usergroup-delete", usergroup="sales").status == 422
    tenant.done("usergroup-member-remove", usergroup="sales", user="alice")
    tenant.done("usergroup-delete", usergroup="sales")
    assert tenant.call("usergroup-details", usergroup="sales").status == 404


def test_goes_with_its_permissions(tenant: Caller) -> None:
    tenant.done("permission-set", usergroup="interns", key="monitor", allowed=False)
    tenant.done("usergroup-delete", usergroup="interns")
    assert tenant.done("permission-list")["items"] == []
