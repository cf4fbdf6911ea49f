"""Peers do our work before they are timed. FastAPI is no part of dev: the benchmark checks that peer itself, first."""

import json
from typing import Any

import pytest

from benchmarks import null_dynamodb, ours, powertools
from benchmarks.check import AnswersDifferError, answers_alike, from_store
from benchmarks.work import CONTEXT, DOMAIN_UUID, TABLE, MemoryStore, event, rows
from ringpost.entry.telemetry import report
from ringpost.store import keys
from ringpost.store.boto3 import Boto3Store
from ringpost.store.dynamodb import DynamoStore


def test_powertools_answers_as_we_do() -> None:
    store = MemoryStore()
    with ours.handler(store, ours.silent) as handler:
        answers_alike(handler, powertools.silent(from_store(store)))


def test_powertools_logs_and_counts_as_we_do(capsys: pytest.CaptureFixture[str]) -> None:
    store = MemoryStore()
    with ours.handler(store, report) as handler:
        answers_alike(handler, powertools.reporting(from_store(store)))
        capsys.readouterr()
        powertools.reporting(from_store(store))(event(), CONTEXT)
    line, metric = map(json.loads, capsys.readouterr().out.splitlines())
    assert {"request_id", "key_id", "action", "outcome", "status", "duration_ms"} <= line.keys()
    assert {"action", "outcome", "Requests", "Duration"} <= metric.keys()


def test_an_answer_that_differs_is_found() -> None:
    def other(asked: dict[str, Any], context: Any) -> dict[str, Any]:
        return {"statusCode": 200, "body": "{}"}

    with (
        ours.handler(MemoryStore(), ours.silent) as handler,
        pytest.raises(AnswersDifferError, match="a good request"),
    ):
        answers_alike(handler, other)


def test_both_clients_read_the_same_row_from_a_dynamodb_that_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    domain = keys.domain(DOMAIN_UUID)
    key = rows()[0].key
    with null_dynamodb.running() as url:
        for name, value in null_dynamodb.environment(url).items():
            monkeypatch.setenv(name, value)
        for store in (DynamoStore(TABLE, endpoint_url=url), Boto3Store(TABLE)):
            found = store.get(domain)
            assert found is not None
            assert found.key == domain
            assert json.loads(found.body)["domain_uuid"] == DOMAIN_UUID
            assert store.get(key).key == key
