from tests.actions.queues.centre import Centre
from tests.harness import Caller, House


def test_adds_an_agent_and_an_extension(tenant: Caller) -> None:
    tenant.done("queue-member-add", queue="700", agent="7003")
    after = tenant.done("queue-member-add", queue="700", extension="100", penalty=3)
    assert after["members"][-2:] == [
        {"agent": "7003", "extension": None, "penalty": 0},
        {"agent": None, "extension": "100", "penalty": 3},
    ]


def test_refuses_a_member_twice(tenant: Caller) -> None:
    reply = tenant.call("queue-member-add", queue="700", agent="7001")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "agent")
    assert tenant.call("queue-member-add", queue="700", extension="101").status == 409


def test_refuses_nobody_and_both(tenant: Caller) -> None:
    assert tenant.call("queue-member-add", queue="700").status == 400
    assert tenant.call("queue-member-add", queue="700", agent="7003", extension="100").status == 400


def test_refuses_an_agent_of_another_domain(tenant: Caller, stranger: Caller) -> None:
    stranger.done("agent-create", number="7500", firstname="Mallory")
    assert tenant.call("queue-member-add", queue="700", agent="7500").status == 422


def test_a_new_member_is_rung_for_who_waits_already(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    tenant.done("extension-create", extension="110")
    centre.call()
    centre.passes(8)
    tenant.done("queue-member-add", queue="702", extension="110")
    assert centre.story() == ["joined", "connected 110 after 9", "completed talked 3"]
