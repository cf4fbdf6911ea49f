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


MAX_PARTITION = 2048
MAX_SORT = 1024
"""Bytes of UTF-8, as all sizes here."""
MAX_ROW = 400_000
MAX_TRANSACTION = 4_000_000
_BESIDE = 128
"""What a row has beside its key and body: the attributes' names, a version, an expiry."""
_WHOLE = range(-(2**63), 2**63)


class Unholdable(ValueError):
    """What an adapter could not hold, refused by all: a key that is empty or too long, a row that is too large.

    Nothing of the kind is there, so whoever only looks for it need not mind.
    """


def check_key(key: Key) -> None:
    """Refuse a key that DynamoDB or SQLite cannot hold. Raises ``Unholdable``."""
    _check_part(key.partition, MAX_PARTITION)
    _check_part(key.sort, MAX_SORT)


def check_range(partition: str, between: tuple[str, str] | None, after: str | None) -> None:
    """Refuse a query for keys that cannot be. Raises ``Unholdable``."""
    _check_part(partition, MAX_PARTITION)
    for sort in between or ():
        _check_part(sort, MAX_SORT)
    if after is not None:
        _check_part(after, MAX_SORT)


def narrowed(between: tuple[str, str], after: str | None, *, descending: bool) -> tuple[str, str, str | None]:
    """The bounds of a query, and the place to go on from only if it is within them: DynamoDB refuses any other.

    It refuses bounds that hold nothing as well: nothing is left where the low one is above the high one.
    """
    low, high = between
    if after is None or low <= after <= high:
        return low, high, after
    is_past = after < low if descending else after > high
    return ("1", "0", None) if is_past else (low, high, None)


def _check_part(text: str, most: int) -> None:
    if not 0 < _size(text) <= most:
        raise Unholdable(f"a key has 1 to {MAX_PARTITION} and 1 to {MAX_SORT} bytes")


def check_size(writes: Sequence[Write]) -> None:
    """Refuse what an adapter would: too many writes, two on one key, or what it cannot hold (``Unholdable``)."""
    if len(writes) > MAX_WRITES or len({write.key for write in writes}) != len(writes):
        raise ValueError(f"a transaction has at most {MAX_WRITES} writes, each on a key of its own")
    total = 0
    for write in writes:
        check_key(write.key)
        if isinstance(write, Put):
            total += _row_size(write.row)
        _check_whole(write.if_version)
    if total > MAX_TRANSACTION:
        raise Unholdable(f"a transaction has at most {MAX_TRANSACTION} bytes")


def _row_size(row: Row) -> int:
    size = _BESIDE + _size(row.key.partition) + _size(row.key.sort) + _size(row.body)
    if size > MAX_ROW:
        raise Unholdable(f"a row has at most {MAX_ROW} bytes")
    _check_whole(row.version)
    _check_whole(row.expires)
    return size


def _check_whole(number: int | None) -> None:
    if number is not None and number not in _WHOLE:
        raise Unholdable("a version and an expiry are whole numbers of 64 bits")


def _size(text: str) -> int:
    """Bytes of UTF-8; a half of a character has none."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise Unholdable("text is UTF-8: no half of a character") from error


class ConditionFailed(Exception):
    """A transaction did not happen. ``failed`` are the positions of the writes that forbade it."""

    def __init__(self, failed: Sequence[int]) -> None:
        super().__init__(f"conditions {list(failed)} failed")
        self.failed = tuple(failed)


class Store(Protocol):
    """Where everything is kept. Any method may raise ``StoreUnavailable``."""

    def get(self, key: Key) -> Row | None:
        """One row, read consistently. Raises ``Unholdable`` for a key that no row can have."""

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
        from, exclusive, in the direction of reading; it need not be within ``between``, nor need that hold anything.
        Raises ``Unholdable`` for keys that no row can have.
        """

    def transact(self, writes: Sequence[Write]) -> None:
        """All of these writes, or none, and once, however often the adapter has to ask.

        Raises ``ConditionFailed``, and ``Unholdable`` for what no adapter could hold. At most ``MAX_WRITES``, each on a
        key of its own.
        """
