import os
import subprocess
import sys
from pathlib import Path

import pytest

from ringpost.entry import wiring
from ringpost.settings import DYNAMODB_CLIENTS as CLIENTS
from ringpost.settings import Settings
from ringpost.store.boto3 import Boto3Store
from ringpost.store.dynamodb import DynamoStore
from ringpost.store.sqlite import SqliteStore
from ringpost.store.table import TableStore
from tests.fakes import FakeClock


def test_opens_the_store_that_is_named(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert isinstance(wiring.open_store(Settings.read({"RINGPOST_DATA": str(tmp_path)}), clock), SqliteStore)
    assert isinstance(wiring.open_store(Settings(store=f"sqlite:{tmp_path / 'x'}"), clock), SqliteStore)
    assert isinstance(wiring.open_store(Settings(store="dynamodb:t"), clock), DynamoStore)


@pytest.mark.parametrize(
    ("chosen", "made"), [("", DynamoStore), ("pydynox", DynamoStore), ("boto3", Boto3Store)], ids=["none", *CLIENTS]
)
def test_asks_dynamodb_through_the_client_that_is_named(
    chosen: str, made: type[TableStore], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    said = {"RINGPOST_STORE": "dynamodb:t", "RINGPOST_DYNAMODB_CLIENT": chosen}
    assert type(wiring.open_store(Settings.read(said), clock)) is made


@pytest.mark.parametrize("client", CLIENTS)
def test_a_snapshot_has_the_client_that_is_named_and_not_the_other(client: str) -> None:
    """In a process of its own: in this one both are imported."""
    program = (
        "import sys; from ringpost.entry import wiring; from ringpost.settings import Settings\n"
        f"wiring.preload(Settings(store='dynamodb:t', dynamodb_client={client!r}))\n"
        "print(*sorted({'boto3', 'pydynox'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [client]


@pytest.mark.parametrize("endpoint", ["", "https://example.execute-api.us-east-1.amazonaws.com/live"])
def test_a_snapshot_has_what_a_command_to_a_link_needs_where_there_are_links(endpoint: str) -> None:
    program = (
        "import sys; from ringpost.entry import wiring; from ringpost.settings import Settings\n"
        f"wiring.preload(Settings(store='dynamodb:t', live_endpoint={endpoint!r}))\n"
        "print(*sorted({'boto3', 'ringpost.live.commands'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == (["boto3", "ringpost.live.commands"] if endpoint else [])


@pytest.mark.parametrize("value", ["botocore", "Boto3", "aiobotocore", "pydynox,boto3", " "])
def test_says_which_clients_there_are(value: str) -> None:
    with pytest.raises(ValueError, match="RINGPOST_DYNAMODB_CLIENT must be pydynox or boto3, not"):
        Settings.read({"RINGPOST_DYNAMODB_CLIENT": value})


def test_a_function_with_a_wrong_client_does_not_start() -> None:
    wrong = {**os.environ, "RINGPOST_DYNAMODB_CLIENT": "botocore"}
    done = subprocess.run(
        [sys.executable, "-c", "import ringpost.entry.api"], env=wrong, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "must be pydynox or boto3, not 'botocore'" in done.stderr


@pytest.mark.parametrize("store", ["", "redis:x", "sqlite:", "dynamodb:", "demo:x"])
def test_says_what_a_store_may_be(store: str, clock: FakeClock) -> None:
    with pytest.raises(ValueError, match="RINGPOST_STORE must be"):
        wiring.open_store(Settings(store=store), clock)


@pytest.mark.parametrize("value", ["0", "-1", "many", "10001", "1.5"])
def test_says_which_setting_is_wrong(value: str) -> None:
    with pytest.raises(ValueError, match="RINGPOST_CALLS_AT_ONCE"):
        Settings.read({"RINGPOST_CALLS_AT_ONCE": value})


def test_reads_the_limits() -> None:
    limits = {"CALLS_PER_MINUTE": "5", "CALLS_AT_ONCE": "7", "CONNECTIONS_PER_SOURCE": "9"}
    read = Settings.read({f"RINGPOST_{name}": value for name, value in limits.items()})
    assert (read.calls_per_minute, read.calls_at_once, read.connections_per_source) == (5, 7, 9)
    requests = {"RINGPOST_REQUESTS_PER_KEY": "3", "RINGPOST_REQUESTS_PER_SOURCE": "0"}
    read = Settings.read(requests)
    assert (read.requests_per_key, read.requests_per_source) == (3, 0)
    assert Settings.read({}).store == "sqlite:.ringpost/ringpost.sqlite3"
