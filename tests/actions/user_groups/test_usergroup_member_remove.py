from tests.harness import Caller


def test_takes_a_user_out(tenant: Caller) -> None:
    assert tenant.done("usergroup-member-remove", usergroup="sales", user="alice")["usergroups"] == []
    assert tenant.done("user-list", usergroup="sales")["items"] == []
    assert tenant.call("usergroup-member-remove", usergroup="sales", user="alice").status == 404
