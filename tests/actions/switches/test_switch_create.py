from typing import Any

import pytest

from ringpost.entry import demo
from tests.harness import Caller

PBX: dict[str, Any] = {
    "name": "pbx1",
    "kind": "freeswitch",
    "address": "192.0.2.10:8021",
    "secret": "env:RINGPOST_SECRET_PBX1",
}


def test_answers_the_switch_and_domains_may_live_on_it(operator: Caller) -> None:
    made = operator.done("switch-create", **PBX, user="ringpost@ringpost.internal", description="Rack 3")
    assert (made["switch_name"], made["kind"], made["address"]) == ("pbx1", "freeswitch", "192.0.2.10:8021")
    assert (made["secret"], made["enabled"], made["version"]) == ("env:RINGPOST_SECRET_PBX1", True, 1)
    assert operator.done("switch-details", switch="pbx1") == made
    domain = operator.done("domain-create", domain_name="a.example.net", switch="pbx1")
    assert (domain["switch"], domain["switch_uuid"]) == ("pbx1", made["switch_uuid"])


def test_a_sandbox_needs_no_more_than_a_name(operator: Caller, tenant: Caller) -> None:
    operator.done("switch-create", name="lab2", kind="sandbox")
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="lab2")
    call = {"caller_id_number": "5550100", "destination_a": "100", "destination_b": "101"}
    assert tenant.done("originate", **call)["sandbox"] is True


@pytest.mark.parametrize("missing", ["address", "secret"])
def test_a_freeswitch_has_an_address_and_a_secret(operator: Caller, missing: str) -> None:
    for left_out in ({}, {missing: None}):
        members = {name: value for name, value in PBX.items() if name != missing}
        reply = operator.call("switch-create", **members, **left_out)
        assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, missing)


def test_one_behind_a_link_needs_neither_address_nor_secret(operator: Caller) -> None:
    made = operator.done("switch-create", name="cellar", kind="freeswitch", via="link")
    assert (made["via"], made["address"], made["secret"]) == ("link", None, None)
    assert operator.done("switch-details", switch="cellar") == made
    operator.done("domain-create", domain_name="a.example.net", switch="cellar")


def test_one_is_spoken_to_direct_unless_it_says_otherwise(operator: Caller) -> None:
    for name, said in (("pbx1", {}), ("pbx2", {"via": None}), ("pbx3", {"via": "direct"})):
        assert operator.done("switch-create", **{**PBX, "name": name}, **said)["via"] == "direct"
    reply = operator.call("switch-create", name="pbx4", kind="freeswitch", via="direct")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "address")


@pytest.mark.parametrize("via", ["", "Link", "tunnel", True, 5, ["link"]])
def test_there_are_two_ways(operator: Caller, via: object) -> None:
    reply = operator.call("switch-create", **PBX, via=via)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "via")


def test_a_sandbox_has_no_link(operator: Caller) -> None:
    reply = operator.call("switch-create", name="lab2", kind="sandbox", via="link")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "via")
    assert operator.call("switch-update", switch="lab", via="link").status == 400
    assert operator.done("switch-details", switch="lab")["via"] == "direct"


@pytest.mark.parametrize(
    "secret",
    [
        "ClueCon", "env:", "env:PATH", "env:AWS_SECRET_ACCESS_KEY", "env:RINGPOST_SECRET_", "env:ringpost_secret_a",
        "env:RINGPOST_SECRET_A\n", "env:RINGPOST_SECRET_A=b", "ssm:/other/a", "ssm:/ringpost/", "ssm:/ringpost",
        "ssm:/ringpost//a", "ssm:ringpost/a", "file:/etc/passwd", "ENV:RINGPOST_SECRET_A", "", 5,
    ],
)  # fmt: skip
def test_a_secret_is_never_sent_only_where_ours_is_kept(operator: Caller, secret: object) -> None:
    reply = operator.call("switch-create", **{**PBX, "secret": secret})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "secret")


@pytest.mark.parametrize("secret", ["env:RINGPOST_SECRET_PBX_1", "ssm:/ringpost/pbx1", "ssm:/ringpost/eu/pbx-1.a"])
def test_a_secret_is_kept_in_a_variable_or_a_parameter(operator: Caller, secret: str) -> None:
    assert operator.done("switch-create", **{**PBX, "secret": secret})["secret"] == secret


