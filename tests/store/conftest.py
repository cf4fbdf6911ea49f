"""Every adapter, each behind the same fixture."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ringpost.store import Store
from ringpost.store.boto3 import Boto3Store
from ringpost.store.dynamodb import DynamoStore
from ringpost.store.table import TableStore
from tests import seeds
from tests.fakes import FakeClock
from tests.store.dynamo import DynamoServer


@pytest.fixture(scope="session")
def dynamo_server() -> Iterator[DynamoServer]:
    server = DynamoServer()
    yield server
    server.stop()


def through_pydynox(url: str, table: str, clock: FakeClock) -> TableStore:
    about = {"endpoint_url": url, "region": "us-east-1", "access_key": "test", "secret_key": "test"}
    return DynamoStore(table, clock.now, lambda _: None, **about)


def through_boto3(url: str, table: str, clock: FakeClock) -> TableStore:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return Boto3Store(table, clock.now, lambda _: None, endpoint_url=url, region_name="us-east-1", **keys)


CLIENTS: dict[str, Callable[[str, str, FakeClock], TableStore]] = {"pydynox": through_pydynox, "boto3": through_boto3}


def dynamo_store(server: DynamoServer, clock: FakeClock, client: str = "pydynox") -> TableStore:
    """A store in a new table; nothing is wrong with the server."""
    server.faults.clear()
    table = f"t-{uuid.uuid4()}"
    server.make_table(table)
    return CLIENTS[client](server.url, table, clock)


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    """Through which the table is asked: everything holds for both."""
    return str(request.param)


@pytest.fixture
def dynamo(dynamo_server: DynamoServer, clock: FakeClock, client: str) -> TableStore:
    return dynamo_store(dynamo_server, clock, client)


@pytest.fixture(params=["sqlite", *CLIENTS])
def any_store(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    yield from opened(request, tmp_path, clock)


def opened(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    """The store of the request's parameter."""
    if request.param != "sqlite":
        yield dynamo_store(request.getfixturevalue("dynamo_server"), clock, request.param)
        return
    store = seeds.opened(tmp_path / "any.sqlite3", clock)
    yield store
    store.close()
