"""What users may not do, and that it is heeded wherever one acts for a user."""

from typing import Any

import pytest

from ringpost.entry import demo
from tests.actions.calls.live import talking
from tests.harness import Caller

FORBIDDEN = {"usergroup": "interns", "allowed": True, "exceptions": ["sales"]}
TO_ALICE: dict[str, Any] = {"caller_id_number": "5550101", "destination_a": "101", "destination_b": "100"}


@pytest.fixture
def intern(tenant: Caller) -> Caller:
    """The tenant, in whose domain Bob at 101 is an intern, and Alice at 100 in sales."""
    tenant.done("user-extension-add", user="bob", extension="101")
    tenant.done("usergroup-member-add", usergroup="interns", user="bob")
    return tenant


def refused(reply: Any) -> bool:
    assert reply.status in (200, 403), reply
    return bool(reply.status == 403)


def test_what_nothing_is_said_of_is_allowed(intern: Caller) -> None:
    assert not refused(intern.call("originate", **TO_ALICE, as_user="bob"))


def test_a_group_is_forbidden_to_call_another(intern: Caller) -> None:
    intern.done("permission-set", key="originate_to", **FORBIDDEN)
    reply = intern.call("originate", **TO_ALICE, as_user="bob")
    assert (reply.status, reply.json["error"]) == (403, "this user may not call 100")
    assert not refused(intern.call("originate", **TO_ALICE, as_user="alice")), "she is no intern"
    assert not refused(intern.call("originate", **TO_ALICE)), "nobody is acted for"
    assert refused(intern.call("originate", **{**TO_ALICE, "destination_b": "*99100"}, as_user="bob")), "a message too"
    outside = {**TO_ALICE, "destination_b": "5550123"}
    assert not refused(intern.call("originate", **outside, as_user="bob"))


def test_ones_own_phone_is_never_forbidden(intern: Caller) -> None:
    intern.done("permission-set", usergroup="interns", key="originate_to", allowed=False)
    assert not refused(intern.call("originate", **{**TO_ALICE, "destination_b": "5550123"}, as_user="bob"))
    assert refused(intern.call("originate", **TO_ALICE, as_user="bob"))


def test_an_exception_is_a_user_or_a_group_and_the_opposite_of_the_rule(intern: Caller) -> None:
    for exception in ("alice", "sales"):
        rule = {"usergroup": "interns", "key": "originate_to", "exceptions": [exception]}
        intern.done("permission-set", **rule, allowed=False)
        assert not refused(intern.call("originate", **TO_ALICE, as_user="bob"))
        intern.done("permission-set", **rule, allowed=True)
        assert refused(intern.call("originate", **TO_ALICE, as_user="bob"))


def test_deny_wins_over_allow(intern: Caller) -> None:
    intern.done("usergroup-create", display_name="Trusted")
    intern.done("usergroup-member-add", usergroup="trusted", user="bob")
    intern.done("permission-set", usergroup="trusted", key="originate_to", allowed=True)
    intern.done("permission-set", key="originate_to", **FORBIDDEN)
    assert refused(intern.call("originate", **TO_ALICE, as_user="bob"))
    intern.done("permission-set", usergroup="interns", key="originate_to", allowed=True)
    assert not refused(intern.call("originate", **TO_ALICE, as_user="bob"))


def test_everyone_is_a_group_too(intern: Caller) -> None:
    intern.done("permission-set", usergroup="everyone", key="originate_to", allowed=False)
    assert refused(intern.call("originate", **TO_ALICE, as_user="bob"))
    assert refused(
        intern.call("originate", **{**TO_ALICE, "destination_a": "100", "destination_b": "101"}, as_user="alice")
    )


