from tests.actions.queues.centre import Centre
from tests.harness import Caller, House


def test_those_of_a_lower_penalty_are_rung_first(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, strategy="linear")
    centre.agent("7010", "110")
    centre.agent("7011", "111")
    answer = tenant.done("agent-penalty-set", agent="7010", penalty=5, queue="702")
    assert [(one["name"], one["penalty"]) for one in answer["queues"]] == [("Orders", 5)]
    first, second = centre.call(), centre.call()
    taken = {one["call_uuid"]: one["data"]["extension"] for one in centre.events("queue.connected")}
    assert taken == {first: "111", second: "110"}


def test_in_all_its_queues(tenant: Caller) -> None:
    tenant.done("queue-create", name="Billing", extension="701", members=[{"agent": "7001"}])
    answer = tenant.done("agent-penalty-set", agent="7001", penalty=3)
    assert [(one["name"], one["penalty"]) for one in answer["queues"]] == [("Billing", 3), ("Support", 3)]


def test_refuses_what_is_no_penalty(tenant: Caller) -> None:
    for penalty in (-1, 21, "x"):
        assert tenant.call("agent-penalty-set", agent="7001", penalty=penalty).status == 400


def test_refuses_a_queue_it_is_no_member_of(tenant: Caller) -> None:
    assert tenant.call("agent-penalty-set", agent="7003", penalty=1, queue="700").status == 422
