"""What delivering costs: events a second to a receiver over HTTP, beside a bare loop that posts; the store's work."""

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

from benchmarks.table import Line
from ringpost.clock import SystemClock, stamp
from ringpost.entry import demo
from ringpost.model.event import Event
from ringpost.store import Delete, Put, Write, keys
from ringpost.store.sqlite import SqliteStore
from ringpost.webhooks.addresses import Reach
from ringpost.webhooks.courier import Courier
from ringpost.webhooks.events import puts
from ringpost.webhooks.outbox import Outbox
from ringpost.webhooks.posting import HttpsPosting
from ringpost.webhooks.worker import Worker
from tests.fakes import CountingStore
from tests.harness import Caller, House
from tests.webhooks.receiving import Receiving

EVENTS = 2_000
_HERE = Reach((ip_network("127.0.0.0/8"),))
_WRITE_UNIT, _READ_UNIT = 0.625e-6, 0.125e-6
"""US dollars of a DynamoDB request unit, on demand, us-east-1, list price of November 2024."""


class Weighing(CountingStore):
    """A store that notes how many rows were written and removed. A transaction costs two units for each."""

    def __init__(self, inner: SqliteStore) -> None:
        super().__init__(inner)
        self.written = Counter[str]()

    def transact(self, writes: Sequence[Write]) -> None:
        for write in writes:
            self.written[{Put: "put", Delete: "deleted"}.get(type(write), "checked")] += 1
        super().transact(writes)


def lines() -> Iterator[Line]:
    """Throughput, beside posting alone; and what an event costs."""
    with Receiving() as receiving, _store() as (store, url):
        alone = _posted_alone(receiving, EVENTS // 4)
        webhook(store, receiving, url)
        counting = Weighing(store)
        _happen(store, EVENTS)
        receiving.received.clear()
        started = time.perf_counter()
        _delivered(counting, receiving)
        ours = EVENTS / (time.perf_counter() - started)
    yield Line(
        f"delivery of {EVENTS:,} events of {EVENTS // 5} calls to one webhook, SQLite",
        f"{ours:.0f} a second",
        f"the same posts one after the other, nothing written down: {alone:.0f} a second",
        f"{ours / alone:.2f}",
    )
    reads = (counting.calls.count("get") + counting.calls.count("query")) / EVENTS
    rows = (counting.written["put"] + counting.written["deleted"]) / EVENTS
    cost = (2 + rows) * 2 * _WRITE_UNIT + reads * _READ_UNIT
    yield Line(
        "store work of an event with one webhook, from the outbox to delivered",
        f"2 rows with what caused it; then {rows:.1f} rows written or removed, {reads:.1f} reads",
        f"DynamoDB at list price: {cost * 1e6:.2f} dollars a million",
    )


@contextmanager
def _store() -> Iterator[tuple[SqliteStore, str]]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "bench.sqlite3")
        demo.seed_public(store, SystemClock())
        yield store, "/hook"
        store.close()


def webhook(store: SqliteStore, receiving: Receiving, path: str) -> None:
    """The one that is told; the demo's is nowhere."""
    house = House(store, SystemClock(), reach=_HERE)
    operator = Caller(house, demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    operator.done("webhook-delete", domain_uuid=demo.DOMAIN_UUID, webhook_uuid=demo.WEBHOOK_UUID)
    operator.done("webhook-create", domain_uuid=demo.DOMAIN_UUID, url=receiving.url + path, events=["call.*"])


def _happen(store: SqliteStore, count: int) -> None:
    now = stamp(time.time())
    for start in range(0, count, 40):
        store.transact([put for number in range(start, start + 40) for put in puts(_event(number, now), now)])


def _event(number: int, now: str) -> Event:
    call = f"c0c0c0c0-0000-4000-8000-{number // 5:012d}"
    return Event(
        event_uuid=f"e0e0e0e0-0000-4000-8000-{number:012d}",
        type="call.answered",
        domain_uuid=demo.DOMAIN_UUID,
        due_at=now,
        call_uuid=call,
        sequence=number % 5,
        data={"extension": "100", "call": {"call_uuid": call, "legs": [{"extension": "100"}, {"extension": "101"}]}},
    )


def _delivered(store: CountingStore, receiving: Receiving) -> None:
    clock, stopping = SystemClock(), threading.Event()
    worker = Worker(Outbox(store, clock), Courier(store, clock, HttpsPosting(_HERE), lambda _: None), clock)
    thread = threading.Thread(target=worker.run, args=(stopping,))
    thread.start()
    while len(receiving.received) < EVENTS or any(store.inner.query(one, limit=1) for one in keys.DUE_LISTS):
        time.sleep(0.01)
    stopping.set()
    thread.join()


def _posted_alone(receiving: Receiving, count: int) -> float:
    posting = HttpsPosting(_HERE)
    body = _event(0, stamp(0)).model_dump_json().encode()
    started = time.perf_counter()
    for _ in range(count):
        posting.post(f"{receiving.url}/alone", {}, body)
    return count / (time.perf_counter() - started)
