from collections.abc import Sequence
from typing import Any

import pytest

from ringpost.store import Store, Write
from tests.actions.webhooks.asking import URL
from tests.fakes import NOON, CountingStore, FakeClock
from tests.harness import Caller, House
from tests.webhooks.receivers import AWAY, DAY, FINE, Office, Receivers, call_event, happen

ALL: dict[str, Any] = {"from": "2026-11-22T00:00:00Z"}


class SlowStore(CountingStore):
    """A store in which a transaction takes some seconds."""

    def __init__(self, inner: Store, clock: FakeClock, takes: float) -> None:
        super().__init__(inner)
        self.clock = clock
        self.takes = takes

    def transact(self, writes: Sequence[Write]) -> None:
        super().transact(writes)
        self.clock.time += self.takes


@pytest.fixture
def made(tenant: Caller, office: Office) -> str:
    uuid: str = tenant.done("webhook-create", url=URL, events=["call.held"])["webhook_uuid"]
    office.work()
    return uuid


def lost(office: Office, receivers: Receivers, house: House, count: int) -> list[str]:
    """So many events, of two calls, that were tried in vain for three days: their ids."""
    events = [call_event("call.held", number % 2, number) for number in range(count)]
    happen(house.store, *events)
    receivers.answers(URL, AWAY)
    office.work_until(NOON + 4 * DAY)
    assert office.is_done
    receivers.posts.clear()
    receivers.answers(URL, FINE)
    return [event.event_uuid for event in sorted(events, key=lambda event: event.sequence)]


