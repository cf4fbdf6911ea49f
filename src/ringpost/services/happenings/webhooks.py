"""Webhooks: making, changing, testing them; what was delivered, and delivering it again."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.errors import CannotComply, InvalidRequest, NotFound, RateLimited
from ringpost.model.event import Event
from ringpost.model.event_requests import OneWebhook
from ringpost.model.notices import TrackedCall, TrackedLeg
from ringpost.model.requests import InDomain, Listing, Page
from ringpost.model.webhook import TEST, Delivery, DeliveryState, LiveSecret, Webhook, WebhookSecrets
from ringpost.nearest import nearest
from ringpost.services import kept, pages
from ringpost.services.tenants import domains
from ringpost.store import Delete, Put, Row, Write, keys
from ringpost.store.keys import webhook_layout
from ringpost.webhooks import writing
from ringpost.webhooks.addresses import Reach
from ringpost.webhooks.events import puts
from ringpost.webhooks.outbox import delivery, delivery_row, due_row
from ringpost.webhooks.signature import new_secret
from ringpost.webhooks.subscriptions import check_types

_MOST = 40
"""Webhooks of a domain, and of the operator."""
_AT_ONCE = 20
_NO_DOMAIN = "00000000-0000-0000-0000-000000000000"
_WORKS_FOR = 15.0
_A_MINUTE = 60.0
_TESTS_A_MINUTE = 6
_LOOKS_EVERY = 0.1
_FIRST, _LAST = "0", "\uffff"
_TOLD = frozenset({"webhook_uuid", "domain_uuid", "name", "events", "enabled"})
"""Not its address: for many receivers that is a secret."""


class Fresh(NamedTuple):
    """A webhook with its secret, to be answered once."""

    webhook: Webhook
    secret: str

    def shown(self) -> dict[str, Any]:
        """What is answered: the webhook, and this once what it signs with."""
        return {**self.webhook.model_dump(), "secret": self.secret}


def home_of(context: Context, request: InDomain) -> str | None:
    """The domain a request means; None for an operator that names none: all of them."""
    if request.domain_uuid is None and request.domain_name is None and context.actor.is_operator:
        return None
    return domains.uuid_of(context, request)


def found(context: Context, request: OneWebhook) -> Webhook:
    """The webhook a request means."""
    home = home_of(context, request)
    webhook = context.store.get(keys.webhook(home, request.webhook_uuid), Webhook)
    if webhook is None:
        raise NotFound("webhook not found: one of a domain is found in that domain")
    return webhook


def listed(context: Context, home: str | None, request: Listing) -> pages.PageOf[Webhook]:
    """The webhooks of a domain, or of the operator, by name."""
    if home is None:
        return pages.page(context, keys.webhooks(None), Webhook, request)
    return domains.page(context, home, keys.webhooks(home), Webhook, request)


def create(context: Context, home: str | None, url: str, members: dict[str, Any]) -> Fresh:
    """A new webhook, and the secret it signs with."""
    if home is not None:
        domains.stays(context, domains.named(context, home))
    if len(context.store.listed(keys.webhooks(home), Webhook, limit=_MOST)) >= _MOST:
        raise CannotComply(f"there are {_MOST} webhooks: delete one that is not needed")
    members = {name: value for name, value in members.items() if value is not None}
    headers = members.pop("headers", {})
    name = members.get("format", writing.PLAIN)
    members.setdefault("events", writing.default_events(name) if name != writing.PLAIN else ("#",))
    members = _checked(context, home, {"url": url, **members})
    secret = new_secret()
    webhook = kept.create(
        context,
        Webhook.model_validate(
            {
                "webhook_uuid": str(uuid.uuid4()),
                "domain_uuid": home,
                "name": urlsplit(url).hostname,
                "header_names": tuple(headers),
                **members,
            }
        ),
        webhook_layout,
    )
    _keep(context, webhook, WebhookSecrets(signing=(LiveSecret(secret=secret),), headers=headers))
    _tell(context, "webhook.created", webhook)
    return Fresh(webhook, secret)


def update(context: Context, webhook: Webhook, changes: dict[str, Any], if_version: int | None) -> Webhook:
    """Change a webhook. Enabled again, it begins anew: what it failed before is forgotten."""
    is_moved = "headers" not in changes and "url" in changes
    if changes.get("url"):
        _check_url(context, changes["url"])
    if "headers" in changes:
        headers = changes.pop("headers") or {}
        secrets = _secrets(context, webhook)
        _keep(context, webhook, secrets.model_copy(update={"headers": headers, "version": secrets.version + 1}))
        changes["header_names"] = tuple(headers)
    if changes.get("enabled", False) in (True, None):
        changes |= {"disabled_because": None, "failing_since": None}
    if "name" in changes and changes["name"] is None:
        changes["name"] = urlsplit(changes.get("url") or webhook.url).hostname
    if "events" in changes and changes["events"] is None:
        changes["events"] = ("#",)
    plain = kept.cleared(Webhook, changes)
    checked = _checked(context, webhook.domain_uuid, {**_templated(webhook), **plain}, url_is_new="url" in changes)
    if is_moved:
        _check_headers(webhook, checked["url"])
    after = kept.update(context, webhook, {**plain, **checked}, webhook_layout, if_version=if_version)
    _tell(context, "webhook.updated", after)
    return after


def delete(context: Context, webhook: Webhook, if_version: int | None) -> None:
    """Take a webhook away; what it has not been told of, it will not be."""
    kept.delete(context, webhook, webhook_layout, if_version=if_version)
    context.store.stage(Delete(keys.webhook_secrets(webhook.domain_uuid, webhook.webhook_uuid)))
    _tell(context, "webhook.deleted", webhook)


def rotate(context: Context, webhook: Webhook, overlap_seconds: int) -> Fresh:
    """A new secret. For the overlap deliveries are signed with both."""
    secret, before = new_secret(), _secrets(context, webhook)
    until = stamp(seconds(context.now) + overlap_seconds)
    newest = before.signing[0]
    old = (newest.model_copy(update={"expires_at": until}),) if overlap_seconds else ()
    signing = (LiveSecret(secret=secret), *old)
    _keep(context, webhook, before.model_copy(update={"signing": signing, "version": before.version + 1}))
    _tell(context, "webhook.rotated", webhook)
    return Fresh(webhook, secret)


def test(context: Context, webhook: Webhook, wait: float) -> Delivery:
    """Have a test delivered, and see for so many seconds what becomes of it."""
    if not webhook.enabled:
        raise CannotComply("the webhook is disabled: webhook-update enabled=true")
    _check_tested_seldom(context, webhook)
    event = Event(
        event_uuid=str(uuid.uuid4()),
        type=TEST,
        domain_uuid=webhook.domain_uuid,
        due_at=stamp(context.clock.now()),
        data={
            "webhook_uuid": webhook.webhook_uuid,
            "name": webhook.name,
            "extension": "100",
            "call": _example(context),
        },
    )
    event_row, _ = puts(event, event.due_at)
    for write in (event_row, *delivery(webhook, event, event.due_at)):
        context.store.stage(write)
    context.commit()
    place = event_row.key.sort
    return _awaited(context, webhook, place, wait)


def _check_tested_seldom(context: Context, webhook: Webhook) -> None:
    """A test is waited for, and whoever waits takes the place of somebody else's request."""
    since = stamp(context.clock.now() - _A_MINUTE)
    partition = keys.deliveries(webhook.domain_uuid, webhook.webhook_uuid)
    latest = context.store.everything(partition, Delivery, between=(since, _LAST))
    if sum(one.type == TEST for _, one in latest) >= _TESTS_A_MINUTE:
        raise RateLimited(f"a webhook is tested {_TESTS_A_MINUTE} times a minute at most", retry_after=int(_A_MINUTE))


