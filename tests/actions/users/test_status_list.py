from tests.harness import Caller


def test_lists_those_of_whom_somebody_has_said(tenant: Caller) -> None:
    assert tenant.done("status-list")["items"] == []
    tenant.done("user-status-set", user="alice", type="away")
    tenant.done("user-status-set", user="bob", name="Lunch", type="altred")
    assert {one["username"] for one in tenant.done("status-list")["items"]} == {"alice", "bob"}
    assert [one["username"] for one in tenant.done("status-list", type="away")["items"]] == ["alice"]
    assert [one["username"] for one in tenant.done("status-list", order="name")["items"]] == ["alice", "bob"]
