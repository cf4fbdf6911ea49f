"""What no store can hold is no 500, whichever store it is: it is not there, or it is refused."""

import json
from pathlib import Path

import pytest

from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.errors import CannotComply
from ringpost.store import MAX_ROW, Key, Put, Row, Store
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.fakes import FakeClock
from tests.harness import CATALOGUE, Caller, House
from tests.store.conftest import CLIENTS, dynamo_server, dynamo_store

__all__ = ["dynamo_server"]

HOME = {"domain_name": demo.DOMAIN_NAME}
LONG = {"x" * 3000, "é" * 2000, "日" * 253, "𝄞" * 253, " ", "0" * 400}


@pytest.fixture(params=["sqlite", *CLIENTS])
def anybody(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Caller:
    """An operator's key, on every store."""
    store: Store
    if request.param == "sqlite":
        store = SqliteStore(tmp_path / "kept.sqlite3", clock.now)
    else:
        store = dynamo_store(request.getfixturevalue("dynamo_server"), clock, request.param)
    seeds.plant(store, clock)
    return Caller(House(store, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)


@pytest.mark.parametrize("destination", ["*99", "*99100", "*", "#", "*99*99"])
def test_a_message_for_nobody_is_a_call_like_any_other(anybody: Caller, destination: str) -> None:
    anybody.done("permission-set", **HOME, usergroup="everyone", key="originate_to", allowed=True, exceptions=["alice"])
    call = {"caller_id_number": "5550100", "destination_a": "100", "destination_b": destination, "as_user": "bob"}
    reply = anybody.call("originate", **HOME, **call)
    assert reply.status in (200, 202, 403, 422), reply


@pytest.mark.often
@pytest.mark.parametrize("name", CATALOGUE.names())
def test_no_word_of_a_caller_is_too_long_to_be_looked_for(name: str, operator: Caller) -> None:
    described = CATALOGUE.describe(name)
    for member, schema in described["request"].get("properties", {}).items():
        for text in LONG if "string" in str(schema) else ():
            reply = operator.post(json.dumps({**described["example"], member: text}))
            assert reply.status < 500, (member, text[:3], reply)


@pytest.mark.parametrize("key", ["k" * 255, "é" * 255, "𝄞" * 255, "\0", " "])
def test_an_idempotency_key_is_no_key_of_a_row(anybody: Caller, key: str) -> None:
    reply = anybody.call("contact-create", **HOME, firstname="Ann", idempotency_key=key)
    assert reply.status in (200, 400), reply


@pytest.mark.parametrize(
    "rows",
    [
        [Row(Key("home", "a"), "x" * MAX_ROW)],
        [Row(Key("home", str(place)), "x" * 300_000) for place in range(20)],
        [Row(Key("home", ""), "{}")],
        [Row(Key("home", "a"), "{}", expires=10**30)],
    ],
    ids=["too large", "too much", "no key", "never over"],
)
def test_a_record_that_no_store_can_hold_is_refused_in_words(
    store: SqliteStore, clock: FakeClock, rows: list[Row]
) -> None:
    context = console(store, clock, "test")
    for row in rows:
        context.store.stage(Put(row))
    with pytest.raises(CannotComply):
        context.commit()
    assert store.query("home", limit=1) == []
