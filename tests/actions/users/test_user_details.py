from ringpost.entry import demo
from tests.harness import Caller


def test_finds_by_username_in_any_case_and_by_uuid(tenant: Caller) -> None:
    found = tenant.done("user-details", user="Alice")
    assert tenant.done("user-details", user=found["user_uuid"]) == found
    assert [one["extension"] for one in found["extensions"]] == ["100"]


def test_another_tenants_user_is_not_there(tenant: Caller, stranger: Caller) -> None:
    uuid = tenant.done("user-details", user="alice")["user_uuid"]
    for user in ("alice", uuid):
        reply = stranger.call("user-details", user=user)
        assert (reply.status, reply.json["error"]) == (404, "user not found")
        assert stranger.call("user-details", domain_uuid=demo.DOMAIN_UUID, user=user).status == 404
