"""Counting how often an action asks the store, with its key warm and its domain given by uuid."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from ringpost.entry import demo
from ringpost.store.sqlite import SqliteStore
from tests.fakes import CountingStore, FakeClock
from tests.harness import CATALOGUE, Caller, House


def calls_of(name: str) -> tuple[int, int]:
    """Reads and transactions of an action's example on the demo tenant."""
    with tempfile.TemporaryDirectory() as folder:
        clock = FakeClock()
        store = SqliteStore(Path(folder) / "demo.sqlite3", clock.now)
        demo.seed_public(store, clock)
        counting = CountingStore(store)
        operator = Caller(House(counting, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
        operator.done("action-list")
        counting.calls.clear()
        operator.done(name, **by_uuid(name))
        store.close()
    counted = Counter(counting.calls)
    return counted["get"] + counted["query"], counted["transact"]


def by_uuid(name: str) -> dict[str, Any]:
    """An action's example, with its domain by uuid: a name would be one read more."""
    example = {key: value for key, value in CATALOGUE.describe(name)["example"].items() if key != "action"}
    members = CATALOGUE.load(name).Request.model_fields
    if "domain_uuid" in members:
        named = example.pop("domain_name", demo.DOMAIN_NAME)
        example["domain_uuid"] = demo.EMPTY_DOMAIN_UUID if named.startswith("empty") else demo.DOMAIN_UUID
    if name.startswith("destination-") and name not in {"destination-create", "destination-list"}:
        del example["domain_uuid"]
    return example
