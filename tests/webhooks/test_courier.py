"""Trying a delivery, and what becomes of it."""

from ipaddress import IPv4Network
from itertools import product
from typing import Any

import pytest

from ringpost.clock import seconds, stamp
from ringpost.model.errors import StoreUnavailable
from ringpost.model.webhook import TEST
from ringpost.store import Delete, Put, Row, keys
from ringpost.store.sqlite import SqliteStore
from ringpost.webhooks.addresses import Reach
from ringpost.webhooks.courier import Courier
from ringpost.webhooks.outbox import delivery
from ringpost.webhooks.posting import Answer, HttpsPosting
from tests.described import check_event
from tests.fakes import NOON, FailingStore, FakeClock
from tests.webhooks.receivers import (
    AWAY,
    BROKEN,
    DAY,
    FINE,
    GONE,
    HOME,
    Office,
    Receivers,
    address,
    as_it_is,
    call_event,
    deliveries,
    event,
    happen,
    put_webhook,
    states,
    webhook,
)


def tell(store: SqliteStore, office: Office, number: int = 1, what: str = "extension.created") -> None:
    happen(store, event(what, number, at=office.clock.time), now=office.clock.time)
    office.work()


def test_what_is_sent_is_signed_typed_and_ours(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    put_webhook(store, webhook(), headers={"Authorization": "Bearer x"})
    tell(store, office)
    (post,) = receivers.posts
    assert post.headers.keys() == {
        "Authorization", "Content-Type", "User-Agent", "webhook-id", "webhook-timestamp", "webhook-signature",
    }  # fmt: skip
    assert post.headers["Content-Type"] == "application/json"
    assert post.headers["Authorization"] == "Bearer x"
    assert post.id == event().event_uuid


def test_what_was_heard_is_delivered(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    listening = put_webhook(store, webhook())
    receivers.answers(address(), Answer(status=201, seconds=0.12345))
    tell(store, office)
    (done,) = deliveries(store, listening)
    assert (done.state, done.tries, done.next_at) == ("delivered", 1, None)
    assert done.attempts[0].model_dump() == {"at": stamp(NOON), "status": 201, "error": None, "seconds": 0.123}
    assert office.is_done


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (BROKEN, 500, "it answered 500"),
        (Answer(status=302), 302, "it answered 302"),
        (Answer(status=400), 400, "it answered 400"),
        (AWAY, None, "connection refused"),
        (Answer(error="timeout", seconds=15), None, "timeout"),
    ],
)
def test_what_failed_is_tried_again(
    store: SqliteStore, office: Office, receivers: Receivers, answer: Answer, status: int | None, error: str
) -> None:
    listening = put_webhook(store, webhook())
    receivers.answers(address(), answer)
    tell(store, office)
    (waiting,) = deliveries(store, listening)
    (tried,) = waiting.attempts
    assert (tried.status, tried.error, tried.excerpt) == (status, error, answer.excerpt or None)
    assert waiting.state == "waiting"
    assert waiting.next_at is not None
    assert 4.5 <= seconds(waiting.next_at) - NOON <= 5.5


