import pytest

from ringpost.entry import demo
from tests.harness import Caller

BUILT_IN = "5a5a5a5a-0000-4000-8000-000000000000"


@pytest.mark.parametrize("reference", ["lab", "LAB", demo.LAB_UUID, demo.LAB_UUID.upper()])
def test_finds_by_name_and_by_uuid(operator: Caller, reference: str) -> None:
    found = operator.done("switch-details", switch=reference)
    assert (found["switch_uuid"], found["switch_name"], found["kind"]) == (demo.LAB_UUID, "lab", "sandbox")


@pytest.mark.parametrize("reference", ["sandbox", BUILT_IN])
def test_the_built_in_one_is_there_too(operator: Caller, reference: str) -> None:
    found = operator.done("switch-details", switch=reference)
    assert (found["switch_name"], found["kind"], found["address"], found["insert_date"]) == (
        "sandbox", "sandbox", None, None,
    )  # fmt: skip


@pytest.mark.parametrize("reference", ["nobody", demo.DOMAIN_UUID])
def test_what_is_not_there_is_not_found(operator: Caller, reference: str) -> None:
    reply = operator.call("switch-details", switch=reference)
    assert (reply.status, reply.json["error"]) == (404, "switch not found")


def test_is_the_operators(tenant: Caller) -> None:
    for reference in ("lab", "sandbox", "nobody", demo.LAB_UUID):
        reply = tenant.call("switch-details", switch=reference)
        assert (reply.status, reply.code) == (403, "forbidden"), "also where there is none"
