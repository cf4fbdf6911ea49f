"""Pages of lists, and the cursors that lead from one to the next.

A cursor is a place in a list, signed with a seed of the key it was made for, over the action and
the query it belongs to: another key's, another query's or a changed one is refused.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from ringpost.context import Context
from ringpost.model.errors import InvalidRequest
from ringpost.model.record import Entity
from ringpost.model.requests import Listing, Page

WHOLE = 100_000
"""A list that is searched or sorted is read whole, this far."""

E = TypeVar("E", bound=Entity)


class PageOf(NamedTuple, Generic[E]):
    """Items, where the next page begins, and how many there are in all if that was asked."""

    items: list[E]
    next_cursor: str | None
    total: int | None = None


def page(context: Context, partition: str, kind: type[E], request: Listing) -> PageOf[E]:
    """A page of one partition; read no further than the page unless the caller asked for more."""
    if request.order or request.search or request.count or request.offset or request.exactly():
        everything = [item for _, item in context.store.listed(partition, kind, limit=WHOLE)]
        return arranged(context, everything, request)
    after = opened(context, request)
    found = context.store.listed(
        partition,
        kind,
        after=after[0] if after else None,
        descending=request.direction == "desc",
        limit=request.limit + 1,
    )
    items, more = found[: request.limit], len(found) > request.limit
    return PageOf([item for _, item in items], sealed(context, request, [items[-1][0]]) if more else None)


def arranged(context: Context, everything: list[E], request: Listing) -> PageOf[E]:
    """A page of a list that was read whole: searched, filtered, sorted, counted."""
    kept = [item for item in everything if _matches(item, request)]
    if request.order:
        kept.sort(key=lambda item: _sortable(getattr(item, request.order or "")))
    if request.direction == "desc":
        kept.reverse()
    after = opened(context, request)
    start = int(after[0]) if after else request.offset
    end = start + request.limit
    return PageOf(
        kept[start:end],
        sealed(context, request, [str(end)]) if end < len(kept) else None,
        len(kept) if request.count else None,
    )


def sealed(context: Context, request: Page, place: list[str]) -> str:
    """The cursor of a place in the list this request reads."""
    text = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(context, request, text) + text).decode().rstrip("=")


def opened(context: Context, request: Page) -> list[str] | None:
    """The place a request's cursor stands for; None without one."""
    if request.cursor is None:
        return None
    try:
        raw = base64.b64decode(request.cursor + "=" * (-len(request.cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _unusable() from None
    signature, text = raw[:16], raw[16:]
    if not hmac.compare_digest(signature, _signature(context, request, text)):
        raise _unusable()
    place: list[str] = json.loads(text)
    return place


def _signature(context: Context, request: Page, text: bytes) -> bytes:
    query = request.model_dump(exclude={"cursor", "limit", "count"}, exclude_unset=True)
    sealed_to: Mapping[str, Any] = {"action": context.action, "query": query}
    message = json.dumps(sealed_to, sort_keys=True, default=str).encode() + b"\0" + text
    return hmac.digest(context.actor.key.cursor_seed.encode(), message, hashlib.sha256)[:16]


def _unusable() -> InvalidRequest:
    return InvalidRequest(
        "cursor does not belong to this query and key: send next_cursor as it was answered, with the same parameters",
        parameter="cursor",
    )


def _matches(item: BaseModel, request: Listing) -> bool:
    if any(getattr(item, name) != wanted for name, wanted in request.exactly().items()):
        return False
    if not request.search:
        return True
    needle = request.search.casefold()
    return any(needle in value.casefold() for _, value in item if isinstance(value, str))


def _sortable(value: Any) -> tuple[bool, bool, Any]:
    """Nulls last; numbers as numbers, text without regard to case."""
    text = value.casefold() if isinstance(value, str) else value
    return value is None, isinstance(text, str), 0 if value is None else text
