"""Pages of lists, and the cursors that lead from one to the next.

A cursor is a place in a list, sealed with a seed of the key it was made for, to the action, the query
and the user it belongs to: another key's, another query's or a changed one is refused, and nobody reads it.

It names a row that whoever asks may see: the last one that was shown, or that a filter of the request's own passed
over. Rows that are hidden from a user do not count: a page is what it would be if they were not there. Only where more
than ``MOST_PASSED`` of them follow each other it ends early, maybe with nothing, and goes on there.
"""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isqrt
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json

from ringpost.auth.sealing import seal, unseal
from ringpost.context import Context
from ringpost.model.errors import CannotComply, InvalidRequest
from ringpost.model.record import Entity
from ringpost.model.requests import Listing, Page
from ringpost.model.values import is_uuid

MOST_PASSED = 5_000
"""Rows that a page passes over because they are hidden."""
_AT_ONCE = 500

FULL = 3_000_000
"""Bytes of JSON in UTF-8: so long any page is at most. Lambda takes 6 MB, each quotation mark escaped once more."""

_FIRST, _LAST = "0", "\uffff"
_MOST_BYTES = 4
"""Of a character in UTF-8."""
_LONGEST_SORTED = 100
"""Characters: a cursor that holds them stays short enough to be sent."""
_NO_TEXT = ("_uuid", "_date", "_user", "_stamp")
E = TypeVar("E", bound=Entity)
R = TypeVar("R")


class PageOf(NamedTuple, Generic[E]):
    """Items, where the next page begins, and how many there are in all if that was asked."""

    items: list[E]
    next_cursor: str | None
    total: int | None = None


def page(context: Context, partition: str, kind: type[E], request: Listing) -> PageOf[E]:
    """A page of one partition; read no further than the page unless the caller asked for more."""
    if request.reads_all:
        return arranged(context, context.store.everything(partition, kind), request)
    after, weigh = opened(context, request), Scales(context)
    found = context.store.listed(
        partition,
        kind,
        after=after[-1] if after else None,
        descending=request.direction == "desc",
        limit=request.limit + 1,
    )
    return _cut(context, request, found, weigh)


def newest(
    context: Context,
    partition: str,
    kind: type[E],
    request: Page,
    between: tuple[str | None, str | None],
    fits: Callable[[E], bool],
    is_there: Callable[[E], bool] | None = None,
) -> PageOf[E]:
    """A page of a long list, newest first: no more rows are looked at than may be answered.

    So a page of what ``fits`` may be short, or empty, and still have a next one. ``between`` are times. What is not
    there for whoever asks is passed over.
    """
    after, weigh = opened(context, request), Scales(context)
    rows = stretch(
        context,
        [partition],
        kind,
        between=between,
        after=after[0] if after else None,
        limit=request.limit,
        is_there=is_there,
    ).fitting(weigh, fits)
    items = [one for _, one in rows.items if fits(one)]
    return PageOf(items, sealed(context, request, [rows.last]) if rows.last else None)


class Rows(NamedTuple, Generic[E]):
    """The next rows of a list, and after which to go on if there are more."""

    items: Sequence[tuple[str, E]]
    last: str | None

    def fitting(self, weigh: "Scales", fits: Callable[[E], bool]) -> "Rows[E]":
        """As many of them as an answer holds of those that fit."""
        kept = weigh.fitting(self.items, lambda row: row[1] if fits(row[1]) else None)
        return self if len(kept) == len(self.items) else Rows(kept, kept[-1][0])


def stretch(
    context: Context,
    partitions: Sequence[str],
    kind: type[E],
    *,
    between: tuple[str | None, str | None],
    after: str | None,
    limit: int,
    is_there: Callable[[E], bool] | None = None,
) -> Rows[E]:
    """The next so many of a long list that are there, newest first.

    Of several lists by the same sort key what is in any of them is in it once. ``is_there`` says itself what is there
    for whoever asks. A list that hides nothing is read once, one row further than is answered.
    """
    check_span(*between)
    found: list[tuple[str, E]] = []
    passed, wanted = 0, limit + 1
    while True:
        listed = {
            place: one
            for partition in partitions
            for place, one in context.store.listed(
                partition,
                kind,
                between=(between[0] or _FIRST, between[1] or _LAST),
                after=after,
                descending=True,
                limit=wanted,
                of_anybody=is_there is not None,
            )
        }
        rows = sorted(listed.items(), reverse=True)[:wanted]
        found += rows if is_there is None else [row for row in rows if is_there(row[1])]
        if len(found) > limit:
            return Rows(found[:limit], found[limit - 1][0])
        if len(rows) < wanted:
            return Rows(found, None)
        after, passed, wanted = rows[-1][0], passed + len(rows), max(wanted, _AT_ONCE)
        if passed > MOST_PASSED + limit:
            return Rows(found, after)


def merged(
    context: Context,
    days: Iterable[Sequence[str]],
    kind: type[E],
    *,
    between: tuple[str | None, str | None],
    after: str | None,
    limit: int,
    is_there: Callable[[E], bool],
) -> Rows[E]:
    """The next so many of a long list that lies in days, newest first, and of each day in several partitions.

    As ``stretch``, but of each partition little is read at once: with many of them, no more is read than is answered, a
    few rows of each aside.
    """
    found: list[tuple[str, E]] = []
    passed = 0
    for partitions in days:
        at_once = (limit + 1) // len(partitions) + isqrt(limit) + 1
        parts = (_falling(context, one, kind, between, after, at_once) for one in partitions)
        for place, one in heapq.merge(*parts, key=lambda row: row[0], reverse=True):
            if not is_there(one):
                passed += 1
                if passed > MOST_PASSED:
                    return Rows(found, place)
                continue
            if len(found) == limit:
                return Rows(found, found[-1][0])
            found.append((place, one))
    return Rows(found, None)


