"""The copies of call records over all domains, on every adapter: they are the records, in order, whatever happened."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.services.history import all_calls
from ringpost.services.records import call_lists
from ringpost.services.tenants import domains
from ringpost.store import Delete, Key, Store, keys
from tests import seeds
from tests.fakes import NOON, CountingStore, FailingStore, FakeClock
from tests.harness import Caller, House
from tests.store.conftest import opened

DAY = 86_400
HOMES = ("one.example.net", "two.example.net")


@pytest.fixture(params=["sqlite", "pydynox"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    """One of each kind: what is asked here differs by that, and every store's suite tries both clients."""
    yield from opened(request, tmp_path, clock)


@pytest.fixture
def operator(any_store: Store, clock: FakeClock) -> Caller:
    seeds.plant(any_store, clock)
    return Caller(House(any_store, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)


def uuid(number: int) -> str:
    return f"aaaaaaaa-0000-4000-8000-{number:012d}"


def post(caller: Caller, home: str, number: int, start: str, **more: Any) -> None:
    reply = caller.call("cdr-create", domain_name=home, xml_cdr_uuid=uuid(number), start_stamp=start, **more)
    assert reply.status in (200, 404, 409, 422), reply


def walked(caller: Caller, limit: int = 100, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = caller.done("cdr-search", limit=limit, cursor=cursor, **query)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def in_order(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def place(call: dict[str, Any]) -> tuple[str, str, str]:
        return call["listed_at"], call["xml_cdr_uuid"], call["domain_uuid"]

    return sorted(calls, key=place, reverse=True)


def of_each(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    names = [one["domain_name"] for one in caller.done("domain-list", limit=1000)["items"]]
    return in_order([call for name in names for call in walked(caller, domain_name=name, **query)])


def rows_over_all(store: Store) -> Iterator[Key]:
    for mark in store.query(keys.CALL_LISTS, limit=10_000):
        for row in store.query(f"calls#{mark.key.sort}", limit=10_000):
            yield row.key


def forget_copies(store: Store) -> int:
    """Make the store one that a release without copies has written."""
    gone = list(rows_over_all(store))
    for key in [*gone, *(mark.key for mark in store.query(keys.CALL_LISTS, limit=1000))]:
        store.transact([Delete(key)])
    return len(gone)


stamps = st.builds("2026-11-{:02d}T{:02d}:00:00.000Z".format, st.integers(18, 22), st.sampled_from([0, 11, 23]))
legs = st.tuples(
    st.just("post"), st.sampled_from(HOMES), st.integers(0, 4), stamps, st.none() | st.integers(0, 4), st.booleans()
)
removals = st.tuples(st.just("remove"), st.sampled_from(HOMES))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    st.lists(st.one_of(legs, legs, legs, removals), min_size=1, max_size=14),
    st.integers(1, 4),
    st.tuples(stamps, stamps).map(sorted),
)
def test_the_copies_are_the_records_in_order_whatever_was_done(
    house: House, steps: list[tuple[Any, ...]], limit: int, span: list[str]
) -> None:
    caller = Caller(house, demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    for step in steps:
        caller.call("domain-create", domain_name=step[1])
        if step[0] == "remove":
            caller.done("domain-delete", domain_name=step[1], cascade=True)
            continue
        _, home, number, start, source, is_correction = step
        more: dict[str, Any] = {"leg": "b", "originating_leg_uuid": uuid(source)} if source is not None else {}
        if is_correction:
            known = caller.call("cdr-details", domain_name=home, xml_cdr_uuid=uuid(number))
            more |= {"if_version": known.json["version"]} if known.status == 200 else {}
        post(caller, home, number, start, **more)
    assert walked(caller, limit, of_all_domains=True) == of_each(caller)
    assert len(list(rows_over_all(house.store))) == len(of_each(caller))
    between = {"from": span[0], "until": span[1]}
    assert walked(caller, limit, of_all_domains=True, **between) == of_each(caller, **between)
    for home in HOMES:
        caller.call("domain-delete", domain_name=home, cascade=True)


def test_a_call_that_moves_to_another_day_is_listed_there(operator: Caller) -> None:
    post(operator, demo.DOMAIN_NAME, 1, "2026-11-20T00:00:01Z")
    post(operator, demo.DOMAIN_NAME, 2, "2026-11-19T23:59:59Z")
    post(operator, demo.DOMAIN_NAME, 1, "2026-11-20T00:00:01Z", leg="b", originating_leg_uuid=uuid(2))
    assert walked(operator, 1, of_all_domains=True) == of_each(operator)
    assert len(list(rows_over_all(operator.house.store))) == len(of_each(operator))


def test_a_domain_that_goes_takes_its_copies_along(operator: Caller) -> None:
    for number in range(30):
        post(operator, "empty.example.net", number, f"2026-11-20T00:00:{number:02d}Z")
    assert len(walked(operator, of_all_domains=True)) == 31
    operator.done("domain-delete", domain_name="empty.example.net", cascade=True)
    assert [call["xml_cdr_uuid"] for call in walked(operator, of_all_domains=True)] == [demo.CALL_UUID]


def test_a_copy_goes_when_its_record_goes_and_the_mark_with_the_last(clock: FakeClock, operator: Caller) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, retention_days=10)
    operator.done("domain-update", domain_name="empty.example.net", retention_days=20)
    for number, home in enumerate((demo.DOMAIN_NAME, "empty.example.net")):
        post(operator, home, number, "2026-11-20T00:00:00Z")
    for days, left in ((7, 2), (9, 1), (17, 1), (20, 0)):
        clock.time = NOON + days * DAY
        found = walked(
            operator, of_all_domains=True, **{"from": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"}
        )
        assert len(found) == left
    assert operator.house.store.query(keys.CALL_LISTS, between=("2026-11-20", "2026-11-21")) == []


def test_a_mark_stays_as_long_as_the_call_that_stays_longest(clock: FakeClock, operator: Caller) -> None:
    home = {"domain_name": demo.DOMAIN_NAME}
    for retention in (10, 40, 5, None, 10):
        operator.done("domain-update", **home, retention_days=retention)
        for number in range(12):
            post(operator, demo.DOMAIN_NAME, number, "2026-11-20T00:00:00Z", external_id=f"{retention}")
    clock.time = NOON + 7 * DAY
    assert walked(operator, 7, of_all_domains=True) == of_each(operator)


def test_copies_of_earlier_records_are_written_once(clock: FakeClock, operator: Caller) -> None:
    store = operator.house.store
    operator.done("domain-update", domain_name="empty.example.net", retention_days=30)
    for number in range(30):
        post(operator, "empty.example.net", number, f"2026-11-{1 + number % 20:02d}T00:00:00Z")
    assert forget_copies(store) == 31
    assert walked(operator, of_all_domains=True) == []
    context = console(store, clock, "upgrade")
    domain = domains.named(context, demo.EMPTY_DOMAIN_UUID)
    assert list(all_calls.carried_over(context, domain))[-1] == (30, 30)
    assert list(all_calls.carried_over(context, domain))[-1] == (30, 0)
    assert len(walked(operator, 7, of_all_domains=True)) == 30
    clock.time = NOON + 20 * DAY
    assert walked(operator, of_all_domains=True) == walked(operator, domain_uuid=demo.EMPTY_DOMAIN_UUID)


def test_copying_goes_on_where_it_was_interrupted(clock: FakeClock, operator: Caller) -> None:
    for number in range(30):
        post(operator, "empty.example.net", number, "2026-11-20T00:00:00Z")
    store = operator.house.store
    forget_copies(store)
    context = console(store, clock, "upgrade")
    domain = domains.named(context, demo.EMPTY_DOMAIN_UUID)
    assert next(all_calls.carried_over(context, domain)).written == 25
    again = console(store, clock, "upgrade")
    assert list(all_calls.carried_over(again, domain))[-1] == (30, 5)
    assert len(walked(operator, of_all_domains=True)) == 30


def test_a_record_that_changes_while_it_is_copied_is_copied_as_it_is_then(clock: FakeClock, operator: Caller) -> None:
    post(operator, "empty.example.net", 1, "2026-11-20T00:00:00Z")
    store = operator.house.store
    forget_copies(store)

    class ChangingStore(FailingStore):
        def transact(self, writes: Any) -> None:
            if self.seen < 100:
                self.seen = 100
                post(operator, "empty.example.net", 1, "2026-11-20T00:00:00Z", external_id="changed")
            super().transact(writes)

    context = console(ChangingStore(store), clock, "upgrade")
    domain = domains.named(context, demo.EMPTY_DOMAIN_UUID)
    assert [copied.looked_at for copied in all_calls.carried_over(context, domain)] == [1]
    assert [call["external_id"] for call in walked(operator, of_all_domains=True)] == ["changed"]


@pytest.mark.often
@pytest.mark.parametrize("records", [30, 105])
def test_a_page_reads_little_more_than_it_answers_however_many_there_are(operator: Caller, records: int) -> None:
    for number in range(records):
        post(operator, demo.DOMAIN_NAME, number, f"2026-11-2{number % 3}T09:{number // 60:02d}:{number % 60:02d}Z")
    house = operator.house
    house.store = counting = CountingStore(house.store)
    house.restart()
    for query in ({}, {"hangup_cause": "NO_ANSWER"}, {"number": "_99"}):
        counting.rows_read = 0
        counting.calls.clear()
        operator.done("cdr-search", of_all_domains=True, limit=20, **query)
        assert counting.rows_read < 100
        assert counting.calls.count("query") <= 20


def test_days_without_calls_cost_nothing(operator: Caller) -> None:
    post(operator, demo.DOMAIN_NAME, 1, "2016-11-20T00:00:00Z")
    house = operator.house
    house.store = counting = CountingStore(house.store)
    house.restart()
    assert len(operator.done("cdr-search", of_all_domains=True)["items"]) == 2
    assert counting.calls.count("query") == 3


@pytest.mark.often
@pytest.mark.parametrize("limit", [1, 4, 100])
def test_a_page_looks_into_so_many_lists_and_the_next_goes_on_behind_them(
    operator: Caller, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_lists, "MOST_LISTS", 1)
    for number in range(40):
        post(
            operator,
            HOMES[number % 2] if number % 3 else demo.DOMAIN_NAME,
            number,
            f"2026-10-{1 + number % 30:02d}T10:00:00Z",
        )
        operator.call("domain-create", domain_name=HOMES[number % 2])
    assert walked(operator, limit, of_all_domains=True) == of_each(operator)
    spans = {"from": "2026-10-05T00:00:00Z", "until": "2026-10-25T10:00:00Z"}
    assert walked(operator, limit, of_all_domains=True, **spans) == of_each(operator, **spans)
    first = operator.done("cdr-search", of_all_domains=True, external_id="nobody's")
    assert first["items"] == []
    assert first["next_cursor"] is not None
    assert walked(operator, limit, of_all_domains=True, external_id="nobody's") == []
