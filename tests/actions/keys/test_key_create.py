from typing import Any

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
def test_refuses_bad_limits(operator: Caller, member: dict[str, Any]) -> None:
    reply = operator.call("key-create", name="k", scopes=["#"], domains=[demo.DOMAIN_NAME], **member)
    assert reply.status == 400


@pytest.fixture
def lab(operator: Caller) -> Caller:
    """A key with every scope, bound to the switch the demo domain lives on."""
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="lab")
    return made(operator, domains=None, switch="lab")


def asked_for(caller: Caller, name: str) -> str:
    """What a switch is told about a domain."""
    form = f"section=directory&key_name=name&key_value={name}&action=sip_auth&key=id&user=100&domain={name}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return caller.post(form, path="/freeswitch-xml", headers=headers).text


def test_a_key_of_a_switch_reaches_exactly_the_domains_that_live_on_it(operator: Caller, lab: Caller) -> None:
    operator.done("domain-create", domain_name="third.example.net", switch="lab")
    ours: list[dict[str, Any]] = [{"domain_name": demo.DOMAIN_NAME}, {"domain_uuid": demo.DOMAIN_UUID}]
    for reference in ours:
        assert lab.done("domain-details", **reference)["domain_uuid"] == demo.DOMAIN_UUID
        assert [one["extension"] for one in lab.done("extension-list", **reference)] == ["100", "101"]
    theirs: list[dict[str, Any]] = [{"domain_name": "empty.example.net"}, {"domain_uuid": demo.EMPTY_DOMAIN_UUID}]
    for reference in theirs:
        for action in ("domain-details", "extension-list", "call-list", "cdr-search"):
            reply = lab.call(action, **reference)
            assert (reply.status, reply.json["error"]) == (404, "domain not found")
    assert 'id="100"' in asked_for(lab, demo.DOMAIN_NAME)
    assert "not found" in asked_for(lab, "empty.example.net")
    assert lab.call("domain-details").status == 400, "it does not say which"


def test_a_key_of_a_switch_lists_the_domains_that_live_on_it(operator: Caller, lab: Caller) -> None:
    for name in ("b.example.net", "a.example.net"):
        operator.done("domain-create", domain_name=name, switch="lab")
    for query in ({}, {"order": "domain_name"}, {"limit": 2}):
        page = lab.done("domain-list", **query)
        listed = [domain["domain_name"] for domain in page["items"]]
        if page["next_cursor"]:
            rest = lab.done("domain-list", **query, cursor=page["next_cursor"])["items"]
            listed += [domain["domain_name"] for domain in rest]
        assert sorted(listed) == ["a.example.net", "b.example.net", demo.DOMAIN_NAME]
    assert lab.done("domain-list", count=True)["total"] == 3


def test_a_key_of_a_switch_loses_a_domain_that_moves_away(operator: Caller, lab: Caller) -> None:
    inside: dict[str, Any] = {"domain_uuid": demo.DOMAIN_UUID}
    assert lab.done("domain-details", **inside)["switch"] == "lab"
    operator.done("domain-update", **inside, switch="sandbox")
    for action in ("domain-details", "call-list", "cdr-search", "extension-list"):
        assert lab.call(action, **inside).status == 404
    assert "not found" in asked_for(lab, demo.DOMAIN_NAME)
    assert lab.done("domain-list")["items"] == []
    operator.done("domain-update", **inside, switch="lab")
    assert lab.done("domain-details", **inside)["switch"] == "lab"


def test_an_answer_that_was_kept_is_not_given_again_once_its_domain_has_moved(operator: Caller, lab: Caller) -> None:
    sent: dict[str, Any] = {"domain_uuid": demo.DOMAIN_UUID, "extension": "150", "idempotency_key": "k"}
    lab.done("extension-create", **sent)
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="sandbox")
    assert lab.call("extension-create", **sent).status == 404


# BUG: TenantStore.is_mine has no word for a key without domains: its own key is "not there", and key-create says 401
def test_a_key_of_a_switch_makes_keys_for_its_domains_that_are_no_wider(operator: Caller, lab: Caller) -> None:
    child = made(lab, domains=[demo.DOMAIN_UUID])
    assert child.done("domain-details")["switch"] == "lab"
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="sandbox")
    assert child.call("domain-details").status == 404


