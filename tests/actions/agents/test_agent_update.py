from tests.harness import Caller


def test_what_is_left_out_stays(tenant: Caller) -> None:
    after = tenant.done("agent-update", agent="7001", lastname="Other", description="Speaks French")
    assert (after["firstname"], after["lastname"], after["extension"], after["version"]) == ("Alice", "Other", "100", 3)


def test_an_agent_may_be_another_user_or_none(tenant: Caller) -> None:
    bob = tenant.done("user-details", user="bob")["user_uuid"]
    assert tenant.done("agent-update", agent="7001", user="bob")["user_uuid"] == bob
    assert tenant.done("agent-update", agent="7001", user=None)["user_uuid"] is None


def test_a_user_that_is_deleted_leaves_its_agent_to_nobody(tenant: Caller) -> None:
    tenant.done("user-delete", user="alice", cascade=True)
    agent = tenant.done("agent-details", agent="7001")
    assert (agent["user_uuid"], agent["extension"]) == (None, None)
