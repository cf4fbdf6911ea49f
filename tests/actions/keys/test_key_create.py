import pytest

from ringpost.entry import demo
from tests.harness import Caller, House


def made(caller: Caller, **members: object) -> Caller:
    key = caller.done("key-create", **{"name": "k", "scopes": ["#"], "domains": [demo.DOMAIN_NAME], **members})
    assert key["token"] == f"rp_{key['key_uuid']}_{key['secret']}"
    return Caller(caller.house, key["key_uuid"], key["secret"])


def test_makes_a_key_that_works(operator: Caller) -> None:
    new = made(operator)
    assert new.done("domain-details")["domain_uuid"] == demo.DOMAIN_UUID
    assert new.secret not in operator.call("key-details", key_uuid=new.key_uuid).text


def test_needs_domains_on_the_wire(operator: Caller) -> None:
    assert operator.call("key-create", name="k", scopes=["#"]).json["errors"][0]["parameter"] == "domains"
    assert operator.call("key-create", name="k", scopes=["#"], domains=[]).status == 400
    assert operator.call("key-create", name="k", scopes=["#"], domains=None).status == 400


def test_does_not_reach_a_domain_its_maker_does_not(tenant: Caller) -> None:
    for domain in ("empty.example.net", demo.EMPTY_DOMAIN_UUID, "nobody.example.net"):
        reply = tenant.call("key-create", name="k", scopes=["#"], domains=[domain])
        assert (reply.status, reply.json["error"]) == (404, "domain not found")


def test_a_key_is_never_wider_than_its_maker(house: House) -> None:
    narrow = house.key("key.create", "domain.details", domains=(demo.DOMAIN_UUID,))
    wide = made(narrow, scopes=["#"])
    assert wide.call("domain-details").status == 200
    assert wide.call("extension-list").status == 403
    wider = made(wide, scopes=["#"])
    assert wider.call("extension-list").status == 403


def test_the_makers_networks_and_expiry_hold_too(house: House) -> None:
    maker = house.key(
        "#", domains=(demo.DOMAIN_UUID,), networks=("192.0.2.0/24",), expires_at="2026-11-23T00:00:00.000Z"
    )
    new = made(maker)
    assert new.call("domain-details").status == 200
    new.source_ip = "198.51.100.1"
    assert new.call("domain-details").status == 401
    new.source_ip = "192.0.2.7"
    house.clock.time += 86_400
    assert new.call("domain-details").status == 401


@pytest.mark.parametrize(
    "scope", ["", "Extension;", "a b", "*" * 5, "x" * 200, "!!x", 5, None, "nonsense", "extension-create", "extnsion.#"]
)
def test_refuses_what_is_no_scope(operator: Caller, scope: object) -> None:
    reply = operator.call("key-create", name="k", scopes=[scope], domains=[demo.DOMAIN_NAME])
    assert reply.status == 400


@pytest.mark.parametrize("member", [{"networks": ["office"]}, {"expires_at": "tomorrow"}, {"expires_at": "2026-12-01"}])
def test_refuses_bad_limits(operator: Caller, member: dict[str, object]) -> None:
    reply = operator.call("key-create", name="k", scopes=["#"], domains=[demo.DOMAIN_NAME], **member)
    assert reply.status == 400
