"""The store in one DynamoDB table: partition key ``pk``, sort key ``sk``, time to live ``expires``.

The client is pydynox: DynamoDB's own Rust SDK behind synchronous methods, a third of boto3's CPU a
call (``docs/benchmarks.md``). It retries throttling and lost connections with the same
``ClientRequestToken``, so a lost reply is not a conflict; what it does not retry, a transaction
cancelled by another one in flight, is retried here.
"""

import logging
import random
import re
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from pydynox import DynamoDBClient
from pydynox.exceptions import (
    AccessDeniedException,
    CredentialsException,
    PydynoxException,
    ResourceNotFoundException,
    TransactionCanceledException,
    ValidationException,
)

from ringpost.model.errors import StoreUnavailable
from ringpost.store import Check, ConditionFailed, Delete, Key, Put, Row, Write, check_size

logging.getLogger("pydynox").setLevel(logging.ERROR)  # it warns of slow calls, in lines that are no JSON

_ATTEMPTS = 8
_FIRST_PAUSE = 0.02
_MISTAKES = (AccessDeniedException, CredentialsException, ResourceNotFoundException, ValidationException)
_REASONS = re.compile(r"\[([^\]]*)\]\s*$")
_TRANSIENT = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "InternalServerError"}

_THERE = "attribute_exists(pk) AND (attribute_not_exists(expires) OR expires > :now)"
_ABSENT = "attribute_not_exists(pk) OR expires <= :now"


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
        self._client = DynamoDBClient(**{"connect_timeout": 1.0, "read_timeout": 2.0, "max_retries": 3, **client})

    def get(self, key: Key) -> Row | None:
        """One row, read consistently."""
        try:
            item = self._client.sync_get_item(self._table, {"pk": key.partition, "sk": key.sort}, consistent_read=True)
        except PydynoxException as error:
            raise _understood(error) from error
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
        condition, values = "pk = :pk", {":pk": partition}
        if between is not None:
            condition += " AND sk BETWEEN :low AND :high"
            values |= {":low": between[0], ":high": between[1]}
        start = {"pk": partition, "sk": after} if after is not None else None
        rows: list[Row] = []
        try:
            while len(rows) < limit:
                page = self._client.sync_query(
                    self._table,
                    condition,
                    expression_attribute_values=values,
                    limit=limit - len(rows),
                    scan_index_forward=not descending,
                    last_evaluated_key=start,
                    consistent_read=True,
                )
                items = list(page)
                rows += [row for item in items if (row := _live(item, self._now()))]
                if page.last_evaluated_key is None or not items:
                    break
                start = {"pk": partition, "sk": items[-1]["sk"]}
        except PydynoxException as error:
            raise _understood(error) from error
        return rows

    def transact(self, writes: Sequence[Write]) -> None:
        """All of these writes, or none."""
        check_size(writes)
        operations = [self._operation(write) for write in writes]
        token = str(uuid.uuid4())
        for attempt in range(_ATTEMPTS):
            try:
                return self._client.sync_transact_write(operations, client_request_token=token)
            except TransactionCanceledException as error:
                reasons = _reasons(error)
                failed = [place for place, reason in enumerate(reasons) if reason == "ConditionalCheckFailed"]
                if failed:
                    raise ConditionFailed(failed) from error
                if not _TRANSIENT.intersection(reasons):
                    raise
                self._sleep(random.uniform(0, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - jitter, not a secret
            except PydynoxException as error:
                raise _understood(error) from error
        raise StoreUnavailable

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
    item: dict[str, Any] = {"pk": row.key.partition, "sk": row.key.sort, "version": row.version, "body": row.body}
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


def _understood(error: PydynoxException) -> Exception:
    """A mistake in our set-up stays what it is and is logged; everything else may pass by itself."""
    return error if isinstance(error, _MISTAKES) else StoreUnavailable()
