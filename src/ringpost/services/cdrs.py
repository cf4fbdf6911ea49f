"""Call records: legs come in, in any order and any number of times, and make one call each."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.call import Call, Leg
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, NotFound
from ringpost.model.outcome import MOST_LEGS, joined, kept, root, summarised, worked_out
from ringpost.model.requests import CallFilters, CallWanted, ForUser
from ringpost.services import call_lists, domains, numbers, pages, permissions, records, users
from ringpost.store import keys
from ringpost.store.keys import cdr_layout

MOST_TAGS = 10
RECORD_EVENTS = 1000
"""What is told of a call while it is up comes before what is told of its record."""
_DAY = 86_400


class Marks(NamedTuple):
    """What travels with a call beside its legs."""

    external_id: str | None = None
    tags: tuple[str, ...] = ()
    sandbox: bool = False
    due_at: str | None = None


def found(context: Context, domain_uuid: str, leg_uuid: str, request: ForUser) -> Call:
    """A call by the uuid of any of its legs."""
    call = context.store.get(keys.cdr(domain_uuid, leg_uuid), Call)
    sees = permissions.sees_calls(context, permissions.acting(context, domain_uuid, request))
    if call is None or not is_due(call, context.now) or not sees(call.extensions):
        raise NotFound("call record not found")
    return call


def record(
    context: Context, domain: Domain, legs: Sequence[Leg], marks: Marks, *, if_version: int | None = None
) -> Call:
    """Take legs into the record of their call, which is made if it is not there yet.

    Each member of a leg known before is joined with what is new: known over unknown, the wider of
    two. So any order and any repetition come to the same record, also when a leg turns out to belong
    to a call that was thought another. With ``if_version`` the new legs replace the old ones instead: a
    correction.
    """
    known_calls = _concerned(context, domain.domain_uuid, legs)
    before = known_calls[0] if known_calls else None
    if if_version is not None and (before is None or before.version != if_version):
        raise Conflict(f"the record has another version than {if_version}: read it again", parameter="if_version")
    all_legs = {leg.xml_cdr_uuid: leg for call in known_calls for leg in call.legs}
    for leg in map(_said, legs):
        old = all_legs.get(leg.xml_cdr_uuid)
        all_legs[leg.xml_cdr_uuid] = leg if old is None or if_version is not None else joined(old, leg)
    found_out = worked_out(_kept(all_legs.values()))
    members = summarised(root(found_out), found_out) | _marked(known_calls, marks)
    if before is None:
        return _made(context, domain, members)
    if len(known_calls) == 1 and all(getattr(before, name) == value for name, value in members.items()):
        return before
    return _changed(context, domain, known_calls, members)


def _kept(legs: Iterable[Leg]) -> list[Leg]:
    """The legs that are kept of a call; refused if they are too many, and none of them rang in vain."""
    found = kept(legs)
    if len(found) > MOST_LEGS:
        raise CannotComply(f"a call has at most {MOST_LEGS} legs", parameter="xml_cdr_uuid")
    return found


def foretold(context: Context, domain: Domain, before: Call | None, legs: Sequence[Leg], marks: Marks) -> Call:
    """The record of a call as it will have been: these are all its legs, whatever was foretold before.

    Its events are the caller's to tell.
    """
    found_out = worked_out([_said(leg) for leg in legs])
    members = summarised(root(found_out), found_out) | _marked([], marks)
    if before is None:
        return _created(context, domain, members)
    return _listed(
        context, domain, records.update(context, before, members, cdr_layout, expires=_expires(domain, before))
    )


def _made(context: Context, domain: Domain, members: dict[str, Any]) -> Call:
    call = _created(context, domain, members)
    _tell(context, "cdr.created", call)
    return call


def _created(context: Context, domain: Domain, members: dict[str, Any]) -> Call:
    here = {"domain_uuid": domain.domain_uuid, "domain_name": domain.domain_name}
    call = Call.model_validate({**here, "listed_at": members["start_stamp"], **members})
    expires = _expires(domain, call)
    if is_past(context, domain, call.start_stamp):
        raise CannotComply(
            f"records go after {domain.retention_days} days: this call is older", parameter="start_stamp"
        )
    return _listed(context, domain, records.create(context, call, cdr_layout, expires=expires))


def _listed(context: Context, domain: Domain, call: Call) -> Call:
    """A call that is written, with the mark of the list over all domains it is in."""
    call_lists.note(context, keys.call_in_all(call).partition, _expires(domain, call))
    return call


def _changed(context: Context, domain: Domain, known_calls: list[Call], members: dict[str, Any]) -> Call:
    """One call out of those that turned out to be one."""
    before, *absorbed = known_calls
    members["listed_at"] = min(call.listed_at for call in known_calls)
    expires = _expires(domain, before)
    after = records.update(context, before, members, cdr_layout, expires=expires, absorbs=absorbed)
    _listed(context, domain, after)
    _tell(context, "cdr.updated", after)
    return after


def _tell(context: Context, what: str, call: Call) -> None:
    context.happened(
        what,
        call.domain_uuid,
        call.model_dump(),
        due_at=call.due_at,
        call_uuid=call.xml_cdr_uuid,
        sequence=RECORD_EVENTS + call.version,
    )


def _concerned(context: Context, domain_uuid: str, legs: Sequence[Leg]) -> list[Call]:
    """The calls that are known of these legs and of those they come from: one, usually."""
    uuids = dict.fromkeys(uuid for leg in legs for uuid in (leg.xml_cdr_uuid, leg.originating_leg_uuid) if uuid)
    found = (context.store.get(keys.cdr(domain_uuid, uuid), Call) for uuid in uuids)
    calls = {call.xml_cdr_uuid: call for call in found if call is not None}
    return sorted(calls.values(), key=lambda call: (call.listed_at, call.xml_cdr_uuid))


def handed_in(context: Context, domain: Domain, members: dict[str, Any], marks: Marks, if_version: int | None) -> Call:
    """The record of one leg, as a switch or a CRM has it."""
    leg = with_extension(context, domain.domain_uuid, Leg.model_validate(members))
    return record(context, domain, [leg], marks, if_version=if_version)


def _said(leg: Leg) -> Leg:
    """A leg as it was posted: what is said of its being missed is not what will be found out."""
    return leg.model_copy(update={"missed_said": leg.missed_call, "missed_call": None})


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


def with_extension(context: Context, domain_uuid: str, leg: Leg) -> Leg:
    """The leg with the extension it belongs to: who was rung, or for an outgoing A leg who called."""
    number = leg.extension or (
        leg.destination_number
        if leg.leg == "b" or leg.direction == "inbound"
        else leg.source_number or leg.caller_id_number
    )
    return _of_extension(context, domain_uuid, leg, number)


def with_own_extension(context: Context, domain_uuid: str, leg: Leg) -> Leg:
    """The leg with the extension whose phone it is, as its switch knows it: nobody's for who calls from outside."""
    return _of_extension(context, domain_uuid, leg, leg.extension)


