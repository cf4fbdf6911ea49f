"""A webhook: where what happens is told; its deliveries, and what became of each."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ringpost.model.call import Direction
from ringpost.model.record import Entity, Record, is_none
from ringpost.model.values import (
    EventPatterns,
    ExtensionNumber,
    Name,
    Reference,
    Timestamp,
    Uuid,
    comma_separated,
    matching,
)

TEST = "webhook.test"
"""The event that only the webhook it was asked for is told of."""

ContentType = Literal["application/json", "application/x-www-form-urlencoded"]
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,2046}[\x21-\x7e])?")
_OURS = frozenset(
    {"connection", "content-length", "content-type", "expect", "host", "keep-alive", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "user-agent"}
)


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if _HEADER.fullmatch(name) is None or name.lower() in _OURS or name.lower().startswith(("webhook-", "proxy-")):
            raise ValueError(f"must not set {name[:64]!a}: it is ours, or no header")
        if _HEADER_VALUE.fullmatch(text) is None:
            raise ValueError(f"holds a value for {name} that no header can have")
    if len({name.lower() for name in value}) != len(value):
        raise ValueError("must name each header once")
    return value


DeliveryId = Annotated[
    str,
    matching(re.compile(r"[0-9-]{10}T[0-9:.]{12}Z#[0-9]{4}#[0-9a-f-]{36}"), "must be as delivery-list answers it"),
]
Headers = Annotated[dict[str, str], Field(max_length=10), AfterValidator(_headers)]
FormatName = Annotated[str, matching(re.compile("[a-z0-9-]{1,32}"), "must be the name of a format")]


class Webhook(Record):
    """Where what happens is told. Its secret and its own headers are in a row of their own."""

    webhook_uuid: Uuid
    domain_uuid: Uuid | None = Field(description="null: the operator's, told of every domain")
    name: str
    url: str
    events: tuple[str, ...] = Field(description="which types of event; * is one part, # anything, ! in front forbids")
    domains: tuple[Uuid, ...] = Field(default=(), description="only of these; an operator's webhook. Empty: of all")
    extensions: tuple[str, ...] = Field(default=(), description="only what is about these; empty: about any")
    direction: Direction | None = Field(default=None, description="only calls in that direction; null: in any")
    format: str = Field(default="event", description="how it is written: event, a CRM's, or template")
    content_type: ContentType = "application/json"
    fields: dict[str, Any] | None = Field(default=None, description="the template, if the format is one of your own")
    header_names: tuple[str, ...] = Field(default=(), description="headers of your own that are sent along")
    enabled: bool = True
    disabled_because: Literal["gone", "failing"] | None = Field(
        default=None, description="gone: it answered 410; failing: five days of nothing but failures"
    )
    failing_since: Timestamp | None = Field(default=None, description="the first of the failures in a row")
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    @property
    def owners(self) -> tuple[str, ...]:
        """Nobody's: a key that acts for a user changes none."""
        return ()


class WebhookSettings(Entity):
    """What a caller may set of a webhook. Left out: as it is. Null: as it is for a new one."""

    name: Name | None = Field(default=None, description="what it is for; null: the host of its address")
    events: EventPatterns | None = Field(
        default=None, description="types of event: call.ended; call.*; # for all; !cdr.* for none of these"
    )
    domains: Annotated[tuple[Reference, ...], Field(max_length=100), comma_separated] | None = Field(
        default=None, description="only of these domains, by name or UUID; an operator's webhook"
    )
    extensions: Annotated[tuple[ExtensionNumber, ...], Field(max_length=200), comma_separated] | None = Field(
        default=None, description="only what is about these extensions"
    )
    direction: Direction | None = Field(default=None, description="only calls in that direction")
    format: FormatName | None = Field(
        default=None, description="event (all there is), a CRM's such as hubspot, or template with fields of your own"
    )
    content_type: ContentType | None = Field(default=None, description="of a template of your own")
    fields: dict[str, Any] | None = Field(
        default=None, description='a template: {"Phone": "{from_number}", "Subject": "Call of {from_name}"}'
    )
    headers: Headers | None = Field(
        default=None, description="sent along, such as an Authorization the receiver wants; never answered"
    )
    enabled: bool | None = None


class LiveSecret(Entity):
    """A secret that deliveries are signed with; ``expires_at`` is set on the older one while a rotation overlaps."""

    secret: str = Field(repr=False)
    expires_at: Timestamp | None = None


class WebhookSecrets(Entity):
    """What nobody is shown of a webhook."""

    signing: tuple[LiveSecret, ...]
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    version: int = 1

    def live(self, now: str) -> list[str]:
        """The secrets to sign with now."""
        return [one.secret for one in self.signing if one.expires_at is None or one.expires_at > now]


class Attempt(Entity):
    """One try to deliver an event."""

    at: Timestamp
    status: int | None = Field(default=None, description="what the receiver answered; null: nothing")
    error: str | None = Field(default=None, description="why it did not go well")
    seconds: float
    excerpt: str | None = Field(default=None, exclude_if=is_none, description="the beginning of what it answered")


DeliveryState = Literal["waiting", "delivered", "failed"]


class Delivery(Entity):
    """An event for one webhook, and what became of it."""

    delivery_id: str = Field(description="where its event is among the events of its domain")
    webhook_uuid: Uuid
    home_uuid: Uuid | None = Field(default=None, description="the webhook's domain")
    domain_uuid: Uuid | None = Field(default=None, description="the event's domain")
    event_uuid: Uuid = Field(description="the webhook-id of every attempt")
    type: str
    call_uuid: Uuid | None = None
    state: DeliveryState
    next_at: Timestamp | None = Field(default=None, description="when it is tried next, or was put back to be")
    tries: int = Field(default=0, description="since it was last asked for; ten at most")
    attempts: tuple[Attempt, ...] = Field(default=(), description="the last twenty, oldest first")
    version: int = 1
