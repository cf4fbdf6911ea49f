"""An empty store, and the demo tenant: made once a process, then copied; a test that needs one need not make it."""

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

from ringpost.entry import demo
from ringpost.store import MAX_WRITES, Key, Put, Row, Store
from ringpost.store.sqlite import SqliteStore
from tests.fakes import FakeClock


def opened(path: Path, clock: FakeClock) -> SqliteStore:
    """An empty store in a new file."""
    path.write_bytes(_empty())
    return SqliteStore(path, clock.now)


def plant(store: Store, clock: FakeClock) -> None:
    """Put the demo tenant into an empty store, as ``demo.seed_public`` makes it at that time."""
    if isinstance(store, SqliteStore):
        with store._connection() as connection:
            return _tenant(clock.time).backup(connection)
    return put(store, rows(clock.time))


def put(store: Store, planted: Sequence[Row]) -> None:
    """Have these rows in the store, however many."""
    if isinstance(store, SqliteStore):
        with store._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT OR REPLACE INTO rows (partition, sort, body, version, expires) VALUES (?, ?, ?, ?, ?)",
                ((*row.key, row.body, row.version, row.expires) for row in planted),
            )
            connection.execute("COMMIT")
        return
    for start in range(0, len(planted), MAX_WRITES):
        store.transact([Put(row) for row in planted[start : start + MAX_WRITES]])


@cache
def rows(at: float) -> list[Row]:
    """The rows of the demo tenant, as they are made at that time."""
    found = _tenant(at).execute("SELECT partition, sort, body, version, expires FROM rows").fetchall()
    return [Row(Key(partition, sort), body, version, expires) for partition, sort, body, version, expires in found]


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite3"
        SqliteStore(path).close()
        return path.read_bytes()


@cache
def _tenant(at: float) -> sqlite3.Connection:
    clock = FakeClock()
    clock.time = at
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.sqlite3"
        store = SqliteStore(path, clock.now)
        demo.seed_public(store, clock)
        store.close()
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(path)) as made:
            made.backup(kept)
    return kept