@pytest.mark.parametrize(
    "address", ["", "http://pbx", "pbx:", "pbx:port", "user@pbx", "pbx/x", "a b", "-pbx", "pbx:8021\n", "[pbx]:1"]
)
def test_an_address_is_a_host_and_a_port(operator: Caller, address: str) -> None:
    reply = operator.call("switch-create", **{**PBX, "address": address})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "address")


@pytest.mark.parametrize("address", ["192.0.2.10:0", "192.0.2.10:65536", "192.0.2.10:99999"])
def test_a_port_is_one_there_is(operator: Caller, address: str) -> None:
    assert operator.call("switch-create", **{**PBX, "address": address}).status == 400


@pytest.mark.parametrize("address", ["pbx1", "pbx1.example.net:8021", "[2001:db8::10]:8021", "[2001:db8::10]"])
def test_an_address_may_be_a_name_or_of_either_kind(operator: Caller, address: str) -> None:
    assert operator.done("switch-create", **{**PBX, "address": address})["address"] == address


@pytest.mark.parametrize("address", ["tls://pbx1", "tls://pbx1.example.net:5039", "tls://[2001:db8::10]:5039"])
def test_an_asterisk_may_be_spoken_to_with_tls(operator: Caller, address: str) -> None:
    members = {**PBX, "kind": "asterisk", "user": "ringpost", "address": address}
    assert operator.done("switch-create", **members)["address"] == address


@pytest.mark.parametrize(
    "address", ["tls://", "tls://tls://pbx1", "TLS://pbx1", "tls:pbx1", "tls://pbx1/x", "tls://:1"]
)
def test_tls_is_asked_for_in_one_way(operator: Caller, address: str) -> None:
    reply = operator.call("switch-create", **{**PBX, "kind": "asterisk", "user": "ringpost", "address": address})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "address")


def test_a_freeswitch_speaks_no_tls(operator: Caller) -> None:
    reply = operator.call("switch-create", **{**PBX, "address": "tls://pbx1"})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "address")
    operator.done("switch-create", **PBX)
    assert operator.call("switch-update", switch="pbx1", address="tls://pbx1").status == 400


def test_an_asterisk_has_a_user_too(operator: Caller) -> None:
    reply = operator.call("switch-create", **{**PBX, "kind": "asterisk"})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "user")


def test_a_name_is_taken_once(operator: Caller) -> None:
    operator.done("switch-create", **PBX)
    reply = operator.call("switch-create", **PBX)
    assert (reply.status, reply.code, reply.json["errors"][0]["parameter"]) == (409, "conflict", "name")


def test_the_sandbox_is_built_in(operator: Caller) -> None:
    reply = operator.call("switch-create", name="sandbox", kind="sandbox")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "name")


def test_a_name_is_read_in_any_case(operator: Caller) -> None:
    assert operator.done("switch-create", name="Lab2", kind="sandbox")["switch_name"] == "lab2"
    for name in ("LAB", "Sandbox"):
        assert operator.call("switch-create", name=name, kind="sandbox").status == 409


@pytest.mark.parametrize("name", ["", "a b", "-a", "a/b", "x" * 64, "ä", None, "a\n"])
def test_a_name_is_a_word(operator: Caller, name: object) -> None:
    assert operator.call("switch-create", name=name, kind="sandbox").status == 400


def test_a_uuid_is_no_name(operator: Caller) -> None:
    assert operator.call("switch-create", name=demo.CALL_UUID, kind="sandbox").status == 400


def test_a_kind_is_one_there_is(operator: Caller) -> None:
    assert operator.call("switch-create", **{**PBX, "kind": "yate"}).json["errors"][0]["parameter"] == "kind"


def test_is_the_operators(tenant: Caller, stranger: Caller) -> None:
    for caller in (tenant, stranger):
        reply = caller.call("switch-create", **PBX)
        assert (reply.status, reply.code) == (403, "forbidden")


def test_a_retry_makes_one(operator: Caller) -> None:
    first = operator.done("switch-create", **PBX, idempotency_key="k")
    assert operator.done("switch-create", **PBX, idempotency_key="k") == first
    assert [one["switch_name"] for one in operator.done("switch-list")["items"]] == ["lab", "pbx1"]
