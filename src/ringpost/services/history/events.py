"""What happened, and who did it: reading the outbox and the audit."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ringpost.auth.scopes import allows
from ringpost.clock import seconds, stamp
from ringpost.context import Context
from ringpost.model.errors import InvalidRequest
from ringpost.model.event import AuditLine, Event
from ringpost.model.event_requests import AuditWanted, EventsWanted
from ringpost.model.requests import ForUser
from ringpost.services import pages
from ringpost.services.people import permissions
from ringpost.services.tenants import domains
from ringpost.store import keys
from ringpost.webhooks.subscriptions import check_types, extensions

SETTLES_IN = 10.0
"""Seconds after which nothing is written any more among what happened before."""
_FIRST, _LAST = "0", "\uffff"
_OF_CALLS = ("call.", "cdr.", "parking.", "recording.", "transfer.")


class Stream(NamedTuple):
    """Some events, and where the next ones begin."""

    items: list[dict[str, Any]]
    next_cursor: str
    more: bool


def listed(context: Context, request: EventsWanted) -> Stream:
    """What happened from a cursor or a time on, oldest first; as many rows are read as may be answered."""
    home = _checked(context, request)
    place = pages.opened(context, request)
    pages.check_span(request.from_, request.until)
    after = place[0] if place else None
    settled = stamp(seconds(context.now) - SETTLES_IN)
    until = min(request.until or _LAST, context.now if request.fresh else settled)
    weigh, sees = pages.Scales(context), visible(context, home, request)

    def is_wanted(event: Event) -> bool:
        return _is_wanted(event, request) and sees(event)

    rows = context.store.listed(
        keys.events(home),
        Event,
        between=(request.from_ or _FIRST, until),
        after=after,
        limit=request.limit + 1,
    )
    seen = weigh.fitting(rows[: request.limit], lambda row: row[1].told() if is_wanted(row[1]) else None)
    more = len(rows) > len(seen)
    read_on = [sort for sort, _ in seen if sort < settled]
    last = read_on[-1] if read_on else after or request.from_ or _FIRST
    more = more and bool(read_on)  # what is fresh comes again: asking at once would bring the same
    items = [event.told() for _, event in seen if is_wanted(event)]
    return Stream(items, pages.sealed(context, request, [last]), more)


def audited(context: Context, request: AuditWanted) -> pages.PageOf[AuditLine]:
    """A page of who did what, newest first. A filtered one may be short, or empty, and still have a next one."""
    home = _home(context, request)
    between = (request.from_, request.until)
    page = pages.newest(
        context, keys.audits(home), AuditLine, request, between, lambda line: _is_asked_for(line, request)
    )
    if home is not None and not page.items:
        domains.named(context, home)
    return page


class Begun(NamedTuple):
    """Of which domain, or none, is told from now on, and the cursor of ``event-list`` that begins here."""

    home: str | None
    cursor: str


def begun(context: Context, read: Mapping[str, object]) -> Begun:
    """What ``event-list`` reads with these parameters, from now on. Refused as it would refuse."""
    request = EventsWanted.model_validate(read)
    home = _checked(context, request)
    return Begun(home, pages.sealed(context, request, [stamp(seconds(context.now) - SETTLES_IN)]))


def cursor_before(context: Context, home: str | None, read: Mapping[str, object], event: Event) -> str | None:
    """Where to read on for whoever was told an event: what may have been written beside it comes again.

    None if whoever asks may not see it, or not any more.
    """
    request = EventsWanted.model_validate(read)
    if _checked(context, request) != home or not visible(context, home, request)(event):
        return None
    return pages.sealed(context, request, [stamp(seconds(event.due_at) - SETTLES_IN)])


def _checked(context: Context, request: EventsWanted) -> str | None:
    """The domain a request is about, or none, whose events it may ask for."""
    try:
        check_types(request.types or ())
    except ValueError as error:
        raise InvalidRequest(f"types {error}", parameter="types") from None
    home = _home(context, request)
    if home is not None:
        domains.named(context, home)  # what is left of one that is gone is nobody's to read
    return home


def visible(context: Context, home: str | None, request: ForUser) -> Callable[[Event], bool]:
    """Whether an event is one that whoever asks may see.

    For a user: what happened in the calls it sees, their records and recordings, and nothing else.
    """
    acting = permissions.acting(context, home, request) if home is not None else None
    if acting is None:
        return lambda _: True
    sees_calls = permissions.sees_calls(context, acting)

    def sees(event: Event) -> bool:
        return event.type.startswith(_OF_CALLS) and bool(parties := _parties(event)) and sees_calls(parties)

    return sees


def _parties(event: Event) -> set[str]:
    """The extensions in the call an event is about; of one that is only ordered, whom it is to connect."""
    told: list[dict[str, Any]] = [
        event.data,
        *(one for name in ("call", "recording") if isinstance(one := event.data.get(name), dict)),
    ]
    named = {one.get(name) for one in told for name in ("extension", "destination_a", "destination_b")}
    if isinstance(transfer := event.data.get("transfer"), dict):
        named |= {transfer.get(name) for name in ("initiator_extension", "transferred_number", "recipient_extension")}
    lists = [one.get("extensions") for one in told]
    listed = {extension for one in lists if isinstance(one, list | tuple) for extension in one}
    return {party for party in named | listed if isinstance(party, str)}


def _home(context: Context, request: AuditWanted | EventsWanted) -> str | None:
    """The domain a request means; None: what belongs to no domain, which an operator asks for."""
    if not request.of_no_domain:
        return domains.uuid_of(context, request)
    if request.domain_uuid or request.domain_name:
        raise InvalidRequest("of_no_domain and a domain exclude each other", parameter="of_no_domain")
    domains.operators_only(context, "what belongs to no domain is for an operator's key")
    return None


def _is_wanted(event: Event, request: EventsWanted) -> bool:
    return (
        (not request.types or allows(request.types, event.type))
        and (request.call_uuid is None or event.call_uuid == request.call_uuid)
        and (request.extension is None or request.extension in extensions(event))
    )


def _is_asked_for(line: AuditLine, request: AuditWanted) -> bool:
    return request.key_uuid in (None, line.key_uuid) and request.action_name in (None, line.action)
