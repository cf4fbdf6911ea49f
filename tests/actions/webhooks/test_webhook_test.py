import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ringpost.clock import SystemClock, stamp
from ringpost.entry import demo
from ringpost.store import Put, Row, keys
from ringpost.store.sqlite import SqliteStore
from ringpost.webhooks.courier import Courier
from ringpost.webhooks.outbox import Outbox
from ringpost.webhooks.posting import Answer
from ringpost.webhooks.worker import Worker
from tests.actions.webhooks.asking import URL
from tests.fakes import FakeClock
from tests.harness import Caller, House, Reply
from tests.webhooks.receivers import BROKEN, DAY, FINE, GONE, Office, Receivers


class RealClock(FakeClock):
    """The machine's own, where a fake one is expected: somebody else works while we wait."""

    def now(self) -> float:
        return SystemClock().now()

    def sleep(self, seconds: float) -> None:
        SystemClock().sleep(seconds)


def with_a_worker(folder: Path, answer: Answer) -> tuple[Reply, Receivers]:
    clock, stopping = RealClock(), threading.Event()
    store = SqliteStore(folder / "real.sqlite3", clock.now)
    demo.seed_public(store, clock)
    tenant = House(store, clock).tenant_key(demo.DOMAIN_NAME)
    uuid = tenant.done("webhook-create", url=URL, events=["call.*"])["webhook_uuid"]
    receivers = Receivers(clock)
    receivers.answers(URL, answer)
    courier = Courier(store, clock, receivers, lambda *_: None)
    thread = threading.Thread(target=Worker(Outbox(store, clock), courier, clock).run, args=(stopping,))
    thread.start()
    try:
        reply = tenant.call("webhook-test", webhook_uuid=uuid, wait=15)
        fares = tenant.done("webhook-details", webhook_uuid=uuid)
        assert (fares["enabled"], fares["failing_since"]) == (answer.status != 410, None)
    finally:
        stopping.set()
        thread.join()
        store.close()
    return reply, receivers


def test_waits_for_what_becomes_of_it(tmp_path: Path) -> None:
    reply, receivers = with_a_worker(tmp_path, FINE)
    assert (reply.status, reply.json["state"], reply.json["type"]) == (200, "delivered", "webhook.test")
    assert [tried["status"] for tried in reply.json["attempts"]] == [204]
    (post,) = receivers.heard(URL)
    assert (post.id, post.told["type"]) == (reply.json["event_uuid"], "webhook.test")
    assert post.told["data"]["name"] == "hooks.example.net"


def test_says_why_it_failed(tmp_path: Path) -> None:
    reply, receivers = with_a_worker(tmp_path, BROKEN)
    assert (reply.status, reply.json["state"], reply.json["next_at"]) == (200, "failed", None)
    (tried,) = reply.json["attempts"]
    assert (tried["status"], tried["error"], tried["excerpt"]) == (500, "it answered 500", "oh dear")
    assert len(receivers.heard(URL)) == 1


@pytest.fixture
def made(tenant: Caller, office: Office) -> str:
    uuid: str = tenant.done("webhook-create", url=URL, events=["call.*"])["webhook_uuid"]
    office.work()
    return uuid


def test_answers_that_nothing_was_tried_yet(house: House, tenant: Caller, made: str) -> None:
    before = house.clock.time
    reply = tenant.call("webhook-test", webhook_uuid=made, wait=3)
    assert (reply.status, reply.json["state"], reply.json["attempts"]) == (202, "waiting", [])
    assert house.clock.time - before == pytest.approx(3, abs=0.2)


class Meanwhile(FakeClock):
    """A clock that lets somebody else do something while we wait."""

    def __init__(self, does: Callable[[], object]) -> None:
        super().__init__()
        self.does = does

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.does()


