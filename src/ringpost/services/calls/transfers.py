"""Transfers: putting a party of a call through to somebody, who may be asked before.

A transfer is written down before the switch hears of it, and what becomes of it is told by the switch: the endpoint may
be gone between any two steps. What nobody tells of, on a switch without a link, is as it was ordered.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, Forbidden, NotFound, Problem
from ringpost.model.live import LiveCall, LiveLeg
from ringpost.model.requests import ForUser, OneParty, OneTransfer
from ringpost.model.route import AgentCode, HoldMusic, Outside, Phone, Slot
from ringpost.model.transfer import Flow, TakesPart, Transfer, TransferStatus
from ringpost.services.calls import live_calls
from ringpost.services.calls.live_calls import Party
from ringpost.services.happenings.call_telling import keep_transfer
from ringpost.services.numbers import routing
from ringpost.services.people import permissions
from ringpost.services.people.permissions import Acting
from ringpost.services.switching import lines, links, meters
from ringpost.services.tenants import domains
from ringpost.store import Put, Row, keys
from ringpost.switch import Switch

_A_DAY = 86_400


class Underway(NamedTuple):
    """A transfer, and the switch it is made on."""

    line: Switch
    domain: Domain
    transfer: Transfer


def create(context: Context, request: OneParty, destination: str, flow: Flow) -> Transfer:
    """Begin a transfer: our party calls the destination while the other one waits; or, blind, that is put through."""
    initiator = live_calls.party(context, request, "own")
    live_calls.check_takes_part(initiator)
    _check_own(initiator.acting, initiator.leg.extension)
    transferred = _other(initiator.call, initiator.leg)
    _check_may_begin(initiator, transferred, destination)
    _check_free(context, initiator, transferred)
    one = _begun(context, initiator, transferred, destination, flow)
    if flow == "blind":
        return _put_through_unasked(context, initiator._replace(leg=transferred), one)
    leads_outside = _check_destination(context, initiator, destination)
    live_calls.goes_on_as(context, initiator._replace(leg=transferred))
    _take_part(context, one)
    is_sandbox = initiator.line.is_sandbox
    _tell(context, one, "transfer.created", due_at=one.created_at if is_sandbox else None)
    if is_sandbox:  # what it writes is written with this, and begins then
        initiator.line.consult(initiator.domain, one.consultation)
        return one
    keep_transfer(context, one)
    links.note_ordered(context, one)
    if leads_outside:
        meters.count_leg(context, initiator.domain, one.transfer_uuid, destination)
    context.commit()
    try:
        with lines.once(context, initiator.line, initiator.leg.leg_uuid):
            initiator.line.consult(initiator.domain, one.consultation)
    except Problem as problem:
        if lines.was_not_done(problem):
            _not_begun(context, one)
        raise
    return one


def _not_begun(context: Context, one: Transfer) -> None:
    """The switch has said no: that is the end of it."""
    after = one.went("cancelled", stamp(context.clock.now()))

    def end() -> None:
        keep_transfer(context, after)
        links.forget_ordered(context, one)
        _tell(context, after, "transfer.cancelled", sequence=1)
        meters.ended(context, one.domain_uuid, one.transfer_uuid)

    context.write_apart(end)


def _put_through_unasked(context: Context, transferred: Party, one: Transfer) -> Transfer:
    live_calls.transfer(context, transferred, one.destination or "", to_voicemail=False)
    done = one.went("completed", stamp(context.clock.now()))
    keep_transfer(context, done)
    _tell(context, one, "transfer.created")
    _tell(context, done, "transfer.completed", sequence=1)
    return done


def found(context: Context, request: OneTransfer) -> Underway:
    """The transfer a request means; of others' calls a user sees none."""
    domain = domains.found(context, request)
    one = _known(context, domain.domain_uuid, request.transfer_uuid)
    if one is None or not _sees(context, domain, request)(one):
        raise NotFound("transfer not found")
    return Underway(lines.of(context, domain), domain, one)


