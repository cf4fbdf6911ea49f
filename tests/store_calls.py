"""Counting how often an action asks the store, with its key warm and its domain given by uuid."""

import math
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from ringpost.contract import RawRequest
from ringpost.entry import demo
from ringpost.store import Put, Row, Store, Write
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.fakes import CountingStore, FakeClock
from tests.harness import CATALOGUE, Caller, House

W = TypeVar("W", bound=CountingStore)


@contextmanager
def watched(watch: Callable[[Store], W]) -> Iterator[tuple[Caller, W]]:
    """The demo tenant's operator, whose key is warm, and the store behind it as it is watched."""
    with tempfile.TemporaryDirectory() as folder:
        clock = FakeClock()
        store = SqliteStore(Path(folder) / "demo.sqlite3", clock.now)
        seeds.plant(store, clock)
        watching = watch(store)
        operator = Caller(House(watching, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
        operator.done("action-list")
        yield operator, watching
        store.close()


def calls_of(name: str) -> tuple[int, int]:
    """Reads and transactions of an action's example on the demo tenant."""
    with watched(CountingStore) as (operator, counting):
        counting.calls.clear()
        assert operator.example(name, **by_uuid(name)).status in (200, 202)
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
    with watched(WrittenStore) as (operator, written):
        written.written.clear()
        for leg in LEGS_OF_A_CALL:
            operator.done("cdr-create", domain_uuid=demo.DOMAIN_UUID, **leg)
    copies = [write for write in written.written if write.key.partition.startswith("calls")]
    return len(written.written), units_written(written.written), len(copies), units_written(copies)


def bytes_of(row: Row) -> int:
    """How large a row is, with the names of its members."""
    return len((row.key.partition + row.key.sort + row.body).encode()) + 60


def units_written(writes: Iterable[Write]) -> int:
    """Write units of a transaction: twice a KB begun; a check, and what is removed, is taken for a KB."""
    return sum(2 * math.ceil(bytes_of(one.row) / 1024) if isinstance(one, Put) else 2 for one in writes)
