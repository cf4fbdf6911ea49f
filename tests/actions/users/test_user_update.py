from typing import Any

import pytest

from tests.harness import Caller


def extension(caller: Caller, number: str = "100") -> Any:
    return caller.done("extension-details", extension=number)


def test_changes_what_is_sent_and_keeps_the_rest(tenant: Caller) -> None:
    before = tenant.done("user-details", user="bob")
    after = tenant.done("user-update", user="bob", email="bob@example.net", userfield="x")
    assert {name for name in before if before[name] != after[name]} == {
        "email", "userfield", "update_date", "update_user", "version",
    }  # fmt: skip
    assert tenant.done("user-update", user="bob", userfield=None)["userfield"] is None


def test_what_is_said_of_calls_reaches_the_extensions(tenant: Caller) -> None:
    tenant.done(
        "user-update",
        user="alice",
        caller_id='"Desk" <5550111>',
        outgoing_caller_id="12025550111",
        ring_seconds=12,
        simultaneous_calls=2,
    )
    desk = extension(tenant)
    assert (desk["effective_caller_id_name"], desk["effective_caller_id_number"]) == ("Desk", "5550111")
    assert (desk["outbound_caller_id_name"], desk["outbound_caller_id_number"]) == ("Desk", "12025550111")
    assert (desk["call_timeout"], desk["limit_max"]) == (12, 2)
    tenant.done("user-update", user="alice", enabled=False, ring_seconds=0, outgoing_caller_id="anonymous")
    desk = extension(tenant)
    assert (desk["enabled"], desk["call_timeout"]) == (False, 600)
    assert (desk["outbound_anonymous"], desk["outbound_caller_id_number"]) == (True, "")


def test_what_is_not_changed_is_not_carried_over(tenant: Caller) -> None:
    tenant.done("extension-update", extension="100", call_timeout=99)
    tenant.done("user-update", user="alice", email="alice@example.net")
    assert extension(tenant)["call_timeout"] == 99


def test_a_new_name_is_the_voicemails_too(tenant: Caller) -> None:
    tenant.done("user-update", user="alice", voicemail="100")
    tenant.done("user-update", user="alice", lastname="Sample")
    assert tenant.done("voicemail-details", voicemail="100")["name"] == "Alice Sample"


def test_gives_it_a_voicemail_and_takes_it_away(tenant: Caller) -> None:
    box = tenant.done("voicemail-create", name="Sales", number="700")
    after = tenant.done("user-update", user="alice", voicemail="700")
    assert after["voicemail"] == {"voicemail_uuid": box["voicemail_uuid"], "number": "700"}
    assert tenant.done("voicemail-details", voicemail="700")["users"] == [after["user_uuid"]]
    assert (extension(tenant)["voicemail_number"], extension(tenant)["voicemail_enabled"]) == ("700", True)
    assert tenant.done("user-update", user="alice", voicemail=None)["voicemail"] is None
    assert tenant.done("voicemail-details", voicemail="700")["users"] == []
    assert (extension(tenant)["voicemail_number"], extension(tenant)["voicemail_enabled"]) == (None, False)


@pytest.mark.parametrize("second", ["100", "101"])
def test_refuses_a_voicemail_for_one_who_has_one(tenant: Caller, second: str) -> None:
    tenant.done("user-update", user="alice", voicemail="100")
    reply = tenant.call("user-update", user="alice", voicemail=second)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "voicemail")


def test_refuses_a_voicemail_that_is_not_there(tenant: Caller) -> None:
    assert tenant.call("user-update", user="alice", voicemail="999").status == 404


def test_two_may_share_a_voicemail(tenant: Caller) -> None:
    for user in ("alice", "bob"):
        tenant.done("user-update", user=user, voicemail="100")
    assert len(tenant.done("voicemail-details", voicemail="100")["users"]) == 2


def test_takes_a_new_username_and_gives_the_old_one_back(tenant: Caller) -> None:
    tenant.done("user-update", user="alice", username="alicia")
    assert tenant.call("user-details", user="alice").status == 404
    assert tenant.done("user-details", user="alicia")["firstname"] == "Alice"
    assert tenant.done("user-create", firstname="New", username="alice")
    assert tenant.call("user-update", user="alicia", username="bob").status == 409
    assert tenant.done("user-update", user="alicia", username="ALICIA")["username"] == "ALICIA"


def test_a_cleared_caller_id_is_the_name(tenant: Caller) -> None:
    assert tenant.done("user-update", user="alice", caller_id=None)["caller_id"] == '"Alice Example"'


def test_heeds_if_version(tenant: Caller) -> None:
    version = tenant.done("user-details", user="bob")["version"]
    tenant.done("user-update", user="bob", userfield="x", if_version=version)
    assert tenant.call("user-update", user="bob", userfield="y", if_version=version).status == 409


def test_a_user_who_is_disabled_is_logged_out_as_an_agent(tenant: Caller) -> None:
    tenant.done("user-create", username="eve", firstname="Eve")
    tenant.done("extension-create", extension="119")
    tenant.done("agent-create", number="7019", firstname="Eve", user="eve")
    tenant.done("agent-login", agent="7019", extension="119")
    tenant.done("user-update", user="eve", lastname="Stone")
    assert tenant.done("agent-details", agent="7019")["extension"] == "119"
    tenant.done("user-update", user="eve", enabled=False)
    assert tenant.done("agent-details", agent="7019")["extension"] is None
    tenant.done("user-update", user="eve", enabled=True)
    assert tenant.done("agent-details", agent="7019")["extension"] is None, "it logs in itself"
