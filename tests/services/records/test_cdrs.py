"""However legs come in, the record is one."""

import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from ringpost.model.call import Leg
from ringpost.model.outcome import joined, summarised
from tests.harness import Caller

A, B, C = (f"aaaaaaaa-0000-4000-8000-00000000000{end}" for end in "abc")
stamps = st.sampled_from([f"2026-11-20T09:30:{second:02d}.000Z" for second in range(10)])
texts = st.none() | st.sampled_from(["100", "5550199", "NORMAL_CLEARING", ""])


def legs(uuid: str) -> st.SearchStrategy[Leg]:
    return st.builds(
        Leg,
        xml_cdr_uuid=st.just(uuid),
        leg=st.just("a" if uuid == A else "b"),
        originating_leg_uuid=st.just(None if uuid == A else A),
        start_stamp=stamps,
        end_stamp=st.none() | stamps,
        hangup_cause=texts,
        destination_number=texts,
        duration=st.none() | st.integers(0, 9),
        missed_call=st.none() | st.booleans(),
    )


@given(legs(A), legs(A), legs(A))
def test_joining_commutes_associates_and_repeats(one: Leg, two: Leg, three: Leg) -> None:
    assert joined(one, two) == joined(two, one)
    assert joined(joined(one, two), three) == joined(one, joined(two, three))
    assert joined(one, one) == one


@given(st.lists(st.one_of(legs(A), legs(B), legs(C)), min_size=1, max_size=6), st.randoms())
def test_any_order_sums_up_alike(posts: list[Leg], order: random.Random) -> None:
    def total(posts: list[Leg]) -> dict[str, object]:
        known: dict[str, Leg] = {}
        for leg in posts:
            known[leg.xml_cdr_uuid] = joined(known.get(leg.xml_cdr_uuid, leg), leg)
        return summarised(A, known.values())

    shuffled = [*posts, *posts]
    order.shuffle(shuffled)
    assert total(shuffled) == total(posts)


@pytest.mark.parametrize("order", list(itertools.permutations("abc")))
def test_over_the_wire_too(tenant: Caller, order: tuple[str, ...]) -> None:
    for name in [*order, *order]:
        uuid = {"a": A, "b": B, "c": C}[name]
        tenant.done(
            "cdr-create",
            xml_cdr_uuid=uuid,
            leg="a" if name == "a" else "b",
            start_stamp=f"2026-11-20T09:30:0{ord(name) - 96}Z",
            end_stamp="2026-11-20T09:31:00Z",
            **({} if name == "a" else {"originating_leg_uuid": A}),
        )
    page = tenant.done("cdr-search", **{"from": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"})["items"]
    assert [call["xml_cdr_uuid"] for call in page] == [A]
    assert [leg["xml_cdr_uuid"] for leg in page[0]["legs"]] == [A, B, C]
    assert page[0]["start_stamp"] == "2026-11-20T09:30:01.000Z"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=12, unique=True), st.integers(1, 5))
def test_pages_are_every_call_once_in_order(operator: Caller, starts: list[int], limit: int) -> None:
    operator.call("domain-delete", domain_name="paged.example.net", cascade=True)
    operator.done("domain-create", domain_name="paged.example.net")
    for start in starts:
        operator.done(
            "cdr-create",
            domain_name="paged.example.net",
            xml_cdr_uuid=f"aaaaaaaa-0000-4000-8000-{start:012d}",
            start_stamp=f"2026-11-20T09:30:{start:02d}Z",
        )
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = operator.done("cdr-search", domain_name="paged.example.net", limit=limit, **cursor)
        seen += [int(call["xml_cdr_uuid"][-12:]) for call in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == sorted(starts, reverse=True)


def test_demo_call_is_one_call(tenant: Caller) -> None:
    assert len(tenant.done("cdr-search")["items"]) == 1
    assert tenant.done("cdr-search")["items"][0]["xml_cdr_uuid"] == demo.CALL_UUID
