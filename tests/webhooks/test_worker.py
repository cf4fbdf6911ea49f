"""The worker with real threads: lanes side by side, each in order."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from ringpost.model.errors import StoreUnavailable
from ringpost.store import Key, Row, Store, Write, keys
from ringpost.store.sqlite import SqliteStore
from ringpost.webhooks.outbox import LANES
from ringpost.webhooks.worker import Worker
from tests.fakes import NOON, CountingStore, FakeClock
from tests.webhooks.receivers import (
    AWAY,
    FINE,
    OTHER,
    Answer,
    Hanging,
    Office,
    Post,
    Receivers,
    address,
    call_event,
    event,
    happen,
    put_webhook,
    states,
    until,
    webhook,
)


@contextmanager
def working(office: Office, threads: int = 32) -> Iterator[threading.Event]:
    """A worker at work in a thread; it is told to stop at the end, or before."""
    stopping = threading.Event()
    worker = Worker(office.outbox, office.courier, office.clock, threads)
    thread = threading.Thread(target=worker.run, args=(stopping,))
    thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        thread.join(60)
    assert not thread.is_alive()


class Observant:
    """A receiver that notes which calls' events it is told of at once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at_once: Counter[str] = Counter()
        self.most = 0
        self.overlapping: list[str] = []

    def __call__(self, post: Post) -> Answer:
        call = post.told["call_uuid"]
        with self.lock:
            self.at_once[call] += 1
            self.most = max(self.most, self.at_once.total())
            if self.at_once[call] > 1:
                self.overlapping.append(post.id)
        with self.lock:
            self.at_once[call] -= 1
        return FINE


class Refusing(CountingStore):
    """A store that cannot be reached when one row is asked for, the first so many times."""

    def __init__(self, inner: Store, times: int) -> None:
        super().__init__(inner)
        self.times = times
        self.refused: Key | None = None

    def get(self, key: Key) -> Row | None:
        if key.partition.endswith("#deliveries"):
            self.refused = self.refused or key
            if key == self.refused and self.times > 0:
                self.times -= 1
                raise StoreUnavailable
        return super().get(key)


