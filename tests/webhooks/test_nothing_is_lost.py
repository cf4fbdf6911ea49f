"""Whatever breaks, for however long: every event is delivered, under one id, and nothing is left to do."""

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.model.errors import StoreUnavailable
from ringpost.store import keys
from ringpost.store.sqlite import SqliteStore
from ringpost.webhooks.worker import Worker
from tests.fakes import NOON, FailingStore, FakeClock
from tests.webhooks.receivers import (
    AWAY,
    BROKEN,
    DAY,
    FINE,
    HOME,
    OTHER,
    Answer,
    Office,
    Post,
    Receivers,
    address,
    as_it_is,
    call_event,
    event,
    happen,
    put_webhook,
    states,
    until,
    webhook,
)

STORY = ("call.ringing", "call.answered", "call.held", "call.ended", "cdr.created")


def first_tries(posts: list[Post]) -> dict[str, list[int]]:
    """The events of each call in the order in which they were tried first."""
    seen: dict[str, list[int]] = {}
    for post in posts:
        told = post.told
        sequences = seen.setdefault(told["call_uuid"], [])
        if told["sequence"] not in sequences:
            sequences.append(told["sequence"])
    return seen


@pytest.mark.often
def test_who_was_down_for_a_day_has_everything_afterwards_once(
    store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    down, well = put_webhook(store, webhook(1)), put_webhook(store, webhook(2, home=None))
    heard: list[Post] = []
    excuses: Iterator[Answer] = itertools.cycle(
        [AWAY, BROKEN, Answer(error="timeout"), Answer(status=429, retry_after=60)]
    )

    def answer(post: Post) -> Answer:
        if post.at < NOON + DAY:
            return next(excuses)
        heard.append(post)
        return FINE

    receivers.answering(down.url, answer)
    for call in range(96):
        start = NOON + 900 * call
        office.work_until(start)
        for sequence, what in enumerate(STORY, 1):
            happen(store, call_event(what, call, sequence, at=start + sequence), now=start)
    assert heard == []
    assert as_it_is(store, down).failing_since is not None
    assert states(store, down).count("waiting") > 400
    office.work_until(NOON + 5 * DAY)
    everything = sorted(
        call_event("call.x", call, sequence).event_uuid for call in range(96) for sequence in range(1, 6)
    )
    assert sorted(post.id for post in heard) == everything
    assert sorted(post.id for post in receivers.heard(well.url)) == everything
    assert set(states(store, down)) == {"delivered"}
    assert office.is_done
    fares = as_it_is(store, down)
    assert (fares.enabled, fares.failing_since) == (True, None)
    for url in (down.url, well.url):
        order = first_tries(receivers.heard(url))
        assert len(order) == 96
        assert all(sequences == [1, 2, 3, 4, 5] for sequences in order.values())
    assert receivers.heard(down.url)[-1].at < NOON + 4.5 * DAY


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.sets(st.integers(1, 120), max_size=25), st.sets(st.integers(1, 120), max_size=25), st.integers(0, 10**6))
def test_whichever_calls_to_the_store_are_lost(
    tmp_path_factory: pytest.TempPathFactory, refused: set[int], lost: set[int], seed: int
) -> None:
    clock = FakeClock()
    store = SqliteStore(tmp_path_factory.mktemp("lost") / "store.sqlite3", clock.now)
    receivers = Receivers(clock)
    put_webhook(store, webhook(1, home=None))
    put_webhook(store, webhook(2))
    answers = itertools.cycle([FINE, BROKEN, FINE, AWAY] if seed % 2 else [FINE])
    receivers.answering(address(1), lambda _: next(answers))
    calls = [call_event(what, call, sequence) for call in range(3) for sequence, what in enumerate(STORY[:3], 1)]
    happen(store, *calls, event(number=999_999, domain_uuid=OTHER))
    failing = FailingStore(store)
    failing.fail_at, failing.lose_reply_at = refused, lost
    office = Office(failing, clock, receivers)
    for _ in range(100):
        try:
            office.work_until(NOON + DAY)
            assert office.is_done
            break
        except StoreUnavailable:
            office = Office(failing, clock, receivers)  # what a new process finds
    everything = {call.event_uuid for call in calls}
    for number, expected in ((1, {*everything, event(number=999_999).event_uuid}), (2, everything)):
        assert {post.id for post in receivers.heard(address(number))} == expected
        assert set(states(store, webhook(number, home=None if number == 1 else HOME))) == {"delivered"}
        order = first_tries([post for post in receivers.heard(address(number)) if post.told["call_uuid"]])
        assert all(sequences == [1, 2, 3] for sequences in order.values())
    assert Office(store, clock, receivers).is_done
    store.close()


def test_two_workers_on_one_store_lose_nothing(tmp_path: Path, clock: FakeClock) -> None:
    stores = [SqliteStore(tmp_path / "shared.sqlite3", clock.now) for _ in range(2)]
    store, receivers, stopping = stores[0], Receivers(clock), threading.Event()
    listening = [put_webhook(store, webhook(1)), put_webhook(store, webhook(2, home=None))]
    offices = [Office(one, clock, receivers) for one in stores]
    workers = [Worker(office.outbox, office.courier, clock, threads=8) for office in offices]
    threads = [threading.Thread(target=worker.run, args=(stopping,)) for worker in workers]
    for thread in threads:
        thread.start()
    for call in range(60):
        happen(store, *(call_event(what, call, sequence) for sequence, what in enumerate(STORY, 1)))
    try:
        until(
            lambda: (
                offices[0].is_done
                and len(store.query(keys.deliveries(HOME, listening[0].webhook_uuid), limit=999)) == 300
            )
        )
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    everything = {call_event("call.x", call, sequence).event_uuid for call in range(60) for sequence in range(1, 6)}
    for one in listening:
        assert {post.id for post in receivers.heard(one.url)} == everything
        assert states(store, one) == ["delivered"] * 300
    for one_store in stores:
        one_store.close()
