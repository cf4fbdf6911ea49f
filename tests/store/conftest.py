"""Both adapters, each behind the same fixture."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringpost.store import Store
from ringpost.store.dynamodb import DynamoStore
from tests import seeds
from tests.fakes import FakeClock
from tests.store.dynamo import DynamoServer


@pytest.fixture(scope="session")
def dynamo_server() -> Iterator[DynamoServer]:
    server = DynamoServer()
    yield server
    server.stop()


def dynamo_store(server: DynamoServer, clock: FakeClock) -> DynamoStore:
    table = f"t-{uuid.uuid4()}"
    server.make_table(table)
    return DynamoStore(
        table,
        clock.now,
        lambda _: None,
        endpoint_url=server.url,
        region="us-east-1",
        access_key="test",
        secret_key="test",
    )


@pytest.fixture
def dynamo(dynamo_server: DynamoServer, clock: FakeClock) -> DynamoStore:
    dynamo_server.faults.clear()
    return dynamo_store(dynamo_server, clock)


@pytest.fixture(params=["sqlite", "dynamodb"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    if request.param == "dynamodb":
        yield dynamo_store(request.getfixturevalue("dynamo_server"), clock)
        return
    store = seeds.opened(tmp_path / "any.sqlite3", clock)
    yield store
    store.close()
