"""The table through pydynox: DynamoDB's own Rust SDK behind synchronous methods.

It takes a third of boto3's CPU a call (``docs/benchmarks.md``).
"""

import logging
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from pydynox import DynamoDBClient
from pydynox.exceptions import (
    ConnectionException,
    CredentialsException,
    PydynoxException,
    TransactionCanceledException,
)

from ringpost.store import Delete, Put, Write
from ringpost.store.table import (
    CONNECT_SECONDS,
    MISTAKES,
    READ_SECONDS,
    Condition,
    Range,
    TableStore,
    Trouble,
    Values,
    item,
    named,
)

logging.getLogger("pydynox").setLevel(logging.ERROR)  # it warns of slow calls, in lines that are no JSON

_REASONS = re.compile(r"\[([^\]]*)\]\s*$")


class DynamoStore(TableStore):
    """A ``Store`` in a table. ``now`` is the time in seconds since 1970; ``client`` are pydynox's own options."""

    errors = (PydynoxException,)

    def __init__(
        self,
        table: str,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        **client: Any,
    ) -> None:
        super().__init__(table, now, sleep)
        quick = {"connect_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS, "max_retries": 0}
        self._client = DynamoDBClient(**{**quick, **client})

    def _item(self, key: Values) -> Values | None:
        return self._client.sync_get_item(self._table, key, consistent_read=True)

    def _page(self, wanted: Range) -> tuple[Sequence[Values], bool]:
        page = self._client.sync_query(
            self._table,
            wanted.condition,
            expression_attribute_values=wanted.values,
            limit=wanted.limit,
            scan_index_forward=not wanted.descending,
            last_evaluated_key=wanted.start,
            consistent_read=True,
        )
        return list(page), page.last_evaluated_key is not None

    def _write(self, writes: Sequence[tuple[Write, Condition | None]], token: str) -> object:
        operations = [self._operation(write, condition) for write, condition in writes]
        return self._client.sync_transact_write(operations, client_request_token=token)

    def _operation(self, write: Write, condition: Condition | None) -> dict[str, Any]:
        operation: dict[str, Any] = {"table": self._table}
        if isinstance(write, Put):
            operation |= {"type": "put", "item": item(write.row)}
        else:
            kind = "delete" if isinstance(write, Delete) else "condition_check"
            operation |= {"type": kind, "key": named(write.key)}
        if condition is not None:
            operation |= {
                "condition_expression": condition.expression,
                "expression_attribute_values": condition.values,
            }
        return operation

    def _trouble(self, error: PydynoxException) -> Trouble | None:
        if isinstance(error, CredentialsException) or type(error).__name__ in MISTAKES:
            return None
        cancelled = _reasons(error) if isinstance(error, TransactionCanceledException) else None
        return Trouble(isinstance(error, ConnectionException), cancelled)


def _reasons(error: TransactionCanceledException) -> list[str]:
    """The reason of each write, in their order, as DynamoDB lists them at the end of its message."""
    found = _REASONS.search(str(error))
    return [reason.strip() for reason in found.group(1).split(",")] if found else []
