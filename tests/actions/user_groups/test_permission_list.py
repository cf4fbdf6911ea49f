from tests.harness import Caller


def test_lists_what_is_said_of_all_groups_or_of_one(tenant: Caller) -> None:
    assert tenant.done("permission-list")["items"] == []
    tenant.done("permission-set", usergroup="interns", key="monitor", allowed=False)
    tenant.done("permission-set", usergroup="everyone", key="transfer_to", allowed=True, exceptions=["bob"])
    assert {rule["key"] for rule in tenant.done("permission-list")["items"]} == {"monitor", "transfer_to"}
    [rule] = tenant.done("permission-list", usergroup="everyone")["items"]
    assert (rule["usergroup_uuid"], rule["allowed"], len(rule["exceptions"])) == (None, True, 1)
    [rule] = tenant.done("permission-list", usergroup="interns")["items"]
    assert (rule["key"], rule["allowed"]) == ("monitor", False)
    assert tenant.done("permission-list", allowed=True, count=True)["total"] == 1
    assert tenant.call("permission-list", usergroup="nobody").status == 404
