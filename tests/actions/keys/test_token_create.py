import json
from typing import Any

import pytest

from ringpost.dispatch.http import HttpRequest
from ringpost.entry import demo
from tests.fakes import CountingStore
from tests.harness import Caller, House, Reply

HERE = {"domain_name": demo.DOMAIN_NAME}


def bought(caller: Caller, **how: Any) -> Any:
    return caller.done("token-create", **how)


def with_token(caller: Caller, token: str, action: str, header: str = "x-auth-token", **parameters: Any) -> Reply:
    """A call with nothing but a token."""
    value = f"Bearer {token}" if header == "authorization" else token
    body = json.dumps({"action": action, **parameters}).encode()
    request = HttpRequest("POST", "/", {header: value}, body, "192.0.2.1", "r")
    return Reply(caller.house.endpoint.answer(request))


def test_is_good_in_every_header_a_key_is(tenant: Caller) -> None:
    token = bought(tenant)["token"]
    for header in ("x-auth-token", "x-api-key", "authorization"):
        assert with_token(tenant, token, "user-list", header).status == 200


def test_is_not_sent_as_basic(tenant: Caller) -> None:
    made = bought(tenant)
    assert with_token(tenant, made["token"], "user-list").status == 200
    as_basic = Caller(tenant.house, made["token_uuid"], made["token"].rpartition("_")[2])
    assert as_basic.call("user-list").status == 401


def test_lasts_two_hours_unless_said_otherwise(house: House, tenant: Caller) -> None:
    made = bought(tenant)
    assert (made["issued_at"], made["expires_at"]) == ("2026-11-22T12:00:00.000Z", "2026-11-22T14:00:00.000Z")
    short = bought(tenant, expiration=60)["token"]
    house.clock.time += 59
    assert with_token(tenant, short, "user-list").status == 200
    house.clock.time += 2
    assert with_token(tenant, short, "user-list").status == 401
    house.clock.time += 7200
    assert with_token(tenant, made["token"], "user-list").status == 401


@pytest.mark.parametrize("expiration", [0, -1, "soon", 315_360_001, None])
def test_refuses_an_expiration_that_is_none(tenant: Caller, expiration: object) -> None:
    assert tenant.call("token-create", expiration=expiration).status == 400


def test_does_no_more_than_it_was_bought_for(tenant: Caller) -> None:
    token = bought(tenant, scopes=["user.*", "!user.delete"])["token"]
    assert with_token(tenant, token, "user-list").status == 200
    for action in ("user-delete", "extension-list", "user-status-set"):
        assert with_token(tenant, token, action).status == 403


def test_does_no_more_than_its_key(house: House) -> None:
    key = house.key("token.#", "cdr.#", domains=(demo.DOMAIN_NAME,))
    token = bought(key, scopes=["#"])["token"]
    assert with_token(key, token, "cdr-search").status == 200
    assert with_token(key, token, "user-list").status == 403
    reply = key.call("token-create", scopes=["user.#"])
    assert (reply.status, reply.code) == (403, "forbidden")
    assert key.call("token-create", scopes=["nothing.at.all"]).status == 400


def test_is_gone_with_its_key_and_narrowed_with_it(house: House, operator: Caller) -> None:
    key = house.key("token.#", "cdr.#", "user.#", domains=(demo.DOMAIN_NAME,))
    token = bought(key)["token"]
    assert with_token(key, token, "user-list").status == 200
    operator.done("key-update", key_uuid=key.key_uuid, scopes=["token.#", "cdr.#"])
    house.clock.time += 31
    assert with_token(key, token, "user-list").status == 403
    operator.done("key-update", key_uuid=key.key_uuid, enabled=False)
    house.clock.time += 31
    assert with_token(key, token, "cdr-search").status == 401
    operator.done("key-update", key_uuid=key.key_uuid, enabled=True)
    operator.done("key-delete", key_uuid=key.key_uuid)
    house.clock.time += 31
    assert with_token(key, token, "cdr-search").status == 401


def test_is_gone_with_the_secret_it_was_bought_with(house: House, tenant: Caller) -> None:
    token = bought(tenant, expiration=315_360_000)["token"]
    rotated = tenant.done("key-rotate", key_uuid=tenant.key_uuid, overlap_seconds=60)
    assert with_token(tenant, token, "user-list").status == 200
    house.clock.time += 61
    assert with_token(tenant, token, "user-list").status == 401
    tenant.secret = rotated["secret"]
    assert tenant.call("token-details", token=token).status == 404


def test_may_be_for_one_domain_only(operator: Caller) -> None:
    token = bought(operator, **HERE)["token"]
    assert with_token(operator, token, "user-list").status == 200
    assert with_token(operator, token, "user-list", domain_name="empty.example.net").status == 404
    assert with_token(operator, token, "domain-create", domain_name="new.example.net").status == 403


def test_reaches_no_domain_its_key_does_not(tenant: Caller) -> None:
    assert tenant.call("token-create", domain_name="empty.example.net").status == 404


def test_makes_no_keys_and_buys_no_tokens(operator: Caller) -> None:
    token = bought(operator)["token"]
    new = {"name": "x", "scopes": ["#"], "domains": [demo.DOMAIN_NAME]}
    for action, members in (("token-create", {}), ("key-create", new), ("key-rotate", {"key_uuid": operator.key_uuid})):
        assert with_token(operator, token, action, **members).status == 403


def test_for_a_user_that_is_there(tenant: Caller) -> None:
    alice = tenant.done("user-details", user="alice")["user_uuid"]
    assert bought(tenant, as_user="ALICE", **HERE)["user_uuid"] == alice
    assert tenant.call("token-create", as_user="nobody").status == 404


def test_its_text_is_answered_once(tenant: Caller, house: House) -> None:
    first = bought(tenant, idempotency_key="k")
    assert tenant.done("token-create", idempotency_key="k")["token"] is None
    secret = first["token"].rpartition("_")[2]
    row = house.store.query(f"token#{first['token_uuid']}")
    assert secret not in str(row)


def test_a_wrong_secret_costs_what_an_unknown_one_costs(house: House, tenant: Caller) -> None:
    token = bought(tenant)["token"]
    house.store = counting = CountingStore(house.store)
    house.restart()
    costs = []
    for bad in (token[:-1] + ("0" if token[-1] != "0" else "1"), f"rpt_{demo.DOMAIN_UUID}_{'0' * 64}"):
        counting.calls.clear()
        assert with_token(tenant, bad, "user-list").status == 401
        costs.append(list(counting.calls))
    assert costs[0] == costs[1] == ["get"]
    counting.calls.clear()
    assert with_token(tenant, token.replace("rpt_", "rp_"), "user-list").status == 401


def test_two_tokens_of_a_key_share_no_kept_answers(tenant: Caller) -> None:
    one, other = bought(tenant)["token"], bought(tenant)["token"]
    new = {"firstname": "Carol", "idempotency_key": "k"}
    first = with_token(tenant, one, "user-create", **new)
    second = with_token(tenant, other, "user-create", **new)
    assert first.json["user_uuid"] != second.json["user_uuid"]
    assert with_token(tenant, one, "user-create", **new).json == first.json


def test_the_audit_says_with_which_token(house: House, tenant: Caller) -> None:
    made = bought(tenant)
    with_token(tenant, made["token"], "user-create", firstname="Carol")
    lines = house.store.query(f"domain#{demo.DOMAIN_UUID}#audit", descending=True, limit=1)
    assert made["token_uuid"] in lines[0].body
