"""What happened, and who did it: reading the outbox and the audit."""

from typing import Any, NamedTuple

from ringpost.auth.scopes import allows
from ringpost.clock import seconds, stamp
from ringpost.context import Context
from ringpost.model.errors import InvalidRequest
from ringpost.model.event import AuditLine, Event
from ringpost.model.event_requests import AuditWanted, EventsWanted
from ringpost.services import pages
from ringpost.services.tenants import domains
from ringpost.store import keys
from ringpost.webhooks.subscriptions import check_types, extensions

SETTLES_IN = 10.0
"""Seconds after which nothing is written any more among what happened before."""
_FIRST, _LAST = "0", "\uffff"


class Stream(NamedTuple):
    """Some events, and where the next ones begin."""

    items: list[dict[str, Any]]
    next_cursor: str
    more: bool


def listed(context: Context, request: EventsWanted) -> Stream:
    """What happened from a cursor or a time on, oldest first; as many rows are read as may be answered."""
    try:
        check_types(request.types or ())
    except ValueError as error:
        raise InvalidRequest(f"types {error}", parameter="types") from None
    home = _home(context, request)
    if home is not None:
        domains.named(context, home)  # what is left of one that is gone is nobody's to read
    place = pages.opened(context, request)
    pages.check_span(request.from_, request.until)
    after = place[0] if place else None
    settled = stamp(seconds(context.now) - SETTLES_IN)
    until = min(request.until or _LAST, context.now if request.fresh else settled)
    weigh = pages.Scales(context)
    rows = context.store.listed(
        keys.events(home),
        Event,
        between=(request.from_ or _FIRST, until),
        after=after,
        limit=request.limit + 1,
    )
    seen = weigh.fitting(rows[: request.limit], lambda row: row[1].told() if _is_wanted(row[1], request) else None)
    more = len(rows) > len(seen)
    read_on = [sort for sort, _ in seen if sort < settled]
    last = read_on[-1] if read_on else after or request.from_ or _FIRST
    more = more and bool(read_on)  # what is fresh comes again: asking at once would bring the same
    items = [event.told() for _, event in seen if _is_wanted(event, request)]
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