def test_ten_tries_with_one_id_and_then_it_has_failed(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    listening = put_webhook(store, webhook())
    receivers.answers(address(), BROKEN)
    tell(store, office)
    office.work_until(NOON + 30 * DAY)
    assert len(receivers.posts) == 10
    assert len({post.id for post in receivers.posts}) == 1
    assert 2.8 * DAY < receivers.posts[-1].at - NOON < 3.5 * DAY
    (failed,) = deliveries(store, listening) or [None]
    assert failed is None, "it is not kept for ever"
    assert office.is_done


def test_a_failed_one_does_not_hold_back_the_next(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    listening = put_webhook(store, webhook())
    receivers.answers(address(), BROKEN, FINE)
    happen(store, call_event("call.ringing", 1, 1), call_event("call.ended", 1, 2))
    office.work()
    assert states(store, listening) == ["waiting", "delivered"]
    office.work_until(NOON + 10)
    assert receivers.types(address()) == ["call.ringing", "call.ended", "call.ringing"]
    assert states(store, listening) == ["delivered", "delivered"]


def test_retry_after_is_heeded(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    put_webhook(store, webhook())
    receivers.answers(address(), Answer(status=429, retry_after=120), Answer(status=503, retry_after=1), FINE)
    tell(store, office)
    office.work_until(NOON + DAY)
    first, second, third = (post.at for post in receivers.posts)
    assert second - first == pytest.approx(120, abs=0.01)
    assert third - second >= 270, "and never makes it sooner than planned"


def test_a_receiver_that_is_gone_is_told_nothing_more(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    gone = put_webhook(store, webhook(1))
    others = [put_webhook(store, webhook(2, events=("webhook.*",))), put_webhook(store, webhook(3, home=None))]
    receivers.answers(gone.url, GONE)
    tell(store, office)
    now = as_it_is(store, gone)
    assert (now.enabled, now.disabled_because, now.version) == (False, "gone", 2)
    assert states(store, gone) == ["failed"]
    tell(store, office, 2)
    assert len(receivers.heard(gone.url)) == 1
    for other in others:
        (told,) = [post.told for post in receivers.heard(other.url) if post.told["type"] == "webhook.disabled"]
        assert told["data"] == {"webhook_uuid": gone.webhook_uuid, "name": gone.name, "because": "gone"}
        assert told["domain_uuid"] == HOME
        check_event(told)


def test_what_waited_for_one_that_is_gone_has_failed(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    gone = put_webhook(store, webhook())
    receivers.answers(gone.url, BROKEN, GONE)
    tell(store, office, 1)
    tell(store, office, 2)
    assert states(store, gone) == ["waiting", "failed"]
    office.work_until(NOON + 60)
    assert states(store, gone) == ["failed", "failed"]
    assert deliveries(store, gone)[0].attempts[-1].error == "the webhook is disabled"
    assert len(receivers.posts) == 2


def test_five_days_of_nothing_but_failures_disable(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    ill = put_webhook(store, webhook(1))
    put_webhook(store, webhook(2, home=None, events=("webhook.disabled",)))
    receivers.answers(ill.url, BROKEN)
    for day in range(5):
        tell(store, office, day)
        assert as_it_is(store, ill).failing_since == stamp(NOON)
        office.work_until(NOON + (day + 1) * DAY - 60)
        assert as_it_is(store, ill).enabled
    office.work_until(NOON + 5 * DAY)
    tell(store, office, 5)
    now = as_it_is(store, ill)
    assert (now.enabled, now.disabled_because) == (False, "failing")
    assert [post.told["data"]["because"] for post in receivers.heard(address(2))] == ["failing"]
    tried = len(receivers.heard(ill.url))
    office.work_until(NOON + 10 * DAY)
    assert len(receivers.heard(ill.url)) == tried
    assert office.is_done


def test_one_success_makes_it_well_again(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    ill = put_webhook(store, webhook())
    receivers.answers(ill.url, BROKEN, BROKEN, FINE)
    tell(store, office)
    office.work_until(NOON + DAY)
    assert (as_it_is(store, ill).failing_since, as_it_is(store, ill).version) == (None, 1)
    receivers.answers(ill.url, BROKEN)
    office.clock.time = NOON + 6 * DAY
    tell(store, office, 2)
    now = as_it_is(store, ill)
    assert (now.enabled, now.failing_since) == (True, stamp(NOON + 6 * DAY))


def test_what_two_lanes_met_at_once_enables_nothing_again(
    store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    """Both have read the webhook before either has written how it fares."""
    ill = put_webhook(store, webhook())
    happen(store, event(number=1), event(number=2), event(number=3))
    office.outbox.hand_on(office.tasks(NOON))
    first, second, third = office.tasks(NOON)
    answers = {first.due.place: BROKEN, second.due.place: GONE, third.due.place: GONE}

    def meanwhile(post: Any) -> Answer:
        if post.id in first.due.place:
            office.courier.attempt(second)
        if post.id in second.due.place:
            office.courier.attempt(third)
        return next(answer for place, answer in answers.items() if post.id in place)

    receivers.answering(ill.url, meanwhile)
    office.courier.attempt(first)
    now = as_it_is(store, ill)
    assert (now.enabled, now.disabled_because) == (False, "gone")
    told = store.query(keys.events(HOME))
    assert sum("webhook.disabled" in row.body for row in told) == 1


def test_how_it_fares_is_not_written_over_what_somebody_changed(
    store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    before = put_webhook(store, webhook())

    def change(_: Any) -> Answer:
        put_webhook(store, before.model_copy(update={"name": "changed", "version": 2}))
        return GONE

    receivers.answering(before.url, change)
    happen(store, event())
    office.work()
    (row,) = [store.get(keys.webhook(HOME, before.webhook_uuid))]
    assert row is not None
    assert '"enabled":true' in row.body
    assert '"name":"changed"' in row.body


def test_a_test_is_tried_once_and_is_no_failure(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    tested = put_webhook(store, webhook())
    receivers.answers(tested.url, BROKEN)
    test = event(TEST)
    happened, _ = store, test
    row = Row(keys.event(HOME, test.due_at, 0, test.event_uuid), test.model_dump_json())
    happened.transact([Put(row), *delivery(tested, test, stamp(NOON))])
    office.work_until(NOON + 10 * DAY)
    assert len(receivers.posts) == 1
    assert as_it_is(store, tested) == tested


def test_a_webhook_that_was_deleted_is_told_nothing(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    deleted = put_webhook(store, webhook())
    happen(store, event())
    office.outbox.hand_on(office.tasks(NOON))
    store.transact([Delete(key) for key in keys.webhook_layout(deleted).all])
    office.work()
    assert receivers.posts == []
    assert deliveries(store, deleted) == []
    assert office.is_done


def test_an_event_that_is_past_is_told_to_nobody(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    listening = put_webhook(store, webhook())
    happen(store, event())
    office.outbox.hand_on(office.tasks(NOON))
    store.transact([Delete(row.key) for row in store.query(keys.events(HOME))])
    office.work()
    (failed,) = deliveries(store, listening)
    assert (failed.state, failed.attempts[0].error) == ("failed", "the event is past")
    assert receivers.posts == []


def test_a_task_that_was_done_meanwhile_is_forgotten(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    put_webhook(store, webhook())
    happen(store, event())
    office.outbox.hand_on(office.tasks(NOON))
    (task,) = office.tasks(NOON)
    office.work()
    assert office.courier.attempt(task) is None
    assert len(receivers.posts) == 1


def test_who_is_slower_writes_nothing(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    listening = put_webhook(store, webhook())
    happen(store, event())
    office.outbox.hand_on(office.tasks(NOON))
    (task,) = office.tasks(NOON)
    posted: list[Any] = []

    def meanwhile(post: Any) -> Answer:
        posted.append(post)
        if len(posted) == 1:
            office.courier.attempt(task)
            return BROKEN
        return FINE

    receivers.answering(address(), meanwhile)
    office.courier.attempt(task)
    (done,) = deliveries(store, listening)
    assert (done.state, done.tries) == ("delivered", 1)
    assert office.is_done


def test_an_event_that_cannot_be_written_has_failed_and_no_more(
    store: SqliteStore, office: Office, receivers: Receivers, caplog: pytest.LogCaptureFixture
) -> None:
    broken = put_webhook(store, webhook(), headers={"X": "y"})

    def refuse(_: Any) -> Answer:
        raise ValueError("a header that cannot be sent")

    receivers.answering(broken.url, refuse)
    tell(store, office)
    assert deliveries(store, broken)[0].attempts[0].error == "it could not be written: our log has it"
    assert "an event cannot be written" in caplog.text


@pytest.mark.parametrize("said", ["you sent Bearer sesame-open", "no: sesame-o"])
def test_what_we_sent_in_secret_and_a_receiver_says_back_is_not_kept(
    store: SqliteStore, office: Office, receivers: Receivers, said: str
) -> None:
    talkative = put_webhook(store, webhook(), headers={"Authorization": "Bearer sesame-open"})
    receivers.answers(talkative.url, Answer(status=401, excerpt=said), Answer(status=401, excerpt="Bearer, please"))
    tell(store, office, 1)
    tell(store, office, 2)
    excerpts = [delivery.attempts[0].excerpt for delivery in deliveries(store, talkative)]
    assert excerpts == [None, "Bearer, please"]


def test_the_last_twenty_tries_are_kept(store: SqliteStore, office: Office, receivers: Receivers) -> None:
    listening = put_webhook(store, webhook())
    receivers.answers(listening.url, BROKEN)
    tell(store, office)
    for _ in range(25):
        (before,) = deliveries(store, listening)
        put_back = before.model_copy(update={"tries": 0})
        key = keys.deliveries(HOME, listening.webhook_uuid)
        store.transact([Put(Row(store.query(key)[0].key, put_back.model_dump_json(), before.version))])
        office.clock.time += 6
        office.work()
    (after,) = deliveries(store, listening)
    assert len(after.attempts) == 20
    assert after.attempts[-1].at > after.attempts[0].at > stamp(NOON)


# Addresses that may not be called any more


@pytest.mark.parametrize(
    ("url", "resolves_to", "why"),
    [
        ("http://127.0.0.1:8080/x", "127.0.0.1", "it must be an https address on port 443"),
        ("https://10.0.0.1/x", "10.0.0.1", "it must be a public address"),
        ("https://hooks.example.net/x", "169.254.169.254", "the name leads to an address that is not public"),
    ],
)
def test_an_address_that_is_refused_by_now_is_a_failure_with_its_reason(
    store: SqliteStore, clock: FakeClock, url: str, resolves_to: str, why: str
) -> None:
    own = Reach((IPv4Network("127.0.0.0/8"), IPv4Network("10.0.0.0/8")))
    own.check(url)
    allowed = put_webhook(store, webhook(url=url))
    happen(store, event())
    posting = HttpsPosting(Reach(), resolve=lambda *_, **__: [(2, 1, 6, "", (resolves_to, 443))])
    Office(store, clock, posting).work()
    (delivery,) = deliveries(store, allowed)
    (tried,) = delivery.attempts
    assert (delivery.state, tried.status) == ("waiting", None)
    assert tried.error is not None
    assert tried.error.startswith(f"refused address: {why}")


# Crashes


@pytest.mark.parametrize("lost", ["the call", "the reply"])
@pytest.mark.parametrize("answers", [(FINE,), (BROKEN, FINE), (BROKEN, BROKEN, FINE)], ids=len)
def test_whatever_call_to_the_store_is_lost_it_is_delivered_under_its_id(
    store: SqliteStore,
    clock: FakeClock,
    office: Office,
    receivers: Receivers,
    lost: str,
    answers: tuple[Answer, ...],
) -> None:
    broken = 0
    for number, (place, is_ill) in enumerate(product(range(1, 8), (False, True))):
        listening = put_webhook(store, webhook(number, failing_since=stamp(clock.time) if is_ill else None))
        receivers.answers(listening.url, *answers)
        happen(store, event(number=number, at=clock.time), now=clock.time)
        office.outbox.hand_on(office.tasks(clock.time))
        failing = FailingStore(store)
        (failing.fail_at if lost == "the call" else failing.lose_reply_at).add(place)
        courier = Courier(failing, clock, receivers, lambda *_: None)
        for task in office.tasks(clock.time):
            try:
                courier.attempt(task)
            except StoreUnavailable:
                broken += 1
        office.work_until(clock.time + DAY)
        assert {post.id for post in receivers.heard(listening.url)} == {event(number=number).event_uuid}
        assert states(store, listening) == ["delivered"]
        assert as_it_is(store, listening).enabled
        assert office.is_done
        store.transact([Delete(key) for key in keys.webhook_layout(listening).all])
        receivers.posts.clear()
    assert broken >= (8 if lost == "the call" else 2)
