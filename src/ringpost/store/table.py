"""A store in one DynamoDB table, whichever client asks it.

Partition key ``pk``, sort key ``sk``, time to live ``expires``. ``release`` says which release wrote a row last; rows
of before December 2026 have none, and nothing here reads it.

What may pass by itself (throttling, a broken or lost connection, a transaction cancelled by another one in flight) is
tried again here and not by a client, with the same ``ClientRequestToken``, so a lost reply is not a conflict.
"""

import random
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any, ClassVar, NamedTuple, TypeVar

from ringpost import __version__
from ringpost.model.errors import StoreUnavailable
from ringpost.store import (
    Check,
    ConditionFailed,
    Key,
    Put,
    Row,
    Write,
    check_key,
    check_range,
    check_size,
    narrowed,
)

CONNECT_SECONDS, READ_SECONDS = 1.0, 2.0
_TRIES, _UNANSWERED_TRIES = 8, 4
"""An error is answered at once; what is not answered takes its time-out each time."""
_FIRST_PAUSE = 0.02

MISTAKES = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IdempotentParameterMismatchException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "ResourceNotFoundException",
        "SerializationException",
        "UnrecognizedClientException",
        "ValidationException",
    }
)
"""DynamoDB's codes for what no second try mends: credentials, permissions, the table's name, or a fault of ours."""
_TRANSIENT = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "InternalServerError"}

_THERE = "attribute_exists(pk) AND (attribute_not_exists(expires) OR expires > :now)"
_ABSENT = "attribute_not_exists(pk) OR expires <= :now"

Values = dict[str, Any]
"""Attributes of an item, or values of an expression, by name: each a text or a whole number."""
T = TypeVar("T")


class Condition(NamedTuple):
    """On what condition something is written."""

    expression: str
    values: Values


class Range(NamedTuple):
    """What is asked of a partition next: ``start`` is the key it goes on from."""

    condition: str
    values: Values
    start: Values | None
    limit: int
    descending: bool


class Trouble(NamedTuple):
    """What may pass by itself: nothing was answered, or a transaction was cancelled, with a reason for each write."""

    unanswered: bool = False
    cancelled: Sequence[str] | None = None


class TableStore(ABC):
    """A ``Store`` in a table. ``now`` is the time in seconds since 1970.

    A client's own part is to ask once, and to say what an error of its ``errors`` means.
    """

    errors: ClassVar[tuple[type[Exception], ...]]

    def __init__(self, table: str, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._table = table
        self._now = now
        self._sleep = sleep

    def get(self, key: Key) -> Row | None:
        """One row, read consistently."""
        check_key(key)
        item = self._asked(partial(self._item, named(key)))
        return _live(item, self._now()) if item else None

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
        condition, values = "pk = :pk", {":pk": partition}
        if between is not None:
            low, high, after = narrowed(between, after, descending=descending)
            if low > high:
                return []
            condition += " AND sk BETWEEN :low AND :high"
            values |= {":low": low, ":high": high}
        start = named(Key(partition, after)) if after is not None else None
        rows: list[Row] = []
        while len(rows) < limit:
            wanted = Range(condition, values, start, limit - len(rows), descending)
            items, goes_on = self._asked(partial(self._page, wanted))
            rows += [row for item in items if (row := _live(item, self._now()))]
            if not goes_on or not items:
                break
            start = named(Key(partition, items[-1]["sk"]))
        return rows

    def transact(self, writes: Sequence[Write]) -> None:
        """All of these writes, or none."""
        check_size(writes)
        now = int(self._now())
        conditional = [(write, condition(write, now)) for write in writes]
        self._asked(partial(self._write, conditional, str(uuid.uuid4())))

    def _asked(self, ask: Callable[[], T]) -> T:
        """What DynamoDB answers, perhaps at a later try. A mistake in our set-up stays what it is, and is logged."""
        for attempt in count():
            try:
                return ask()
            except self.errors as error:
                trouble = self._trouble(error)
                if trouble is None or not _passes(trouble, error):
                    raise
                if attempt + 1 >= (_UNANSWERED_TRIES if trouble.unanswered else _TRIES):
                    raise StoreUnavailable from error
            self._sleep(random.uniform(0, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError

    @abstractmethod
    def _item(self, key: Values) -> Values | None:
        """One item, read consistently; None or nothing in it if there is none."""

    @abstractmethod
    def _page(self, wanted: Range) -> tuple[Sequence[Values], bool]:
        """The next items, read consistently, and whether there may be more."""

    @abstractmethod
    def _write(self, writes: Sequence[tuple[Write, Condition | None]], token: str) -> object:
        """One transaction; with the same token it is done once."""

    @abstractmethod
    def _trouble(self, error: Any) -> Trouble | None:
        """What one of ``errors`` means; None for a mistake."""


def condition(write: Write, now: int) -> Condition | None:
    """What must hold for a write; None if nothing must. ``now`` in seconds since 1970."""
    if isinstance(write, Put) and write.if_absent:
        return Condition(_ABSENT, {":now": now})
    if write.if_version is not None:
        return Condition(f"version = :version AND {_THERE}", {":version": write.if_version, ":now": now})
    return Condition(_THERE, {":now": now}) if isinstance(write, Check) else None


def named(key: Key) -> Values:
    """A key by the names of its attributes."""
    return {"pk": key.partition, "sk": key.sort}


def item(row: Row) -> Values:
    """A row by the names of its attributes."""
    made = {**named(row.key), "version": row.version, "body": row.body, "release": __version__}
    return made if row.expires is None else made | {"expires": row.expires}


def _live(item: Mapping[str, Any], now: float) -> Row | None:
    expires = item.get("expires")
    if expires is not None and expires <= now:
        return None
    return Row(Key(item["pk"], item["sk"]), item["body"], int(item["version"]), expires)


def _passes(trouble: Trouble, error: Exception) -> bool:
    """Whether it may be over at another try. Raises ``ConditionFailed`` if a condition is why."""
    if trouble.cancelled is None:
        return True
    failed = [place for place, reason in enumerate(trouble.cancelled) if reason == "ConditionalCheckFailed"]
    if failed:
        raise ConditionFailed(failed) from error
    return not _TRANSIENT.isdisjoint(trouble.cancelled)
