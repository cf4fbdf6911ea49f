"""The table through boto3: AWS's own SDK, in Python.

Whoever may run no other, or needs of it what pydynox lacks, has ``RINGPOST_DYNAMODB_CLIENT=boto3``.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError, NoRegionError
from botocore.exceptions import ConnectionError as NoConnection

from ringpost.store import Delete, Put, Write, aws
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

_CONFIG = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"total_max_attempts": 1},
    max_pool_connections=256,  # as many as the local server has threads: what is over is thrown away after each call
)

_LOST = (NoConnection, HTTPClientError, IncompleteReadError)

Typed = dict[str, dict[str, str]]


class Boto3Store(TableStore):
    """A ``Store`` in a table. ``now`` is the time in seconds since 1970; ``client`` are boto3's own options."""

    errors = (ClientError, BotoCoreError)

    def __init__(
        self,
        table: str,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        **client: Any,
    ) -> None:
        super().__init__(table, now, sleep)
        try:
            self._client = aws.client("dynamodb", _CONFIG, **client)
        except NoRegionError as error:
            raise ValueError("the table is in a region: set AWS_REGION=<region>") from error
        self._client.meta.events.register("before-parse.dynamodb", _be_whole)

    def _item(self, key: Values) -> Values | None:
        found = self._client.get_item(TableName=self._table, Key=_typed(key), ConsistentRead=True)
        return _plain(found.get("Item", {}))

    def _page(self, wanted: Range) -> tuple[Sequence[Values], bool]:
        page = self._client.query(
            TableName=self._table,
            KeyConditionExpression=wanted.condition,
            ExpressionAttributeValues=_typed(wanted.values),
            Limit=wanted.limit,
            ScanIndexForward=not wanted.descending,
            ConsistentRead=True,
            **({"ExclusiveStartKey": _typed(wanted.start)} if wanted.start is not None else {}),
        )
        return [_plain(found) for found in page["Items"]], "LastEvaluatedKey" in page

    def _write(self, writes: Sequence[tuple[Write, Condition | None]], token: str) -> object:
        operations = [self._operation(write, condition) for write, condition in writes]
        return self._client.transact_write_items(TransactItems=operations, ClientRequestToken=token)

    def _operation(self, write: Write, condition: Condition | None) -> dict[str, Any]:
        operation: dict[str, Any] = {"TableName": self._table}
        if isinstance(write, Put):
            kind = "Put"
            operation |= {"Item": _typed(item(write.row))}
        else:
            kind = "Delete" if isinstance(write, Delete) else "ConditionCheck"
            operation |= {"Key": _typed(named(write.key))}
        if condition is not None:
            operation |= {
                "ConditionExpression": condition.expression,
                "ExpressionAttributeValues": _typed(condition.values),
            }
        return {kind: operation}

    def _trouble(self, error: ClientError | BotoCoreError) -> Trouble | None:
        if not isinstance(error, ClientError):
            return Trouble(unanswered=True) if isinstance(error, _LOST) else None
        code = error.response["Error"]["Code"]
        if code == "TransactionCanceledException":
            return Trouble(cancelled=[reason["Code"] for reason in error.response.get("CancellationReasons", [])])
        return None if code in MISTAKES else Trouble()


def _be_whole(response_dict: Mapping[str, Any], **_: Any) -> None:
    """Refuse half a reply, and a page of somebody between: botocore would read either as one with nothing in it."""
    body, said = response_dict["body"], response_dict["headers"].get("content-length")
    is_strange = response_dict["status_code"] == 200 and not body.startswith(b"{")
    if is_strange or (said is not None and len(body) != int(said)):
        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=said)


def _typed(values: Values) -> Typed:
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in values.items()}


def _plain(item: Mapping[str, Mapping[str, Any]]) -> Values:
    return {name: int(value) if kind == "N" else value for name, typed in item.items() for kind, value in typed.items()}
