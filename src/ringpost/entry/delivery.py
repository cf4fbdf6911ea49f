"""The Lambda function that hands events on, delivers them, and tells live connections of them.

Three things call it. The table's stream, with every new row that says something is due: events are handed on,
first tries go into a queue that keeps the order of each lane, and what is due within 15 minutes into one that
waits; what live connections are to be told goes into a third. These queues. And once a minute the clock: then
everything is looked at that is due later than a queue can wait, or that stream or queue have lost, and goes into its
lane. A row is the truth, and there until it is done; whoever comes twice finds it gone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from aws_lambda_powertools.logging import Logger

from ringpost.clock import Clock, SystemClock
from ringpost.entry import wiring
from ringpost.entry.echoing import Echoing
from ringpost.entry.live_aws import ApiGatewaySockets, Beside, SqsPushes, batches
from ringpost.live.ports import Push
from ringpost.model.webhook import Delivery
from ringpost.settings import Settings
from ringpost.store import Key, Store, keys
from ringpost.webhooks.courier import Courier
from ringpost.webhooks.outbox import Listeners, Outbox, Task

if TYPE_CHECKING:
    from ringpost.dispatch.pipeline import Endpoint

LONGEST_WAIT = 900
"""Seconds SQS can hold a message back."""
_LOST_AFTER = 300.0
"""Seconds after which a task that was queued is taken for lost. For as long SQS takes a task into a lane once only."""
_FIRST = "0"
"""Before any time. DynamoDB wants a text that is not empty."""
_AT_ONCE = 500
_MOST_SWEPT = 5000
_logger = Logger(service="ringpost", logger_name="ringpost")
One = TypeVar("One")
Part = TypeVar("Part")


class Queues(Protocol):
    """Where tasks wait for this function."""

    def at_once(self, tasks: Sequence[Task]) -> None:
        """To be done now, those of one lane in this order."""

    def later(self, tasks: Sequence[tuple[Task, int]]) -> None:
        """To be done after so many seconds."""


class Delivering:
    """What the function does, whoever calls it. ``live`` is for live connections, where there are such."""

    def __init__(
        self, outbox: Outbox, courier: Courier, queues: Queues, clock: Clock, live: Beside | None = None
    ) -> None:
        self._live = live
        self._outbox = outbox
        self._courier = courier
        self._queues = queues
        self._clock = clock

    def streamed(self, found: Iterable[Key]) -> None:
        """New rows of the due lists, in their order."""
        tasks = [task for key in found if (task := self._outbox.task(key)) is not None]
        now = self._clock.now()
        ready = [task for task in tasks if task.at <= now]
        self._outbox.hand_on([task for task in ready if not task.is_delivery])
        self._queues.at_once([task for task in ready if task.is_delivery])
        waiting = [task for task in tasks if task.at > now and not _is_far_off(task)]
        self._queues.later([(task, min(int(task.at - now) + 1, LONGEST_WAIT)) for task in waiting])

    def queued(self, messages: Sequence[tuple[str, Key]]) -> list[str]:
        """Do what queues held back; the ids of those messages that are to come again."""
        lanes: dict[str, list[tuple[str, Task]]] = {}
        for message_id, key in messages:
            task = self._outbox.task(key)
            if task is not None:
                lanes.setdefault(_lane(task), []).append((message_id, task))
        return _side_by_side(self._work_off, list(lanes.values()))

    def pushed(self, messages: Sequence[tuple[str, Push]]) -> list[str]:
        """Tell live connections, each in its order; the ids of those messages that are to come again.

        A connection that could not be told knows that there was something, and is not told of that again.
        """
        if self._live is None:
            return []
        pusher, connections = self._live.pusher, dict[str, list[tuple[str, Push]]]()
        for message_id, push in messages:
            connections.setdefault(push.connection_id, []).append((message_id, push))

        def tell(waiting: Sequence[tuple[str, Push]]) -> list[str]:
            return _one_after_the_other(pusher.push, waiting)

        return _side_by_side(tell, list(connections.values()))

    def hang_up(self) -> int:
        """Hang up on live connections that are not to be there: how many."""
        return self._live.sweep() if self._live is not None else 0

    def _work_off(self, messages: Sequence[tuple[str, Task]]) -> list[str]:
        return _one_after_the_other(self._do, messages)

    def _do(self, task: Task) -> None:
        if not task.is_delivery:
            return self._outbox.hand_on([task])
        delivery = self._courier.attempt(task)
        if delivery is not None:
            _report(delivery)
        return None

    def sweep(self) -> int:
        """Queue what is due and no queue has, or has had for too long: how many."""
        now, swept = self._clock.now(), 0
        for due_list in keys.DUE_LISTS:
            after = None
            while tasks := self._outbox.due(due_list, now, since=_FIRST, after=after, limit=_AT_ONCE):
                forgotten = [task for task in tasks if _is_forgotten(task, now)]
                self._queues.at_once(forgotten)
                swept += len(forgotten)
                after = tasks[-1].key.sort
                if len(tasks) < _AT_ONCE or swept >= _MOST_SWEPT:
                    break
        return swept


def _side_by_side(work_off: Callable[[Part], list[str]], parts: Sequence[Part]) -> list[str]:
    """Work all parts off at once; the ids of those messages that are to come again."""
    if not parts:
        return []
    with ThreadPoolExecutor(len(parts)) as pool:
        return [failed for part in pool.map(work_off, parts) for failed in part]


def _one_after_the_other(do: Callable[[One], object], messages: Sequence[tuple[str, One]]) -> list[str]:
    """After one that broke, the rest is to come again behind it."""
    for place, (message_id, one) in enumerate(messages):
        try:
            do(one)
        except Exception:
            _logger.exception("not done", message_id=message_id, due=one)
            return [message_id for message_id, _ in messages[place:]]
    return []


def _lane(task: Task) -> str:
    """What is done one after the other: events of one list, and what is in one lane of a webhook."""
    return task.lane if task.is_delivery else task.key.partition


def _is_far_off(task: Task) -> bool:
    """Whether no queue could hold a task back for so long."""
    return task.wait > LONGEST_WAIT


def _is_forgotten(task: Task, now: float) -> bool:
    """Whether no queue has a task: it was too far off for one, or is so long overdue that it may be lost.

    That is asked after 5, 10, 20, 40 minutes and so on: what waits for a slow receiver does not pile up.
    """
    overdue = int((now - task.at) / _LOST_AFTER)
    return overdue.bit_count() == 1 if overdue else _is_far_off(task)


def _report(delivery: Delivery) -> None:
    last = delivery.attempts[-1] if delivery.attempts else None
    _logger.info(
        "delivery",
        webhook_uuid=delivery.webhook_uuid,
        event_uuid=delivery.event_uuid,
        type=delivery.type,
        state=delivery.state,
        tries=delivery.tries,
        status=last.status if last else None,
        error=last.error if last else None,
        seconds=last.seconds if last else None,
    )


class SqsQueues:
    """``Queues`` that are SQS's: a FIFO queue whose groups are lanes, and one whose messages wait."""

    def __init__(self, client: Any, first_tries: str, later: str) -> None:
        """The addresses of the two queues."""
        self._client = client
        self._first_tries = first_tries
        self._later = later

    def at_once(self, tasks: Sequence[Task]) -> None:
        """To be done now, those of one lane in this order."""
        entries = [
            {
                "MessageBody": _body(task),
                "MessageGroupId": _lane(task),
                "MessageDeduplicationId": hashlib.sha256(_body(task).encode()).hexdigest(),
            }
            for task in tasks
        ]
        self._send(self._first_tries, entries)

    def later(self, tasks: Sequence[tuple[Task, int]]) -> None:
        """To be done after so many seconds."""
        self._send(self._later, [{"MessageBody": _body(task), "DelaySeconds": wait} for task, wait in tasks])

    def _send(self, queue: str, entries: Sequence[dict[str, Any]]) -> None:
        for batch in batches(entries):
            answer = self._client.send_message_batch(QueueUrl=queue, Entries=batch)
            if answer.get("Failed"):
                raise RuntimeError(f"SQS did not take {len(answer['Failed'])} messages")


