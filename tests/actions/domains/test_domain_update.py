import pytest

from ringpost.entry import demo
from tests.harness import Caller


def test_changes_what_is_sent_and_keeps_the_rest(tenant: Caller) -> None:
    before = tenant.done("domain-details")
    after = tenant.done("domain-update", domain_description="HQ")
    assert after["domain_description"] == "HQ"
    assert after["version"] == before["version"] + 1
    assert after["country"] == before["country"]
    assert tenant.done("domain-details") == after


def test_null_sets_what_a_new_domain_has(tenant: Caller) -> None:
    assert tenant.done("domain-update", domain_description=None)["domain_description"] == ""


@pytest.mark.parametrize("member", [{"outbound_prefixes": ["1"]}, {"domain_enabled": False}, {"country": "FR"}])
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


def test_reads_a_country_in_any_case_and_knows_it(operator: Caller) -> None:
    assert operator.done("domain-update", domain_name=demo.DOMAIN_NAME, country="gb")["country"] == "GB"
    for country in ("XX", "GBR", "1", ""):
        assert operator.call("domain-update", domain_name=demo.DOMAIN_NAME, country=country).status == 400


def test_only_an_empty_domain_is_renamed(operator: Caller) -> None:
    reply = operator.call("domain-update", domain_name=demo.DOMAIN_NAME, new_domain_name="other.example.net")
    assert (reply.status, reply.code) == (422, "cannot-comply")


def test_a_uuid_is_no_name(operator: Caller) -> None:
    assert operator.call("domain-create", domain_name=demo.CALL_UUID).status == 400
