"""The contract suite's fixtures, with the peer behind them."""

import uuid
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from ringpost.store.boto3 import Boto3Store
from tests.fakes import FakeClock
from tests.store.dynamo import DynamoServer


@pytest.fixture(scope="session")
def dynamo_server() -> Iterator[DynamoServer]:
    server = DynamoServer()
    yield server
    server.stop()


@pytest.fixture
def dynamo(dynamo_server: DynamoServer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Boto3Store:
    """A store in a new table; botocore's own pauses between tries are left out."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    dynamo_server.faults.clear()
    table = f"t-{uuid.uuid4()}"
    dynamo_server.make_table(table)
    return Boto3Store(
        table,
        clock.now,
        lambda _: None,
        endpoint_url=dynamo_server.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def any_store(dynamo: Boto3Store) -> Boto3Store:
    return dynamo
