"""What the port promises, on every adapter."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.store import (
    MAX_PARTITION,
    MAX_ROW,
    MAX_SORT,
    MAX_TRANSACTION,
    MAX_WRITES,
    Check,
    ConditionFailed,
    Delete,
    Key,
    Put,
    Row,
    Store,
    Unholdable,
    Write,
)
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


# what either adapter cannot hold, neither takes; what both can, both give back

NO_KEYS = {
    "an empty sort key": Key("home", ""),
    "an empty partition key": Key("", "a"),
    "a partition key that is too long": Key("x" * (MAX_PARTITION + 1), "a"),
    "a sort key that is too long": Key("home", "x" * (MAX_SORT + 1)),
    "a sort key that is too long in UTF-8": Key("home", "é" * (MAX_SORT // 2 + 1)),
    "half a character in a key": Key("home", "\ud800"),
    "half a character in a partition": Key("\udfff", "a"),
}


@pytest.mark.parametrize("key", NO_KEYS.values(), ids=NO_KEYS)
def test_refuses_a_key_that_cannot_be(any_store: Store, key: Key) -> None:
    for write in (Put(Row(key, "{}")), Delete(key), Check(key)):
        with pytest.raises(Unholdable):
            any_store.transact([Put(Row(A, "{}")), write])
    assert any_store.get(A) is None, "nothing of it happened"
    with pytest.raises(Unholdable):
        any_store.get(key)


@pytest.mark.parametrize("key", NO_KEYS.values(), ids=NO_KEYS)
def test_refuses_to_look_for_a_key_that_cannot_be(any_store: Store, key: Key) -> None:
    with pytest.raises(Unholdable):
        any_store.query(key.partition, after=key.sort)
    with pytest.raises(Unholdable):
        any_store.query(key.partition, between=(key.sort, "z"))
    with pytest.raises(Unholdable):
        any_store.query(key.partition, between=("a", key.sort))


@pytest.mark.parametrize(
    "key",
    [
        Key("x" * MAX_PARTITION, "x" * MAX_SORT),
        Key("é" * (MAX_PARTITION // 2), "日" * (MAX_SORT // 3)),
        Key("a\0b", "\0"),
        Key(" ", "\n"),
    ],
    ids=["longest", "longest in UTF-8", "NUL", "blank"],
)
def test_holds_any_key_that_can_be(any_store: Store, key: Key) -> None:
    any_store.transact([Put(Row(key, "{}"))])
    assert any_store.get(key) == Row(key, "{}")
    assert any_store.query(key.partition) == [Row(key, "{}")]


@pytest.mark.parametrize("body", ["", "\0", "a\0b", "\uffff", "\U0010ffff", "x" * (MAX_ROW - 200)])
def test_gives_back_any_text(any_store: Store, body: str) -> None:
    any_store.transact([Put(Row(A, body))])
    assert any_store.get(A) == Row(A, body)


@pytest.mark.parametrize("body", ["\ud800", "x" * MAX_ROW, "é" * (MAX_ROW // 2)])
def test_refuses_a_body_that_cannot_be(any_store: Store, body: str) -> None:
    with pytest.raises(Unholdable):
        any_store.transact([Put(Row(A, body))])
    assert any_store.get(A) is None


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1])
def test_numbers_are_exact(any_store: Store, number: int) -> None:
    row = Row(A, "{}", number, number)
    any_store.transact([Put(row)])
    assert any_store.get(A) == row
    any_store.transact([Check(A, if_version=number)])
    with pytest.raises(ConditionFailed):
        any_store.transact([Check(A, if_version=number - 1)])


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**38, 10**400])
def test_refuses_a_number_that_is_too_long(any_store: Store, number: int) -> None:
    writes: list[Write] = [
        Put(Row(A, "{}", number)),
        Put(Row(A, "{}", 1, number)),
        Put(Row(A, "{}"), if_version=number),
        Delete(A, if_version=number),
        Check(A, if_version=number),
    ]
    for write in writes:
        with pytest.raises(Unholdable):
            any_store.transact([write])


def test_refuses_more_at_once_than_fits(any_store: Store) -> None:
    body = "x" * (MAX_ROW - 1024)
    many = [Put(Row(Key("home", str(place)), body)) for place in range(MAX_TRANSACTION // len(body) + 1)]
    with pytest.raises(Unholdable):
        any_store.transact(many)
    assert any_store.query("home", limit=1) == []


def test_refuses_too_many_writes_and_two_on_one_key(any_store: Store) -> None:
    for writes in ([Put(Row(Key("home", str(place)), "{}")) for place in range(MAX_WRITES + 1)], [Check(A), Delete(A)]):
        with pytest.raises(ValueError, match="a transaction has at most"):
            any_store.transact(writes)


def test_keys_are_in_order_of_their_characters(any_store: Store) -> None:
    keys = ["\0", " ", "A", "Z", "a", "é", "\ud7ff", "\uffff", "\U00010000"]
    for sort in reversed(keys):
        put(any_store, sort)
    assert sorts(any_store.query("home")) == keys
    assert sorts(any_store.query("home", between=("a", "\uffff"))) == keys[4:8]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    ("between", "after", "found"),
    [
        (("d", "b"), None, ("", "")),
        (("b", "d"), "a", ("bcd", "")),
        (("b", "d"), "b", ("cd", "")),
        (("b", "d"), "c", ("d", "b")),
        (("b", "d"), "d", ("", "cb")),
        (("b", "d"), "e", ("", "dcb")),
        (("b", "b"), "x", ("", "b")),
        (("d", "b"), "c", ("", "")),
    ],
)
def test_a_place_to_go_on_from_may_be_anywhere(
    any_store: Store, between: tuple[str, str], after: str | None, found: tuple[str, str], *, descending: bool
) -> None:
    for sort in "abcde":
        put(any_store, sort)
    read = any_store.query("home", between=between, after=after, descending=descending)
    assert "".join(sorts(read)) == found[descending]


words = st.one_of(st.text(max_size=20), st.text(st.characters(codec=None), max_size=3), st.just("x" * 3000))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(words, words, words, st.integers())
def test_takes_a_row_and_gives_it_back_or_says_why_not(
    any_store: Store, partition: str, sort: str, body: str, version: int
) -> None:
    row = Row(Key(partition, sort), body, version)
    try:
        any_store.transact([Put(row)])
    except Unholdable:
        with pytest.raises(Unholdable):
            any_store.transact([Put(row), Put(Row(A, "{}"))])
        return
    assert any_store.get(row.key) == row