def _example(context: Context) -> dict[str, Any]:
    """A call as events tell one, so that a template has something to write."""
    end = seconds(context.now)
    caller = TrackedLeg(
        leg_uuid=str(uuid.uuid4()),
        number="5550199",
        state="ended",
        start_stamp=stamp(end - 30),
        answer_stamp=stamp(end - 25),
        end_stamp=stamp(end),
        hangup_cause="NORMAL_CLEARING",
        ended_by="party",
    )
    called = caller.model_copy(
        update={
            "leg_uuid": str(uuid.uuid4()),
            "source_uuid": caller.leg_uuid,
            "extension": "100",
            "number": "100",
            "ended_by": "switch",
        }
    )
    call = TrackedCall(
        call_uuid=caller.leg_uuid,
        domain_uuid=_NO_DOMAIN,
        domain_name="test.example.net",
        direction="inbound",
        start_stamp=stamp(end - 30),
        end_stamp=stamp(end),
        caller_id_number="5550199",
        caller_id_name="Ringpost test",
        destination_number="5550100",
        legs=(caller, called),
    )
    return call.told()


def deliveries(context: Context, webhook: Webhook, request: Page, wanted: "Wanted") -> pages.PageOf[Delivery]:
    """A page of what was and is to be delivered to a webhook, newest event first; as cdr-search it may be short."""
    partition = keys.deliveries(webhook.domain_uuid, webhook.webhook_uuid)
    return pages.newest(context, partition, Delivery, request, (wanted.since, wanted.until), wanted.includes)


