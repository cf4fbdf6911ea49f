import pytest

from ringpost.entry import demo
from tests.harness import Caller


@pytest.mark.parametrize("reference", ["7001", demo.AGENT_UUID])
def test_answers_it_by_number_and_uuid(tenant: Caller, reference: str) -> None:
    agent = tenant.done("agent-details", agent=reference)
    assert (agent["agent_uuid"], agent["extension"]) == (demo.AGENT_UUID, "100")


def test_what_is_none_is_not_found(tenant: Caller, stranger: Caller) -> None:
    assert tenant.call("agent-details", agent="7999").status == 404
    assert stranger.call("agent-details", agent=demo.AGENT_UUID).status == 404


def test_an_agent_must_be_named(tenant: Caller) -> None:
    assert tenant.call("agent-details").json["errors"][0]["parameter"] == "agent"
