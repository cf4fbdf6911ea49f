"""Handing events on: a delivery for every webhook that wants it, once, whatever breaks meanwhile."""

import pytest

from ringpost.clock import stamp
from ringpost.model.errors import StoreUnavailable
from ringpost.store import Delete, Key, keys
from ringpost.store.sqlite import SqliteStore
from ringpost.webhooks.outbox import LANES, Outbox
from tests.fakes import NOON, CountingStore, FailingStore, FakeClock, Meanwhile
from tests.webhooks.receivers import (
    HOME,
    OTHER,
    Office,
    Receivers,
    address,
    call_event,
    deliveries,
    event,
    happen,
    put_webhook,
    webhook,
)


def test_whoever_wants_an_event_has_a_delivery(store: SqliteStore, office: Office) -> None:
    wanting = put_webhook(store, webhook(1, events=("extension.*",)))
    not_wanting = put_webhook(store, webhook(2, events=("call.*",)))
    happened = event()
    happen(store, happened)
    office.outbox.hand_on(office.tasks(NOON))
    (made,) = deliveries(store, wanting)
    assert (made.event_uuid, made.state, made.tries, made.attempts) == (happened.event_uuid, "waiting", 0, ())
    assert made.delivery_id == keys.event(HOME, happened.due_at, 0, happened.event_uuid).sort
    assert deliveries(store, not_wanting) == []
    assert [task.is_delivery for task in office.tasks(NOON)] == [True]


