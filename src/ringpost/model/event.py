"""What happened, for those who want to know: rows of the outbox and lines of the audit."""

from typing import Any

from pydantic import Field

from ringpost.model.record import Entity
from ringpost.model.values import Timestamp, Uuid


class Event(Entity):
    """Something that happened, or (in the sandbox) will have happened at ``due_at``."""

    event_uuid: Uuid
    type: str
    domain_uuid: Uuid | None
    due_at: Timestamp
    call_uuid: Uuid | None = None
    sequence: int = 0
    data: dict[str, Any]

    def told(self) -> dict[str, Any]:
        """As it is told, to a webhook or in ``event-list``: Standard Webhooks' members, then ours."""
        return {
            "id": self.event_uuid,
            "type": self.type,
            "timestamp": self.due_at,
            "domain_uuid": self.domain_uuid,
            "call_uuid": self.call_uuid,
            "sequence": self.sequence,
            "data": self.data,
        }


class ToldEvent(Entity):
    """An event as it is told, to a webhook or in a list."""

    id: Uuid = Field(description="the same however often it is told: the webhook-id")
    type: str
    timestamp: Timestamp
    domain_uuid: Uuid | None = Field(description="null: it is about no domain")
    call_uuid: Uuid | None
    sequence: int = Field(description="the order of what happened in one call")
    data: dict[str, Any]


class Due(Entity):
    """That something is to be done then: hand an event on, try a delivery, or take a recording away."""

    made_at: Timestamp
    domain_uuid: Uuid | None = Field(description="the event's domain")
    place: str = Field(description="the event's place in the list of its domain; what the archive calls a recording")
    is_removal: bool = Field(default=False, description="the recording has been kept long enough")
    webhook_uuid: Uuid | None = Field(default=None, description="whom to deliver it to; null: to whoever wants it")
    home_uuid: Uuid | None = Field(default=None, description="the webhook's domain")
    lane: int = Field(default=0, description="deliveries to a webhook in one lane are tried one after the other")


class AuditLine(Entity):
    """Who did what, when, to which records. Never with what a secret could hide in."""

    at: Timestamp
    request_id: str
    key_uuid: Uuid | None
    token_uuid: Uuid | None = None
    action: str
    source_ip: str
    domain_uuid: Uuid | None
    events: tuple[str, ...]
    targets: tuple[Uuid, ...]