def test_one_that_is_deleted_meanwhile_is_not_there(
    store: SqliteStore, tenant: Caller, made: str, office: Office
) -> None:
    def delete() -> None:
        if tenant.call("webhook-delete", webhook_uuid=made).status == 200:
            office.work()

    waiting = Caller(House(store, Meanwhile(delete)), tenant.key_uuid, tenant.secret)
    assert waiting.call("webhook-test", webhook_uuid=made).status == 404
    assert office.is_done


def test_it_may_be_asked_for_later(tenant: Caller, made: str, office: Office) -> None:
    asked = tenant.call("webhook-test", webhook_uuid=made, wait=0).json
    office.work()
    (found,) = tenant.done("delivery-list", webhook_uuid=made)["items"]
    assert (found["delivery_id"], found["state"]) == (asked["delivery_id"], "delivered")


@pytest.mark.parametrize("answer", [BROKEN, GONE])
def test_a_failing_one_is_tried_once_and_counts_for_nothing(
    tenant: Caller, made: str, office: Office, receivers: Receivers, answer: Answer
) -> None:
    receivers.answers(URL, answer)
    tenant.call("webhook-test", webhook_uuid=made, wait=0)
    office.work_until(office.clock.time + 5 * DAY)
    assert len(receivers.heard(URL)) == 1
    fares = tenant.done("webhook-details", webhook_uuid=made)
    assert (fares["enabled"], fares["failing_since"], fares["version"]) == (True, None, 1)


def test_only_the_one_that_is_tested_hears_it(tenant: Caller, made: str, office: Office, receivers: Receivers) -> None:
    tenant.done("webhook-create", url="https://other.example.net/", events=["#"])
    office.work()
    receivers.posts.clear()
    tenant.call("webhook-test", webhook_uuid=made, wait=0)
    office.work()
    assert [post.url for post in receivers.posts] == [URL]


def test_an_operators_is_tested_too(operator: Caller, office: Office, receivers: Receivers) -> None:
    uuid = operator.done("webhook-create", url=URL, events=["token.*"])["webhook_uuid"]
    operator.call("webhook-test", webhook_uuid=uuid, wait=0)
    office.work()
    (post,) = receivers.heard(URL)
    assert post.told["domain_uuid"] is None


def test_one_that_is_disabled_is_not_tested(tenant: Caller, stranger: Caller, made: str) -> None:
    tenant.done("webhook-update", webhook_uuid=made, enabled=False)
    assert tenant.call("webhook-test", webhook_uuid=made).status == 422
    assert stranger.call("webhook-test", webhook_uuid=made).status == 404
    assert tenant.call("webhook-test", webhook_uuid=made, wait=26).status == 400


def test_is_asked_for_six_times_a_minute_at_most(house: House, tenant: Caller, made: str) -> None:
    for _ in range(6):
        assert tenant.call("webhook-test", webhook_uuid=made, wait=0).status == 202
        house.clock.time += 5
    reply = tenant.call("webhook-test", webhook_uuid=made, wait=0)
    assert (reply.status, reply.headers["Retry-After"]) == (429, "60")
    house.clock.time += 60
    assert tenant.call("webhook-test", webhook_uuid=made, wait=0).status == 202


def test_what_else_it_is_sent_hides_no_test(house: House, tenant: Caller, made: str) -> None:
    for _ in range(6):
        assert tenant.call("webhook-test", webhook_uuid=made, wait=0).status == 202
    partition = keys.deliveries(demo.DOMAIN_UUID, made)
    [test] = house.store.query(partition, limit=1)
    call = test.body.replace('"webhook.test"', '"call.ended"')
    later = stamp(house.clock.time + 1)
    rows = [Row(test.key._replace(sort=f"{later}#{number:05d}"), call) for number in range(300)]
    for start in range(0, 300, 100):
        house.store.transact([Put(row) for row in rows[start : start + 100]])
    house.clock.time += 2
    assert tenant.call("webhook-test", webhook_uuid=made, wait=0).status == 429
