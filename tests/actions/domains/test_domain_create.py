import pytest

from ringpost.entry import demo
from tests.harness import Caller


def test_makes_a_domain(operator: Caller) -> None:
    made = operator.done("domain-create", domain_name="New.Example.net", domain_description="hello")
    assert made["domain_name"] == "new.example.net"
    assert made["domain_enabled"] is True
    assert made["switch"] == "sandbox"
    assert made["outbound_prefixes"] == []
    assert made["emergency_calls_possible"] is False
    assert operator.done("domain-details", domain_uuid=made["domain_uuid"]) == made


def test_refuses_a_taken_name(operator: Caller) -> None:
    reply = operator.call("domain-create", domain_name=demo.DOMAIN_NAME.upper())
    assert (reply.status, reply.code) == (409, "conflict")
    assert reply.json["errors"][0]["parameter"] == "domain_name"


def test_refuses_a_key_that_is_bound_to_domains(tenant: Caller) -> None:
    reply = tenant.call("domain-create", domain_name="mine.example.net")
    assert (reply.status, reply.code) == (403, "forbidden")


@pytest.mark.parametrize("name", ["", "-a.example.net", "a b.example.net", "a/../b", "exämple.net", "a" * 300])
def test_refuses_what_is_no_domain_name(operator: Caller, name: str) -> None:
    assert operator.call("domain-create", domain_name=name).status == 400


def test_has_no_way_out_until_it_is_given_one(operator: Caller) -> None:
    made = operator.done(
        "domain-create", domain_name="out.example.net", outbound_gateway="trunk-1", outbound_prefixes=["+1", "44"]
    )
    assert made["emergency_calls_possible"] is True
    assert made["outbound_prefixes"] == ["+1", "44"]


@pytest.mark.parametrize("name", ["public", "Default", "nobody", "ringpost.internal"])
def test_a_name_switches_use_themselves_is_not_free(operator: Caller, name: str) -> None:
    reply = operator.call("domain-create", domain_name=name)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "domain_name")
    renamed = operator.call("domain-update", domain_name="empty.example.net", new_domain_name=name)
    assert (renamed.status, renamed.json["errors"][0]["parameter"]) == (409, "new_domain_name")