def listed(context: Context, domain: Domain, request: ForUser, *, over: bool) -> list[Transfer]:
    """The transfers of a domain that are under way, the first first; those that are over too, if wanted."""
    sees = _sees(context, domain, request)
    everything = context.store.everything(keys.transfers(domain.domain_uuid), Transfer)
    now = (one.as_of(context.now) for _, one in everything)
    return [one for one in now if (over or not one.is_over) and sees(one)]


def complete(context: Context, request: OneTransfer) -> Transfer:
    """Put through whom it is about. Nobody has answered yet: the number is rung anew, for whom it is about."""
    line, domain, one = _open(context, request)
    with _known_to(context, line, domain, one), lines.once(context, line, one.transfer_uuid):
        joined = line.put_through(domain, one.consultation)
    return _ended(context, line, one, "completed", {} if joined else {"flow": "blind"})


def cancel(context: Context, request: OneTransfer) -> Transfer:
    """Let the two talk again."""
    line, domain, one = _open(context, request)
    with _known_to(context, line, domain, one), lines.once(context, line, one.transfer_uuid):
        line.take_back(domain, one.consultation)
    return _ended(context, line, one, "cancelled", {})


@contextmanager
def _known_to(context: Context, line: Switch, domain: Domain, one: Transfer) -> Iterator[None]:
    """A switch that knows of no such transfer any more says how it has ended: by who talks with whom."""
    try:
        yield
    except (NotFound, CannotComply):
        if line.is_sandbox:
            raise
        after = one.went(_found_out(line, domain, one), stamp(context.clock.now()))
        keep_transfer(context, after)
        links.forget_ordered(context, one)
        meters.ended(context, one.domain_uuid, one.transfer_uuid)
        context.commit()
        raise _over(after) from None


def _found_out(line: Switch, domain: Domain, one: Transfer) -> TransferStatus:
    calls = line.calls(domain)
    waits = next((call for call in calls if call.has(one.transferred_leg_uuid)), None)
    if waits is None:
        return "abandoned"
    return "cancelled" if one.initiator_leg_uuid and waits.has(one.initiator_leg_uuid) else "completed"


def _over(one: Transfer) -> Conflict:
    return Conflict(f"this transfer is over: it was {one.status}")


def _other(call: LiveCall, initiator: LiveLeg) -> LiveLeg:
    """Whom the initiator talks with."""
    there = [leg for leg in call.legs if leg is not initiator and leg.state != "ringing"]
    if not there:
        raise CannotComply("nobody is on the line who could be put through")
    return there[-1]


def _check_may_begin(initiator: Party, transferred: LiveLeg, destination: str) -> None:
    if initiator.leg.state == "held":
        raise CannotComply("this party holds the call: call-resume takes the other one back first")
    if initiator.leg.state != "answered":
        raise CannotComply("this party has not answered yet")
    if transferred.state == "held":
        raise CannotComply("the other party holds the call: nobody puts it through meanwhile")
    if destination in (initiator.leg.extension, initiator.leg.number):
        raise CannotComply("nobody puts a call through to himself", parameter="destination")
    if destination in (transferred.extension, transferred.number):
        raise CannotComply("that one is in the call already", parameter="destination")


def _check_destination(context: Context, initiator: Party, destination: str) -> bool:
    """Refuse a number that leads nowhere, or to nobody who could be asked; whether it leads outside."""
    permissions.check_number(context, initiator.acting, "transfer_to", destination)
    target = routing.check(context, initiator.domain, destination, "destination", in_sandbox=initiator.line.is_sandbox)
    if isinstance(target, Phone) and target.extension.extension == initiator.leg.extension:
        raise CannotComply(f"{destination} is forwarded to whoever puts the call through", parameter="destination")
    if isinstance(target, Slot):
        raise CannotComply("a parking slot is nobody to ask: call-park parks a call", parameter="destination")
    if isinstance(target, AgentCode | HoldMusic):
        raise CannotComply("nobody is there to ask", parameter="destination")
    return isinstance(target, Outside) and not initiator.line.is_sandbox


