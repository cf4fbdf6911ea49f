from tests.harness import Caller


def test_gives_username_and_email_back(tenant: Caller) -> None:
    tenant.done("user-update", user="bob", email="bob@example.net")
    tenant.done("user-delete", user="bob")
    assert tenant.call("user-details", user="bob").status == 404
    tenant.done("user-create", firstname="Bob", username="bob", email="bob@example.net")


def test_refuses_one_who_has_a_voicemail_or_an_extension(tenant: Caller) -> None:
    reply = tenant.call("user-delete", user="alice")
    assert (reply.status, reply.code) == (422, "cannot-comply")
    assert "extension" in reply.json["error"]
    tenant.done("user-update", user="alice", voicemail="100")
    assert "voicemail" in tenant.call("user-delete", user="alice").json["error"]
    assert tenant.done("user-details", user="alice")["extensions"]


def test_with_cascade_takes_all_that_is_the_users(tenant: Caller) -> None:
    tenant.done("user-update", user="alice", voicemail="100")
    tenant.done("user-status-set", user="alice", type="away")
    tenant.done("extensiongroup-member-add", extensiongroup="reception", user="alice")
    tenant.done("user-delete", user="alice", cascade=True)
    assert tenant.call("extension-details", extension="100").status == 404
    assert tenant.call("voicemail-details", voicemail="100").status == 404
    assert tenant.done("status-list")["items"] == []
    group = tenant.done("extensiongroup-details", extensiongroup="reception")
    assert (group["extensions"], group["users"]) == ([], [])
    assert tenant.done("usergroup-details", usergroup="sales")["users"] == []
    assert tenant.done("extension-create", extension="100")


def test_with_cascade_an_extensions_own_box_goes_too(tenant: Caller) -> None:
    tenant.done("user-delete", user="alice", cascade=True)
    assert tenant.call("voicemail-details", voicemail="100").status == 404


def test_a_shared_voicemail_stays_with_the_other(tenant: Caller) -> None:
    for user in ("alice", "bob"):
        tenant.done("user-update", user=user, voicemail="101")
    tenant.done("user-delete", user="bob", cascade=True)
    alice = tenant.done("user-details", user="alice")["user_uuid"]
    assert tenant.done("voicemail-details", voicemail="101")["users"] == [alice]
