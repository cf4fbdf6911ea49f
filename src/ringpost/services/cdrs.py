"""Call records: legs come in, in any order and any number of times, and make one call each."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.call import Call, Leg
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound
from ringpost.model.requests import CallFilters
from ringpost.services import domains, numbers, pages, records
from ringpost.store import keys
from ringpost.store.keys import cdr_layout

MOST_LEGS = 20
_CALL_EVENTS = 3
"""Ringing, answered and ended come before the record."""
_DAY = 86_400
_LAST = "\uffff"


class Marks(NamedTuple):
    """What travels with a call beside its legs."""

    external_id: str | None = None
    tags: tuple[str, ...] = ()
    sandbox: bool = False
    due_at: str | None = None


def found(context: Context, domain_uuid: str, leg_uuid: str) -> Call:
    """A call by the uuid of any of its legs."""
    call = context.store.get(keys.cdr(domain_uuid, leg_uuid), Call)
    if call is None or not is_due(call, context.now):
        raise NotFound("call record not found")
    return call


def record(
    context: Context, domain: Domain, legs: Sequence[Leg], marks: Marks, *, if_version: int | None = None
) -> Call:
    """Take legs into the record of their call, which is made if it is not there yet.

    Each member of a leg known before is joined with what is new: known over unknown, the greater of
    two. So any order and any repetition come to the same record. With ``if_version`` the new legs
    replace the old ones instead: a correction.
    """
    call_uuid = _call_uuid(legs[0])
    before = context.store.get(keys.cdr(domain.domain_uuid, call_uuid), Call)
    known = {leg.xml_cdr_uuid: leg for leg in before.legs} if before else {}
    for leg in legs:
        old = known.get(leg.xml_cdr_uuid)
        known[leg.xml_cdr_uuid] = leg if old is None or if_version is not None else joined(old, leg)
    if len(known) > MOST_LEGS:
        raise CannotComply(f"a call has at most {MOST_LEGS} legs", parameter="xml_cdr_uuid")
    summary = summarised(call_uuid, known.values())
    extra = _marked(before, marks)
    if before is not None and summary["legs"] == list(before.legs) and extra == _marked(before, Marks()):
        return before
    if before is None:
        call = Call.model_validate(
            {
                "domain_uuid": domain.domain_uuid,
                "domain_name": domain.domain_name,
                "listed_at": summary["start_stamp"],
                **summary,
                **extra,
            }
        )
        call = records.create(context, call, cdr_layout, expires=_expires(domain, call))
    else:
        call = records.update(
            context, before, {**summary, **extra}, cdr_layout, if_version=if_version, expires=_expires(domain, before)
        )
    context.happened(
        "cdr.created" if before is None else "cdr.updated",
        call.domain_uuid,
        call.model_dump(),
        due_at=call.due_at,
        call_uuid=call.xml_cdr_uuid,
        sequence=_CALL_EVENTS + call.version,
    )
    return call


def handed_in(context: Context, domain: Domain, members: dict[str, Any], marks: Marks, if_version: int | None) -> Call:
    """The record of one leg, as a switch or a CRM has it; what it leaves out is worked out."""
    leg = Leg.model_validate(members)
    worked_out = {
        "duration": leg.duration if leg.duration is not None else _between(leg.start_stamp, leg.end_stamp),
        "billsec": leg.billsec if leg.billsec is not None else _between(leg.answer_stamp, leg.end_stamp),
        "missed_call": leg.missed_call if leg.missed_call is not None else _is_missed(leg),
    }
    leg = with_extension(context, domain.domain_uuid, leg.model_copy(update=worked_out))
    return record(context, domain, [leg], marks, if_version=if_version)


def joined(one: Leg, other: Leg) -> Leg:
    """Two posts about one leg: known over unknown, and the greater of two (a later end, a longer talk)."""
    merged = {}
    for name in Leg.model_fields:
        mine, theirs = getattr(one, name), getattr(other, name)
        merged[name] = theirs if mine is None else mine if theirs is None else max(mine, theirs)
    return Leg.model_validate(merged)


def summarised(call_uuid: str, legs: Iterable[Leg]) -> dict[str, Any]:
    """What a call is, from what its legs were: mostly what its A leg was."""
    ordered = sorted(legs, key=lambda leg: (leg.leg, leg.start_stamp, leg.xml_cdr_uuid))
    first = next((leg for leg in ordered if leg.xml_cdr_uuid == call_uuid), ordered[0])
    direction = first.direction or _first(leg.direction for leg in ordered)
    missed = any(leg.missed_call for leg in ordered)
    numbered = (
        number
        for leg in ordered
        for number in (leg.extension, leg.caller_id_number, leg.source_number, leg.destination_number)
    )
    return {
        **{name: getattr(first, name) for name in _FROM_A},
        "xml_cdr_uuid": call_uuid,
        "direction": direction,
        "start_stamp": min(leg.start_stamp for leg in ordered),
        "end_stamp": max((leg.end_stamp for leg in ordered if leg.end_stamp), default=None),
        "missed_call": missed,
        "extension_uuid": first.extension_uuid or _first(leg.extension_uuid for leg in ordered),
        "extensions": sorted({leg.extension for leg in ordered if leg.extension}),
        "numbers": sorted({number for number in numbered if number}),
        "legs": ordered,
    }


def latest_legs(context: Context, domain_uuid: str, limit: int) -> list[Leg]:
    """The legs of a domain's last calls, newest start first."""
    legs: list[Leg] = []
    after = None
    while len(legs) < limit:
        rows = context.store.listed(keys.cdrs(domain_uuid), Call, after=after, descending=True, limit=limit)
        legs += [leg for _, call in rows if is_due(call, context.now) for leg in call.legs]
        if len(rows) < limit:
            break
        after = rows[-1][0]
    legs.sort(key=lambda leg: (leg.start_stamp, leg.xml_cdr_uuid), reverse=True)
    if not legs:
        domains.named(context, domain_uuid)
    return legs[:limit]