def _check_free(context: Context, initiator: Party, transferred: LiveLeg) -> None:
    """One transfer at a time of a party: two operators may want one at once."""
    for leg in (initiator.leg, transferred):
        part = context.store.get(keys.transfer_of_leg(initiator.domain.domain_uuid, leg.leg_uuid), TakesPart)
        one = _known(context, initiator.domain.domain_uuid, part.transfer_uuid) if part else None
        if one is not None and not one.is_over:
            problem = Conflict("a transfer of this call is under way: transfer-complete or transfer-cancel ends it")
            problem.members["transfer_uuid"] = one.transfer_uuid
            raise problem


def _begun(context: Context, initiator: Party, transferred: LiveLeg, destination: str, flow: Flow) -> Transfer:
    return Transfer(
        transfer_uuid=str(uuid.uuid4()),
        domain_uuid=initiator.domain.domain_uuid,
        call_uuid=initiator.call.call_uuid,
        flow=flow,
        destination=destination,
        initiator_leg_uuid=initiator.leg.leg_uuid,
        initiator_extension=initiator.leg.extension,
        transferred_leg_uuid=transferred.leg_uuid,
        transferred_number=transferred.number,
        created_at=stamp(context.clock.now()),
        sandbox=initiator.line.is_sandbox,
    )


def _take_part(context: Context, one: Transfer) -> None:
    """Note that both parties take part in it. ``Moved``: somebody was faster."""
    for leg_uuid in (one.initiator_leg_uuid, one.transferred_leg_uuid):
        key = keys.transfer_of_leg(one.domain_uuid, leg_uuid or "")
        known = context.store.row(key)
        version = known.version if known else 0
        body = TakesPart(transfer_uuid=one.transfer_uuid).model_dump_json()
        row = Row(key, body, version + 1, int(seconds(context.now)) + _A_DAY)
        put = Put(row, if_version=version) if version else Put(row, if_absent=True)
        context.store.stage(put, Moved())


def _ended(context: Context, line: Switch, one: Transfer, status: TransferStatus, more: dict[str, object]) -> Transfer:
    """The transfer when the switch has done so: in the sandbox it is written already, and told."""
    after = one.went(status, stamp(context.clock.now()), **more)
    if not line.is_sandbox:
        keep_transfer(context, after)
        meters.ended(context, one.domain_uuid, one.transfer_uuid)
    return after


def _open(context: Context, request: OneTransfer) -> Underway:
    underway = found(context, request)
    acting = permissions.acting(context, underway.domain.domain_uuid, request)
    _check_own(acting, underway.transfer.initiator_extension)
    if underway.transfer.is_over:
        raise _over(underway.transfer)
    return underway


def _known(context: Context, home: str, transfer_uuid: str) -> Transfer | None:
    one = context.store.get(keys.transfer(home, transfer_uuid), Transfer)
    return one.as_of(stamp(context.clock.now())) if one else None


def _sees(context: Context, domain: Domain, request: ForUser) -> Callable[[Transfer], bool]:
    """Whether the user a request is made for sees a transfer: the calls of those who take part in it."""
    sees = permissions.sees_calls(context, permissions.acting(context, domain.domain_uuid, request))

    def sees_one(one: Transfer) -> bool:
        parties = (one.initiator_extension, one.transferred_number, one.recipient_extension)
        return sees({number for number in parties if number})

    return sees_one


def _check_own(acting: Acting | None, extension: str | None) -> None:
    """Whoever acts for a user lets that user's phone call somebody, and nobody else's."""
    if acting is not None and extension not in {phone.extension for phone in acting.user.extensions}:
        raise Forbidden("this is not this user's phone")


def _tell(context: Context, one: Transfer, what: str, sequence: int = 0, due_at: str | None = None) -> None:
    about = {
        "extension": one.initiator_extension,
        "number": one.destination,
        "leg_uuid": one.initiator_leg_uuid,
        "at": context.now,
        "transfer": one.told(),
    }
    context.happened(what, one.domain_uuid, about, due_at=due_at, call_uuid=one.call_uuid, sequence=sequence)
