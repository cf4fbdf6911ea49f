"""Fixtures: a store, an endpoint, and people with keys."""

import gc
import sys
from collections.abc import Generator, Iterator
from importlib import import_module
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
from tests.looking_away import look_no_more, seen_by, traced, untraced

ROOT = Path(__file__).parent.parent

settings.register_profile("unhurried", deadline=None)  # a slow machine is no failure
settings.load_profile("unhurried")


def pytest_sessionstart(session: pytest.Session) -> None:
    """The process that only hands tests out runs nothing of ours."""
    if session.config.getoption("numprocesses", None) and not hasattr(session.config, "workerinput"):
        look_no_more()


def pytest_collection() -> None:
    """A module is imported once: now, lest the first who needs it is one that is not looked at."""
    if sys.gettrace() is not None:
        for file in [*ROOT.glob("actions/**/*.py"), *ROOT.glob("src/ringpost/*/**/*.py")]:
            parts = file.relative_to(ROOT).with_suffix("").parts
            if "entry" not in parts:
                import_module(".".join(parts).removeprefix("src.").removesuffix(".__init__"))


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem() -> Generator[None, Any, Any]:
    """A module has been read: to make thousands of tests of it is pytest's."""
    with untraced():
        return (yield)


def pytest_collection_finish() -> None:
    """Thousands of tests and all that is imported stay to the end: the collector need not go through them again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


TRACER = pytest.StashKey[Any]()
EXAMPLES_SEEN = 20
"""All are tried; where the first have not been, coverage says that nobody was."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """What is between tests is pytest's, too: their fixtures and they themselves run what is ours."""
    item.config.stash[TRACER] = sys.gettrace()
    with untraced():
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Generator[None, Any, Any]:
    with traced(request.config.stash[TRACER]):
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """A test is looked at unless it goes ``often``; of those that Hypothesis makes, the first examples are."""
    tracer = None if pyfuncitem.get_closest_marker("often") else pyfuncitem.config.stash[TRACER]
    made_up = getattr(pyfuncitem.obj, "hypothesis", None)
    if made_up is None:
        with traced(tracer):
            return (yield)
    example = made_up.inner_test
    made_up.inner_test = seen_by(tracer, example, EXAMPLES_SEEN)
    try:
        return (yield)
    finally:
        made_up.inner_test = example


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
