"""Trying a delivery, and what becomes of it."""

import logging
from dataclasses import replace

from ringpost.clock import Clock, seconds, stamp
from ringpost.model.event import Event
from ringpost.model.webhook import TEST, Attempt, Delivery, Webhook, WebhookSecrets
from ringpost.store import ConditionFailed, Delete, Put, Row, Store, Write, keys
from ringpost.store.keys import webhook_layout
from ringpost.webhooks import schedule
from ringpost.webhooks.events import new_event, puts
from ringpost.webhooks.outbox import Task, delivery_row, due_row
from ringpost.webhooks.posting import Answer, Posting
from ringpost.webhooks.signature import signed
from ringpost.webhooks.writing import Link, written

USER_AGENT = "Ringpost-Webhooks"
_KEPT_ATTEMPTS = 20
_GONE = 410
_TELLTALE = 8
_log = logging.getLogger("ringpost")


class Courier:
    """Tries deliveries. Of a delivery there is one row, and one that says when it is due, while it is."""

    def __init__(self, store: Store, clock: Clock, posting: Posting, link: Link) -> None:
        """``link`` is where a recording can be heard."""
        self._store = store
        self._clock = clock
        self._posting = posting
        self._link = link

    def attempt(self, task: Task) -> Delivery | None:
        """Try a delivery that is due, and write down what became of it. None if there was nothing to try.

        Written after the receiver has answered: whoever dies in between has it tried again, with the same id.
        """
        delivery = self._waiting(task)
        if delivery is None:
            self._forget(task)
            return None
        webhook = self._webhook(task)
        event = self._event(task)
        if webhook is None:
            return self._write(task, delivery, [Delete(delivery_row(delivery).key)])
        if event is None or not webhook.enabled:
            why = "the event is past" if event is None else "the webhook is disabled"
            return self._ended(task, delivery, Attempt(at=self._now(), seconds=0.0, error=why))
        begun = self._now()
        answer = self._posted(webhook, event)
        tried = Attempt(
            at=begun,
            status=answer.status,
            error=answer.error or _refusal(answer.status),
            seconds=round(answer.seconds, 3),
            excerpt=answer.excerpt or None,
        )
        if tried.error is None:
            done = self._ended(task, delivery, tried, state="delivered")
            self._recovered(webhook)
            return done
        later = self._failed(task, delivery, tried, answer.retry_after)
        if event.type != TEST:
            self._fell_ill(webhook, gone=answer.status == _GONE)
        return later

    def _waiting(self, task: Task) -> Delivery | None:
        key = keys.delivery(task.due.home_uuid, task.due.webhook_uuid or "", task.due.place)
        row = self._store.get(key)
        delivery = Delivery.model_validate_json(row.body) if row else None
        if delivery is None or delivery.state != "waiting" or due_row(delivery, "").key != task.key:
            return None
        return delivery

    def _webhook(self, task: Task) -> Webhook | None:
        row = self._store.get(keys.webhook(task.due.home_uuid, task.due.webhook_uuid or ""))
        return Webhook.model_validate_json(row.body) if row else None

    def _event(self, task: Task) -> Event | None:
        row = self._store.get(keys.event_at(task.due.domain_uuid, task.due.place))
        return Event.model_validate_json(row.body) if row else None

    def _posted(self, webhook: Webhook, event: Event) -> Answer:
        row = self._store.get(keys.webhook_secrets(webhook.domain_uuid, webhook.webhook_uuid))
        secrets = WebhookSecrets.model_validate_json(row.body) if row else WebhookSecrets(signing=())
        now = self._clock.now()
        try:
            body, content_type = written(webhook, event, self._link)
            headers = {
                **secrets.headers,
                "Content-Type": content_type,
                "User-Agent": USER_AGENT,
                **signed(event.event_uuid, now, body, secrets.live(stamp(now))),
            }
            answer = self._posting.post(webhook.url, headers, body)
        except ValueError:
            _log.exception("an event cannot be written", extra={"event_uuid": event.event_uuid})
            return Answer(error="it could not be written: our log has it")
        return replace(answer, excerpt="") if _says_back(answer.excerpt, secrets) else answer

    def _failed(self, task: Task, delivery: Delivery, tried: Attempt, retry_after: float | None) -> Delivery:
        wait = schedule.wait(delivery.tries + 1, retry_after)
        if wait is None or tried.status == _GONE or delivery.type == TEST:
            return self._ended(task, delivery, tried)
        now = self._clock.now()
        later = _tried(delivery, tried, "waiting", next_at=stamp(now + wait))
        return self._write(task, later, [Put(due_row(later, stamp(now)))])

    def _ended(self, task: Task, delivery: Delivery, tried: Attempt, state: str = "failed") -> Delivery:
        return self._write(task, _tried(delivery, tried, state), [])

    def _write(self, task: Task, delivery: Delivery, writes: list[Write]) -> Delivery:
        row = delivery_row(delivery)
        is_gone = any(write.key == row.key for write in writes)
        kept = [] if is_gone else [Put(row, if_version=delivery.version - 1)]
        try:
            self._store.transact([*kept, Delete(task.key), *writes])
        except ConditionFailed:
            _log.info("somebody else has tried %s meanwhile", delivery.delivery_id)
        return delivery

    def _forget(self, task: Task) -> None:
        self._store.transact([Delete(task.key)])

    def _recovered(self, webhook: Webhook) -> None:
        if webhook.failing_since is not None:
            self._note(webhook, failing_since=None)

    def _fell_ill(self, webhook: Webhook, *, gone: bool) -> None:
        """Note the first failure in a row; disable what is gone, or has failed for days."""
        since, now = webhook.failing_since, self._clock.now()
        if gone:
            self._disable(webhook, "gone")
        elif since is None:
            self._note(webhook, failing_since=stamp(now))
        elif now - seconds(since) >= schedule.DISABLED_AFTER:
            self._disable(webhook, "failing")

    def _disable(self, webhook: Webhook, because: str) -> None:
        told = {"webhook_uuid": webhook.webhook_uuid, "name": webhook.name, "because": because}
        event = new_event("webhook.disabled", webhook.domain_uuid, self._now(), told)
        changes = {"enabled": False, "disabled_because": because, "version": webhook.version + 1}
        self._note(webhook, *puts(event, event.due_at), **changes)

    def _note(self, webhook: Webhook, *more: Put, **changes: object) -> None:
        """Write how a webhook fares into all its rows.

        Its version stays, as nobody has changed what it is to do; but not when it is disabled, or another lane
        would enable it again with what it has read before.
        """
        noted = Webhook.model_validate({**webhook.model_dump(), **changes})
        layout, body = webhook_layout(webhook), noted.model_dump_json()
        puts = [Put(Row(key, body, noted.version), if_version=webhook.version) for key in layout.all]
        try:
            self._store.transact([*puts, *more])
        except ConditionFailed:
            return  # it was changed meanwhile: the next attempt sees it as it is

    def _now(self) -> str:
        return stamp(self._clock.now())


def _tried(delivery: Delivery, tried: Attempt, state: str, next_at: str | None = None) -> Delivery:
    return Delivery.model_validate(
        {
            **delivery.model_dump(exclude={"attempts"}),
            "attempts": (*delivery.attempts, tried)[-_KEPT_ATTEMPTS:],
            "tries": delivery.tries + 1,
            "state": state,
            "next_at": next_at,
            "version": delivery.version + 1,
        }
    )


def _says_back(excerpt: str, secrets: WebhookSecrets) -> bool:
    """Whether a receiver says what we sent in secret, or the beginning of it: that is shown to nobody."""
    words = (word for value in secrets.headers.values() for word in value.split())
    return any(word[:_TELLTALE] in excerpt for word in words if len(word) >= _TELLTALE)


def _refusal(status: int | None) -> str | None:
    if status is not None and 200 <= status < 300:
        return None
    return f"it answered {status}"