def _falling(
    context: Context,
    partition: str,
    kind: type[E],
    between: tuple[str | None, str | None],
    after: str | None,
    at_once: int,
) -> Iterator[tuple[str, E]]:
    """The rows of a partition from a place on, newest first, read as they are asked for."""
    bounds = (between[0] or _FIRST, between[1] or _LAST)
    while rows := context.store.listed(
        partition, kind, between=bounds, after=after, descending=True, limit=at_once, of_anybody=True
    ):
        yield from rows
        if len(rows) < at_once:
            return
        after = rows[-1][0]


class Scales:
    """How much of a page an answer holds. Made before its rows are read, it weighs none that are surely light."""

    def __init__(self, context: Context | None = None) -> None:
        """Without a context everything is weighed: what no store keeps."""
        self._store = context.store if context else None
        self._read = context.store.listed_chars if context else 0

    def fitting(self, rows: Sequence[R], shown: Callable[[R], Any]) -> Sequence[R]:
        """The first rows, at least one, which as they are answered have ``FULL`` bytes together at most.

        ``shown`` is what is answered of a row; ``None`` if nothing is.
        """
        if self._store is not None and (self._store.listed_chars - self._read) * _MOST_BYTES <= FULL:
            return rows
        total = 0
        for place, row in enumerate(rows):
            item = shown(row)
            total += len(to_json(item)) + 1 if item is not None else 0
            if total > FULL and place:
                return rows[:place]
        return rows


def whole(items: list[R]) -> list[R]:
    """All of a list that has no pages; refused if an answer does not hold it."""
    if len(Scales().fitting(items, lambda item: item)) < len(items):
        raise CannotComply("this list is longer than an answer may be: the action that searches it has pages")
    return items


def check_span(since: str | None, until: str | None) -> None:
    """Refuse a span of time that ends before it begins."""
    if since and until and since > until:
        raise InvalidRequest("from must be before until", parameter="from")


def arranged(context: Context, everything: Iterable[tuple[str, E]], request: Listing) -> PageOf[E]:
    """A page of a list that was read whole, with sort keys: searched, filtered, sorted, counted."""
    falling = request.direction == "desc"
    kept = [row for row in everything if _matches(row[1], request)]
    kept.sort(key=lambda row: _place(row, request), reverse=falling)
    after = opened(context, request)
    rest = kept[request.offset :]
    if after:
        rest = [row for row in kept if (_place(row, request) < after if falling else _place(row, request) > after)]
    cut = _cut(context, request, rest, Scales())
    return cut._replace(total=len(kept)) if request.count else cut


def _cut(context: Context, request: Listing, rows: list[tuple[str, E]], weigh: Scales) -> PageOf[E]:
    shown = weigh.fitting(rows[: request.limit], lambda row: row[1])
    items = [item for _, item in shown]
    if len(rows) <= len(shown):
        return PageOf(items, None)
    return PageOf(items, sealed(context, request, _place(shown[-1], request)))


def _place(row: tuple[str, E], request: Listing) -> list[Any]:
    """Where a row is in a list: what it is sorted by, if by anything, and its own sort key."""
    sort, item = row
    return [*_sortable(getattr(item, request.order)), sort] if request.order else [sort]


def sealed(context: Context, request: Page, place: list[Any]) -> str:
    """The cursor of a place in the list this request reads."""
    text = json.dumps(place, separators=(",", ":"), ensure_ascii=False).encode()
    return seal(context.actor.key.cursor_seed, _belongs_to(context, request), text)


def opened(context: Context, request: Page) -> list[Any] | None:
    """The place a request's cursor stands for; None without one."""
    if request.cursor is None:
        return None
    text = unseal(context.actor.key.cursor_seed, _belongs_to(context, request), request.cursor)
    if text is None:
        says = "cursor does not belong to this query and key"
        raise InvalidRequest(
            f"{says}: send next_cursor as it was answered, with the same parameters", parameter="cursor"
        )
    place: list[Any] = json.loads(text)
    return place


def _belongs_to(context: Context, request: Page) -> bytes:
    """The action, the query, the domain that is meant if it names none, and the user it is for: tokens share a seed."""
    query = request.model_dump(exclude={"cursor", "limit", "count", "offset"}, exclude_unset=True)
    actor = context.actor
    is_named = query.get("domain_uuid") or query.get("domain_name")
    home = sorted(actor.domains) if actor.domains and len(actor.domains) == 1 and not is_named else None
    belongs_to = {"action": context.action, "query": query, "home": home, "users": sorted(actor.users)}
    return json.dumps(belongs_to, sort_keys=True, default=str).encode()


def _matches(item: BaseModel, request: Listing) -> bool:
    if any(getattr(item, name) != wanted for name, wanted in request.exactly().items()):
        return False
    if not request.search:
        return True
    needle = request.search.casefold()
    return any(needle in text.casefold() for text in _texts(item))


def _texts(item: BaseModel) -> Iterator[str]:
    """What a person would look for: every text of a record and of its parts, but for uuids and dates."""
    for name, value in item:
        if name.endswith(_NO_TEXT):
            continue
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, BaseModel):
                yield from _texts(part)
            elif isinstance(part, str) and not is_uuid(part):
                yield part


def _sortable(value: Any) -> list[Any]:
    """Nulls last; numbers as numbers, text without regard to case."""
    text = value.casefold()[:_LONGEST_SORTED] if isinstance(value, str) else value
    return [value is None, isinstance(text, str), 0 if value is None else text]
