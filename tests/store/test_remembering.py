"""A store that reads each row once."""

from pathlib import Path

from ringpost.store import Key, Put, Row
from ringpost.store.remembering import Remembering
from ringpost.store.sqlite import SqliteStore
from tests.fakes import CountingStore

A, B = Key("home", "a"), Key("home", "b")


def remembering(folder: Path) -> tuple[Remembering, CountingStore]:
    counting = CountingStore(SqliteStore(folder / "rows.sqlite3"))
    counting.inner.transact([Put(Row(A, "{}")), Put(Row(B, "[]"))])
    return Remembering(counting), counting


def test_answers_what_the_store_would_and_asks_it_once(tmp_path: Path) -> None:
    store, counting = remembering(tmp_path)
    for _ in range(2):
        assert store.get(A) == counting.inner.get(A)
        assert store.get(Key("home", "c")) is None
        assert store.query("home", after="a") == counting.inner.query("home", after="a")
        assert store.query("home", descending=True, limit=1) == counting.inner.query("home", descending=True, limit=1)
        assert store.query("home", between=("b", "c")) == counting.inner.query("home", between=("b", "c"))
    assert counting.calls == ["get", "get", "query", "query", "query"]


def test_what_whoever_reads_it_does_with_a_list_is_his_own_business(tmp_path: Path) -> None:
    store, _ = remembering(tmp_path)
    store.query("home").clear()
    assert len(store.query("home")) == 2


def test_what_was_written_is_read(tmp_path: Path) -> None:
    store, _ = remembering(tmp_path)
    assert store.get(A)
    assert len(store.query("home")) == 2
    store.transact([Put(Row(A, '"other"')), Put(Row(Key("home", "c"), "{}"))])
    assert store.get(A) == Row(A, '"other"')
    assert len(store.query("home")) == 3
