"""The function that delivers, between a table's stream and two queues, which hand it what Lambda would."""

import hashlib
import json
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from moto import mock_aws

from ringpost.clock import seconds
from ringpost.entry import delivery, demo
from ringpost.entry.delivery import Delivering, SqsQueues, handler
from ringpost.model.errors import StoreUnavailable
from ringpost.store import Delete, Key, Write, keys
from ringpost.store.dynamodb import DynamoStore
from ringpost.store.sqlite import SqliteStore
from ringpost.webhooks.courier import Courier
from ringpost.webhooks.outbox import Outbox, Task
from ringpost.webhooks.posting import Answer
from tests import seeds
from tests.fakes import NOON, CountingStore, FakeClock
from tests.harness import Caller, House
from tests.store.dynamo import DynamoServer
from tests.template.reading import Template
from tests.webhooks.receivers import (
    AWAY,
    BROKEN,
    FINE,
    HOME,
    Post,
    Receivers,
    address,
    call_event,
    deliveries,
    event,
    happen,
    put_webhook,
    states,
    webhook,
)

ACCOUNT, REGION = "123456789012", "us-east-1"
FIRST_TRIES, LATER = "first-tries.fifo", "later"
VISIBILITY = 540
Answered = dict[str, Any]


RESOURCES: dict[str, Any] = Template().resources
FUNCTION: dict[str, Any] = RESOURCES["Delivery"]["Properties"]
EVENTS: dict[str, Any] = {name: source["Properties"] for name, source in FUNCTION["Events"].items()}
PATTERN: dict[str, Any] = json.loads(EVENTS["Due"]["FilterCriteria"]["Filters"][0]["Pattern"])


def passes(found: Any, pattern: Any) -> bool:
    """Whether a filter of Lambda's lets it through, as far as ours go."""
    if isinstance(pattern, dict):
        return isinstance(found, dict) and all(passes(found.get(name), inner) for name, inner in pattern.items())
    return isinstance(found, str) and any(
        found.startswith(one["prefix"]) if isinstance(one, dict) else found == one for one in pattern
    )


class Held(NamedTuple):
    """A message in ``FakeSqs``."""

    message: dict[str, Any]
    visible_at: float