def test_a_receiver_that_hangs_holds_nobody_else_back(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    slow, fast = put_webhook(store, webhook(1)), put_webhook(store, webhook(2))
    hanging = Hanging()
    receivers.answering(slow.url, hanging)
    happen(store, *(call_event("call.ended", call) for call in range(50)))
    with working(office):
        assert hanging.met.wait(30)
        until(lambda: len(receivers.heard(fast.url)) == 50)
        assert 1 <= len(receivers.heard(slow.url)) <= LANES
        happen(store, call_event("call.late", 99))
        until(lambda: "call.late" in receivers.types(fast.url))
        assert states(store, slow).count("delivered") == 0
        hanging.go_on.set()
        until(lambda: office.is_done)
    assert len(receivers.heard(slow.url)) == len({post.id for post in receivers.heard(slow.url)}) == 51


def test_lanes_keep_their_order_side_by_side(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    observant = Observant()
    put_webhook(store, webhook())
    receivers.answering(address(), observant)
    with working(office):
        for sequence in range(8):
            happen(store, *(call_event("call.x", call, sequence) for call in range(40)))
        until(lambda: office.is_done and len(receivers.posts) >= 320)
    assert observant.overlapping == []
    assert len({post.id for post in receivers.posts}) == len(receivers.posts) == 320, "each once"
    for call in range(40):
        uuid = call_event(call=call).call_uuid
        mine = [post.told["sequence"] for post in receivers.posts if post.told["call_uuid"] == uuid]
        assert mine == list(range(8))


def test_one_that_fails_does_not_stop_its_lane(
    store: SqliteStore, clock: FakeClock, office: Office, receivers: Receivers
) -> None:
    listening = put_webhook(store, webhook())
    failing: set[str] = {call_event("call.x", 1, sequence).event_uuid for sequence in (0, 2)}
    receivers.answering(address(), lambda post: AWAY if post.id in failing else FINE)
    happen(store, *(call_event("call.x", 1, sequence) for sequence in range(4)))
    with working(office):
        until(lambda: len(receivers.posts) == 4 and states(store, listening).count("delivered") == 2)
        failing.clear()
        clock.time += 6
        until(lambda: office.is_done)
    tried = [post.told["sequence"] for post in receivers.posts]
    assert (tried[:4], sorted(tried[4:])) == ([0, 1, 2, 3], [0, 2])


def test_a_store_that_is_away_for_a_moment_changes_no_order(
    store: SqliteStore, clock: FakeClock, receivers: Receivers, caplog: pytest.LogCaptureFixture
) -> None:
    put_webhook(store, webhook())
    happen(store, *(call_event("call.x", 1, sequence) for sequence in range(5)))
    office = Office(Refusing(store, 3), clock, receivers)
    with working(office):
        until(lambda: Office(store, clock, receivers).is_done)
    assert [post.told["sequence"] for post in receivers.posts] == list(range(5))
    assert "delivery 2026-11-22T12:00:00.000Z#2026" in caplog.text


def test_a_bug_stops_neither_its_lane_nor_the_others(
    store: SqliteStore, office: Office, receivers: Receivers, caplog: pytest.LogCaptureFixture
) -> None:
    put_webhook(store, webhook())
    broken = call_event("call.x", 1, 0).event_uuid

    def answer(post: Post) -> Answer:
        if post.id == broken:
            raise RuntimeError("a bug")
        return FINE

    receivers.answering(address(), answer)
    happen(store, *(call_event("call.x", call, sequence) for call in (1, 2) for sequence in range(3)))
    with working(office):
        until(lambda: len({post.id for post in receivers.posts}) == 6)
    assert "a bug" in caplog.text


@pytest.mark.often
def test_a_backlog_of_thousands_is_worked_off(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    listening = [put_webhook(store, webhook(1)), put_webhook(store, webhook(2, home=None, events=("call.ended",)))]
    for call in range(1500):
        what = "call.ended" if call % 3 == 0 else "call.ringing"
        happen(store, call_event(what, call))
    with working(office):
        until(lambda: len(receivers.posts) >= 2000 and office.is_done, seconds=200)
    for one, count in zip(listening, (1500, 500), strict=True):
        assert states(store, one) == ["delivered"] * count
        assert len({post.id for post in receivers.heard(one.url)}) == len(receivers.heard(one.url)) == count


def test_who_is_stopped_in_the_middle_leaves_the_rest_to_the_next(
    store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    put_webhook(store, webhook())
    enough = threading.Event()
    seen = Counter[str]()

    def answer(post: Post) -> Answer:
        seen[post.id] += 1
        if len(seen) == 60:
            enough.set()
        return FINE

    receivers.answering(address(), answer)
    happen(store, *(call_event("call.x", call, sequence) for call in range(30) for sequence in range(10)))
    with working(office) as stopping:
        assert enough.wait(60)
        stopping.set()
    assert 60 <= len(receivers.posts) < 300
    with working(office):
        until(lambda: office.is_done)
    assert len(seen) == 300
    assert set(seen.values()) == {1}, "what was under way was finished"


def test_stopping_waits_for_what_is_under_way(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    listening, hanging = put_webhook(store, webhook()), Hanging()
    receivers.answering(address(), hanging)
    happen(store, call_event("call.x", 1, 1), call_event("call.x", 1, 2))
    with working(office) as stopping:
        assert hanging.met.wait(30)
        stopping.set()
        hanging.go_on.set()
    assert states(store, listening) == ["delivered", "waiting"]


class HeardLate(threading.Event):
    """Told to stop; who looks sees it at once, who sleeps is woken only when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.waking = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        super().wait(timeout)
        return self.waking.wait(30) if self.is_set() else False


def test_who_was_told_to_stop_begins_nothing_more(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    listening, stopping = put_webhook(store, webhook()), HeardLate()

    def last(_: Post) -> Answer:
        stopping.set()
        return FINE

    receivers.answering(address(), last)
    happen(store, *(call_event("call.x", 1, sequence) for sequence in range(1, 20)))
    worker = Worker(office.outbox, office.courier, office.clock)
    thread = threading.Thread(target=worker.run, args=(stopping,))
    thread.start()
    until(lambda: stopping.is_set() and not worker._running.total())
    stopping.waking.set()
    thread.join(60)
    assert states(store, listening) == ["delivered"] + ["waiting"] * 18


def test_what_was_written_late_is_found(
    store: SqliteStore, clock: FakeClock, office: Office, receivers: Receivers
) -> None:
    put_webhook(store, webhook())
    with working(office):
        for number, late in enumerate((0, 14, 3600)):
            happen(store, event("late.written", number, at=NOON + number * 20 - late))
            clock.time = NOON + number * 20 + 20
            until(lambda expected=number + 1: len(receivers.posts) == expected)  # type: ignore[misc]


def test_a_bug_while_looking_stops_nobody(
    store: SqliteStore, clock: FakeClock, receivers: Receivers, caplog: pytest.LogCaptureFixture
) -> None:
    class Buggy(CountingStore):
        def transact(self, writes: Sequence[Write]) -> None:
            super().transact(writes)
            if self.calls.count("transact") == 1:
                raise RuntimeError("a bug")

    put_webhook(store, webhook())
    happen(store, event())
    with working(Office(Buggy(store), clock, receivers)):
        until(lambda: len(receivers.posts) == 1)
    assert "a bug" in caplog.text


def test_a_store_that_is_away_stops_nobody(
    store: SqliteStore, clock: FakeClock, receivers: Receivers, caplog: pytest.LogCaptureFixture
) -> None:
    class Away(CountingStore):
        def query(self, partition: str, **asked: object) -> list[Row]:  # type: ignore[override]
            if partition == keys.DUE_LISTS[0] and self.calls.count("away") < 1:
                self.calls.append("away")
                raise StoreUnavailable
            return super().query(partition, **asked)  # type: ignore[arg-type]

    put_webhook(store, webhook())
    happen(store, event())
    with working(Office(Away(store), clock, receivers)):
        until(lambda: len(receivers.posts) == 1)
    assert "deliveries: " in caplog.text


def test_a_domain_whose_receivers_all_hang_leaves_the_others_their_threads(
    store: SqliteStore, clock: FakeClock, receivers: Receivers
) -> None:
    hanging = Hanging()
    for number in range(2, 22):
        put_webhook(store, webhook(number, events=("contact.*",)))
        receivers.answering(address(number), hanging)
    healthy = put_webhook(store, webhook(99, home=OTHER, events=("contact.*",)))
    happen(store, *(event("contact.created", number) for number in range(20)))
    with working(Office(store, clock, receivers), threads=8):
        assert hanging.met.wait(30)
        happen(store, event("contact.created", 500, domain_uuid=OTHER))
        until(lambda: receivers.heard(healthy.url))
        hanging.go_on.set()
        until(lambda: len(receivers.posts) == 20 * 20 + 1)
