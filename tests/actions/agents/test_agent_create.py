import pytest

from tests.harness import Caller


def test_answers_an_agent_that_is_logged_in_nowhere(tenant: Caller) -> None:
    made = tenant.done("agent-create", number=7002, firstname="Bob", lastname="Example", user="bob")
    assert (made["number"], made["firstname"], made["extension"], made["paused"]) == ("7002", "Bob", None, False)
    assert made["user_uuid"] == tenant.done("user-details", user="bob")["user_uuid"]


def test_refuses_a_number_that_is_taken(tenant: Caller) -> None:
    reply = tenant.call("agent-create", number="7001", firstname="Bob")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "number")


@pytest.mark.parametrize("number", ["", "*1", "70 01", "+7001", "x", "1" * 33])
def test_refuses_what_is_no_number(tenant: Caller, number: str) -> None:
    assert tenant.call("agent-create", number=number, firstname="Bob").status == 400


def test_refuses_a_user_who_is_not_here(tenant: Caller) -> None:
    assert tenant.call("agent-create", number="7002", firstname="Bob", user="mallory").status == 404
