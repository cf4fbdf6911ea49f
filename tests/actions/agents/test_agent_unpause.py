from tests.harness import Caller


def test_is_refused_without_a_login(tenant: Caller) -> None:
    assert tenant.call("agent-unpause", agent="7003").status == 422


def test_who_was_not_paused_stays_as_it_is(tenant: Caller) -> None:
    assert tenant.done("agent-unpause", agent="7001")["version"] == 2


def test_of_one_queue_is_refused_while_it_is_paused_in_all(tenant: Caller) -> None:
    tenant.done("agent-pause", agent="7001")
    assert tenant.call("agent-unpause", agent="7001", queue="700").status == 422
    assert tenant.done("agent-unpause", agent="7001")["paused"] is False


def test_without_a_queue_it_ends_all_pauses(tenant: Caller) -> None:
    tenant.done("agent-pause", agent="7001", queue="700")
    after = tenant.done("agent-unpause", agent="7001")
    assert (after["paused_in"], after["paused_at"], after["pause_reason"]) == ([], None, None)
