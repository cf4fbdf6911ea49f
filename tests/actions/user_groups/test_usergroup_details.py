from tests.harness import Caller


def test_finds_by_name_and_uuid_and_names_its_users(tenant: Caller) -> None:
    group = tenant.done("usergroup-details", usergroup="SALES")
    assert [user["username"] for user in group["users"]] == ["alice"]
    assert tenant.done("usergroup-details", usergroup=group["usergroup_uuid"]) == group


def test_a_strangers_is_not_there(tenant: Caller, stranger: Caller) -> None:
    uuid = tenant.done("usergroup-details", usergroup="sales")["usergroup_uuid"]
    assert stranger.call("usergroup-details", usergroup=uuid).status == 404