class Wanted(NamedTuple):
    """Which deliveries of a webhook are meant: of events from then, until then, in that state."""

    since: str | None = None
    until: str | None = None
    states: frozenset[DeliveryState] = frozenset()

    @property
    def between(self) -> tuple[str, str]:
        """The places of these events."""
        return self.since or _FIRST, self.until or _LAST

    def includes(self, delivery: Delivery) -> bool:
        """Whether a delivery is in one of the states; none: in any."""
        return not self.states or delivery.state in self.states


def retry(context: Context, webhook: Webhook, delivery_id: str) -> Delivery:
    """Have one delivery tried again, now."""
    _check_enabled(webhook)
    key = keys.delivery(webhook.domain_uuid, webhook.webhook_uuid, delivery_id)
    found = context.store.get(key, Delivery)
    if found is None:
        raise NotFound("delivery not found: send delivery_id as delivery-list answers it")
    again, writes = _again(context, found)
    for write in writes:
        context.store.stage(write, Moved())
    _tell_retried(context, webhook, 1)
    return again


def retry_all(context: Context, webhook: Webhook, wanted: Wanted, after: str | None) -> tuple[int, str | None]:
    """Have all these deliveries tried again, in order: how many, and where to go on if that was not all in time."""
    _check_enabled(webhook)
    pages.check_span(wanted.since, wanted.until)
    partition = keys.deliveries(webhook.domain_uuid, webhook.webhook_uuid)
    until, count = context.clock.now() + _WORKS_FOR, 0
    while True:
        rows = context.store.listed(partition, Delivery, between=wanted.between, after=after, limit=_AT_ONCE)
        for _, found in rows:
            if wanted.includes(found):
                for write in _again(context, found)[1]:
                    context.store.stage(write, Moved())
                count += 1
        is_last = len(rows) < _AT_ONCE
        after = None if is_last else rows[-1][0]
        if is_last or context.clock.now() > until:
            _tell_retried(context, webhook, count)
            return count, after
        context.commit()


def _again(context: Context, before: Delivery) -> tuple[Delivery, Sequence[Write]]:
    now = stamp(context.clock.now())
    after = before.model_copy(update={"state": "waiting", "next_at": now, "tries": 0, "version": before.version + 1})
    old = [Delete(due_row(before, now).key)] if before.state == "waiting" else []
    new = Put(due_row(after, now))
    row = Put(delivery_row(after), if_version=before.version)
    return after, [row, new, *(one for one in old if one.key != new.key)]