def _body(task: Task) -> str:
    return json.dumps({"pk": task.key.partition, "sk": task.key.sort})


def _read(body: str) -> Key | Push:
    """What a message is about: a row that says what is due, or what a live connection is to be told."""
    found = json.loads(body)
    return Key(found["pk"], found["sk"]) if "pk" in found else Push(**found)


_delivering: Delivering | None = None


def delivering() -> Delivering:
    """What this environment works with, made on first use."""
    global _delivering  # noqa: PLW0603 - one per environment, by design
    if _delivering is None:
        from botocore.config import Config

        from ringpost.store import aws

        settings, clock = Settings.read(), SystemClock()
        store = wiring.open_store(settings, clock)
        live = _beside(settings, store, clock) if settings.live_endpoint else None
        connect = wiring.connector(clock, wiring.live_commands(settings, store, clock))
        echoing = Echoing(store, clock, connect, _listeners(settings, store, clock))
        outbox, courier, _ = wiring.post_office(settings, store, clock, listeners=echoing)
        quick = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
        client = aws.client("sqs", quick)
        first_tries, later = (os.environ[f"RINGPOST_QUEUE_{name}"] for name in ("FIRST_TRIES", "LATER"))
        _delivering = Delivering(outbox, courier, SqsQueues(client, first_tries, later), clock, live)
    return _delivering


def _listeners(settings: Settings, store: Store, clock: Clock) -> Listeners | None:
    """Who is told of events for live connections. What is slow to be put into their queue is left to be read."""
    if not settings.live_endpoint:
        return None
    from botocore.config import Config

    from ringpost.live.pushing import Listeners
    from ringpost.store import aws

    client = aws.client("sqs", Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2}))
    return Listeners(store, clock, SqsPushes(client, os.environ["RINGPOST_QUEUE_PUSHES"]))


def _beside(settings: Settings, store: Store, clock: Clock) -> Beside:
    def endpoint() -> Endpoint:
        from ringpost.entry.telemetry import report

        return wiring.build(settings, report, clock=clock, store=store)

    return Beside(endpoint, ApiGatewaySockets(settings.live_endpoint))


def handler(event: dict[str, Any], _context: Any, make: Callable[[], Delivering] = delivering) -> dict[str, Any]:
    """One invocation: by the stream, by a queue, or by the clock."""
    records = event.get("Records")
    if not records:
        return {"swept": make().sweep(), "hung_up": make().hang_up()}
    if records[0]["eventSource"] == "aws:dynamodb":
        changed = (record["dynamodb"]["Keys"] for record in records if record["eventName"] != "REMOVE")
        found = [Key(change["pk"]["S"], change["sk"]["S"]) for change in changed]
        make().streamed([key for key in found if key.partition in keys.DUE_LISTS])
        return {"batchItemFailures": []}
    messages = [(record["messageId"], _read(record["body"])) for record in records]
    failed = make().queued([(message_id, one) for message_id, one in messages if isinstance(one, Key)])
    failed += make().pushed([(message_id, one) for message_id, one in messages if isinstance(one, Push)])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
