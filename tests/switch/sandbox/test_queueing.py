"""Who is rung for a caller in a queue of the sandbox, and when."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.queue import STRATEGIES, Queue, QueueMemberOrder, QueueOrder, QueueStay
from ringpost.switch.sandbox.play import WAITS_FOR, fate_of
from ringpost.switch.sandbox.queueing import Busy, Past, stay

HOME = "d0000000-0000-4000-8000-000000000000"
SILENT, ABSENT = "5550141", "5550143"
AT = 1000.0


def queue(*members: QueueMemberOrder, **options: Any) -> QueueOrder:
    named = Queue(queue_uuid=HOME, domain_uuid=HOME, name="Orders", extension="702", **options)
    return QueueOrder(queue=named, members=members)


def member(extension: str, penalty: int = 0, *, paused: bool = False) -> QueueMemberOrder:
    return QueueMemberOrder(extension=extension, name=extension, penalty=penalty, paused=paused)


def foretold(order: QueueOrder, **about: Any) -> QueueStay:
    usual: dict[str, Any] = {
        "caller": "12025550111",
        "joins_at": AT,
        "since": AT,
        "most": 5,
        "begun": [],
        "before": 0,
        "busy": {},
        "past": Past(),
        "seed": "one",
    }
    return stay(order, **usual | about)


def rung(found: QueueStay) -> list[tuple[str, ...]]:
    return [ring.numbers for ring in found.rings]


ALL = (member("101"), member("102"), member("103"))


def test_all_that_are_free_are_rung_at_once() -> None:
    assert rung(foretold(queue(*ALL, strategy="ringall"))) == [("101", "102", "103")]


def test_those_of_a_lower_penalty_come_first() -> None:
    order = queue(member("101", 2), member("102", 1), member("103", 1))
    assert rung(foretold(order)) == [("102", "103")]
    busy: Busy = {"102": [(0.0, AT + 9)], "103": [(0.0, AT + 9)]}
    assert rung(foretold(order, busy=busy)) == [("101",)]


def test_each_strategy_begins_with_whom_it_says() -> None:
    past = Past({"101": 1, "102": 5, "103": 0}, {"101": 10.0, "102": 20.0}, "101")
    first = {name: rung(foretold(queue(*ALL, strategy=name), past=past))[0] for name in STRATEGIES}
    assert first["linear"] == ("101",)
    assert first["fewestcalls"] == ("103",)
    assert first["leastrecent"] == ("103",)
    assert first["rrmemory"] == ("102",)


def test_chance_rings_everybody_in_the_end_and_those_of_a_low_penalty_more_often() -> None:
    order = queue(member("101"), member("102", 9), strategy="wrandom")
    counted = Counter(rung(foretold(order, seed=str(seed)))[0] for seed in range(300))
    assert counted[("101",)] > 3 * counted[("102",)] > 0
    order = queue(*ALL, strategy="random")
    assert {rung(foretold(order, seed=str(seed)))[0] for seed in range(50)} == {("101",), ("102",), ("103",)}


def test_who_does_not_answer_is_followed_by_who_was_not_rung_yet() -> None:
    order = queue(member(SILENT), member("102"), strategy="linear", ring_seconds=10, retry_seconds=3)
    found = foretold(order)
    assert rung(found) == [(SILENT,), ("102",)]
    assert [ring.at for ring in found.rings] == [AT, AT + 13]


def test_a_caller_waits_until_somebody_is_free() -> None:
    found = foretold(queue(member("101")), busy={"101": [(AT - 5, AT + 40)]})
    assert ([ring.at for ring in found.rings], found.because) == ([AT + 40], "answered")


def test_a_caller_leaves_when_it_says() -> None:
    nobody = queue(longest_wait=30)
    assert (foretold(nobody).leaves_at, foretold(nobody).because) == (AT + 30, "timeout")
    assert foretold(nobody, caller="12025550151").because == "abandoned"
    assert foretold(queue()).leaves_at == AT + WAITS_FOR


def test_nobody_joins_a_queue_that_is_full_or_empty() -> None:
    assert foretold(queue(*ALL, most_waiting=2), before=2).because == "full"
    assert foretold(queue(*ALL, most_waiting=2), before=1).because == "answered"
    for members in ((), (member("101", paused=True),), (member(ABSENT),)):
        found = foretold(queue(*members, join_empty=False))
        assert (found.because, found.leaves_at) == ("empty", AT)


def test_a_queue_that_becomes_empty_is_left() -> None:
    order = queue(member("101", paused=True), leave_empty=True)
    assert (foretold(order, since=AT + 7).because, foretold(order, since=AT + 7).leaves_at) == ("empty", AT + 7)


def test_what_has_begun_goes_on() -> None:
    order = queue(member("101"), member("102"), strategy="linear")
    first = foretold(order)
    again = foretold(order, since=AT + 0.5, begun=list(first.rings))
    assert again == first


@given(
    members=st.lists(
        st.tuples(st.sampled_from(["101", "102", SILENT, ABSENT, "5550140"]), st.integers(0, 3), st.booleans()),
        max_size=6,
        unique_by=lambda one: one[0],
    ),
    strategy=st.sampled_from(STRATEGIES),
    longest=st.none() | st.integers(1, 200),
    busy=st.dictionaries(st.sampled_from(["101", "102", SILENT]), st.tuples(st.floats(0, 50), st.floats(51, 300))),
    retry=st.integers(0, 20),
)
def test_whatever_a_queue_is_a_stay_ends_and_is_in_order(
    members: list[tuple[str, int, bool]],
    strategy: Any,
    longest: int | None,
    busy: dict[str, tuple[float, float]],
    retry: int,
) -> None:
    ordered = (member(number, penalty, paused=paused) for number, penalty, paused in members)
    order = queue(*ordered, strategy=strategy, longest_wait=longest, retry_seconds=retry)
    spans = {number: [(AT + begins, AT + ends)] for number, (begins, ends) in busy.items()}
    found = foretold(order, busy=spans)
    times = [ring.at for ring in found.rings]
    assert times == sorted(times)
    assert all(AT <= at < AT + WAITS_FOR for at in times)
    awake = {one.extension for one in order.members if not one.paused}
    for ring in found.rings:
        assert set(ring.numbers) <= awake
        for number in ring.numbers:
            assert not any(begins <= ring.at < ends for begins, ends in spans.get(number, ()))
    if found.leaves_at is None:
        assert any(fate_of(number).cause is None for number in found.rings[-1].numbers)
    else:
        assert found.leaves_at <= AT + (longest or WAITS_FOR)