def _awaited(context: Context, webhook: Webhook, place: str, wait: float) -> Delivery:
    key = keys.delivery(webhook.domain_uuid, webhook.webhook_uuid, place)
    until = context.clock.now() + wait
    while True:
        found = context.store.get(key, Delivery)
        if found is None:
            raise NotFound("the webhook was deleted meanwhile")
        if found.attempts or context.clock.now() >= until:
            return found
        context.clock.sleep(_LOOKS_EVERY)


def _checked(context: Context, home: str | None, members: dict[str, Any], *, url_is_new: bool = True) -> dict[str, Any]:
    """The members of a webhook, as they fit together."""
    if url_is_new:
        _check_url(context, members["url"])
    _check(check_types, members.get("events") or (), "events")
    name = members.get("format", writing.PLAIN)
    if name not in writing.formats():
        hint = nearest(name, writing.formats())
        raise InvalidRequest(f"there is no format {name}{hint}: {', '.join(writing.formats())}", parameter="format")
    fields = members.get("fields")
    if (name == writing.OWN) != (fields is not None):
        raise InvalidRequest("fields belong to the format template, which needs them", parameter="fields")
    content_type = writing.content_type_of(name) or members.get("content_type", "application/json")
    if fields is not None:
        _check(partial(writing.check, content_type), fields, "fields")
    named = members.get("domains")
    if named and home is not None:
        raise InvalidRequest("domains are for an operator's webhook: this one has its own domain", parameter="domains")
    members = {**members, "content_type": content_type}
    return {**members, "domains": _uuids(context, named)} if named else members


def _check_headers(webhook: Webhook, url: str) -> None:
    """Headers are secrets between two: whoever moves a webhook elsewhere does not take them along unseen."""
    if webhook.header_names and urlsplit(url)[:2] != urlsplit(webhook.url)[:2]:
        raise InvalidRequest("headers were meant for the address before: send them too, or null", parameter="headers")


def _check_url(context: Context, url: str) -> None:
    _check(Reach(context.webhook_networks).check, url, "url")


def _check(rule: Callable[[Any], object], value: Any, parameter: str) -> None:
    try:
        rule(value)
    except ValueError as error:
        raise InvalidRequest(f"{parameter} {error}", parameter=parameter) from None


def _uuids(context: Context, references: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({domains.named(context, reference.lower()).domain_uuid for reference in references}))


def _templated(webhook: Webhook) -> dict[str, Any]:
    return webhook.model_dump(include={"url", "format", "content_type", "fields"})


def _keep(context: Context, webhook: Webhook, secrets: WebhookSecrets) -> None:
    key = keys.webhook_secrets(webhook.domain_uuid, webhook.webhook_uuid)
    row = Row(key, secrets.model_dump_json(), secrets.version)
    is_new = secrets.version == 1
    context.store.stage(Put(row, if_absent=True) if is_new else Put(row, if_version=secrets.version - 1), Moved())


def _secrets(context: Context, webhook: Webhook) -> WebhookSecrets:
    secrets = context.store.get(keys.webhook_secrets(webhook.domain_uuid, webhook.webhook_uuid), WebhookSecrets)
    if secrets is None:
        raise NotFound("webhook not found")
    return secrets


def _check_enabled(webhook: Webhook) -> None:
    if not webhook.enabled:
        raise CannotComply("the webhook is disabled, and would be told nothing: webhook-update enabled=true")


def _tell_retried(context: Context, webhook: Webhook, count: int) -> None:
    told = {"webhook_uuid": webhook.webhook_uuid, "deliveries": count}
    context.happened("webhook.retried", webhook.domain_uuid, told)


def _tell(context: Context, what: str, webhook: Webhook) -> None:
    context.happened(what, webhook.domain_uuid, webhook.model_dump(include=set(_TOLD)))
