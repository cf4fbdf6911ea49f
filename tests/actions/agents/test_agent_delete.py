from tests.harness import Caller


def test_takes_it_out_of_its_queues(tenant: Caller) -> None:
    tenant.done("agent-logout", agent="7001")
    tenant.done("agent-delete", agent="7001")
    assert [one["agent"] for one in tenant.done("queue-details", queue="700")["members"]] == [None]
    assert tenant.call("agent-details", agent="7001").status == 404


def test_is_refused_while_it_is_logged_in(tenant: Caller) -> None:
    assert tenant.call("agent-delete", agent="7001").status == 422