class FakeSqs:
    """SQS as far as it matters here, with the test's clock.

    Delays; in a FIFO queue, order within a group, one batch of it at a time, and five minutes of deduplication.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.queues: dict[str, list[Held]] = {FIRST_TRIES: [], LATER: []}
        self.sent: list[dict[str, Any]] = []
        self._taken: dict[tuple[str, str], float] = {}

    def send_message_batch(self, *, QueueUrl: str, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert 1 <= len(Entries) <= 10
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        for entry in Entries:
            self._send(QueueUrl, entry)
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    def _send(self, queue: str, entry: dict[str, Any]) -> None:
        delay = entry.get("DelaySeconds", 0)
        assert 0 <= delay <= 900
        if queue == FIRST_TRIES:
            assert not delay
            once = (entry["MessageGroupId"], entry["MessageDeduplicationId"])
            if self._taken.get(once, float("-inf")) > self.clock.now() - 300:
                return
            self._taken[once] = self.clock.now()
        self.sent.append({"queue": queue, **entry})
        message = {
            "MessageId": str(uuid.uuid4()),
            "Body": entry["MessageBody"],
            "MD5OfBody": hashlib.md5(entry["MessageBody"].encode()).hexdigest(),
            "Attributes": {name: entry[name] for name in ("MessageGroupId", "MessageDeduplicationId") if name in entry},
        }
        self.queues[queue].append(Held(message, self.clock.now() + delay))

    def receive_message(self, *, QueueUrl: str, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        found: list[dict[str, Any]] = []
        held, busy = self.queues[QueueUrl], set()
        for place, (message, visible_at) in enumerate(held):
            group = message["Attributes"].get("MessageGroupId")
            if visible_at > self.clock.now() or group in busy:
                busy.add(group)
            elif len(found) < MaxNumberOfMessages:
                found.append({**message, "ReceiptHandle": str(uuid.uuid4())})
                held[place] = Held(found[-1], self.clock.now() + VISIBILITY)
            busy.discard(None)
        return {"Messages": found}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        self.queues[QueueUrl] = [
            one for one in self.queues[QueueUrl] if one.message.get("ReceiptHandle") != ReceiptHandle
        ]


class Cloud:
    """What is around the function: hands it what the stream and the queues have, as Lambda's pollers do."""

    def __init__(self, server: DynamoServer, store: DynamoStore, table: str, clock: FakeClock, sqs: Any) -> None:
        self.server = server
        self.store = store
        self.clock = clock
        self.sqs = sqs
        self.urls = (FIRST_TRIES, LATER)
        self.receivers = Receivers(clock)
        self.answers: list[Answered] = []
        self.table = server.ask("DescribeTable", {"TableName": table})["Table"]
        self._at = self._first_iterator()

    def delivering(self) -> Delivering:
        """A new environment of the function."""
        return self.delivering_on(self.store)

    def delivering_on(self, store: Any) -> Delivering:
        courier = Courier(store, self.clock, self.receivers, lambda *_: None)
        return Delivering(Outbox(store, self.clock), courier, SqsQueues(self.sqs, *self.urls), self.clock)

    def records(self) -> list[dict[str, Any]]:
        """The stream's records since the last time that the function wants, as Lambda has them."""
        answer = self._stream("GetRecords", {"ShardIterator": self._at})
        self._at = answer["NextShardIterator"]
        arn = self.table["LatestStreamArn"]
        return [{**record, "eventSourceARN": arn} for record in answer["Records"] if passes(record, PATTERN)]

    def stream(
        self, records: Sequence[dict[str, Any]] | None = None, make: Callable[[], Delivering] | None = None
    ) -> int:
        """Hand on what is new in the stream: how many records."""
        found = self.records() if records is None else records
        if found:
            self._invoke({"Records": list(found)}, make)
        return len(found)

    def messages(self, queue: str, most: int = 5) -> list[dict[str, Any]]:
        """What a queue has to give now, as Lambda has it."""
        answer = self.sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=most, MessageSystemAttributeNames=["All"], VisibilityTimeout=VISIBILITY
        )
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue.rpartition('/')[2]}"
        return [
            {
                "messageId": one["MessageId"],
                "receiptHandle": one["ReceiptHandle"],
                "body": one["Body"],
                "attributes": one["Attributes"],
                "messageAttributes": {},
                "md5OfBody": one["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": REGION,
            }
            for one in answer.get("Messages", ())
        ]

    def poll(
        self,
        queue: str,
        messages: Sequence[dict[str, Any]] | None = None,
        make: Callable[[], Delivering] | None = None,
    ) -> int:
        """Hand on what a queue has, and delete what is done: how many messages were."""
        found = self.messages(queue) if messages is None else messages
        if not found:
            return 0
        answer = self._invoke({"Records": list(found)}, make)
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        done = [message for message in found if message["messageId"] not in failed]
        for message in done:
            self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["receiptHandle"])
        return len(done)

    def turn(self) -> None:
        """Everything, until there is nothing left to do now."""
        first_tries, later = self.urls
        while self.stream() + self.poll(first_tries) + self.poll(later):
            pass

    def sweep(self) -> int:
        swept: int = self._invoke(SWEEP)["swept"]
        return swept

    @property
    def due(self) -> list[Key]:
        """All that is to be done, some time."""
        return [row.key for due_list in keys.DUE_LISTS for row in self.store.query(due_list, limit=1000)]

    def _invoke(self, event: dict[str, Any], make: Callable[[], Delivering] | None = None) -> Answered:
        answer = json.loads(json.dumps(handler(json.loads(json.dumps(event)), None, make or self.delivering)))
        self.answers.append(answer)
        return answer

    def _first_iterator(self) -> Any:
        arn = self.table["LatestStreamArn"]
        (shard,) = self._stream("DescribeStream", {"StreamArn": arn})["StreamDescription"]["Shards"]
        start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        return self._stream("GetShardIterator", start)["ShardIterator"]

    def _stream(self, operation: str, body: dict[str, Any]) -> Any:
        return self.server.ask(operation, body, service="DynamoDBStreams")


SWEEP = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": ACCOUNT,
    "time": "2026-11-22T12:00:00Z",
    "region": REGION,
    "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/ringpost-DeliverySweep"],
    "detail": {},
}


