"""Counting how often an action asks the store, with its key warm and its domain given by uuid."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ringpost.contract import RawRequest
from ringpost.entry import demo
from ringpost.store import Put, Store, Write
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


LEGS_OF_A_CALL: tuple[dict[str, Any], ...] = (
    {
        "xml_cdr_uuid": "aaaaaaaa-0000-4000-8000-00000000000a",
        "start_stamp": "2026-11-20T09:30:00Z",
        "answer_stamp": "2026-11-20T09:30:07Z",
        "end_stamp": "2026-11-20T09:33:00Z",
        "direction": "inbound",
        "caller_id_name": "Example",
        "caller_id_number": "+12025550199",
        "source_number": "+12025550199",
        "caller_destination": "+12025550100",
        "destination_number": "100",
        "hangup_cause": "NORMAL_CLEARING",
    },
    {
        "xml_cdr_uuid": "aaaaaaaa-0000-4000-8000-00000000000b",
        "leg": "b",
        "originating_leg_uuid": "aaaaaaaa-0000-4000-8000-00000000000a",
        "start_stamp": "2026-11-20T09:30:01Z",
        "answer_stamp": "2026-11-20T09:30:07Z",
        "end_stamp": "2026-11-20T09:33:00Z",
        "caller_id_number": "+12025550199",
        "destination_number": "100",
        "hangup_cause": "NORMAL_CLEARING",
    },
)
"""A call from outside that an extension answers, as a switch posts it: what docs/store.md counts."""


class WrittenStore(CountingStore):
    """A store that notes what was written."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.written: list[Write] = []

    def transact(self, writes: Sequence[Write]) -> None:
        self.written += writes
        super().transact(writes)


def cost_of_a_call() -> tuple[int, int, int, int]:
    """Rows and write units that the record of a call costs, and how much of it is for the copy over all domains.

    A unit is a KB begun, twice in a transaction.
    """
    with tempfile.TemporaryDirectory() as folder:
        clock = FakeClock()
        store = SqliteStore(Path(folder) / "demo.sqlite3", clock.now)
        seeds.plant(store, clock)
        written = WrittenStore(store)
        operator = Caller(House(written, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
        for leg in LEGS_OF_A_CALL:
            operator.done("cdr-create", domain_uuid=demo.DOMAIN_UUID, **leg)
        store.close()
    copies = [write for write in written.written if write.key.partition.startswith("calls")]
    return len(written.written), sum(map(_units, written.written)), len(copies), sum(map(_units, copies))


def _units(write: Write) -> int:
    size = len(write.row.body) + 100 if isinstance(write, Put) else 0
    return 2 * max(1, -(-size // 1024))