def test_transfer_and_monitor_are_their_own_keys(intern: Caller) -> None:
    for key in ("transfer_to", "monitor"):
        intern.done("permission-set", key=key, **FORBIDDEN)
    call_uuid = talking(intern, destination_a="101")
    assert refused(intern.call("call-transfer", call_uuid=call_uuid, destination="100", as_user="bob"))
    assert not refused(intern.call("call-transfer", call_uuid=call_uuid, destination="100"))
    hers = talking(intern, destination_a="100")
    assert refused(intern.call("call-monitor", call_uuid=hers, extension="101", as_user="bob"))
    assert not refused(intern.call("call-monitor", call_uuid=hers, extension="101"))


def test_nobody_acts_on_the_calls_of_others(intern: Caller) -> None:
    call_uuid = talking(intern, destination_a="101")
    for action, more in (("call-hangup", {}), ("call-hold", {}), ("call-transfer", {"destination": "101"})):
        reply = intern.call(action, call_uuid=call_uuid, **more, as_user="alice")
        assert (reply.status, reply.json["error"]) == (403, "this user is not in the call")
    assert intern.call("call-monitor", call_uuid=call_uuid, extension="100", as_user="alice").status in (200, 202)


def test_ones_own_party_is_the_users_own(intern: Caller) -> None:
    call_uuid = talking(intern, destination_a="100", destination_b="101")
    for user, number in (("alice", "100"), ("bob", "101")):
        held = intern.done("call-hold", call_uuid=call_uuid, as_user=user)["leg_uuid"]
        legs = {leg["leg_uuid"]: leg["number"] for leg in intern.done("call-details", call_uuid=call_uuid)["legs"]}
        assert legs[held] == number


def test_a_key_of_a_user_changes_nothing_of_anothers(intern: Caller) -> None:
    intern.done("extension-create", extension="102")
    token = intern.done("token-create", as_user="bob", domain_name=demo.DOMAIN_NAME)["token"]
    headers = {"authorization": f"Bearer {token}"}
    for status, action, members in (
        (404, "user-update", {"user": "alice", "lastname": "x"}),
        (404, "user-status-set", {"user": "alice", "type": "away"}),
        (403, "user-delete", {"user": "alice", "cascade": True}),
        (404, "extension-update", {"extension": "100", "enabled": False}),
        (404, "extension-dnd-set", {"extension": "100", "enabled": True}),
        (404, "extension-password-reset", {"extension": "100"}),
        (404, "voicemail-update", {"voicemail": "100", "password": "4711"}),
        (404, "user-update", {"voicemail": "100"}),
        (403, "user-extension-add", {"extension": "102"}),
        (403, "usergroup-member-remove", {"usergroup": "interns"}),
        (403, "permission-set", {"usergroup": "everyone", "key": "monitor", "allowed": True}),
        (403, "extensiongroup-member-add", {"extensiongroup": "reception", "user": "bob"}),
    ):
        assert intern.call(action, **members, headers=headers).status == status, action


def test_a_key_of_a_user_need_not_name_that_user(intern: Caller) -> None:
    token = intern.done("token-create", as_user="bob", domain_name=demo.DOMAIN_NAME)["token"]
    headers = {"authorization": f"Bearer {token}"}
    assert intern.call("user-details", headers=headers).json["username"] == "bob"
    assert intern.call("user-status-set", type="away", headers=headers).json["username"] == "bob"
    assert intern.call("extension-dnd-set", enabled=True, headers=headers).json["extension"] == "101"
    assert intern.call("user-details").json["errors"][0]["parameter"] == "user"


def test_who_is_gone_is_no_exception_any_more(intern: Caller) -> None:
    intern.done("permission-set", usergroup="interns", key="monitor", allowed=True, exceptions=["alice", "sales"])
    intern.done("user-delete", user="alice", cascade=True)
    intern.done("usergroup-delete", usergroup="sales")
    assert intern.done("permission-list")["items"][0]["exceptions"] == []


