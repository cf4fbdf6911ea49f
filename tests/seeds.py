"""The demo tenant, made once a process and then planted: a test that needs it need not make it."""

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from ringpost.entry import demo
from ringpost.store import MAX_WRITES, Key, Put, Row, Store
from ringpost.store.sqlite import SqliteStore
from tests.fakes import FakeClock


def plant(store: Store, clock: FakeClock) -> None:
    """Put the demo tenant into an empty store, as ``demo.seed_public`` makes it at that time."""
    planted = rows(clock.time)
    for start in range(0, len(planted), MAX_WRITES):
        store.transact([Put(row) for row in planted[start : start + MAX_WRITES]])


@cache
def rows(at: float) -> list[Row]:
    """The rows of the demo tenant, as they are made at that time."""
    clock = FakeClock()
    clock.time = at
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "demo.sqlite3", clock.now)
        demo.seed_public(store, clock)
        store.close()
        with closing(sqlite3.connect(Path(folder) / "demo.sqlite3")) as connection:
            found = connection.execute("SELECT partition, sort, body, version, expires FROM rows").fetchall()
    return [Row(Key(partition, sort), body, version, expires) for partition, sort, body, version, expires in found]
