"""What happened, for those who want to know: rows of the outbox and lines of the audit."""

from typing import Any

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