def test_the_operators_hear_of_every_domain_and_of_none(
    store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    for number, home in ((1, None), (2, HOME), (3, OTHER)):
        put_webhook(store, webhook(number, home=home))
    happen(store, event("a.b", 1), event("a.b", 2, domain_uuid=OTHER), event("a.b", 3, domain_uuid=None))
    office.work()
    heard = {number: [post.told["domain_uuid"] for post in receivers.heard(address(number))] for number in (1, 2, 3)}
    assert heard == {1: [HOME, OTHER, None], 2: [HOME], 3: [OTHER]} or set(heard[1]) == {HOME, OTHER, None}
    assert (heard[2], heard[3]) == ([HOME], [OTHER])


def test_what_nobody_wants_is_done_with(store: SqliteStore, office: Office) -> None:
    happen(store, event(), event(number=2, domain_uuid=None))
    office.work()
    assert office.is_done


def test_what_is_not_due_yet_is_left_alone(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    put_webhook(store, webhook())
    happen(store, event(at=NOON + 60))
    office.work()
    assert receivers.posts == []
    office.work_until(NOON + 60)
    assert [post.at for post in receivers.posts] == [NOON + 60]


def test_an_event_that_was_taken_back_is_told_to_nobody(
    store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    put_webhook(store, webhook())
    late = event(at=NOON + 60)
    happen(store, late)
    store.transact([Delete(keys.event(HOME, late.due_at, 0, late.event_uuid))])
    office.work_until(NOON + 60)
    assert receivers.posts == []
    assert office.is_done


def test_a_webhook_that_is_made_later_hears_nothing_of_before(
    store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    happen(store, event())
    office.work()
    put_webhook(store, webhook())
    office.work()
    assert receivers.posts == []


def test_what_is_of_one_call_is_in_one_lane(store: SqliteStore, office: Office) -> None:
    put_webhook(store, webhook())
    happen(store, *(call_event("call.x", call, sequence) for call in range(20) for sequence in range(3)))
    office.outbox.hand_on(office.tasks(NOON))
    lanes: dict[str, set[str]] = {}
    for task in office.tasks(NOON):
        lanes.setdefault(task.due.place.rpartition("#")[2][-12:-3], set()).add(task.lane)
    assert all(len(lane) == 1 for lane in lanes.values())
    assert len(set.union(*lanes.values())) == LANES


def test_many_events_are_handed_on_at_once(store: SqliteStore, clock: FakeClock, office: Office) -> None:
    put_webhook(store, webhook())
    happen(store, *(event(number=number) for number in range(100)))
    counting = CountingStore(store)
    Outbox(counting, clock).hand_on(office.tasks(NOON))
    assert counting.calls.count("transact") <= 4
    assert counting.calls.count("query") == 2, "who listens is looked up once"


def test_more_webhooks_than_a_transaction_holds_are_told_too(
    store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    for number in range(80):
        put_webhook(store, webhook(number, home=HOME if number < 40 else None))
    happen(store, event(number=1), event(number=2))
    office.work()
    assert len(receivers.posts) == 160
    assert all(len(receivers.heard(address(number))) == 2 for number in range(80))
    assert office.is_done


def test_who_is_slower_hands_nothing_on_twice(
    store: SqliteStore, clock: FakeClock, office: Office, receivers: Receivers
) -> None:
    put_webhook(store, webhook(1))
    put_webhook(store, webhook(2))
    happen(store, *(event(number=number) for number in range(3)))
    tasks = office.tasks(NOON)
    slower = Outbox(Meanwhile(store, lambda: Outbox(store, clock).hand_on(tasks)), clock)
    slower.hand_on(tasks)
    office.work()
    slower.hand_on(tasks)
    office.work()
    assert len(receivers.posts) == len({(post.url, post.id) for post in receivers.posts}) == 6


def test_an_event_that_was_put_back_is_told_to_those_who_have_not_heard(
    store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    """The sandbox takes what is to come back and writes it anew, perhaps the same."""
    put_webhook(store, webhook(1))
    happen(store, event())
    office.work()
    put_webhook(store, webhook(2))
    happen(store, event())
    office.work()
    assert [post.url for post in receivers.posts] == [address(1), address(2)]
    assert office.is_done


@pytest.mark.parametrize("lost", ["the call", "the reply"])
def test_whatever_call_to_the_store_is_lost_everything_is_handed_on_once(
    store: SqliteStore, clock: FakeClock, office: Office, receivers: Receivers, lost: str
) -> None:
    for number in (1, 2):
        put_webhook(store, webhook(number))
    broken = 0
    for place in range(1, 20):
        happened = [call_event("call.x", place, sequence) for sequence in range(3)]
        happen(store, *happened)
        failing = FailingStore(store)
        (failing.fail_at if lost == "the call" else failing.lose_reply_at).add(place)
        try:
            Outbox(failing, clock).hand_on(office.tasks(NOON))
        except StoreUnavailable:
            broken += 1
        office.work()
        for number in (1, 2):
            heard = [post.id for post in receivers.heard(address(number))[-3:]]
            assert heard == [one.event_uuid for one in happened]
        assert office.is_done
    assert broken >= (5 if lost == "the call" else 1)
    assert len(receivers.posts) == len({(post.url, post.id) for post in receivers.posts})


def test_pages_of_what_is_due_are_all_of_it_in_order(store: SqliteStore, clock: FakeClock) -> None:
    happen(store, *(event(number=number, at=NOON + number % 7) for number in range(60)))
    outbox = Outbox(store, clock)
    (due_list,) = {keys.due_event(HOME, "").partition}
    seen: list[str] = []
    after = None
    while tasks := outbox.due(due_list, NOON + 5, after=after, limit=7):
        seen += [task.key.sort for task in tasks]
        after = seen[-1]
    assert seen == sorted(seen)
    assert len(seen) == sum(number % 7 <= 5 for number in range(60))
    since = outbox.due(due_list, NOON + 5, since=stamp(NOON + 5), limit=100)
    assert [task.at for task in since] == [NOON + 5] * 8


def test_a_task_is_known_by_its_row(store: SqliteStore, office: Office) -> None:
    put_webhook(store, webhook())
    happen(store, event(at=NOON + 60), now=NOON)
    (task,) = office.tasks(NOON + 60)
    assert office.outbox.task(task.key) == task
    assert (task.at, task.wait, task.is_delivery) == (NOON + 60, 60, False)
    assert office.outbox.task(Key(task.key.partition, "gone")) is None
