"""Transfers: putting a party of a call through to somebody, who may be asked before.

A transfer is written down before the switch hears of it, and what becomes of it is told by the switch: the endpoint may
be gone between any two steps. What nobody tells of, on a switch without a link, is as it was ordered.
"""

import uuid
from collections.abc import Callable
from typing import NamedTuple

from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.call import MovedCall
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, Forbidden, NotFound, Problem
from ringpost.model.live import LiveCall, LiveLeg
from ringpost.model.requests import ForUser, OneParty, OneTransfer
from ringpost.model.route import AgentCode, HoldMusic, Outside, Slot
from ringpost.model.transfer import Flow, Transfer, TransferStatus
from ringpost.services.calls import live_calls
from ringpost.services.calls.live_calls import Party
from ringpost.services.happenings.call_telling import keep_transfer
from ringpost.services.numbers import routing
from ringpost.services.people import permissions
from ringpost.services.switching import lines, meters
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
    transferred = _other(initiator.call, initiator.leg)
    _check_may_begin(initiator, transferred, destination)
    _check_free(context, initiator, transferred)
    one = _begun(context, initiator, transferred, destination, flow)
    if flow == "blind":
        return _put_through_unasked(context, initiator._replace(leg=transferred), one)
    leads_outside = _check_destination(context, initiator, destination)
    live_calls.goes_on_as(context, initiator._replace(leg=transferred))
    _write_down(context, one)
    leg_uuid = initiator.leg.leg_uuid
    counted = meters.count_leg(context, initiator.domain, leg_uuid, destination) if leads_outside else None
    try:
        with lines.once(context, initiator.line, leg_uuid):
            initiator.line.consult(initiator.domain, one.consultation)
    except Problem as problem:
        if counted:
            meters.stop(context, counted)
        if lines.was_not_done(problem):
            keep_transfer(context, one.went("cancelled", context.now))
        context.commit()
        raise
    return one


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
    with lines.once(context, line, one.transfer_uuid):
        joined = line.put_through(domain, one.consultation)
    return _ended(context, line, one, "completed", {} if joined else {"flow": "blind"})


def cancel(context: Context, request: OneTransfer) -> Transfer:
    """Let the two talk again."""
    line, domain, one = _open(context, request)
    with lines.once(context, line, one.transfer_uuid):
        line.take_back(domain, one.consultation)
    return _ended(context, line, one, "cancelled", {})


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
    if destination in (initiator.leg.extension, initiator.leg.number):
        raise CannotComply("nobody puts a call through to himself", parameter="destination")
    if destination in (transferred.extension, transferred.number):
        raise CannotComply("that one is in the call already", parameter="destination")


def _check_destination(context: Context, initiator: Party, destination: str) -> bool:
    """Refuse a number that leads nowhere, or to nobody who could be asked; whether it leads outside."""
    permissions.check_number(context, initiator.acting, "transfer_to", destination)
    target = routing.check(context, initiator.domain, destination, "destination", in_sandbox=initiator.line.is_sandbox)
    if isinstance(target, Slot):
        raise CannotComply("a parking slot is nobody to ask: call-park parks a call", parameter="destination")
    if isinstance(target, AgentCode | HoldMusic):
        raise CannotComply("nobody is there to ask", parameter="destination")
    return isinstance(target, Outside) and not initiator.line.is_sandbox


def _check_free(context: Context, initiator: Party, transferred: LiveLeg) -> None:
    """One transfer at a time of a party: two operators may want one at once."""
    for leg in (initiator.leg, transferred):
        place = context.store.get(keys.transfer_of_leg(initiator.domain.domain_uuid, leg.leg_uuid), MovedCall)
        one = _known(context, initiator.domain.domain_uuid, place.leg_uuid) if place else None
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


def _write_down(context: Context, one: Transfer) -> None:
    """Write it, and that both take part in it, before the switch hears of it. ``Moved``: somebody was faster."""
    for leg_uuid in (one.initiator_leg_uuid, one.transferred_leg_uuid):
        key = keys.transfer_of_leg(one.domain_uuid, leg_uuid or "")
        known = context.store.row(key)
        version = known.version if known else 0
        body = MovedCall(leg_uuid=one.transfer_uuid).model_dump_json()
        row = Row(key, body, version + 1, int(seconds(context.now)) + _A_DAY)
        put = Put(row, if_version=version) if version else Put(row, if_absent=True)
        context.store.stage(put, Moved())
    keep_transfer(context, one)
    _tell(context, one, "transfer.created")
    context.commit()


def _ended(context: Context, line: Switch, one: Transfer, status: TransferStatus, more: dict[str, object]) -> Transfer:
    """The transfer when the switch has done so: in the sandbox it is written already, and told."""
    after = one.went(status, stamp(context.clock.now()), **more)
    if not line.is_sandbox:
        keep_transfer(context, after)
    return after


def _open(context: Context, request: OneTransfer) -> Underway:
    underway = found(context, request)
    _check_own(context, underway.domain, request, underway.transfer)
    if underway.transfer.is_over:
        raise Conflict(f"this transfer is over: it was {underway.transfer.status}")
    return underway


def _known(context: Context, home: str, transfer_uuid: str) -> Transfer | None:
    one = context.store.get(keys.transfer(home, transfer_uuid), Transfer)
    return one.as_of(stamp(context.clock.now())) if one else None


def _sees(context: Context, domain: Domain, request: ForUser) -> Callable[[Transfer], bool]:
    """Whether the user a request is made for sees a transfer: the calls of those who take part in it."""
    sees = permissions.sees_calls(context, permissions.acting(context, domain.domain_uuid, request))

    def sees_one(one: Transfer) -> bool:
        return sees({number for number in (one.initiator_extension, one.recipient_extension) if number})

    return sees_one


def _check_own(context: Context, domain: Domain, request: OneTransfer, one: Transfer) -> None:
    """Whoever acts for a user does nothing to the transfers of others."""
    acting = permissions.acting(context, domain.domain_uuid, request)
    numbers = {phone.extension for phone in acting.user.extensions} if acting else {one.initiator_extension}
    if one.initiator_extension not in numbers:
        raise Forbidden("this is not this user's transfer")


def _tell(context: Context, one: Transfer, what: str, sequence: int = 0) -> None:
    about = {
        "extension": one.initiator_extension,
        "number": one.destination,
        "leg_uuid": one.initiator_leg_uuid,
        "at": context.now,
        "transfer": one.told(),
    }
    context.happened(what, one.domain_uuid, about, call_uuid=one.call_uuid, sequence=sequence)
