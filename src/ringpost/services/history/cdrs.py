"""Call records, found: by their legs, by what they were about; those of others only as far as one may see them."""

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from ringpost.context import Context
from ringpost.model.call import Call, Leg
from ringpost.model.errors import NotFound
from ringpost.model.requests import CallFilters, CallWanted, ForUser
from ringpost.services import pages
from ringpost.services.people import permissions, users
from ringpost.services.tenants import domains
from ringpost.store import keys


def found(context: Context, domain_uuid: str, leg_uuid: str, request: ForUser) -> Call:
    """A call by the uuid of any of its legs."""
    call = context.store.get(keys.cdr(domain_uuid, leg_uuid), Call)
    sees = permissions.sees_calls(context, permissions.acting(context, domain_uuid, request))
    if call is None or not is_due(call, context.now) or not sees(call.extensions):
        raise NotFound("call record not found")
    return call


def latest_legs(context: Context, domain_uuid: str, limit: int, request: ForUser) -> list[Leg]:
    """The legs of a domain's last calls, newest start first."""
    sees = permissions.sees_calls(context, permissions.acting(context, domain_uuid, request))
    legs: list[Leg] = []
    after, passed = None, 0
    while len(legs) < limit and passed <= pages.MOST_PASSED:
        rows = context.store.listed(keys.cdrs(domain_uuid), Call, after=after, descending=True, limit=limit)
        passed += len(rows)
        legs += [leg for _, call in rows if is_due(call, context.now) and sees(call.extensions) for leg in call.legs]
        if len(rows) < limit:
            break
        after = rows[-1][0]
    legs.sort(key=lambda leg: (leg.start_stamp, leg.xml_cdr_uuid), reverse=True)
    if not legs:
        domains.named(context, domain_uuid)
    return legs[:limit]


def search(context: Context, domain_uuid: str, request: CallFilters) -> pages.PageOf[Call]:
    """A page of calls, newest first: as many are looked at as may be answered, however many there are.

    A filtered page may be short, or empty, and still have a next one.
    """
    place = pages.opened(context, request)
    found = looked_through(context, domain_uuid, request, place[0] if place else None, request.limit, is_answered=True)
    return pages.PageOf(found.calls, pages.sealed(context, request, [found.last]) if found.last else None)


class Stretch(NamedTuple):
    """The calls of a part of the list, and where it ended, if there is more behind it."""

    calls: list[Call]
    last: str | None


def looked_through(
    context: Context, domain_uuid: str, wanted: CallWanted, after: str | None, limit: int, *, is_answered: bool = False
) -> Stretch:
    """The calls that are wanted among the next so many of a domain that are there for whoever asks, newest first.

    What is answered itself is no more than an answer holds.
    """
    pages.check_span(wanted.from_, wanted.until)
    sees = permissions.sees_calls(context, permissions.acting(context, domain_uuid, wanted))
    parties = _parties(context, domain_uuid, wanted)
    if parties is not None and not parties:
        return Stretch([], None)

    def is_there(call: Call) -> bool:
        return is_due(call, context.now) and sees(call.extensions)

    written = _written(context, domain_uuid, wanted.number)
    weigh = pages.Scales(context)
    rows = pages.stretch(
        context,
        _narrowest(domain_uuid, written, parties),
        Call,
        between=(wanted.from_, wanted.until),
        after=after,
        limit=limit,
        is_there=is_there,
    )
    if not rows.items:
        domains.named(context, domain_uuid)
    fits = _wanted(wanted, parties, written)
    rows = rows.fitting(weigh, fits) if is_answered else rows
    return Stretch([call for _, call in rows.items if fits(call)], rows.last)


def _parties(context: Context, domain_uuid: str, wanted: CallWanted) -> frozenset[str] | None:
    """The extensions one of which must have taken part, if any must."""
    of_user = None
    if wanted.user is not None:
        user = users.named(context, domain_uuid, wanted.user)
        of_user = frozenset(one.extension for one in user.extensions)
    if wanted.extension is None:
        return of_user
    own = frozenset({wanted.extension})
    return own if of_user is None else own & of_user


def filter_of(context: Context, domain_uuid: str, wanted: CallWanted) -> Callable[[Call], bool]:
    """Whether a call of a domain is what a request is about."""
    parties = _parties(context, domain_uuid, wanted)
    return _wanted(wanted, parties, _written(context, domain_uuid, wanted.number))


def is_due(call: Call, now: str) -> bool:
    """Whether a call has ended by now: the sandbox writes its records ahead of time."""
    return call.due_at is None or call.due_at <= now


def _narrowest(domain_uuid: str, written: Collection[str] | None, parties: frozenset[str] | None) -> list[str]:
    """The shortest lists that hold all that is wanted; one call may be in several."""
    if parties is not None and len(parties) == 1:
        return [keys.cdrs_of_extension(domain_uuid, min(parties))]
    if written is not None:
        return [keys.cdrs_of_number(domain_uuid, number) for number in written]
    return [keys.cdrs(domain_uuid)]


def _written(context: Context, domain_uuid: str, number: str | None) -> Collection[str] | None:
    """How records may have the number that is wanted; None if there is none, or it stands for several."""
    if number is None or "_" in number:
        return None
    from ringpost.model.telephone.meaning import written  # 60 ms that most requests can do without

    return written(number, domains.named(context, domain_uuid).country)


def _wanted(
    filters: CallWanted, parties: frozenset[str] | None, written: Collection[str] | None
) -> Callable[[Call], bool]:
    pattern = _number_pattern(filters.number) if filters.number and written is None else None
    exact = {
        "direction": filters.call_direction,
        "hangup_cause": filters.hangup_cause,
        "missed_call": filters.missed,
        "external_id": filters.external_id,
    }
    asked = {name: value for name, value in exact.items() if value is not None}

    def wanted(call: Call) -> bool:
        return (
            all(getattr(call, name) == value for name, value in asked.items())
            and (parties is None or not parties.isdisjoint(call.extensions))
            and (written is None or any(number in written for number in call.numbers))
            and (pattern is None or any(map(pattern.fullmatch, call.numbers)))
            and set(filters.tags or ()) <= set(call.tags)
            and (filters.updated_since is None or _shown_since(call) >= filters.updated_since)
        )

    return wanted


def _shown_since(call: Call) -> str:
    """When a call was last recorded, or came due."""
    return max(call.update_date or call.insert_date or "", call.due_at or "")


def _number_pattern(number: str) -> re.Pattern[str]:
    """``_`` at either end stands for anything, as in XiVO's call logs."""
    return re.compile(re.escape(number).replace("_", ".*"))
