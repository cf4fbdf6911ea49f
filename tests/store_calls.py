"""Counting how often an action asks the store, with its key warm and its domain given by uuid."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from ringpost.contract import RawRequest
from ringpost.entry import demo
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.fakes import CountingStore, FakeClock
from tests.harness import CATALOGUE, Caller, House


def calls_of(name: str) -> tuple[int, int]:
    """Reads and transactions of an action's example on the demo tenant."""
    with tempfile.TemporaryDirectory() as folder:
        clock = FakeClock()
        store = SqliteStore(Path(folder) / "demo.sqlite3", clock.now)
        seeds.plant(store, clock)
        counting = CountingStore(store)
        operator = Caller(House(counting, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
        operator.done("action-list")
        counting.calls.clear()
        assert operator.example(name, **by_uuid(name)).status in (200, 202)
        store.close()
    counted = Counter(counting.calls)
    return counted["get"] + counted["query"], counted["transact"]


def by_uuid(name: str) -> dict[str, Any]:
    """What to say instead in an action's example to have its domain by uuid: a name would be one read more."""
    request, example = CATALOGUE.load(name).Request, CATALOGUE.load(name).EXAMPLE
    if issubclass(request, RawRequest) or "domain_uuid" not in request.model_fields:
        return {}
    if name.startswith("destination-") and name not in {"destination-create", "destination-list"}:
        return {"domain_name": None}
    is_empty = example.get("domain_name", "").startswith("empty")
    return {"domain_name": None, "domain_uuid": demo.EMPTY_DOMAIN_UUID if is_empty else demo.DOMAIN_UUID}
