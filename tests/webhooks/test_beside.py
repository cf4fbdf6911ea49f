"""Delivering beside the local server: one process of a machine does, another takes over."""

from pathlib import Path

import pytest

from ringpost.clock import SystemClock
from ringpost.entry.worker import beside
from ringpost.settings import Settings
from ringpost.store.sqlite import SqliteStore
from tests.webhooks.receivers import Office, Receivers, event, happen, until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def test_what_happens_meanwhile_is_handed_on(settings: Settings, tmp_path: Path) -> None:
    clock = SystemClock()
    store = SqliteStore(tmp_path / "store.sqlite3")
    office = Office(store, clock, Receivers(clock))  # type: ignore[arg-type]
    with beside(settings, store, clock, None):
        happen(store, event(at=clock.now()), now=clock.now())
        until(lambda: office.is_done)
    store.close()


def test_a_second_one_waits_until_the_first_is_gone(settings: Settings, tmp_path: Path) -> None:
    clock = SystemClock()
    store = SqliteStore(tmp_path / "store.sqlite3")
    office = Office(store, clock, Receivers(clock))  # type: ignore[arg-type]
    first = beside(settings, store, clock, None)
    first.__enter__()
    until((tmp_path / "deliveries.lock").exists)
    with beside(settings, store, clock, None):
        first.__exit__(None, None, None)
        happen(store, event(at=clock.now()), now=clock.now())
        until(lambda: office.is_done)
    store.close()


def test_one_that_never_had_its_turn_stops_all_the_same(settings: Settings, tmp_path: Path) -> None:
    clock = SystemClock()
    store = SqliteStore(tmp_path / "store.sqlite3")
    with beside(settings, store, clock, None), beside(settings, store, clock, None):
        pass
    store.close()
