"""An event as it is put into the outbox."""

import uuid
from collections.abc import Mapping
from typing import Any

from ringpost.clock import seconds
from ringpost.model.due import Due
from ringpost.model.event import Event
from ringpost.store import Put, Row, keys

KEPT_DAYS = 30
_DAY = 86_400


def new_event(what: str, domain_uuid: str | None, at: str, data: Mapping[str, Any]) -> Event:
    """Something that happened just now and belongs to no call."""
    return Event(event_uuid=str(uuid.uuid4()), type=what, domain_uuid=domain_uuid, due_at=at, data=dict(data))


def puts(event: Event, now: str) -> tuple[Put, Put]:
    """An event, and that it is to be handed on."""
    place = keys.event(event.domain_uuid, event.due_at, event.sequence, event.event_uuid)
    due = Due(made_at=now, domain_uuid=event.domain_uuid, place=place.sort)
    expires = expiry(event.due_at)
    return (
        Put(Row(place, event.model_dump_json(), expires=expires)),
        Put(Row(keys.due_event(event.domain_uuid, place.sort), due.model_dump_json(), expires=expires)),
    )


def expiry(due_at: str) -> int:
    """Until when an event and its deliveries are kept, in seconds since 1970."""
    return int(seconds(due_at)) + KEPT_DAYS * _DAY
