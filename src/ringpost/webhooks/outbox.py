"""The outbox: what happened, and that it is to be handed on.

An event is put into the list of its domain and, in the same transaction, into a list of what is due. It stays
there until every webhook that wants it has a delivery, which is due in its turn. So nothing has to be told of an
event for it not to be forgotten: whoever looks at the due lists finds what is left to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol
from zlib import crc32

from ringpost.clock import Clock, seconds, stamp
from ringpost.model.due import Due
from ringpost.model.event import Event
from ringpost.model.webhook import Delivery, Webhook
from ringpost.store import MAX_WRITES, ConditionFailed, Delete, Key, Put, Row, Store, Write, keys
from ringpost.store.archive import Archive
from ringpost.webhooks.events import expiry
from ringpost.webhooks.subscriptions import wants

_LAST = "\uffff"
_MOST_WEBHOOKS = 100
LANES = 4
"""So many deliveries to a webhook are tried at a time. What is of one call is in one lane, so it goes in order."""


class Task(NamedTuple):
    """Something that is due, and the row that says so."""

    key: Key
    due: Due

    @property
    def at(self) -> float:
        """When it is due, in seconds since 1970."""
        return seconds(self.key.sort.partition("#")[0])

    @property
    def wait(self) -> float:
        """Seconds it had to wait from when it was made."""
        return self.at - seconds(self.due.made_at)

    @property
    def is_delivery(self) -> bool:
        """Whether a delivery is to be tried; if not, an event is to be handed on."""
        return self.due.webhook_uuid is not None

    @property
    def lane(self) -> str:
        """What is in one lane is done one after the other."""
        return f"{self.due.webhook_uuid}.{self.due.lane}"


class Listeners(Protocol):
    """Who is told of events as they are handed on, as well as it goes."""

    def told(self, happened: Iterable[Event]) -> None:
        """These were handed on. It raises nothing, and waits for nobody."""


class Outbox:
    """What is due, and handing events on."""

    def __init__(
        self, store: Store, clock: Clock, archive: Archive | None = None, listeners: Listeners | None = None
    ) -> None:
        self._listeners = listeners
        self._store = store
        self._clock = clock
        self._archive = archive

    def due(self, due_list: str, until: float, *, since: str = "0", after: str | None = None, limit: int) -> list[Task]:
        """The next so many tasks of a list that are due by then, in order."""
        between = (since, stamp(until) + _LAST)
        rows = self._store.query(due_list, between=between, after=after, limit=limit)
        return [Task(row.key, Due.model_validate_json(row.body)) for row in rows]

    def task(self, key: Key) -> Task | None:
        """A task by its row; None if it has been done, or is no task any more."""
        row = self._store.get(key)
        return Task(key, Due.model_validate_json(row.body)) if row else None

    def hand_on(self, tasks: Sequence[Task]) -> None:
        """Do what is due that is no delivery, in order: make those of events, as many as a transaction holds."""
        listening: dict[str | None, list[Webhook]] = {}
        waiting: list[tuple[Task, list[Write]]] = []
        happened: list[Event] = []
        for task in tasks:
            writes = self._handed_on(task, listening, happened)
            if sum(len(writes) for _, writes in waiting) + len(writes) > MAX_WRITES:
                self._write(waiting)
                waiting = []
            waiting.append((task, writes))
        self._write(waiting)
        if self._listeners is not None and happened:
            self._listeners.told(happened)

    def _handed_on(self, task: Task, listening: dict[str | None, list[Webhook]], happened: list[Event]) -> list[Write]:
        """The deliveries of an event, and that it is not due any more; none if somebody took the event back."""
        if task.due.is_removal:
            if self._archive is not None:
                self._archive.delete(task.due.place)
            return [Delete(task.key)]
        row = self._store.get(keys.event_at(task.due.domain_uuid, task.due.place))
        writes: list[Write] = [Delete(task.key, if_version=1)]
        if row is None:
            return writes
        event = Event.model_validate_json(row.body)
        happened.append(event)
        now = stamp(self._clock.now())
        for webhook in self._listening(task.due.domain_uuid, listening):
            if wants(webhook, event):
                writes += delivery(webhook, event, now)
        return writes

    def _listening(self, domain: str | None, known: dict[str | None, list[Webhook]]) -> Iterable[Webhook]:
        for home in dict.fromkeys((domain, None)):
            if home not in known:
                rows = self._store.query(keys.webhooks(home), limit=_MOST_WEBHOOKS)
                known[home] = [Webhook.model_validate_json(row.body) for row in rows]
            yield from known[home]

    def _write(self, waiting: Sequence[tuple[Task, list[Write]]]) -> None:
        if len(waiting) == 1 and len(waiting[0][1]) > MAX_WRITES:
            self._write_rest(*waiting[0])
            return
        try:
            if waiting:
                self._store.transact([write for _, writes in waiting for write in writes])
        except ConditionFailed:
            if len(waiting) == 1:
                self._write_rest(*waiting[0])
                return
            for one in waiting:
                self._write([one])

    def _write_rest(self, task: Task, writes: Sequence[Write]) -> None:
        """Write what is not there yet, if it is too much for a transaction, or somebody else was faster.

        Or took the event back, or had it put here anew.
        """
        if self._store.get(task.key) is None:
            return
        deliveries = writes[1:]
        for place in range(0, len(deliveries), 2):
            with suppress(ConditionFailed):
                self._store.transact(deliveries[place : place + 2])
        self._store.transact([Delete(task.key)])


def delivery(webhook: Webhook, event: Event, now: str) -> list[Write]:
    """A delivery of an event to a webhook, due now."""
    place = keys.event(event.domain_uuid, event.due_at, event.sequence, event.event_uuid).sort
    made = Delivery(
        delivery_id=place,
        webhook_uuid=webhook.webhook_uuid,
        home_uuid=webhook.domain_uuid,
        domain_uuid=event.domain_uuid,
        event_uuid=event.event_uuid,
        type=event.type,
        call_uuid=event.call_uuid,
        state="waiting",
        next_at=now,
    )
    return [Put(delivery_row(made), if_absent=True), Put(due_row(made, now))]


def delivery_row(delivery: Delivery) -> Row:
    """The row of a delivery."""
    key = keys.delivery(delivery.home_uuid, delivery.webhook_uuid, delivery.delivery_id)
    expires = expiry(delivery.delivery_id.partition("#")[0])
    return Row(key, delivery.model_dump_json(), delivery.version, expires)


def due_row(delivery: Delivery, now: str) -> Row:
    """That a delivery is to be tried when its time has come."""
    due = Due(
        made_at=now,
        domain_uuid=delivery.domain_uuid,
        place=delivery.delivery_id,
        webhook_uuid=delivery.webhook_uuid,
        home_uuid=delivery.home_uuid,
        lane=crc32((delivery.call_uuid or delivery.event_uuid).encode()) % LANES,
    )
    key = keys.due_delivery(delivery.webhook_uuid, delivery.next_at or now, delivery.delivery_id)
    return Row(key, due.model_dump_json(), expires=expiry(delivery.delivery_id.partition("#")[0]))