def _of_extension(context: Context, domain_uuid: str, leg: Leg, number: str | None) -> Leg:
    extension = numbers.extension(context, domain_uuid, number) if number else None
    if extension is None:
        return leg
    return leg.model_copy(update={"extension": extension.extension, "extension_uuid": extension.extension_uuid})


def _marked(calls: Sequence[Call], marks: Marks) -> dict[str, Any]:
    everybody: list[Call | Marks] = [*calls, marks]
    return {
        "external_id": max(filter(None, (one.external_id for one in everybody)), default=None),
        "tags": tuple(sorted({tag for one in everybody for tag in one.tags})[:MOST_TAGS]),
        "sandbox": any(one.sandbox for one in everybody),
        "due_at": max(filter(None, (one.due_at for one in everybody)), default=None),
    }


def is_past(context: Context, domain: Domain, start_stamp: str) -> bool:
    """Whether a call is older than the domain keeps records."""
    expires = _until(domain, start_stamp)
    return expires is not None and expires <= seconds(context.now)


def _expires(domain: Domain, call: Call) -> int | None:
    return _until(domain, call.listed_at)


def _until(domain: Domain, start_stamp: str) -> int | None:
    return None if domain.retention_days is None else int(seconds(start_stamp)) + domain.retention_days * _DAY


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