@pytest.fixture(scope="module")
def server() -> Iterator[DynamoServer]:
    running = DynamoServer()
    yield running
    running.stop()


@pytest.fixture
def cloud(server: DynamoServer, clock: FakeClock) -> Cloud:
    return made(server, clock, FakeSqs(clock))


@pytest.fixture(params=["fake", "moto"])
def any_cloud(request: pytest.FixtureRequest, server: DynamoServer, clock: FakeClock) -> Iterator[Cloud]:
    """With either SQS; moto's has the machine's clock, so nothing is to wait."""
    if request.param == "fake":
        yield made(server, clock, FakeSqs(clock))
        return
    with mock_aws():
        sqs = boto3.client("sqs", region_name=REGION)
        queues = {name: RESOURCES[name]["Properties"] for name in ("FirstTries", "Later")}
        cloud = made(server, clock, sqs)
        cloud.urls = (
            sqs.create_queue(
                QueueName=FIRST_TRIES,
                Attributes={
                    "FifoQueue": str(queues["FirstTries"]["FifoQueue"]).lower(),
                    "DeduplicationScope": queues["FirstTries"]["DeduplicationScope"],
                    "FifoThroughputLimit": queues["FirstTries"]["FifoThroughputLimit"],
                    "VisibilityTimeout": str(queues["FirstTries"]["VisibilityTimeout"]),
                },
            )["QueueUrl"],
            sqs.create_queue(QueueName=LATER)["QueueUrl"],
        )
        yield cloud


def made(server: DynamoServer, clock: FakeClock, sqs: Any) -> Cloud:
    server.faults.clear()
    table = f"t-{uuid.uuid4()}"
    server.make_table(table, stream=True)
    about = {"endpoint_url": server.url, "region": REGION, "access_key": "test", "secret_key": "test"}
    store = DynamoStore(table, clock.now, lambda _: None, **about)
    return Cloud(server, store, table, clock, sqs)


def numbered(count: int, start: int = 1) -> list[Any]:
    """What happens in one call."""
    return [call_event("call.updated", sequence=number) for number in range(start, start + count)]


def told(posts: Sequence[Post]) -> list[int]:
    return [post.told["sequence"] for post in posts]


def handed_on(cloud: Cloud) -> None:
    """Events become deliveries, and these messages."""
    assert cloud.stream()
    assert cloud.stream()


def failing(cloud: Cloud, *answers: Answer, number: int = 1) -> None:
    cloud.receivers.answers(address(number), *answers)


# a delivery's way


