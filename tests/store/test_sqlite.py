"""What only a file can do to us."""

import sqlite3
from pathlib import Path

import pytest

from ringpost import __version__
from ringpost.model.errors import StoreUnavailable
from ringpost.store import Key, Put, Row
from ringpost.store.sqlite import SqliteStore
from tests.fakes import NOON, FakeClock
from tests.store import at_once

A = Key("home", "a")


def test_a_file_that_stays_locked_is_unavailable(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "x", busy_seconds=0.05)
    other = sqlite3.connect(tmp_path / "x", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailable):
        store.transact([Put(Row(A, "{}"))])
    other.execute("ROLLBACK")
    other.close()
    store.transact([Put(Row(A, "{}"))])
    store.close()


def test_what_has_expired_is_swept_away_at_the_start(tmp_path: Path, clock: FakeClock) -> None:
    store = SqliteStore(tmp_path / "x", clock.now)
    store.transact([Put(Row(A, "{}", expires=int(NOON) + 1)), Put(Row(Key("home", "b"), "{}"))])
    store.close()
    clock.time += 1
    SqliteStore(tmp_path / "x", clock.now).close()
    with sqlite3.connect(tmp_path / "x") as file:
        assert file.execute("SELECT sort FROM rows").fetchall() == [("b",)]
    file.close()


def test_is_for_its_owner_only(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "deep" / "er" / "x")
    store.transact([Put(Row(A, "{}"))])
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "deep" / "er").iterdir()} == {0o600}
    store.close()


OLD_SCHEMA = """
CREATE TABLE rows (
    partition TEXT NOT NULL, sort TEXT NOT NULL,
    version INTEGER NOT NULL, expires INTEGER, body TEXT NOT NULL,
    PRIMARY KEY (partition, sort)
) WITHOUT ROWID;
INSERT INTO rows VALUES ('home', 'a', 1, NULL, 'old'), ('home', 'b', 1, NULL, 'old');
"""


def test_a_row_says_which_release_wrote_it_last_also_in_an_older_file(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x") as file:
        file.executescript(OLD_SCHEMA)
    file.close()
    for _ in ("the first start", "the next"):
        store = SqliteStore(tmp_path / "x")
        store.transact([Put(Row(A, "new", 2))])
        assert store.query("home") == [Row(A, "new", 2), Row(Key("home", "b"), "old")]
        store.close()
    with sqlite3.connect(tmp_path / "x") as file:
        assert file.execute("SELECT release FROM rows").fetchall() == [(__version__,), (None,)]
        file.execute(
            "INSERT OR REPLACE INTO rows (partition, sort, body, version, expires)"
            " VALUES ('home', 'a', 'older', 3, NULL)"
        )
    file.close()
    store = SqliteStore(tmp_path / "x")
    assert store.get(A) == Row(A, "older", 3), "an earlier release goes on with such a file"
    store.close()


def test_of_several_processes_one_gets_a_name(tmp_path: Path) -> None:
    with at_once.processes() as pool:
        won = list(pool.map(at_once.claim, [tmp_path / "x"] * 12, [A] * 12, range(12), timeout=60))
    assert won.count(True) == 1


def test_several_processes_may_make_the_file_at_once(tmp_path: Path) -> None:
    files = [tmp_path / f"x{number // 4}" for number in range(120)]
    with at_once.processes() as pool:
        assert all(pool.map(at_once.opened, files, timeout=60))


def test_of_several_processes_that_open_an_older_file_all_may(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x") as file:
        file.executescript(OLD_SCHEMA)
    file.close()
    with at_once.processes() as pool:
        assert all(pool.map(at_once.opened, [tmp_path / "x"] * 8))
