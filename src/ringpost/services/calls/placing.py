"""Placing calls: rules first, then our own note of the call, then the switch, then what it said."""

import uuid
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.call import Call, CallOrder, Leg, MonitorMode, Wanted
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, StoreUnavailable, SwitchRefused, SwitchUnreachable
from ringpost.model.requests import ForUser
from ringpost.model.route import Outside, Phone, Route
from ringpost.services.calls.live_calls import Party
from ringpost.services.numbers import emergency, routing
from ringpost.services.people import permissions
from ringpost.services.records import joining
from ringpost.services.switching import lines, links, meters, sandbox_calls
from ringpost.services.tenants import domains
from ringpost.store import Put, Row, keys
from ringpost.switch import Progress, Switch
from ringpost.switch.scripts import Script

_LONGEST_REQUEST = 27.0
"""Seconds; the function itself is stopped after 29."""
_A_RING = 60.0
"""Seconds a call counts as running of which nobody knows whether it was placed."""
_ORDER_DAYS = 2 * 86_400
_NAME_LENGTH = 64
_TRIES = 5


class Placed(NamedTuple):
    """A call that was placed, and how far it has come."""

    order: CallOrder
    progress: Progress
    sandbox: bool

    def told(self) -> dict[str, Any]:
        """What is answered of it."""
        progress = self.progress
        return {
            "success": None if progress.state == "ringing" else progress.answered,
            "call_uuid": self.order.call_uuid,
            "state": progress.state,
            "cause": progress.cause,
            "sandbox": self.sandbox,
        }


def wanted_by(context: Context, domain: Domain, wanted: Wanted, request: ForUser) -> CallOrder:
    """The order of a call somebody wants; refused if the user it is for may not call one of the two."""
    acting = permissions.acting(context, domain.domain_uuid, request)
    for number in (wanted.destination_a, wanted.destination_b):
        permissions.check_number(context, acting, "originate_to", number)
    return ordered(context, domain, wanted)


def ordered(context: Context, domain: Domain, wanted: Wanted, **more: str) -> CallOrder:
    """The order of a call, with a uuid of ours."""
    return CallOrder.model_validate(
        {
            **wanted.model_dump(include=set(Wanted.model_fields)),
            "caller_id_name": wanted.caller_id_name[:_NAME_LENGTH],
            "call_uuid": str(uuid.uuid4()),
            "domain_uuid": domain.domain_uuid,
            "domain_name": domain.domain_name,
            "placed_at": context.now,
            "key_uuid": context.actor.key_uuid,
            **more,
        }
    )


def monitoring(context: Context, party: Party, extension: str, mode: MonitorMode) -> CallOrder:
    """The order of a call in which an extension listens to a leg of another."""
    if routing.check_phone(context, party.domain, extension, "extension") is None:
        raise CannotComply("only an extension listens", parameter="extension")
    if party.leg.state == "ringing":
        raise CannotComply("this party has not answered yet")
    permissions.check_number(context, party.acting, "originate_to", extension)
    for leg in party.call.legs:
        if leg.extension is not None:
            permissions.check_number(context, party.acting, "monitor", leg.extension)
    if any(leg.extension == extension for leg in party.call.legs):
        raise CannotComply("this extension is in the call itself", parameter="extension")
    number = party.leg.extension or party.leg.number or "0"
    wanted = Wanted(caller_id_number=number, destination_a=extension, destination_b=number)
    return ordered(context, party.domain, wanted, monitors=party.leg.leg_uuid, monitor_mode=mode)


def originate(context: Context, domain: Domain, order: CallOrder, wait: float) -> Placed:
    """Ring A, then connect B; wait so many seconds for A.

    The call is written down, under the idempotency key if there is one, before the switch hears of
    it: whoever repeats the request asks about that call and never dials again.
    """
    line = lines.of(context, domain)
    earlier = _earlier(context, domain)
    if earlier is not None:
        return Placed(earlier, _asked_again(context, line, earlier, _left(context, wait)), line.is_sandbox)
    if not domain.domain_enabled:
        raise CannotComply("the domain is disabled: it places no calls")
    order = _with_way(context, line, domain, order)
    try:
        _write_down(context, line, domain, order)
        _place(context, line, order)
        progress = line.await_answer(order, _left(context, wait))
        if progress.state == "ended" and not line.is_sandbox:
            _note_failure(context, domain, order, progress)
        return Placed(order, progress, line.is_sandbox)
    except (SwitchRefused, SwitchUnreachable, StoreUnavailable) as problem:
        problem.members["call_uuid"] = order.call_uuid
        raise


def _left(context: Context, wait: float) -> float:
    """How long there is still to wait: a switch that is slow to answer takes its time from the caller's wait."""
    spent = context.clock.now() - seconds(context.now)
    return max(0.0, min(wait, _LONGEST_REQUEST - spent))


def _earlier(context: Context, domain: Domain) -> CallOrder | None:
    """The order an earlier request with the same idempotency key wrote down and did not finish."""
    call_uuid = context.claim.earlier_call if context.claim else None
    return context.store.get(keys.order(domain.domain_uuid, call_uuid), CallOrder) if call_uuid else None


