"""The store port: rows under a partition key and a sort key, changed whole or not at all.

Four verbs, which DynamoDB has and SQLite can have: get one row, query one partition, put a
transaction, and nothing else. A row's body is JSON text that the store never looks into. A row
past its ``expires`` is not there, whether or not it has been swept away yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Key(NamedTuple):
    """Where a row is: partition and sort key."""

    partition: str
    sort: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row. ``expires`` is in seconds since 1970."""

    key: Key
    body: str
    version: int = 1
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """Write a row; on condition that there is none, or that the one there has that version."""

    row: Row
    if_absent: bool = False
    if_version: int | None = None

    @property
    def key(self) -> Key:
        """The row's key."""
        return self.row.key


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a row; on condition that it has that version."""

    key: Key
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Write nothing, but on condition that the row is there and has that version."""

    key: Key
    if_version: int | None = None


Write = Put | Delete | Check

MAX_WRITES = 100
"""DynamoDB takes this many writes in a transaction."""


def check_size(writes: Sequence[Write]) -> None:
    """Refuse what DynamoDB would: too many writes, or two on one key. A mistake of ours, so a ``ValueError``."""
    if len(writes) > MAX_WRITES or len({write.key for write in writes}) != len(writes):
        raise ValueError(f"a transaction has at most {MAX_WRITES} writes, each on a key of its own")


class ConditionFailed(Exception):
    """A transaction did not happen. ``failed`` are the positions of the writes that forbade it."""

    def __init__(self, failed: Sequence[int]) -> None:
        super().__init__(f"conditions {list(failed)} failed")
        self.failed = tuple(failed)


class Store(Protocol):
    """Where everything is kept. Any method may raise ``StoreUnavailable``."""

    def get(self, key: Key) -> Row | None:
        """One row, read consistently."""

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        limit: int = 100,
    ) -> list[Row]:
        """Up to ``limit`` rows of a partition in sort key order, read consistently.

        ``between`` bounds the sort key on both sides, inclusive; ``after`` is the sort key to go on
        from, exclusive, in the direction of reading.
        """

    def transact(self, writes: Sequence[Write]) -> None:
        """All of these writes, or none, and once, however often the adapter has to ask.

        Raises ``ConditionFailed``. At most ``MAX_WRITES``, each on a key of its own.
        """