def test_what_an_action_did_is_posted(any_cloud: Cloud, clock: FakeClock) -> None:
    seeds.plant(any_cloud.store, clock)
    operator = Caller(House(any_cloud.store, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    any_cloud.turn()
    home = {"domain_name": demo.DOMAIN_NAME}
    hears = operator.done("webhook-create", **home, url=address(), events=["contact.*"])
    any_cloud.turn()
    operator.done("contact-create", **home, display_name="Zoë", numbers=[{"number": "+12025550199"}])

    (happened,) = any_cloud.records()
    assert (happened["eventName"], happened["eventSource"]) == ("INSERT", "aws:dynamodb")
    any_cloud.stream([happened])
    assert any_cloud.messages(any_cloud.urls[0]) == []
    (to_try,) = any_cloud.records()
    any_cloud.stream([to_try])
    (message,) = any_cloud.messages(any_cloud.urls[0])
    due = {name: value["S"] for name, value in to_try["dynamodb"]["Keys"].items()}
    assert json.loads(message["body"]) == due
    group, _, lane = message["attributes"]["MessageGroupId"].rpartition(".")
    assert (group, lane in "0123") == (hears["webhook_uuid"], True)
    assert message["attributes"]["MessageDeduplicationId"] == hashlib.sha256(message["body"].encode()).hexdigest()
    assert any_cloud.receivers.posts == []
    assert any_cloud.poll(any_cloud.urls[0], [message]) == 1

    (post,) = any_cloud.receivers.posts
    assert (post.url, post.told["type"], post.told["data"]["display_name"]) == (address(), "contact.created", "Zoë")
    assert post.headers["webhook-signature"].startswith("v1,")
    (delivered,) = operator.done("delivery-list", **home, webhook_uuid=hears["webhook_uuid"])["items"]
    assert (delivered["state"], delivered["tries"]) == ("delivered", 1)
    assert (any_cloud.due, any_cloud.stream(), any_cloud.sweep()) == ([], 0, 0)
    assert any_cloud.answers[:-1] == [{"batchItemFailures": []}] * (len(any_cloud.answers) - 1)


def test_what_is_of_one_call_goes_in_order(any_cloud: Cloud) -> None:
    put_webhook(any_cloud.store, webhook())
    happen(any_cloud.store, *numbered(23))
    any_cloud.turn()
    assert told(any_cloud.receivers.posts) == list(range(1, 24))
    assert any_cloud.due == []


def test_calls_go_side_by_side_and_webhooks_too(any_cloud: Cloud) -> None:
    for number in (1, 2):
        put_webhook(any_cloud.store, webhook(number))
    happen(any_cloud.store, *(call_event(call=call, sequence=part) for part in (1, 2, 3) for call in range(1, 6)))
    any_cloud.turn()
    assert len(any_cloud.receivers.posts) == 30
    for number in (1, 2):
        heard = any_cloud.receivers.heard(address(number))
        for call in {post.told["call_uuid"] for post in heard}:
            assert told([post for post in heard if post.told["call_uuid"] == call]) == [1, 2, 3]


def test_of_everything_that_is_written_only_what_is_due_is_handed_over(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    assert cloud.records() == []
    happen(cloud.store, event())
    assert [record["dynamodb"]["Keys"]["pk"]["S"][:4] for record in cloud.records()] == ["due#"]
    cloud.store.transact([Delete(key) for key in cloud.due])
    assert cloud.records() == []


def test_a_record_of_something_else_does_no_harm(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, event())
    everything = cloud._stream("GetRecords", {"ShardIterator": cloud._first_iterator()})["Records"]
    assert len(everything) > 2
    cloud.stream(everything)
    gone = [{**record, "eventName": "REMOVE"} for record in everything]
    cloud.stream(gone)
    cloud.turn()
    assert len(cloud.receivers.posts) == 1


def test_a_delivery_costs_so_many_reads_and_writes(cloud: Cloud) -> None:
    """docs/deploy.md reckons with these."""
    put_webhook(cloud.store, webhook())
    happen(cloud.store, event())
    costs = []
    for step in (cloud.stream, cloud.stream, lambda: cloud.poll(FIRST_TRIES)):
        records = len(cloud.server.operations)
        assert step() == 1
        costs.append(sorted(cloud.server.operations[records:]))
    assert costs == [
        ["GetItem", "GetItem", "Query", "Query", "TransactWriteItems"],
        ["GetItem"],
        ["GetItem"] * 5 + ["TransactWriteItems"],
    ]


# what fails, and what is due later


def test_a_failure_waits_in_the_queue_for_as_long_as_it_must(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    failing(cloud, BROKEN, AWAY, FINE)
    happen(cloud.store, event())
    cloud.turn()
    assert len(cloud.receivers.posts) == 1
    (waiting,) = cloud.sqs.queues[LATER]
    assert 5 <= waiting.visible_at - NOON <= 6.5
    cloud.clock.time = waiting.visible_at
    cloud.turn()
    (waiting,) = cloud.sqs.queues[LATER]
    assert 270 <= waiting.visible_at - cloud.clock.time <= 331
    assert len(cloud.receivers.posts) == 2
    cloud.clock.time = waiting.visible_at
    cloud.turn()
    assert [post.id for post in cloud.receivers.posts] == [event().event_uuid] * 3
    assert (cloud.due, cloud.sqs.queues) == ([], {FIRST_TRIES: [], LATER: []})


def test_sqs_itself_holds_it_back(any_cloud: Cloud) -> None:
    put_webhook(any_cloud.store, webhook())
    failing(any_cloud, BROKEN)
    happen(any_cloud.store, event())
    any_cloud.turn()
    assert len(any_cloud.receivers.posts) == 1
    assert any_cloud.messages(any_cloud.urls[1]) == []
    if not isinstance(any_cloud.sqs, FakeSqs):
        held = any_cloud.sqs.get_queue_attributes(QueueUrl=any_cloud.urls[1], AttributeNames=["All"])["Attributes"]
        assert held["ApproximateNumberOfMessagesDelayed"] == "1"


def test_what_is_due_in_more_than_15_minutes_is_in_no_queue_and_the_sweep_takes_it(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    failing(cloud, Answer(status=503, retry_after=901.0), FINE)
    happen(cloud.store, event())
    cloud.turn()
    assert cloud.sqs.queues == {FIRST_TRIES: [], LATER: []}
    cloud.clock.time = NOON + 900
    assert cloud.sweep() == 0
    cloud.clock.time = NOON + 960
    assert cloud.sweep() == 1
    cloud.turn()
    assert [post.at for post in cloud.receivers.posts] == [NOON, NOON + 960]
    assert (cloud.sweep(), cloud.due) == (0, [])


@pytest.mark.parametrize(("wait", "held"), [(899.5, 900), (900.0, 900), (900.001, None)])
@pytest.mark.parametrize("late", [0.0, -0.3, 0.3])
def test_nothing_falls_between_queue_and_sweep(cloud: Cloud, wait: float, held: int | None, late: float) -> None:
    """Whether the stream is late, or the clocks of two machines differ."""
    put_webhook(cloud.store, webhook())
    happen(cloud.store, event(at=NOON + wait))
    cloud.clock.time = NOON + late
    cloud.stream()
    waits = [one["DelaySeconds"] for one in cloud.sqs.sent]
    assert waits == ([] if held is None else [held])
    cloud.clock.time = NOON + 901.5
    assert cloud.sweep() == (1 if held is None else 0)
    cloud.turn()
    assert len(cloud.receivers.posts) == 1


def test_what_is_foretold_waits_until_it_happens(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, *(call_event(sequence=part, at=NOON + 7 * part) for part in (1, 2, 3)))
    cloud.turn()
    assert [one["DelaySeconds"] for one in cloud.sqs.sent] == [8, 15, 22]
    assert deliveries(cloud.store, webhook()) == []
    for second in range(1, 30):
        cloud.clock.time = NOON + second
        cloud.turn()
    assert [(post.at - NOON, post.told["sequence"]) for post in cloud.receivers.posts] == [(8, 1), (15, 2), (22, 3)]


def test_a_call_in_the_sandbox_is_told_as_it_happens(cloud: Cloud, clock: FakeClock) -> None:
    seeds.plant(cloud.store, clock)
    operator = Caller(House(cloud.store, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    home = {"domain_name": demo.DOMAIN_NAME}
    operator.done("webhook-create", **home, url=address(), events=["call.*"])
    call = {"caller_id_number": "100", "destination_a": "100", "destination_b": "101", "wait": 0}
    assert operator.call("originate", **home, **call).status == 202
    begun = clock.time
    for second in range(20):
        clock.time = begun + second
        cloud.turn()
    posts = cloud.receivers.heard(address())
    assert len(posts) > 2
    assert told(posts) == sorted(told(posts))
    assert len({post.at for post in posts}) > 1
    assert all(0 <= post.at - seconds(post.told["timestamp"]) <= 1.5 for post in posts)


def test_what_was_taken_back_is_not_told(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, event(at=NOON + 10))
    cloud.turn()
    (due,) = cloud.due
    cloud.store.transact([Delete(due), Delete(Key(keys.events(HOME), due.sort))])
    cloud.clock.time = NOON + 20
    cloud.turn()
    assert cloud.receivers.posts == []
    assert cloud.sqs.queues[LATER] == []


# what is lost, and what comes twice


def test_a_lost_record_is_found_by_the_sweep(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, *numbered(3))
    assert len(cloud.records()) == 3
    cloud.clock.time = NOON + 299
    assert cloud.sweep() == 0
    cloud.clock.time = NOON + 300
    assert cloud.sweep() == 3
    cloud.turn()
    assert told(cloud.receivers.posts) == [1, 2, 3]


def test_a_lost_message_is_found_by_the_sweep(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, *numbered(3))
    handed_on(cloud)
    cloud.sqs.queues[FIRST_TRIES].clear()
    cloud.clock.time = NOON + 301
    assert cloud.sweep() == 3
    cloud.turn()
    assert told(cloud.receivers.posts) == [1, 2, 3]


def test_a_lost_message_of_a_later_try_is_found_too(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    failing(cloud, BROKEN, FINE)
    happen(cloud.store, event())
    cloud.turn()
    cloud.sqs.queues[LATER].clear()
    cloud.clock.time = NOON + 330
    assert cloud.sweep() == 1
    cloud.turn()
    assert states(cloud.store, webhook()) == ["delivered"]


def test_sweeps_do_not_pile_up_what_only_waits_for_its_turn(cloud: Cloud, store: SqliteStore) -> None:
    put_webhook(store, webhook())
    happen(store, *numbered(5))
    delivering = cloud.delivering_on(store)
    for _ in ("events", "deliveries"):
        delivering.streamed([row.key for due_list in keys.DUE_LISTS for row in store.query(due_list)])
    for minute in range(24 * 60):
        cloud.clock.time = NOON + 60 * minute
        delivering.sweep()
    assert 5 * 8 <= len(cloud.sqs.queues[FIRST_TRIES]) <= 5 * 12
    while cloud.poll(FIRST_TRIES, None, lambda: delivering):
        pass
    assert told(cloud.receivers.posts) == [1, 2, 3, 4, 5]


def test_a_sweep_looks_at_more_than_a_page_and_stops_at_so_many(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_AT_ONCE", 4)
    happen(cloud.store, *numbered(30))
    cloud.clock.time = NOON + 400
    assert cloud.sweep() == 30
    monkeypatch.setattr(delivery, "_MOST_SWEPT", 10)
    assert cloud.sweep() == 12


def test_the_same_record_twice_posts_once(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, *numbered(2))
    first = cloud.records()
    cloud.stream(first)
    cloud.stream(first)
    second = cloud.records()
    cloud.stream(second)
    cloud.stream(second)
    cloud.stream(first)
    cloud.turn()
    cloud.stream(second)
    cloud.turn()
    assert told(cloud.receivers.posts) == [1, 2]


def test_the_same_message_twice_posts_once(any_cloud: Cloud) -> None:
    put_webhook(any_cloud.store, webhook())
    happen(any_cloud.store, *numbered(2))
    handed_on(any_cloud)
    messages = any_cloud.messages(any_cloud.urls[0])
    assert len(messages) == 2
    twice = [{**one, "messageId": f"{one['messageId']}-{again}"} for again in (1, 2) for one in messages]
    any_cloud.poll(any_cloud.urls[0], twice)
    any_cloud.poll(any_cloud.urls[0], messages)
    assert told(any_cloud.receivers.posts) == [1, 2]


def test_who_dies_between_post_and_note_posts_again_with_the_same_id(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, event())
    handed_on(cloud)
    messages = cloud.messages(FIRST_TRIES)
    breaking = Breaking(cloud.store, "transact")
    assert cloud.poll(FIRST_TRIES, messages, lambda: cloud.delivering_on(breaking)) == 0
    assert cloud.poll(FIRST_TRIES, messages) == 1
    assert [post.id for post in cloud.receivers.posts] == [event().event_uuid] * 2
    assert states(cloud.store, webhook()) == ["delivered"]


# what breaks


class Breaking(CountingStore):
    """A store that cannot do one thing."""

    def __init__(self, inner: Any, what: str) -> None:
        super().__init__(inner)
        self.what = what

    def transact(self, writes: Sequence[Write]) -> None:
        if self.what == "transact":
            raise StoreUnavailable
        super().transact(writes)


def test_what_breaks_holds_up_its_lane_only_and_the_lane_keeps_its_order(any_cloud: Cloud) -> None:
    for number in (1, 2):
        put_webhook(any_cloud.store, webhook(number))
    happen(any_cloud.store, *numbered(4))
    handed_on(any_cloud)
    messages = any_cloud.messages(any_cloud.urls[0], most=10)
    assert len(messages) == 8

    def bug(post: Post) -> Answer:
        if post.told["sequence"] == 2:
            raise RuntimeError("a bug")
        return FINE

    any_cloud.receivers.answering(address(1), bug)
    assert any_cloud.poll(any_cloud.urls[0], messages) == 5
    first = webhook().webhook_uuid
    of_first = [one["messageId"] for one in messages if one["attributes"]["MessageGroupId"].startswith(first)]
    assert any_cloud.answers[-1] == {"batchItemFailures": [{"itemIdentifier": one} for one in of_first[1:]]}
    assert told(any_cloud.receivers.heard(address(1))) == [1, 2]
    assert told(any_cloud.receivers.heard(address(2))) == [1, 2, 3, 4]

    any_cloud.receivers.answers(address(1), FINE)
    any_cloud.poll(any_cloud.urls[0], [one for one in messages if one["messageId"] in of_first[1:]])
    assert told(any_cloud.receivers.heard(address(1))) == [1, 2, 2, 3, 4]
    assert any_cloud.due == []


def test_a_lane_that_broke_rests_and_what_comes_meanwhile_stays_behind(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, *numbered(2))
    handed_on(cloud)
    breaking = Breaking(cloud.store, "transact")
    assert cloud.poll(FIRST_TRIES, None, lambda: cloud.delivering_on(breaking)) == 0
    happen(cloud.store, *numbered(2, start=3))
    cloud.turn()
    assert told(cloud.receivers.posts) == [1]
    cloud.clock.time += VISIBILITY + 1
    cloud.turn()
    assert told(cloud.receivers.posts) == [1, 1, 2, 3, 4]


@pytest.mark.parametrize("place", ["stream", "queue"])
def test_a_broken_store_makes_the_batch_fail_and_not_vanish(cloud: Cloud, place: str) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, *numbered(3))
    records = cloud.records()
    if place == "queue":
        cloud.stream(records)
        records = cloud.records()
    cloud.server.faults = ["internal"] * 8  # one, and seven more tries
    with pytest.raises(StoreUnavailable):
        cloud.stream(records)
    cloud.server.faults.clear()
    cloud.stream(records)
    if place == "queue":
        cloud.server.faults = ["internal"] * 8
        messages = cloud.messages(FIRST_TRIES)
        with pytest.raises(StoreUnavailable):
            cloud.poll(FIRST_TRIES, messages)
        cloud.server.faults.clear()
        assert cloud.poll(FIRST_TRIES, messages) == 3
    cloud.turn()
    assert told(cloud.receivers.posts) == [1, 2, 3]
    assert cloud.due == []


def test_what_sqs_does_not_take_is_an_error(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, event())
    cloud.stream()
    records = cloud.records()
    with monkeypatch.context() as refusing:
        refusing.setattr(cloud.sqs, "send_message_batch", lambda **_: {"Failed": [{"Id": "0", "Code": "x"}]})
        with pytest.raises(RuntimeError, match="did not take 1"):
            cloud.stream(records)
    cloud.stream(records)
    cloud.turn()
    assert len(cloud.receivers.posts) == 1


def test_a_webhook_that_is_gone_by_then_is_not_posted_to(cloud: Cloud) -> None:
    put_webhook(cloud.store, webhook())
    happen(cloud.store, event())
    handed_on(cloud)
    cloud.store.transact([Delete(key) for key in keys.webhook_layout(webhook()).all])
    cloud.turn()
    assert (cloud.receivers.posts, cloud.due) == ([], [])


def test_each_try_leaves_a_line_without_secrets(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery._logger.registered_handler, "stream", sys.stdout)
    put_webhook(cloud.store, webhook(), headers={"Authorization": "Bearer s3cret"})
    failing(cloud, Answer(status=500, excerpt="whsec_told"))
    happen(cloud.store, event(data={"extension": "100"}))
    cloud.turn()
    written = capsys.readouterr().out
    (line,) = [json.loads(one) for one in written.splitlines()]
    assert (line["message"], line["state"], line["status"], line["tries"]) == ("delivery", "waiting", 500, 1)
    assert line["webhook_uuid"] == webhook().webhook_uuid
    for secret in ("s3cret", "whsec_", "hooks.example.net"):
        assert secret not in written


# the queues


def test_many_go_in_batches_of_ten(any_cloud: Cloud) -> None:
    put_webhook(any_cloud.store, webhook())
    happen(any_cloud.store, *numbered(25))
    outbox = Outbox(any_cloud.store, any_cloud.clock)
    tasks: list[Task] = [task for one in keys.DUE_LISTS for task in outbox.due(one, NOON, since="0", limit=100)]
    queues = SqsQueues(any_cloud.sqs, *any_cloud.urls)
    queues.at_once(tasks)
    queues.at_once(tasks)
    queues.later([(task, 0) for task in tasks])
    for url in any_cloud.urls:
        found = []
        while messages := any_cloud.messages(url, most=10):
            found += [json.loads(one["body"])["sk"] for one in messages]
            for one in messages:
                any_cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=one["receiptHandle"])
        assert sorted(found) == [task.key.sort for task in tasks]
        assert url == any_cloud.urls[1] or found == sorted(found)


# the function


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SqliteStore]:
    """Where the function finds itself, and the store it will find."""
    with mock_aws():
        monkeypatch.setattr(delivery, "_delivering", None)
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        monkeypatch.setenv("RINGPOST_DATA", str(tmp_path))
        sqs = boto3.client("sqs")
        first_tries = sqs.create_queue(QueueName=FIRST_TRIES, Attributes={"FifoQueue": "true"})
        monkeypatch.setenv("RINGPOST_QUEUE_FIRST_TRIES", first_tries["QueueUrl"])
        monkeypatch.setenv("RINGPOST_QUEUE_LATER", sqs.create_queue(QueueName=LATER)["QueueUrl"])
        yield SqliteStore(tmp_path / "ringpost.sqlite3")


def test_is_made_once_of_what_the_environment_says(environment: SqliteStore) -> None:
    assert handler(SWEEP, None) == {"swept": 0, "hung_up": 0}
    assert delivery.delivering() is delivery.delivering()
    put_webhook(environment, webhook())
    happen(environment, event(at=NOON - 1_000_000), now=NOON - 1_000_000)
    (row,) = [row for due_list in keys.DUE_LISTS for row in environment.query(due_list)]
    record = {
        "eventID": "1",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "eventSourceARN": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t/stream/2026-11-22T12:00:00.000",
        "dynamodb": {
            "ApproximateCreationDateTime": NOON,
            "Keys": {"pk": {"S": row.key.partition}, "sk": {"S": row.key.sort}},
            "SequenceNumber": "111",
            "SizeBytes": 26,
            "StreamViewType": "KEYS_ONLY",
        },
    }
    assert handler({"Records": [record]}, None) == {"batchItemFailures": []}
    assert states(environment, webhook()) == ["waiting"]
    environment.close()


# the template around it


def test_a_batch_that_takes_its_longest_fits_into_the_functions_time() -> None:
    from ringpost.webhooks.posting import HttpsPosting

    longest = HttpsPosting.__init__.__kwdefaults__["seconds"]
    for source, queue in (("Try", "FirstTries"), ("TryLater", "Later")):
        assert EVENTS[source]["BatchSize"] * longest < FUNCTION["Timeout"]
        assert RESOURCES[queue]["Properties"]["VisibilityTimeout"] >= 6 * FUNCTION["Timeout"]
        assert EVENTS[source]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_queues_end_in_queues_of_their_kind() -> None:
    for name in ("FirstTries", "Later"):
        queue = RESOURCES[name]["Properties"]
        dead = RESOURCES[queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        assert dead["Properties"].get("FifoQueue") == queue.get("FifoQueue")
        assert "ContentBasedDeduplication" not in queue
    assert RESOURCES["FirstTries"]["Properties"]["FifoQueue"] is True


def test_the_function_is_told_all_it_asks_for_and_is_in_no_vpc() -> None:
    told = FUNCTION["Environment"]["Variables"]
    assert {"RINGPOST_STORE", "RINGPOST_QUEUE_FIRST_TRIES", "RINGPOST_QUEUE_LATER"} <= set(told)
    api = RESOURCES["Api"]["Properties"]["Environment"]["Variables"]
    for name in ("RINGPOST_STORE", "RINGPOST_RECORDINGS", "RINGPOST_WEBHOOK_NETWORKS"):
        assert told[name] == api[name]
    assert "VpcConfig" not in FUNCTION
    assert FUNCTION["Handler"] == f"{handler.__module__}.{handler.__name__}"


def test_the_order_of_a_partition_is_kept() -> None:
    assert EVENTS["Due"]["ParallelizationFactor"] == 1
    assert EVENTS["Due"]["StartingPosition"] == "TRIM_HORIZON"
