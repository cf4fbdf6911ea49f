"""What a write leaves beside it: events, the audit, what is due, and the webhooks that are told.

Their home is a domain, or None: the operator's, which hear of every domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from ringpost.store import Key
from ringpost.store.keys.layout import LayoutOf, Partition, PartitionWithin, of_home
from ringpost.store.keys.names import place

if TYPE_CHECKING:
    from ringpost.model.webhook import Webhook


# events and the audit

_events = Partition("{home}#events")
_audits = Partition("{home}#audit")


def events(domain: str | None) -> str:
    """What happened in a domain, or in none, by the time it fell due."""
    return _events(of_home(domain))


def event(domain: str | None, due_at: str, sequence: int, uuid: str) -> Key:
    """A row of the outbox, in the order in which events fall due, and those of one call one after the other."""
    return _events.at(of_home(domain), f"{due_at}#{sequence:04d}#{uuid}")


def event_at(domain: str | None, place: str) -> Key:
    """The row of the outbox in that place."""
    return _events.at(of_home(domain), place)


def audits(domain: str | None) -> str:
    """Who did what in a domain, or in none, by time."""
    return _audits(of_home(domain))


def audit(domain: str | None, at: str, request_id: str) -> Key:
    """A line of the audit."""
    return _audits.at(of_home(domain), f"{at}#{request_id}")


# what is due

_due = Partition("due#{number}")
DUE_LISTS = tuple(_due(str(number)) for number in range(8))
"""What is to be done, by when. Several, because a partition takes so many writes a second and no more."""


def due_event(domain: str | None, place: str) -> Key:
    """That an event is to be handed on. In the list it is where it is among the domain's events."""
    return Key(_due_list(domain or "operator"), place)


def due_delivery(webhook: str, at: str, place: str) -> Key:
    """That a delivery is to be tried. Those of one moment are in the order of their events."""
    return Key(_due_list(webhook), f"{at}#{place}#{webhook}")


def due_removal(domain: str, at: str, recording: str) -> Key:
    """That a recording has been kept long enough."""
    return Key(_due_list(domain), f"{at}#{recording}")


def _due_list(whose: str) -> str:
    return DUE_LISTS[crc32(whose.encode()) % len(DUE_LISTS)]


# webhooks

_webhook = PartitionWithin("{home}#webhook#{uuid}")
_truth, _secrets = _webhook.row("webhook"), _webhook.row("secret#webhook")
_webhooks = Partition("{home}#webhooks")
_deliveries = PartitionWithin("{home}#webhook#{uuid}#deliveries")


def webhook(home: str | None, uuid: str) -> Key:
    """A webhook by uuid."""
    return _truth(of_home(home), uuid)


def webhooks(home: str | None) -> str:
    """The list of the webhooks of a domain, or of the operator, by name."""
    return _webhooks(of_home(home))


def webhook_secrets(home: str | None, uuid: str) -> Key:
    """What a webhook signs with, and its own headers, in a row of their own."""
    return _secrets(of_home(home), uuid)


def deliveries(home: str | None, webhook: str) -> str:
    """The deliveries to a webhook, each where its event is among events."""
    return _deliveries(of_home(home), webhook)


def delivery(home: str | None, webhook: str, place: str) -> Key:
    """The delivery of the event in that place to a webhook, with every try."""
    return _deliveries.at(of_home(home), webhook, place)


webhook_layout: LayoutOf[Webhook] = LayoutOf(
    truth=lambda it: webhook(it.domain_uuid, it.webhook_uuid),
    copies=lambda it: (Key(webhooks(it.domain_uuid), place(it.name, it.webhook_uuid)),),
)
