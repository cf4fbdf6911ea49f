"""CPU of a whole warm read action against a DynamoDB that does nothing."""

import os
from collections.abc import Callable, Iterator
from unittest.mock import patch

import boto3

from benchmarks import null_dynamodb, ours, powertools
from benchmarks.peer import from_table
from benchmarks.table import Line, compared
from benchmarks.timing import cpu_seconds, output_thrown_away
from benchmarks.work import CONTEXT, DOMAIN_UUID, TABLE, Handler, event
from ringpost.dispatch.pipeline import Outcome
from ringpost.entry.telemetry import report
from ringpost.store import keys
from ringpost.store.boto3 import Boto3Store
from ringpost.store.dynamodb import DynamoStore


def lines() -> Iterator[Line]:
    """The action whole, and one plain read behind the port."""
    with null_dynamodb.running() as url, patch.dict(os.environ, null_dynamodb.environment(url)):
        store = DynamoStore(TABLE, endpoint_url=url)
        yield from _actions(store)
        yield _reads(store, Boto3Store(TABLE))


def _actions(store: DynamoStore) -> Iterator[Line]:
    read = from_table(boto3.resource("dynamodb").Table(TABLE))
    yield _action("CPU of a whole warm read action, log line aside", store, ours.silent, powertools.silent(read))
    yield _action("the same with the log line and the metrics", store, report, powertools.reporting(read))


def _action(what: str, store: DynamoStore, our_report: Callable[[Outcome], None], resolver: Handler) -> Line:
    asked = event()
    with ours.handler(store, our_report) as our_handler, output_thrown_away():
        took = cpu_seconds({"ours": lambda: our_handler(asked, CONTEXT), "resolver": lambda: resolver(asked, CONTEXT)})
    return compared(what, took["ours"], ("Powertools' resolver and a boto3 Table", took["resolver"]), 1 / 3)


def _reads(store: DynamoStore, peer: Boto3Store) -> Line:
    key = keys.domain(DOMAIN_UUID)
    took = cpu_seconds({"pydynox": lambda: store.get(key), "boto3": lambda: peer.get(key)})
    return compared("CPU of one read behind the port", took["pydynox"], ("boto3's client", took["boto3"]))