def search(context: Context, domain_uuid: str, request: CallFilters) -> pages.PageOf[Call]:
    """A page of calls, newest first: as many rows are read as may be answered, however many there are.

    A filtered page may be short, or empty, and still have a next one.
    """
    partition = _narrowest(domain_uuid, request)
    place = pages.opened(context, request)
    rows = context.store.listed(
        partition,
        Call,
        between=(request.from_ or "", request.until or _LAST),
        after=place[0] if place else None,
        descending=True,
        limit=request.limit + 1,
    )
    seen, more = rows[: request.limit], len(rows) > request.limit
    wanted = _wanted(request)
    items = [call for _, call in seen if is_due(call, context.now) and wanted(call)]
    if not seen:
        domains.named(context, domain_uuid)
    return pages.PageOf(items, pages.sealed(context, request, [seen[-1][0]]) if more else None)


def is_due(call: Call, now: str) -> bool:
    """Whether a call has ended by now: the sandbox writes its records ahead of time."""
    return call.due_at is None or call.due_at <= now


def with_extension(context: Context, domain_uuid: str, leg: Leg) -> Leg:
    """The leg with the extension it belongs to: who was rung, or for an outgoing A leg who called."""
    number = leg.extension or (
        leg.destination_number
        if leg.leg == "b" or leg.direction == "inbound"
        else leg.source_number or leg.caller_id_number
    )
    extension = numbers.extension(context, domain_uuid, number) if number else None
    if extension is None:
        return leg
    return leg.model_copy(update={"extension": extension.extension, "extension_uuid": extension.extension_uuid})


_FROM_A = (
    "answer_stamp",
    "duration",
    "billsec",
    "hangup_cause",
    "caller_id_name",
    "caller_id_number",
    "caller_destination",
    "source_number",
    "destination_number",
)


def _call_uuid(leg: Leg) -> str:
    return leg.originating_leg_uuid if leg.leg == "b" and leg.originating_leg_uuid else leg.xml_cdr_uuid


def _marked(before: Call | None, marks: Marks) -> dict[str, Any]:
    if before is None:
        return marks._asdict()
    return {
        "external_id": max(filter(None, (before.external_id, marks.external_id)), default=None),
        "tags": tuple(sorted({*before.tags, *marks.tags})),
        "sandbox": before.sandbox or marks.sandbox,
        "due_at": before.due_at or marks.due_at,
    }


def _expires(domain: Domain, call: Call) -> int | None:
    if domain.retention_days is None:
        return None
    return int(seconds(call.listed_at)) + domain.retention_days * _DAY


def _narrowest(domain_uuid: str, filters: CallFilters) -> str:
    if filters.extension is not None:
        return keys.cdrs_of_extension(domain_uuid, filters.extension)
    if filters.number is not None and "_" not in filters.number:
        return keys.cdrs_of_number(domain_uuid, filters.number)
    return keys.cdrs(domain_uuid)


def _wanted(filters: CallFilters) -> Callable[[Call], bool]:
    number = _number_pattern(filters.number) if filters.number else None
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
            and (filters.extension is None or filters.extension in call.extensions)
            and (number is None or any(map(number.fullmatch, call.numbers)))
            and set(filters.tags or ()) <= set(call.tags)
            and (filters.updated_since is None or (call.update_date or call.insert_date or "") >= filters.updated_since)
        )

    return wanted


def _number_pattern(number: str) -> re.Pattern[str]:
    """``_`` at either end stands for anything, as in XiVO's call logs."""
    return re.compile(re.escape(number).replace("_", ".*"))


def _between(start: str | None, end: str | None) -> int | None:
    return max(0, round(seconds(end) - seconds(start))) if start and end else None


def _is_missed(leg: Leg) -> bool | None:
    if leg.end_stamp is None:
        return None
    return leg.answer_stamp is None and leg.direction in ("inbound", "local")


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)
