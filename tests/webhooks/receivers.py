"""Receivers of webhooks, as small real classes; events for them; and what delivers without a thread."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ringpost.clock import stamp
from ringpost.entry import demo
from ringpost.model.event import Event
from ringpost.model.webhook import Delivery, LiveSecret, Webhook, WebhookSecrets
from ringpost.store import Put, Row, Store, keys
from ringpost.webhooks.courier import Courier
from ringpost.webhooks.events import puts
from ringpost.webhooks.outbox import Outbox, Task
from ringpost.webhooks.posting import Answer, Posting
from tests.fakes import NOON, FakeClock

HOME = demo.DOMAIN_UUID
OTHER = demo.EMPTY_DOMAIN_UUID
SECRET = "whsec_" + "c2VjcmV0IG9mIGEgd2ViaG9vayBvZiB0ZXN0cyEhISE="
FINE = Answer(status=204, seconds=0.02)
BROKEN = Answer(status=500, seconds=0.02, excerpt="oh dear")
AWAY = Answer(error="connection refused")
GONE = Answer(status=410)
DAY = 86_400.0


class Post(NamedTuple):
    """What came to a receiver."""

    at: float
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        return json.loads(self.body)


Answering = Callable[[Post], Answer]


class Receivers:
    """Everybody who is posted to: a ``Posting`` that notes what comes, and answers as it is told."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.posts: list[Post] = []
        self._answering: dict[str, Answering] = {}

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        post = Post(self.clock.now(), url, dict(headers), body)
        self.posts.append(post)
        return self._answering.get(url, lambda _: FINE)(post)

    def answering(self, url: str, answering: Answering) -> None:
        """Whoever is there answers so."""
        self._answering[url] = answering

    def answers(self, url: str, *answers: Answer) -> None:
        """Whoever is there answers so, one after the other; the last stays."""
        left = list(answers)
        self.answering(url, lambda _: left.pop(0) if len(left) > 1 else left[0])

    def heard(self, url: str) -> list[Post]:
        return [post for post in self.posts if post.url == url]

    def types(self, url: str) -> list[str]:
        return [post.told["type"] for post in self.heard(url)]


class Hanging:
    """A receiver that does not answer until it is let go."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.met = threading.Event()

    def __call__(self, post: Post) -> Answer:
        self.met.set()
        assert self.go_on.wait(30)
        return FINE


class Office:
    """A process that delivers, without threads: it does what is due when it is told to."""

    def __init__(self, store: Store, clock: FakeClock, posting: Posting) -> None:
        self.clock = clock
        self.outbox = Outbox(store, clock)
        self.courier = Courier(store, clock, posting, lambda *_: None)

    def tasks(self, until: float) -> list[Task]:
        """All that is due by then, in order."""
        found = [task for due_list in keys.DUE_LISTS for task in self.outbox.due(due_list, until, limit=100_000)]
        return sorted(found, key=lambda task: task.key.sort)

    def work(self) -> None:
        """Do all that is due now, and what that makes due."""
        while tasks := self.tasks(self.clock.now()):
            self.outbox.hand_on([task for task in tasks if not task.is_delivery])
            for task in tasks:
                if task.is_delivery:
                    self.courier.attempt(task)

    def work_until(self, end: float) -> None:
        """Do everything when it is due; the clock jumps from one to the next."""
        while tasks := self.tasks(end):
            self.clock.time = max(self.clock.time, min(task.at for task in tasks))
            self.work()
        self.clock.time = max(self.clock.time, end)

    @property
    def is_done(self) -> bool:
        """Whether nothing is due, now or later."""
        return not self.tasks(self.clock.now() + 365 * DAY)


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something that threads do."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        pause.wait(0.005)


def address(number: int = 1) -> str:
    return f"https://hooks.example.net/{number}"


def webhook(number: int = 1, *, home: str | None = HOME, **members: Any) -> Webhook:
    about = {
        "webhook_uuid": f"aaaaaaaa-0000-4000-8000-{number:012d}",
        "domain_uuid": home,
        "name": f"number {number}",
        "url": address(number),
        "events": ("#",),
    }
    return Webhook.model_validate({**about, **members})


def put_webhook(store: Store, webhook: Webhook, headers: dict[str, str] | None = None) -> Webhook:
    """Put it there, as an action would."""
    secrets = WebhookSecrets(signing=(LiveSecret(secret=SECRET),), headers=headers or {})
    body = webhook.model_dump_json()
    store.transact(
        [
            *(Put(Row(key, body, webhook.version)) for key in keys.webhook_layout(webhook).all),
            Put(Row(keys.webhook_secrets(webhook.domain_uuid, webhook.webhook_uuid), secrets.model_dump_json())),
        ]
    )
    return webhook


def as_it_is(store: Store, webhook: Webhook) -> Webhook:
    """A webhook as it is by now, in all its rows."""
    rows = [store.get(key) for key in keys.webhook_layout(webhook).all]
    assert len({row.body for row in rows if row}) == 1
    assert rows[0] is not None
    found = Webhook.model_validate_json(rows[0].body)
    assert {row.version for row in rows if row} == {found.version}
    return found


def event(what: str = "extension.created", number: int = 1, *, at: float = NOON, **members: Any) -> Event:
    about = {
        "event_uuid": f"eeeeeeee-0000-4000-8000-{number:012d}",
        "type": what,
        "domain_uuid": HOME,
        "due_at": stamp(at),
        "data": {},
    }
    return Event.model_validate({**about, **members})


def call_event(what: str = "call.ended", call: int = 1, sequence: int = 1, *, at: float = NOON, **about: Any) -> Event:
    """An event of a call, as calls will tell them."""
    start = at - 64
    told: dict[str, Any] = {
        "extension": "100",
        "call_uuid": f"cccccccc-0000-4000-8000-{call:012d}",
        "domain_name": demo.DOMAIN_NAME,
        "direction": "inbound",
        "state": what.partition(".")[2],
        "start_stamp": stamp(start),
        "answer_stamp": stamp(start + 4),
        "end_stamp": stamp(at),
        "duration": 64,
        "billsec": 60,
        "caller_id_name": "Example Caller",
        "caller_id_number": "+12025550199",
        "destination_number": "100",
        "hangup_cause": "NORMAL_CLEARING",
        "hung_up_by": "caller",
        "answered_by": "100",
        "extensions": ["100", "101"],
        "external_id": None,
        "tags": ["sales", "vip"],
        "legs": [],
        **about.pop("call_members", {}),
    }
    data = {
        "extension": "100",
        "user": {"username": "alice", "name": "Alice Example", "email": "alice@example.net"},
        "contact": {"display_name": "Example Caller", "company": "Example Ltd", "external_id": "003xx"},
        "reason": None,
        "call": told,
        **about.pop("data", {}),
    }
    number = call * 1000 + sequence
    return event(what, number, at=at, call_uuid=told["call_uuid"], sequence=sequence, data=data, **about)


def happen(store: Store, *events: Event, now: float = NOON) -> None:
    """Put events into the outbox, as many in a transaction as it holds."""
    for place in range(0, len(events), 50):
        store.transact([put for event in events[place : place + 50] for put in puts(event, stamp(now))])


def deliveries(store: Store, webhook: Webhook) -> list[Delivery]:
    """What was and is to be delivered to a webhook, oldest event first."""
    rows = store.query(keys.deliveries(webhook.domain_uuid, webhook.webhook_uuid), limit=100_000)
    return [Delivery.model_validate_json(row.body) for row in rows]


def states(store: Store, webhook: Webhook) -> list[str]:
    return [delivery.state for delivery in deliveries(store, webhook)]
