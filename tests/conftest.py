"""Fixtures: a store, an endpoint, and people with keys."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from ringpost.entry import demo
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.entry.answering import listening
from tests.fakes import FakeClock
from tests.harness import Caller, House
from tests.looking_away import look_no_more, untraced

settings.register_profile("unhurried", deadline=None)  # a slow machine is no failure
settings.load_profile("unhurried")


def pytest_sessionstart(session: pytest.Session) -> None:
    """The process that only hands tests out runs nothing of ours."""
    if session.config.getoption("numprocesses", None) and not hasattr(session.config, "workerinput"):
        look_no_more()


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem() -> Generator[None, Any, Any]:
    """A module has been read: to make thousands of tests of it is pytest's."""
    with untraced():
        return (yield)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[SqliteStore]:
    opened = seeds.opened(tmp_path / "test.sqlite3", clock)
    yield opened
    opened.close()


@pytest.fixture
def house(store: SqliteStore, clock: FakeClock) -> House:
    seeds.plant(store, clock)
    return House(store, clock)


@pytest.fixture
def operator(house: House) -> Caller:
    """An operator's key without limits."""
    return Caller(house, demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)


@pytest.fixture
def tenant(house: House) -> Caller:
    """A key with every scope, bound to the demo domain."""
    return house.tenant_key(demo.DOMAIN_NAME)


@pytest.fixture
def stranger(house: House) -> Caller:
    """A key with every scope, bound to another domain."""
    return house.tenant_key("empty.example.net")


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """Where the endpoint answers over real HTTP."""
    with listening(house.endpoint) as url:
        yield url
