from ringpost.entry import demo
from tests.harness import Caller


def test_leaves_the_extension_to_nobody(tenant: Caller) -> None:
    assert tenant.done("user-extension-remove", user="alice", extension="100")["extensions"] == []
    assert tenant.done("extension-details", extension="100")["user_uuid"] is None
    tenant.done("user-extension-add", user="bob", extension="100")


def test_says_when_it_was_not_the_users(tenant: Caller) -> None:
    assert tenant.call("user-extension-remove", user="alice", extension="101").status == 404


def test_the_users_voicemail_stays_the_users(tenant: Caller) -> None:
    tenant.done("user-update", user="alice", voicemail="100")
    tenant.done("user-extension-remove", user="alice", extension="100")
    call = {"call_uuid": demo.HELD_CALL_UUID, "destination": "100", "voicemail": True}
    assert tenant.call("call-transfer", **call).status == 422
    assert tenant.done("user-details", user="alice")["voicemail"]["number"] == "100"


def test_an_extension_that_is_a_users_is_not_deleted(tenant: Caller) -> None:
    assert tenant.call("extension-delete", extension="100").status == 422
    tenant.done("user-extension-remove", user="alice", extension="100")
    tenant.done("extension-delete", extension="100")


def test_a_new_number_is_the_users_too(tenant: Caller) -> None:
    tenant.done("user-update", user="alice", voicemail="100")
    tenant.done("extension-create", extension="105")
    tenant.done("user-extension-add", user="alice", extension="105")
    tenant.done("extension-update", extension="100", new_extension="150")
    alice = tenant.done("user-details", user="alice")
    assert [one["extension"] for one in alice["extensions"]] == ["150", "105"]
    assert alice["voicemail"]["number"] == "150"
    assert tenant.done("extension-details", extension="105")["voicemail_number"] == "150"


def test_the_box_of_another_user_does_not_go_along(tenant: Caller) -> None:
    tenant.done("user-update", user="bob", voicemail="101")
    tenant.done("extension-update", extension="101", new_extension="151")
    assert tenant.done("user-details", user="bob")["voicemail"]["number"] == "101"


def test_a_number_whose_voicemail_others_have_too_is_kept(tenant: Caller) -> None:
    for user in ("alice", "bob"):
        tenant.done("user-update", user=user, voicemail="100")
    assert tenant.call("extension-update", extension="100", new_extension="150").status == 422
