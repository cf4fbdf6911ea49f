import pytest

from ringpost.entry import demo
from tests.harness import Caller


def test_changes_what_is_sent_and_keeps_the_rest(tenant: Caller) -> None:
    before = tenant.done("domain-details")
    after = tenant.done("domain-update", country="gb")
    assert after["country"] == "GB"
    assert after["version"] == before["version"] + 1
    assert after["domain_description"] == before["domain_description"]
    assert tenant.done("domain-details") == after


def test_null_sets_what_a_new_domain_has(tenant: Caller) -> None:
    assert tenant.done("domain-update", domain_description=None)["domain_description"] == ""


@pytest.mark.parametrize("member", [{"outbound_prefixes": ["1"]}, {"domain_enabled": False}, {"retention_days": 7}])
def test_leaves_what_reaches_beyond_the_tenant_to_operators(tenant: Caller, member: dict[str, object]) -> None:
    assert tenant.call("domain-update", **member).status == 403


def test_moves_to_a_new_name(operator: Caller) -> None:
    operator.done("domain-update", domain_name="empty.example.net", new_domain_name="full.example.net")
    assert operator.call("domain-details", domain_name="empty.example.net").status == 404
    assert operator.done("domain-details", domain_name="full.example.net")["domain_uuid"] == demo.EMPTY_DOMAIN_UUID
    reply = operator.call("domain-update", domain_name="full.example.net", new_domain_name=demo.DOMAIN_NAME)
    assert reply.status == 409


def test_refuses_another_version(tenant: Caller) -> None:
    reply = tenant.call("domain-update", domain_description="x", if_version=99)
    assert (reply.status, reply.code) == (409, "conflict")
    version = tenant.done("domain-details")["version"]
    assert tenant.done("domain-update", domain_description="x", if_version=version)["version"] == version + 1
