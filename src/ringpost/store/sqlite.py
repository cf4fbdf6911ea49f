"""The store in one SQLite file: for a laptop, for tests, for a small host that wants no AWS.

Write-ahead log and full sync: what was acknowledged survives ``kill -9`` and a power cut. Each call
has a connection to itself; SQLite lets one writer in at a time, whatever the thread or process. The column
``release`` says which release wrote a row last; it is null in rows of before December 2026, and nothing here reads it.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ringpost import __version__
from ringpost.model.errors import StoreUnavailable
from ringpost.store import Check, ConditionFailed, Delete, Key, Put, Row, Write, check_key, check_range, check_size

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    partition TEXT NOT NULL, sort TEXT NOT NULL,
    version INTEGER NOT NULL, expires INTEGER, body TEXT NOT NULL,
    PRIMARY KEY (partition, sort)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS expiring ON rows (expires) WHERE expires IS NOT NULL;
"""
_PAUSE = 0.01
_COLUMNS = "partition, sort, body, version, expires"
_ADDED = ("release", "ALTER TABLE rows ADD COLUMN release TEXT")
"""A column that files of before December 2026 lack. A release of then names its columns, and goes on with it."""


class SqliteStore:
    """A ``Store`` in a file. ``now`` is the time in seconds since 1970."""

    def __init__(self, path: Path | str, now: Callable[[], float] = time.time, busy_seconds: float = 5.0) -> None:
        self._idle: list[sqlite3.Connection] = []
        self._path = Path(path)
        self._now = now
        self._busy_seconds = busy_seconds
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        with self._connection() as connection:
            self._prepare(connection)

    def get(self, key: Key) -> Row | None:
        """One row, read consistently."""
        check_key(key)
        found = self._read(
            f"SELECT {_COLUMNS} FROM rows WHERE partition = ? AND sort = ? AND (expires IS NULL OR expires > ?)",
            (*key, self._now()),
        )
        return found[0] if found else None

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        limit: int = 100,
    ) -> list[Row]:
        """Up to ``limit`` rows of a partition, as the port says."""
        check_range(partition, between, after)
        sql = f"SELECT {_COLUMNS} FROM rows WHERE partition = ? AND (expires IS NULL OR expires > ?)"
        values: list[object] = [partition, self._now()]
        if between is not None:
            sql += " AND sort BETWEEN ? AND ?"
            values += between
        if after is not None:
            sql += " AND sort < ?" if descending else " AND sort > ?"
            values.append(after)
        sql += f" ORDER BY sort {'DESC' if descending else 'ASC'} LIMIT ?"
        return self._read(sql, (*values, limit))

    def transact(self, writes: Sequence[Write]) -> None:
        """All of these writes, or none."""
        check_size(writes)
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                failed = [place for place, write in enumerate(writes) if not self._allowed(connection, write)]
                if failed:
                    raise ConditionFailed(failed)
                for write in writes:
                    _apply(connection, write)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def close(self) -> None:
        """Give up all connections."""
        while (connection := self._taken()) is not None:
            connection.close()

    def __del__(self) -> None:
        """A store nobody holds any more needs no connections."""
        self.close()

    def _allowed(self, connection: sqlite3.Connection, write: Write) -> bool:
        if isinstance(write, Put) and not write.if_absent and write.if_version is None:
            return True
        if isinstance(write, Delete) and write.if_version is None:
            return True
        found = connection.execute(
            "SELECT version FROM rows WHERE partition = ? AND sort = ? AND (expires IS NULL OR expires > ?)",
            (*write.key, self._now()),
        ).fetchone()
        if isinstance(write, Put) and write.if_absent:
            return found is None
        return found is not None and write.if_version in (None, found[0])

    def _read(self, sql: str, values: Sequence[object]) -> list[Row]:
        with self._connection() as connection:
            found = connection.execute(sql, values).fetchall()
        return [Row(Key(partition, sort), body, version, expires) for partition, sort, body, version, expires in found]

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the file what it must be. Of several who do so at once SQLite sends some away without waiting."""
        until = time.monotonic() + self._busy_seconds
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_SCHEMA)
                _add_column(connection)
                return self._sweep(connection)
            except sqlite3.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(_PAUSE)

    def _sweep(self, connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM rows WHERE expires <= ?", (self._now(),))

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection nobody else uses meanwhile: an idle one, or one more."""
        try:
            connection = self._taken() or self._opened()
            try:
                yield connection
            finally:
                self._idle.append(connection)
        except sqlite3.OperationalError as error:
            raise StoreUnavailable from error

    def _taken(self) -> sqlite3.Connection | None:
        with suppress(IndexError):
            return self._idle.pop()
        return None

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = FULL")
        return connection


def _add_column(connection: sqlite3.Connection) -> None:
    """Have the column; of two who add it at once, one is refused and finds it at the next try."""
    name, statement = _ADDED
    if name not in {column[1] for column in connection.execute("PRAGMA table_info(rows)")}:
        connection.execute(statement)


def _apply(connection: sqlite3.Connection, write: Write) -> None:
    if isinstance(write, Put):
        row = write.row
        connection.execute(
            f"INSERT OR REPLACE INTO rows ({_COLUMNS}, release) VALUES (?, ?, ?, ?, ?, ?)",
            (*row.key, row.body, row.version, row.expires, __version__),
        )
    elif not isinstance(write, Check):
        connection.execute("DELETE FROM rows WHERE partition = ? AND sort = ?", write.key)
