"""Which webhooks want an event, and whoever else chooses as they do."""

from collections.abc import Iterable
from typing import Any, Protocol

from ringpost.auth.scopes import allows
from ringpost.model.event import Event
from ringpost.model.event_types import TYPES
from ringpost.model.webhook import TEST, Webhook
from ringpost.nearest import nearest


def check_types(patterns: Iterable[str]) -> None:
    """Refuse a pattern that no event has: a slip of the pen. A ``ValueError`` says which."""
    for pattern in patterns:
        if not any(allows([pattern.removeprefix("!")], one) for one in TYPES):
            raise ValueError(f"holds {pattern}, which is no type of event{nearest(pattern, sorted(TYPES))}")


class Filters(Protocol):
    """What somebody wants to be told of: types, and what it is to be about."""

    @property
    def events(self) -> tuple[str, ...]:
        """Types; ``*`` is one part, ``#`` anything."""

    @property
    def extensions(self) -> tuple[str, ...]:
        """Only what is about these; empty: about any."""

    @property
    def direction(self) -> str | None:
        """Only calls in that direction; None: in any."""


def wants(webhook: Webhook, event: Event) -> bool:
    """Whether a webhook is to be told of an event. A test is for the one that asked for it."""
    if not webhook.enabled or event.type == TEST:
        return False
    if webhook.domains and event.domain_uuid not in webhook.domains:
        return False
    return fits(webhook, event)


def fits(wanted: Filters, event: Event) -> bool:
    """Whether an event is one of those that are wanted."""
    if not allows(wanted.events, event.type):
        return False
    if wanted.direction is not None and _call(event).get("direction") != wanted.direction:
        return False
    return not wanted.extensions or not extensions(event).isdisjoint(wanted.extensions)


def extensions(event: Event) -> frozenset[str]:
    """The extensions an event is about: the one it names, or all that take part in its call."""
    own = event.data.get("extension")
    found = [own] if isinstance(own, str) else _call(event).get("extensions")
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list | tuple) else frozenset()


def _call(event: Event) -> dict[str, Any]:
    """The call an event is about; a call record is one itself."""
    call = event.data.get("call")
    return call if isinstance(call, dict) else event.data