def test_calls_one_may_not_see_are_not_there(intern: Caller) -> None:
    intern.done("permission-set", key="see_calls", **FORBIDDEN)
    hers, his = talking(intern, destination_a="100"), talking(intern, destination_a="101")
    for_bob = {"as_user": "bob"}
    seen = {call["call_uuid"] for call in intern.done("call-list", **for_bob)["items"]}
    assert his in seen
    assert hers not in seen
    assert {hers, his} <= {call["call_uuid"] for call in intern.done("call-list")["items"]}
    for action, more in (("call-details", {}), ("call-hangup", {}), ("call-hold", {})):
        assert intern.call(action, call_uuid=hers, **more, **for_bob).json["error"] == "call not found"
    assert intern.done("call-current", extension="100", **for_bob)["call"] is None
    assert intern.done("extension-status", extension="100", **for_bob)["calls"] == []
    assert intern.done("call-details", call_uuid=his, **for_bob)
    with_her = talking(intern, destination_a="100", destination_b="101")
    assert intern.done("call-details", call_uuid=with_her, **for_bob), "it is his call too"


def test_records_one_may_not_see_are_not_there(intern: Caller) -> None:
    record = {"xml_cdr_uuid": demo.CALL_UUID}
    assert intern.done("cdr-details", **record, as_user="bob")
    intern.done("permission-set", key="see_calls", **FORBIDDEN)
    assert intern.call("cdr-details", **record, as_user="bob").status == 404
    assert intern.done("cdr-search", as_user="bob")["items"] == []
    assert intern.done("cdr-list", as_user="bob") == []
    assert demo.CALL_UUID not in intern.call("cdr-export", as_user="bob").text
    assert intern.done("cdr-statistics", as_user="bob")["total"]["calls"] == 0
    assert intern.done("cdr-search", as_user="alice")["items"]


def test_a_token_of_a_user_need_not_say_so(intern: Caller) -> None:
    intern.done("permission-set", key="originate_to", **FORBIDDEN)
    token = intern.done("token-create", as_user="bob", domain_name=demo.DOMAIN_NAME)["token"]
    headers = {"authorization": f"Bearer {token}"}
    assert refused(intern.call("originate", **TO_ALICE, headers=headers))
    assert refused(intern.call("originate", **TO_ALICE, as_user="bob", headers=headers))
    reply = intern.call("originate", **TO_ALICE, as_user="alice", headers=headers)
    assert reply.json["error"] == "this key acts for another user"


def test_a_key_of_a_user_acts_for_that_user(intern: Caller) -> None:
    intern.done("permission-set", key="originate_to", **FORBIDDEN)
    key = intern.done("key-create", name="bob", scopes=["originate"], domains=[demo.DOMAIN_NAME], as_user="bob")
    assert key["user"] == intern.done("user-details", user="bob")["user_uuid"]
    headers = {"authorization": f"Bearer {key['token']}"}
    assert refused(intern.call("originate", **TO_ALICE, headers=headers))


def test_nobody_acts_for_one_who_is_gone_or_disabled(intern: Caller) -> None:
    token = intern.done("token-create", as_user="bob", domain_name=demo.DOMAIN_NAME)["token"]
    headers = {"authorization": f"Bearer {token}"}
    intern.done("user-update", user="bob", enabled=False)
    assert intern.call("call-list", headers=headers).status == 403
    intern.done("user-delete", user="bob", cascade=True)
    assert intern.call("call-list", headers=headers).status == 403
    reply = intern.call("call-list", as_user="bob")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "as_user")


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({"key": "hang_up"}, 400),
        ({"usergroup": "nobody"}, 404),
        ({"exceptions": ["nobody"]}, 400),
        ({"exceptions": ["both"]}, 400),
        ({"exceptions": ["alice"] * 101}, 400),
        ({"allowed": None}, 400),
    ],
)
def test_refuses_what_makes_no_sense(intern: Caller, bad: dict[str, Any], status: int) -> None:
    intern.done("usergroup-create", display_name="both")
    intern.done("user-create", firstname="Both", username="both")
    rule = {"usergroup": "interns", "key": "monitor", "allowed": False}
    assert intern.call("permission-set", **{**rule, **bad}).status == status
