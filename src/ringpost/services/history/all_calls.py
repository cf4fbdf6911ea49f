"""Call records over all domains, for an operator: newest first, from lists by day that are merged as they are read."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ringpost.context import Context, Moved
from ringpost.model.call import Call
from ringpost.model.domain import Domain
from ringpost.model.errors import Conflict, InvalidRequest, NotFound
from ringpost.model.requests import CallFilters
from ringpost.services import pages
from ringpost.services.history import cdrs
from ringpost.services.records import call_lists
from ringpost.services.tenants import domains
from ringpost.store import Check, Put, Row, keys

_AT_ONCE = 25
"""Records whose copies are written in one transaction, each with a check that it is still the same, and a mark."""
_TRIES = 5


class Copied(NamedTuple):
    """How far the copies of a domain's records have come."""

    looked_at: int
    written: int


def search(context: Context, request: CallFilters) -> pages.PageOf[Call]:
    """A page of the calls of a domain, or of all domains if those are asked for, newest first."""
    if not request.of_all_domains:
        return cdrs.search(context, _home(context, request), request)
    _check_all(context, request)
    pages.check_span(request.from_, request.until)
    place = pages.opened(context, request)
    fits, weigh = _wanted(context, request), pages.Scales(context)
    rows = _stretch(context, request, place[0] if place else None).fitting(weigh, fits)
    calls = [call for _, call in rows.items if fits(call)]
    return pages.PageOf(calls, pages.sealed(context, request, [rows.last]) if rows.last else None)


def _home(context: Context, request: CallFilters) -> str:
    """The domain a request means. An operator who names none is told how to ask for all."""
    if context.actor.is_operator and not (request.domain_uuid or request.domain_name):
        raise InvalidRequest("domain_uuid or domain_name is required, or of_all_domains true", parameter="domain_uuid")
    return domains.uuid_of(context, request)


def _check_all(context: Context, request: CallFilters) -> None:
    domains.operators_only(context, "calls over all domains are for an operator's key: one that is bound to no domain")
    if request.domain_uuid or request.domain_name:
        raise InvalidRequest("of_all_domains and a domain exclude each other", parameter="of_all_domains")
    if request.as_user:
        raise InvalidRequest("as_user is a user of one domain: name it, instead of all", parameter="as_user")


def _stretch(context: Context, request: CallFilters, after: str | None) -> pages.Rows[Call]:
    """The next so many calls that have ended by now, of as many days as one page may read."""
    between = (request.from_, request.until)
    days = call_lists.newest(context, between, after)

    def is_there(call: Call) -> bool:
        return cdrs.is_due(call, context.now)

    rows = pages.merged(
        context,
        [day.partitions for day in days.days],
        Call,
        between=between,
        after=after,
        limit=request.limit,
        is_there=is_there,
    )
    return rows if rows.last is not None else rows._replace(last=days.last)


def _wanted(context: Context, request: CallFilters) -> Callable[[Call], bool]:
    """Whether a call is wanted. Users and the spelling of numbers are its domain's: each is looked up once."""
    of_domain: dict[str, Callable[[Call], bool]] = {}

    def wanted(call: Call) -> bool:
        home = call.domain_uuid
        if home not in of_domain:
            of_domain[home] = _wanted_in(context, home, request)
        return of_domain[home](call)

    return wanted


def _wanted_in(context: Context, home: str, request: CallFilters) -> Callable[[Call], bool]:
    try:
        return cdrs.filter_of(context, home, request)
    except NotFound:  # no such user there, or the domain is on its way out
        return lambda _: False


def carried_over(context: Context, domain: Domain) -> Iterator[Copied]:
    """Write the copies over all domains of a domain's records that have none as they are now, telling how far it is."""
    after, looked_at, written = None, 0, 0
    while rows := context.store.listed(keys.cdrs(domain.domain_uuid), Call, after=after, limit=_AT_ONCE):
        written += _copied(context, [call for _, call in rows])
        after, looked_at = rows[-1][0], looked_at + len(rows)
        yield Copied(looked_at, written)


def _copied(context: Context, calls: list[Call]) -> int:
    """Copy these, as they are when that is written: how many had no copy."""
    for _ in range(_TRIES):
        missing = [truth for call in calls if (truth := _uncopied(context, call))]
        try:
            _copy(context, missing)
            context.commit()
        except Moved:  # one was changed meanwhile, which has written its copy, or is gone
            continue
        return len(missing)
    raise Conflict("the records keep changing: repeat the command", retry_after=1)


def _uncopied(context: Context, call: Call) -> Row | None:
    """The row of a record, if its copy is not there as it is."""
    copy = context.store.row(keys.call_in_all(call))
    if copy is not None and copy.version == call.version:
        return None
    return context.store.row(keys.cdr(call.domain_uuid, call.xml_cdr_uuid))


def _copy(context: Context, truths: list[Row]) -> None:
    kept: dict[str, list[int | None]] = {}
    for truth in truths:
        key = keys.call_in_all(Call.model_validate_json(truth.body))
        context.store.stage(Check(truth.key, if_version=truth.version), Moved())
        context.store.stage(Put(Row(key, truth.body, truth.version, truth.expires)))
        kept.setdefault(key.partition, []).append(truth.expires)
    for partition, until in kept.items():
        call_lists.note(context, partition, None if None in until else max(filter(None, until)))
