"""The store in one DynamoDB table: partition key ``pk``, sort key ``sk``, time to live ``expires``.

``release`` says which release wrote a row last; rows of before December 2026 have none, and nothing here reads it.

The client is pydynox: DynamoDB's own Rust SDK behind synchronous methods, a third of boto3's CPU a
call (``docs/benchmarks.md``). What may pass by itself (throttling, a broken or lost connection, a
transaction cancelled by another one in flight) is tried again here, with the same
``ClientRequestToken``, so a lost reply is not a conflict.
"""

import logging
import random
import re
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any, TypeVar

from pydynox import DynamoDBClient
from pydynox.exceptions import (
    AccessDeniedException,
    ConnectionException,
    CredentialsException,
    PydynoxException,
    ResourceNotFoundException,
    TransactionCanceledException,
    ValidationException,
)

from ringpost import __version__
from ringpost.model.errors import StoreUnavailable
from ringpost.store import (
    Check,
    ConditionFailed,
    Delete,
    Key,
    Put,
    Row,
    Write,
    check_key,
    check_range,
    check_size,
    narrowed,
)

logging.getLogger("pydynox").setLevel(logging.ERROR)  # it warns of slow calls, in lines that are no JSON

_TRIES, _UNANSWERED_TRIES = 8, 4
"""An error is answered at once; what is not answered takes its time-out each time."""
_FIRST_PAUSE = 0.02
_MISTAKES = (AccessDeniedException, CredentialsException, ResourceNotFoundException, ValidationException)
_REASONS = re.compile(r"\[([^\]]*)\]\s*$")
_TRANSIENT = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "InternalServerError"}

_THERE = "attribute_exists(pk) AND (attribute_not_exists(expires) OR expires > :now)"
_ABSENT = "attribute_not_exists(pk) OR expires <= :now"

T = TypeVar("T")


class DynamoStore:
    """A ``Store`` in a table. ``now`` is the time in seconds since 1970."""

    def __init__(
        self,
        table: str,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        **client: Any,
    ) -> None:
        self._table = table
        self._now = now
        self._sleep = sleep
        self._client = DynamoDBClient(**{"connect_timeout": 1.0, "read_timeout": 2.0, "max_retries": 0, **client})

    def get(self, key: Key) -> Row | None:
        """One row, read consistently."""
        check_key(key)
        named = {"pk": key.partition, "sk": key.sort}
        item = self._asked(lambda: self._client.sync_get_item(self._table, named, consistent_read=True))
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
        start = {"pk": partition, "sk": after} if after is not None else None
        rows: list[Row] = []
        while len(rows) < limit:
            items, goes_on = self._asked(
                partial(self._page, condition, values, limit - len(rows), descending=descending, start=start)
            )
            rows += [row for item in items if (row := _live(item, self._now()))]
            if not goes_on or not items:
                break
            start = {"pk": partition, "sk": items[-1]["sk"]}
        return rows

    def _page(
        self, condition: str, values: dict[str, Any], limit: int, *, descending: bool, start: dict[str, Any] | None
    ) -> tuple[list[dict[str, Any]], bool]:
        """The next items, and whether there may be more."""
        page = self._client.sync_query(
            self._table,
            condition,
            expression_attribute_values=values,
            limit=limit,
            scan_index_forward=not descending,
            last_evaluated_key=start,
            consistent_read=True,
        )
        return list(page), page.last_evaluated_key is not None

    def transact(self, writes: Sequence[Write]) -> None:
        """All of these writes, or none."""
        check_size(writes)
        operations = [self._operation(write) for write in writes]
        token = str(uuid.uuid4())
        self._asked(lambda: self._client.sync_transact_write(operations, client_request_token=token))

    def _asked(self, ask: Callable[[], T]) -> T:
        """What DynamoDB answers, perhaps at a later try. A mistake in our set-up stays what it is, and is logged."""
        for attempt in count():
            try:
                return ask()
            except _MISTAKES:
                raise
            except PydynoxException as error:
                if isinstance(error, TransactionCanceledException):
                    _look_into(error)
                if attempt + 1 >= (_UNANSWERED_TRIES if isinstance(error, ConnectionException) else _TRIES):
                    raise StoreUnavailable from error
            self._sleep(random.uniform(0, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError

    def _operation(self, write: Write) -> dict[str, Any]:
        now = int(self._now())
        operation: dict[str, Any] = {"table": self._table}
        if isinstance(write, Put):
            operation |= {"type": "put", "item": _item(write.row)}
            if write.if_absent:
                return operation | {"condition_expression": _ABSENT, "expression_attribute_values": {":now": now}}
        else:
            kind = "delete" if isinstance(write, Delete) else "condition_check"
            operation |= {"type": kind, "key": {"pk": write.key.partition, "sk": write.key.sort}}
        if write.if_version is not None:
            return operation | {
                "condition_expression": f"version = :version AND {_THERE}",
                "expression_attribute_values": {":version": write.if_version, ":now": now},
            }
        if isinstance(write, Check):
            return operation | {"condition_expression": _THERE, "expression_attribute_values": {":now": now}}
        return operation


def _item(row: Row) -> dict[str, Any]:
    item: dict[str, Any] = {
        "pk": row.key.partition,
        "sk": row.key.sort,
        "version": row.version,
        "body": row.body,
        "release": __version__,
    }
    if row.expires is not None:
        item["expires"] = row.expires
    return item


def _live(item: dict[str, Any], now: float) -> Row | None:
    expires = item.get("expires")
    if expires is not None and expires <= now:
        return None
    return Row(Key(item["pk"], item["sk"]), item["body"], int(item["version"]), expires)


def _reasons(error: TransactionCanceledException) -> list[str]:
    """The reason of each write, in their order, as DynamoDB lists them at the end of its message."""
    found = _REASONS.search(str(error))
    return [reason.strip() for reason in found.group(1).split(",")] if found else []


def _look_into(error: TransactionCanceledException) -> None:
    """Why a transaction was cancelled. Raises unless that may pass by itself."""
    reasons = _reasons(error)
    failed = [place for place, reason in enumerate(reasons) if reason == "ConditionalCheckFailed"]
    if failed:
        raise ConditionFailed(failed) from error
    if not _TRANSIENT.intersection(reasons):
        raise error