def _asked_again(context: Context, line: Switch, order: CallOrder, wait: float) -> Progress:
    """How far a call has come that was placed before; if the switch knows it no more, its record says."""
    progress = line.await_answer(order, wait)
    if progress.state == "ended":
        meters.stop(context, order)
    if progress.state != "ended" or progress.cause is not None:
        return progress
    record = context.store.get(keys.cdr(order.domain_uuid, order.call_uuid), Call)
    return Progress("ended", record.answer_stamp is not None, record.hangup_cause) if record else progress


def _with_way(context: Context, line: Switch, domain: Domain, order: CallOrder) -> CallOrder:
    """The order with the way to A. Who may not be called is refused before a switch hears of it.

    In the sandbox with the way to B: it asks nobody afterwards where that leads.
    """
    if line.is_sandbox and sandbox_calls.is_from_outside(order):
        emergency.refuse(context, domain, order.destination_a, "destination_a")
        return sandbox_calls.from_outside(context, domain, order)
    a: Route | None = routing.check_phone(context, domain, order.destination_a, "destination_a")
    check = partial(routing.check, context, domain, in_sandbox=line.is_sandbox)
    a = a or check(order.destination_a, "destination_a")
    b = a if order.monitors else check(order.destination_b, "destination_b")
    if not isinstance(a, Phone | Outside):
        raise CannotComply("a call begins at an extension or a number outside", parameter="destination_a")
    if line.is_sandbox:
        return order if order.monitors else sandbox_calls.prepared(context, domain, order)
    gateway = a.gateway if isinstance(a, Outside) else None
    direction = "outbound" if isinstance(a, Outside) or isinstance(b, Outside) else "local"
    rings = a.extension.call_timeout if isinstance(a, Phone) else order.ring_seconds
    return order.model_copy(update={"gateway": gateway, "direction": direction, "ring_seconds": rings})


def _note_failure(context: Context, domain: Domain, order: CallOrder, progress: Progress) -> None:
    """A call that came to nothing runs no more, and is recorded and told: without a leg the switch does neither.

    If it had one, the switch's own record takes the place of ours.
    """
    called = None if order.monitors else order.destination_b  # who listens calls nobody
    leg = Leg(
        xml_cdr_uuid=order.call_uuid,
        direction=order.direction,
        start_stamp=order.placed_at,
        end_stamp=stamp(context.clock.now()),
        hangup_cause=progress.cause,
        caller_id_name=order.caller_id_name or None,
        caller_id_number=order.caller_id_number,
        caller_destination=called,
        source_number=order.destination_a,
        destination_number=called,
        extension=None if order.gateway else order.destination_a,
        missed_call=False,
        heard=True,
    )
    leg = joining.with_own_extension(context, domain.domain_uuid, leg)
    with suppress(Moved, StoreUnavailable):
        _record_failure(context, domain, order, progress, leg)


def _record_failure(context: Context, domain: Domain, order: CallOrder, progress: Progress, leg: Leg) -> None:
    """Again if somebody was faster: the meters of a busy domain are written all the time."""
    for left in reversed(range(_TRIES)):
        meters.stop(context, order)
        if context.store.get(keys.cdr(domain.domain_uuid, order.call_uuid), Call) is None:
            joining.record(context, domain, [leg], joining.Marks(order.external_id, order.tags))
        if progress.unheard:
            links.tell_end(context, domain, order, leg)
        try:
            context.commit()
        except Moved:
            context.store.forget()
            if not left:
                raise
        else:
            return


def _write_down(context: Context, line: Switch, domain: Domain, order: CallOrder) -> None:
    """The order, the two meters, the claim, and what is known of the call already: in one transaction.

    ``Moved`` if somebody was faster: nothing has been dialled yet, so the action is run again from the start.
    """
    domains.stays(context, domain)
    foretold = line.foretold(order)
    until = max((seconds(leg.end_stamp) for leg in foretold if leg.end_stamp), default=None)
    meters.count(context, order, until)
    expires = int(seconds(order.placed_at)) + _ORDER_DAYS
    row = Row(keys.order(order.domain_uuid, order.call_uuid), order.model_dump_json(), expires=expires)
    context.store.stage(Put(row, if_absent=True), Moved())
    if context.claim is not None:
        context.store.stage(*context.claim.take(order.call_uuid))
    told = order.model_dump(exclude={"key_uuid"})
    context.happened("call.placed", order.domain_uuid, told, due_at=order.placed_at, call_uuid=order.call_uuid)
    if foretold:
        sandbox_calls.write(context, domain, Script(order=order), foretold)
    context.commit()


def _place(context: Context, line: Switch, order: CallOrder) -> None:
    try:
        line.place(order)
    except (SwitchRefused, SwitchUnreachable) as problem:
        with suppress(Moved, StoreUnavailable):
            if lines.was_not_done(problem):
                _give_back(context, order)
            else:
                meters.runs_until(context, order, context.clock.now() + _A_RING)
                context.commit()
        raise


def _give_back(context: Context, order: CallOrder) -> None:
    """The switch never took the call: it does not run, and its idempotency key may be used again."""
    meters.stop(context, order)
    if context.claim is not None:
        context.store.stage(context.claim.release())
    context.commit()
