"""Call records: legs come in, in any order and any number of times, and make one call each."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.call import Call, Leg
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict
from ringpost.model.outcome import MOST_LEGS, joined, legs_kept, root, summarised, worked_out
from ringpost.services import kept
from ringpost.services.numbers import numbering
from ringpost.services.records import call_lists
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
    found = legs_kept(legs)
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
    return _listed(context, domain, kept.update(context, before, members, cdr_layout, expires=_expires(domain, before)))


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
    return _listed(context, domain, kept.create(context, call, cdr_layout, expires=expires))


def _listed(context: Context, domain: Domain, call: Call) -> Call:
    """A call that is written, with the mark of the list over all domains it is in."""
    call_lists.note(context, keys.call_in_all(call).partition, _expires(domain, call))
    return call


def _changed(context: Context, domain: Domain, known_calls: list[Call], members: dict[str, Any]) -> Call:
    """One call out of those that turned out to be one."""
    before, *absorbed = known_calls
    members["listed_at"] = min(call.listed_at for call in known_calls)
    expires = _expires(domain, before)
    after = kept.update(context, before, members, cdr_layout, expires=expires, absorbs=absorbed)
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
    extension = numbering.extension(context, domain_uuid, number) if number else None
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
