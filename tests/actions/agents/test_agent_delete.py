from tests.harness import Caller


def test_takes_it_out_of_its_queues(tenant: Caller) -> None:
    tenant.done("agent-logout", agent="7001")
    tenant.done("agent-delete", agent="7001")
    assert [one["agent"] for one in tenant.done("queue-details", queue="700")["members"]] == [None]
    assert tenant.call("agent-details", agent="7001").status == 404


def test_is_refused_while_it_is_logged_in(tenant: Caller) -> None:
    assert tenant.call("agent-delete", agent="7001").status == 422


def test_takes_it_out_of_more_queues_than_one_transaction_holds(tenant: Caller) -> None:
    tenant.done("agent-create", number="7009", firstname="Eve")
    for number in range(800, 845):
        tenant.done("queue-create", name=f"Q{number}", extension=str(number), members=[{"agent": "7009"}])
    tenant.done("agent-penalty-set", agent="7009", penalty=2)
    tenant.done("agent-delete", agent="7009")
    queues = tenant.done("queue-list", limit=1000)["items"]
    assert not any(member["agent"] == "7009" for one in queues for member in one["members"])