def listed(tenant: Caller, made: str, state: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tenant.done("delivery-list", webhook_uuid=made, state=state, limit=1000)["items"]
    return found


def test_one_is_delivered_again_under_its_id(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    ids = lost(office, receivers, house, 2)
    failed = listed(tenant, made, "failed")
    assert len(failed) == 2
    answer = tenant.done("delivery-retry", webhook_uuid=made, delivery_id=failed[0]["delivery_id"])
    assert answer == {"deliveries": 1, "after": None}
    (waiting,) = listed(tenant, made, "waiting")
    assert (waiting["tries"], len(waiting["attempts"]), waiting["next_at"]) == (0, 10, "2026-11-26T12:00:00.000Z")
    office.work()
    assert [post.id for post in receivers.heard(URL)] == [ids[1]]
    assert listed(tenant, made)[0]["state"] == "delivered"
    assert office.is_done


def test_one_that_fails_again_has_all_its_tries_again(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    lost(office, receivers, house, 1)
    receivers.answers(URL, AWAY)
    tenant.done("webhook-update", webhook_uuid=made, enabled=True)
    tenant.done("delivery-retry", webhook_uuid=made, delivery_id=listed(tenant, made)[0]["delivery_id"])
    office.work_until(office.clock.time + 4 * DAY)
    assert len(receivers.heard(URL)) == 10
    assert listed(tenant, made)[0]["state"] == "failed"


def test_one_that_was_delivered_is_delivered_once_more(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    happen(house.store, call_event("call.held"))
    office.work()
    delivery_id = listed(tenant, made)[0]["delivery_id"]
    for _ in range(2):
        tenant.done("delivery-retry", webhook_uuid=made, delivery_id=delivery_id)
    office.work()
    first, second = receivers.heard(URL)
    assert (first.id, first.body) == (second.id, second.body)


def test_one_that_waits_is_tried_at_once(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    happen(house.store, call_event("call.held"))
    receivers.answers(URL, AWAY, FINE)
    office.work()
    house.clock.time += 1
    tenant.done("delivery-retry", webhook_uuid=made, delivery_id=listed(tenant, made)[0]["delivery_id"])
    office.work()
    assert len(receivers.heard(URL)) == 2
    assert office.is_done


def test_a_range_is_delivered_in_order(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    ids = lost(office, receivers, house, 50)
    assert tenant.done("delivery-retry", webhook_uuid=made, **ALL) == {"deliveries": 50, "after": None}
    office.work()
    assert [post.id for post in receivers.heard(URL)] == ids
    assert tenant.done("delivery-retry", webhook_uuid=made, **ALL) == {"deliveries": 0, "after": None}
    office.work()
    assert office.is_done


def test_a_range_is_of_the_time_of_events(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    lost(office, receivers, house, 3)
    for span in ({"until": "2026-11-22T12:00:00Z"}, {"from": "2026-11-22T12:00:00.001Z"}):
        assert tenant.done("delivery-retry", webhook_uuid=made, **span)["deliveries"] == 0
    span = {"from": "2026-11-22T12:00:00Z", "until": "2026-11-22T12:00:00.001Z"}
    assert tenant.done("delivery-retry", webhook_uuid=made, **span)["deliveries"] == 3


def test_delivered_ones_too_for_whoever_lost_them(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    events = [call_event("call.held", 1, sequence) for sequence in range(3)]
    happen(house.store, *events)
    office.work()
    assert tenant.done("delivery-retry", webhook_uuid=made, **ALL)["deliveries"] == 0
    assert tenant.done("delivery-retry", webhook_uuid=made, states=["delivered", "failed"], **ALL)["deliveries"] == 3
    office.work()
    assert [post.id for post in receivers.heard(URL)] == [event.event_uuid for event in events] * 2


@pytest.mark.often
def test_a_long_range_goes_in_steps(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    ids = lost(office, receivers, house, 130)
    slow = Caller(House(SlowStore(house.store, house.clock, 6), house.clock), tenant.key_uuid, tenant.secret)
    steps, after, done = 0, None, 0
    while True:
        answer = slow.done("delivery-retry", webhook_uuid=made, after=after, **ALL)
        steps, after, done = steps + 1, answer["after"], done + answer["deliveries"]
        if after is None:
            break
        assert answer["deliveries"] % 20 == 0
    assert (steps, done) == (2, 130)
    office.work()
    assert [post.id for post in receivers.heard(URL)] == ids


def test_the_same_request_again_is_answered_as_before(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    lost(office, receivers, house, 3)
    again = {"webhook_uuid": made, "headers": {"idempotency-key": "once"}, **ALL}
    assert tenant.done("delivery-retry", **again) == tenant.done("delivery-retry", **again)
    office.work()
    assert len(receivers.heard(URL)) == 3


def test_refuses_what_says_nothing_or_is_nothing(house: House, tenant: Caller, stranger: Caller, made: str) -> None:
    reply = tenant.call("delivery-retry", webhook_uuid=made)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "delivery_id")
    assert tenant.call("delivery-retry", webhook_uuid=made, delivery_id="2026#0#x").status == 400
    unknown = f"2026-11-22T12:00:00.000Z#0001#{made}"
    assert tenant.call("delivery-retry", webhook_uuid=made, delivery_id=unknown).status == 404
    assert tenant.call("delivery-retry", webhook_uuid=made, states=["gone"], **ALL).status == 400
    assert stranger.call("delivery-retry", webhook_uuid=made, **ALL).status == 404


def test_a_disabled_webhook_is_told_nothing_again(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    lost(office, receivers, house, 1)
    delivery_id = listed(tenant, made)[0]["delivery_id"]
    tenant.done("webhook-update", webhook_uuid=made, enabled=False)
    assert tenant.call("delivery-retry", webhook_uuid=made, **ALL).status == 422
    assert tenant.call("delivery-retry", webhook_uuid=made, delivery_id=delivery_id).status == 422


def test_what_failed_while_it_was_disabled_is_delivered_once_it_is_not(
    house: House, tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    happen(house.store, call_event("call.held"))
    office.outbox.hand_on(office.tasks(NOON))
    tenant.done("webhook-update", webhook_uuid=made, enabled=False)
    office.work()
    assert receivers.heard(URL) == []
    tenant.done("webhook-update", webhook_uuid=made, enabled=True)
    assert tenant.done("delivery-retry", webhook_uuid=made, **ALL)["deliveries"] == 1
    office.work()
    assert len(receivers.heard(URL)) == 1
