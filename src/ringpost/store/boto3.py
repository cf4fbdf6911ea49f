"""The peer that lost: the same port on boto3's client, with the same guarantees.

It passes the suite that our adapters pass (``tests/benchmarks``), so what separates them is the cost.
"""

import random
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ParamValidationError

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

_ATTEMPTS = 8
_FIRST_PAUSE = 0.02
_MISTAKES = {
    "AccessDeniedException",
    "IdempotentParameterMismatchException",
    "ResourceNotFoundException",
    "UnrecognizedClientException",
    "ValidationException",
}
_TRANSIENT = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "InternalServerError"}
_THERE = "attribute_exists(pk) AND (attribute_not_exists(expires) OR expires > :now)"
_ABSENT = "attribute_not_exists(pk) OR expires <= :now"
_CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 4})

Item = dict[str, dict[str, str]]


class Boto3Store:
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
        self._client = boto3.client("dynamodb", config=_CONFIG, **client)

    def get(self, key: Key) -> Row | None:
        check_key(key)
        try:
            found = self._client.get_item(TableName=self._table, Key=_key(key), ConsistentRead=True)
        except (ClientError, BotoCoreError) as error:
            raise _understood(error) from error
        return _live(found["Item"], self._now()) if "Item" in found else None

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        limit: int = 100,
    ) -> list[Row]:
        check_range(partition, between, after)
        condition, values = "pk = :pk", {":pk": {"S": partition}}
        if between is not None:
            low, high, after = narrowed(between, after, descending=descending)
            if low > high:
                return []
            condition += " AND sk BETWEEN :low AND :high"
            values |= {":low": {"S": low}, ":high": {"S": high}}
        start = {"ExclusiveStartKey": _key(Key(partition, after))} if after is not None else {}
        rows: list[Row] = []
        try:
            while len(rows) < limit:
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression=condition,
                    ExpressionAttributeValues=values,
                    Limit=limit - len(rows),
                    ScanIndexForward=not descending,
                    ConsistentRead=True,
                    **start,
                )
                rows += [row for item in page["Items"] if (row := _live(item, self._now()))]
                if "LastEvaluatedKey" not in page:
                    break
                start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        except (ClientError, BotoCoreError) as error:
            raise _understood(error) from error
        return rows

    def transact(self, writes: Sequence[Write]) -> None:
        check_size(writes)
        items = [self._operation(write) for write in writes]
        token = str(uuid.uuid4())
        for attempt in range(_ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=items, ClientRequestToken=token)
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = [reason["Code"] for reason in error.response.get("CancellationReasons", [])]
                failed = [place for place, reason in enumerate(reasons) if reason == "ConditionalCheckFailed"]
                if failed:
                    raise ConditionFailed(failed) from error
                if not _TRANSIENT.intersection(reasons):
                    raise
                self._sleep(random.uniform(0, _FIRST_PAUSE * 2**attempt))
            except (ClientError, BotoCoreError) as error:
                raise _understood(error) from error
            else:
                return
        raise StoreUnavailable

    def _operation(self, write: Write) -> dict[str, Any]:
        now = {"N": str(int(self._now()))}
        about: dict[str, Any] = {"TableName": self._table}
        if isinstance(write, Put):
            kind = "Put"
            about["Item"] = _item(write.row)
        else:
            kind = "Delete" if isinstance(write, Delete) else "ConditionCheck"
            about["Key"] = _key(write.key)
        if isinstance(write, Put) and write.if_absent:
            about |= {"ConditionExpression": _ABSENT, "ExpressionAttributeValues": {":now": now}}
        elif write.if_version is not None:
            about |= {
                "ConditionExpression": f"version = :version AND {_THERE}",
                "ExpressionAttributeValues": {":version": {"N": str(write.if_version)}, ":now": now},
            }
        elif isinstance(write, Check):
            about |= {"ConditionExpression": _THERE, "ExpressionAttributeValues": {":now": now}}
        return {kind: about}


def _key(key: Key) -> Item:
    return {"pk": {"S": key.partition}, "sk": {"S": key.sort}}


def _item(row: Row) -> Item:
    item = {**_key(row.key), "version": {"N": str(row.version)}, "body": {"S": row.body}}
    if row.expires is not None:
        item["expires"] = {"N": str(row.expires)}
    return item


def _live(item: Item, now: float) -> Row | None:
    expires = int(item["expires"]["N"]) if "expires" in item else None
    if expires is not None and expires <= now:
        return None
    return Row(Key(item["pk"]["S"], item["sk"]["S"]), item["body"]["S"], int(item["version"]["N"]), expires)


def _understood(error: ClientError | BotoCoreError) -> Exception:
    """A mistake in the set-up stays what it is; everything else may pass by itself."""
    if isinstance(error, ClientError):
        return error if error.response["Error"]["Code"] in _MISTAKES else StoreUnavailable()
    return error if isinstance(error, NoCredentialsError | ParamValidationError) else StoreUnavailable()
