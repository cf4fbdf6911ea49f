import json

import pytest

from ringpost.entry import demo
from ringpost.store import Put, Row
from tests.actions.keys.test_token_create import bought, with_token
from tests.auth.test_scopes import VECTORS
from tests.harness import Caller, House


def test_answers_for_a_good_one_only(house: House, tenant: Caller) -> None:
    made = bought(tenant, scopes=["cdr.#", "!cdr.create"])
    told = tenant.done("token-details", token=made["token"])
    assert told == {name: value for name, value in made.items() if name != "token"}
    house.clock.time += 7201
    reply = tenant.call("token-details", token=made["token"])
    assert (reply.status, reply.json["error"]) == (404, "token not found")
    assert tenant.call("token-details", token=f"rpt_{demo.DOMAIN_UUID}_{'0' * 64}").status == 404


@pytest.mark.parametrize(
    "bad", ["", "x", "rp_1_2", "rpt_1_2", 5, "é" * 5000, "\ud800", f"rpt_{demo.DOMAIN_UUID}_{'0' * 63}"]
)
def test_what_never_was_a_token_is_as_little_good_as_one_that_is_gone(tenant: Caller, bad: object) -> None:
    for action in ("token-details", "token-delete"):
        reply = tenant.call(action, token=bad)
        assert (reply.status, reply.json["error"]) == (404, "token not found")


def test_asks_for_one(tenant: Caller) -> None:
    assert tenant.call("token-details", token=None).status == 400


def test_checks_a_scope(tenant: Caller) -> None:
    token = bought(tenant, scopes=["cdr.#", "!cdr.create"])["token"]
    assert tenant.call("token-details", token=token, scope="cdr.search").status == 200
    for scope in ("cdr.create", "user.list", "cdr"):
        reply = tenant.call("token-details", token=token, scope=scope)
        assert (reply.status, reply.code) == (403, "forbidden")


_SAYABLE = [
    (scopes, wanted, allowed)
    for scopes, wanted, allowed in VECTORS
    if scopes and wanted.isprintable() and all(text == text.lower() for text in scopes)
]
"""On the wire there are no keys without scopes, no line breaks, and no capitals."""


@pytest.mark.parametrize(("scopes", "wanted", "allowed"), _SAYABLE)
def test_by_xivos_vectors(house: House, tenant: Caller, scopes: list[str], wanted: str, allowed: bool) -> None:
    """The scopes are written past the check that they name actions of ours, which XiVO's do not."""
    made = bought(tenant, scopes=["#"])
    [row] = house.store.query(f"token#{made['token_uuid']}")
    body = json.loads(row.body)
    body["limits"]["scopes"] = scopes
    house.store.transact([Put(Row(row.key, json.dumps(body), row.version, row.expires))])
    reply = tenant.call("token-details", token=made["token"], scope=wanted)
    assert reply.status == (200 if allowed else 403), reply


def test_without_one_it_is_about_its_own(tenant: Caller) -> None:
    made = bought(tenant)
    assert with_token(tenant, made["token"], "token-details").json["token_uuid"] == made["token_uuid"]
    assert tenant.call("token-details").status == 400


def test_knowing_it_is_enough(tenant: Caller, stranger: Caller) -> None:
    token = bought(tenant)["token"]
    assert stranger.done("token-details", token=token)["token_uuid"]
