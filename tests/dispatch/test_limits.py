"""How many requests are let in, before anything is done for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.dispatch.limits import Buckets, RequestLimits
from ringpost.entry import demo
from ringpost.model.errors import RateLimited
from tests.fakes import CountingStore, FakeClock
from tests.harness import Caller, House


def house_of(house: House, **limits: int) -> tuple[House, CountingStore]:
    """The same house with limits, and its store, which notes how it was called."""
    counting = CountingStore(house.store)
    return House(counting, house.clock, request_limits=RequestLimits(**limits)), counting


def caller(house: House, **about: str) -> Caller:
    return Caller(house, demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET, **about)


def statuses(somebody: Caller, count: int) -> list[int]:
    return [somebody.call("action-list").status for _ in range(count)]


def test_one_key_is_told_to_wait_whatever_it_calls_from(house: House) -> None:
    limited, _ = house_of(house, per_key=2)
    places = [caller(limited, source_ip=f"192.0.2.{place}") for place in range(5)]
    replies = [place.call("action-list") for place in places]
    assert [reply.status for reply in replies] == [200, 200, 200, 200, 429]
    assert (replies[-1].code, replies[-1].headers["Retry-After"]) == ("rate-limited", "1")
    house.clock.time += 1
    assert statuses(places[0], 3) == [200, 200, 429]


def test_a_token_counts_as_the_key_it_was_bought_with(house: House) -> None:
    limited, _ = house_of(house, per_key=1)
    buyer = caller(limited)
    token = buyer.call("token-create", scopes=["action.list"]).json["token"]
    with_token = {"authorization": f"Bearer {token}"}
    assert [buyer.call("action-list", headers=with_token).status for _ in range(2)] == [200, 429]
    assert buyer.call("action-list").status == 429


def test_other_keys_are_let_in_beside_it(house: House) -> None:
    limited, _ = house_of(house, per_key=1)
    assert statuses(caller(limited), 3) == [200, 200, 429]
    assert limited.key("#").call("action-list").status == 200


def test_whoever_has_no_key_is_refused_by_address_before_the_store_is_asked(house: House) -> None:
    limited, counting = house_of(house, per_source=2, per_key=2)
    nobody = Caller(limited, demo.CRM_KEY_UUID, "wrong", source_ip="198.51.100.7")
    assert statuses(nobody, 4) == [401] * 4
    asked = len(counting.calls)
    assert statuses(nobody, 3) == [429] * 3
    assert len(counting.calls) == asked
    assert [outcome.code for outcome in limited.outcomes[-3:]] == ["rate-limited"] * 3
    assert statuses(caller(limited), 1) == [200], "its own key's bucket is as full as ever"


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_any_method_counts(house: House, method: str) -> None:
    limited, _ = house_of(house, per_source=1)
    assert [caller(limited).post("x", method=method).status for _ in range(3)][-1] == 429


def test_an_ipv6_network_of_64_bits_is_one_address(house: House) -> None:
    limited, _ = house_of(house, per_source=1)
    neighbours = [caller(limited, source_ip=f"2001:db8::{place}") for place in range(1, 4)]
    assert [one.call("action-list").status for one in neighbours] == [200, 200, 429]
    assert caller(limited, source_ip="2001:db8:0:1::1").call("action-list").status == 200


def test_without_a_limit_nobody_is_remembered(clock: FakeClock) -> None:
    buckets = Buckets(0, clock)
    for _ in range(100):
        buckets.take("somebody", "with one key")
    assert len(buckets) == 0


def test_of_too_many_names_the_one_not_heard_of_longest_is_forgotten(clock: FakeClock) -> None:
    buckets = Buckets(1, clock, most=3)
    for name in ("a", "a", "b", "c", "a2"):
        buckets.take(name, "")
    assert len(buckets) == 3
    for name in ("a", "a", "a2"):
        buckets.take(name, "")
    with pytest.raises(RateLimited):
        buckets.take("a2", "")
    assert len(buckets) == 3


def test_a_clock_that_goes_back_takes_nothing_away(clock: FakeClock) -> None:
    buckets = Buckets(1, clock)
    buckets.take("a", "")
    clock.time -= 3600
    buckets.take("a", "")
    clock.time += 1
    buckets.take("a", "")


@given(rate=st.integers(1, 50), pauses=st.lists(st.floats(0, 3), min_size=1, max_size=200))
def test_in_any_time_at_most_what_the_bucket_held_and_the_rate(rate: int, pauses: list[float]) -> None:
    clock = FakeClock()
    buckets, began, let_in = Buckets(rate, clock), clock.time, 0
    for pause in pauses:
        clock.time += pause
        try:
            buckets.take("a", "")
            let_in += 1
        except RateLimited as problem:
            assert problem.retry_after is not None
            before = clock.time
            clock.time += problem.retry_after
            buckets.take("a", "")
            let_in += 1
            clock.time = max(clock.time, before)
    assert let_in <= 2 * rate + (clock.time - began) * rate + 1
