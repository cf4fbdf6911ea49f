"""What the port promises, on every adapter."""

import threading
from collections.abc import Callable

import pytest

from ringpost.store import Check, ConditionFailed, Delete, Key, Put, Row, Store
from tests.fakes import NOON, FakeClock

A = Key("home", "a")


def put(store: Store, sort: str = "a", body: str = "{}", version: int = 1, expires: int | None = None) -> None:
    store.transact([Put(Row(Key("home", sort), body, version, expires))])


def sorts(rows: list[Row]) -> list[str]:
    return [row.key.sort for row in rows]


def test_answers_what_was_put(any_store: Store) -> None:
    row = Row(A, '{"name": "Zoë 日本 \\u0000"}', 3, int(NOON) + 60)
    any_store.transact([Put(row)])
    assert any_store.get(A) == row
    assert any_store.get(Key("home", "b")) is None
    assert any_store.get(Key("away", "a")) is None


def test_reads_a_partition_in_order_between_bounds_and_from_a_place(any_store: Store) -> None:
    for sort in "cabed":
        put(any_store, sort)
    any_store.transact([Put(Row(Key("away", "z"), "{}"))])
    assert sorts(any_store.query("home")) == ["a", "b", "c", "d", "e"]
    assert sorts(any_store.query("home", descending=True, limit=2)) == ["e", "d"]
    assert sorts(any_store.query("home", between=("b", "d"))) == ["b", "c", "d"]
    assert sorts(any_store.query("home", after="b", limit=2)) == ["c", "d"]
    assert sorts(any_store.query("home", between=("b", "d"), after="d", descending=True)) == ["c", "b"]
    assert any_store.query("nowhere") == []


def test_reads_past_what_fits_into_one_answer(any_store: Store) -> None:
    for number in range(5):
        put(any_store, f"{number}", body=f'"{"x" * 300_000}"')
    assert sorts(any_store.query("home")) == ["0", "1", "2", "3", "4"]


def test_puts_only_where_there_is_nothing(any_store: Store) -> None:
    any_store.transact([Put(Row(A, "1"), if_absent=True)])
    with pytest.raises(ConditionFailed) as failure:
        any_store.transact([Put(Row(Key("home", "b"), "2")), Put(Row(A, "2"), if_absent=True)])
    assert failure.value.failed == (1,)
    assert any_store.get(Key("home", "b")) is None, "nothing of it happened"
    found = any_store.get(A)
    assert found is not None
    assert found.body == "1"


def test_puts_deletes_and_checks_a_version(any_store: Store) -> None:
    put(any_store, version=2)
    for write in (Put(Row(A, "x", 3), if_version=1), Delete(A, if_version=1), Check(A, if_version=1)):
        with pytest.raises(ConditionFailed):
            any_store.transact([write])
    any_store.transact([Check(A, if_version=2), Put(Row(Key("home", "b"), "x"))])
    any_store.transact([Put(Row(A, "x", 3), if_version=2)])
    any_store.transact([Delete(A, if_version=3)])
    assert any_store.get(A) is None


@pytest.mark.parametrize("write", [Put(Row(A, "x"), if_version=1), Delete(A, if_version=1), Check(A)])
def test_a_condition_on_what_is_not_there_fails(any_store: Store, write: Put | Delete | Check) -> None:
    with pytest.raises(ConditionFailed):
        any_store.transact([write])


def test_deletes_what_is_not_there_in_peace(any_store: Store) -> None:
    any_store.transact([Delete(A)])


def test_names_every_failed_condition(any_store: Store) -> None:
    put(any_store)
    writes = [Check(Key("home", "b")), Put(Row(Key("home", "c"), "x")), Put(Row(A, "x"), if_absent=True)]
    with pytest.raises(ConditionFailed) as failure:
        any_store.transact(writes)
    assert failure.value.failed == (0, 2)


def test_what_has_expired_is_not_there(any_store: Store, clock: FakeClock) -> None:
    put(any_store, expires=int(NOON) + 60)
    put(any_store, "b")
    clock.time += 60
    assert any_store.get(A) is None
    assert sorts(any_store.query("home", limit=1)) == ["b"]
    for write in (Check(A), Delete(A, if_version=1)):
        with pytest.raises(ConditionFailed):
            any_store.transact([write])
    any_store.transact([Put(Row(A, "new"), if_absent=True)])
    assert any_store.get(A) == Row(A, "new")


def test_takes_a_hundred_writes_at_once(any_store: Store) -> None:
    any_store.transact([Put(Row(Key("home", f"{number:03d}"), "{}")) for number in range(100)])
    assert len(any_store.query("home", limit=1000)) == 100


def at_once(times: int, work: Callable[[int], object]) -> list[object]:
    """What each of so many threads got, all let go together."""
    barrier = threading.Barrier(times)
    results: list[object] = [None] * times

    def run(number: int) -> None:
        barrier.wait(10)
        try:
            results[number] = work(number)
        except ConditionFailed as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_of_twenty_that_want_one_name_one_gets_it(any_store: Store) -> None:
    def claim(number: int) -> str:
        any_store.transact([Put(Row(A, str(number)), if_absent=True), Put(Row(Key("mine", str(number)), "{}"))])
        return str(number)

    results = at_once(20, claim)
    winners = [result for result in results if isinstance(result, str)]
    assert len(winners) == 1
    found = any_store.get(A)
    assert found is not None
    assert found.body == winners[0]
    assert sorts(any_store.query("mine")) == winners


def test_no_update_is_lost(any_store: Store) -> None:
    any_store.transact([Put(Row(A, "0", 1))])

    def add(_: int) -> None:
        while True:
            row = any_store.get(A)
            assert row is not None
            try:
                return any_store.transact(
                    [Put(Row(A, str(int(row.body) + 1), row.version + 1), if_version=row.version)]
                )
            except ConditionFailed:
                continue

    at_once(8, add)
    assert any_store.get(A) == Row(A, "8", 9)
