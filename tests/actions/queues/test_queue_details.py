import pytest

from ringpost.entry import demo
from tests.harness import Caller


@pytest.mark.parametrize("reference", ["700", "Support", demo.QUEUE_UUID])
def test_answers_it_by_number_name_and_uuid(tenant: Caller, reference: str) -> None:
    assert tenant.done("queue-details", queue=reference)["queue_uuid"] == demo.QUEUE_UUID


@pytest.mark.parametrize("reference", ["100", "600", "nobody", demo.AGENT_UUID, "a" * 253])
def test_what_is_none_is_not_found(tenant: Caller, reference: str) -> None:
    assert tenant.call("queue-details", queue=reference).status == 404


def test_another_domains_is_not_found(stranger: Caller) -> None:
    assert stranger.call("queue-details", queue=demo.QUEUE_UUID).status == 404