# BUG: domains.listed reads each domain of the key, and the fence answers 404 for one that has moved away
def test_a_domain_that_moved_away_is_left_out_of_the_list(operator: Caller, lab: Caller) -> None:
    operator.done("domain-update", domain_name="empty.example.net", switch="lab")
    child = made(operator, domains=[demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID], switch="lab")
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="sandbox")
    reply = child.call("domain-list")
    assert (reply.status, [domain["domain_name"] for domain in reply.json.get("items", [])]) == (
        200,
        ["empty.example.net"],
    )


def test_a_key_of_a_switch_cannot_widen_itself(lab: Caller) -> None:
    for limit in ({"domains": [demo.DOMAIN_UUID]}, {"domains": None}, {"scopes": ["#"]}, {"switch": None}):
        assert lab.call("key-update", key_uuid=lab.key_uuid, **limit).status in (400, 403, 404)
    assert lab.call("key-create", name="k", scopes=["#"], domains=[demo.EMPTY_DOMAIN_UUID]).status == 404
    assert lab.call("key-create", name="k", scopes=["#"], switch="lab").status == 403
    assert lab.call("key-create", name="k", scopes=["#"], domains=[demo.DOMAIN_UUID], switch="sandbox").status == 403


def test_a_key_of_a_switch_is_never_an_operator(lab: Caller) -> None:
    for action, parameters in (
        ("domain-create", {"domain_name": "x.example.net"}),
        ("domain-update", {"domain_uuid": demo.DOMAIN_UUID, "switch": "sandbox"}),
        ("domain-delete", {"domain_uuid": demo.DOMAIN_UUID, "cascade": True}),
        ("switch-list", {}),
        ("switch-details", {"switch": "lab"}),
        ("switch-update", {"switch": "lab", "description": "x"}),
    ):
        assert lab.call(action, **parameters).status == 403, action


# BUG: the same
def test_a_key_of_a_switch_may_rotate_itself_as_any_key_may(lab: Caller) -> None:
    assert lab.call("key-details", key_uuid=lab.key_uuid).status == 200
    assert lab.call("key-rotate", key_uuid=lab.key_uuid).status == 200


def test_a_key_of_a_switch_sees_no_other_keys_than_those_of_its_domains(lab: Caller, stranger: Caller) -> None:
    assert lab.call("key-details", key_uuid=stranger.key_uuid).status == 404
    assert lab.call("key-details", key_uuid=demo.PUBLIC_KEY_UUID).status == 404
    assert stranger.key_uuid not in lab.call("key-list").text


def test_a_tenant_makes_no_key_for_a_switch(tenant: Caller) -> None:
    for switch in ("lab", "sandbox", "nobody"):
        reply = tenant.call("key-create", name="k", scopes=["#"], switch=switch)
        assert (reply.status, reply.code) == (403, "forbidden")


def test_a_switch_that_is_not_there_is_not_found(operator: Caller) -> None:
    reply = operator.call("key-create", name="k", scopes=["#"], switch="nobody")
    assert (reply.status, reply.json["error"]) == (404, "switch not found")


def test_domains_and_a_switch_are_limits_that_both_hold(operator: Caller, lab: Caller) -> None:
    operator.done("domain-create", domain_name="a.example.net", switch="lab")
    both = made(operator, domains=[demo.DOMAIN_NAME, "empty.example.net"], switch="lab")
    assert both.done("domain-details", domain_uuid=demo.DOMAIN_UUID)["switch"] == "lab"
    for name in ("a.example.net", "empty.example.net"):
        assert both.call("domain-details", domain_name=name).status == 404


# BUG: the built-in sandbox has no list of its domains, so this key reaches nothing at all; refuse it, or let it work
def test_a_key_of_the_sandbox_is_refused_or_reaches_what_lives_there(operator: Caller) -> None:
    reply = operator.call("key-create", name="k", scopes=["#"], switch="sandbox")
    if reply.status == 200:
        key = Caller(operator.house, reply.json["key_uuid"], reply.json["secret"])
        assert key.call("domain-details", domain_name=demo.DOMAIN_NAME).status == 200
