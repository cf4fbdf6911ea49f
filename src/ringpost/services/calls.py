"""Placing calls: rules first, then our own note of the call, then the switch, then what it said."""

import uuid
from contextlib import suppress
from typing import NamedTuple

from ringpost.clock import seconds
from ringpost.context import Context, Moved
from ringpost.model.call import CallOrder, Leg, Meter, Wanted
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, RateLimited, StoreUnavailable, SwitchRefused, SwitchUnreachable
from ringpost.services import cdrs, domains, emergency, numbers
from ringpost.store import Key, Put, Row, keys
from ringpost.switch import Progress

_A_MINUTE = 60.0
_LONGEST_CALL = 4 * 3600.0
_ORDER_DAYS = 2 * 86_400
_NAME_LENGTH = 64
_NAME_EXTRAS = " .-_&()+@'"


class Placed(NamedTuple):
    """A call that was placed, and how far it has come."""

    order: CallOrder
    progress: Progress


def ordered(context: Context, domain: Domain, wanted: Wanted) -> CallOrder:
    """The order of a call, with a uuid of ours."""
    return CallOrder.model_validate(
        {
            **wanted.model_dump(include=set(Wanted.model_fields)),
            "caller_id_name": cleaned(wanted.caller_id_name),
            "call_uuid": str(uuid.uuid4()),
            "domain_uuid": domain.domain_uuid,
            "domain_name": domain.domain_name,
            "placed_at": context.now,
            "key_uuid": context.actor.key_uuid,
        }
    )


def originate(context: Context, domain: Domain, order: CallOrder, wait: float) -> Placed:
    """Ring A, then connect B; wait so many seconds for A.

    The call is written down, under the idempotency key if there is one, before the switch hears of
    it: whoever repeats the request asks about that call and never dials again.
    """
    earlier = _earlier(context, domain)
    if earlier is not None:
        return Placed(earlier, context.switch.await_answer(earlier, wait))
    if not domain.domain_enabled:
        raise CannotComply("the domain is disabled: it places no calls")
    emergency.refuse(domain, order.destination_a, "destination_a")
    emergency.refuse(domain, order.destination_b, "destination_b")
    try:
        _write_down(context, domain, order)
        _place(context, order)
        return Placed(order, context.switch.await_answer(order, wait))
    except (SwitchRefused, SwitchUnreachable, StoreUnavailable) as problem:
        problem.members["call_uuid"] = order.call_uuid
        raise


def cleaned(name: str) -> str:
    """A caller's name as a switch may see it: letters, digits and a little punctuation."""
    kept = "".join(letter for letter in name if letter.isalnum() or letter in _NAME_EXTRAS)
    return " ".join(kept.split())[:_NAME_LENGTH]


def _earlier(context: Context, domain: Domain) -> CallOrder | None:
    """The order an earlier request with the same idempotency key wrote down and did not finish."""
    call_uuid = context.claim.earlier_call if context.claim else None
    return context.store.get(keys.order(domain.domain_uuid, call_uuid), CallOrder) if call_uuid else None


def _write_down(context: Context, domain: Domain, order: CallOrder) -> None:
    """The order, the two meters, the claim, and what is known of the call already: in one transaction.

    ``Moved`` if somebody was faster: nothing has been dialled yet, so the action is run again from the start.
    """
    domains.stays(context, domain)
    foretold = [cdrs.with_extension(context, domain.domain_uuid, leg) for leg in context.switch.foretold(order)]
    until = max((seconds(leg.end_stamp) for leg in foretold if leg.end_stamp), default=None)
    for key in _meters(order):
        _count(context, key, order, until)
    expires = int(seconds(order.placed_at)) + _ORDER_DAYS
    row = Row(keys.order(order.domain_uuid, order.call_uuid), order.model_dump_json(), expires=expires)
    context.store.stage(Put(row, if_absent=True), Moved())
    if context.claim is not None:
        context.store.stage(*context.claim.take(order.call_uuid))
    told = order.model_dump(exclude={"key_uuid"})
    context.happened("call.placed", order.domain_uuid, told, call_uuid=order.call_uuid)
    if foretold:
        _record(context, domain, order, foretold)
    context.commit()


def _place(context: Context, order: CallOrder) -> None:
    try:
        context.switch.place(order)
    except SwitchRefused:
        with suppress(Moved, StoreUnavailable):
            _give_back(context, order)
        raise


def _meters(order: CallOrder) -> tuple[Key, Key]:
    return keys.meter_of_domain(order.domain_uuid), keys.meter_of_key(order.key_uuid)


def _count(context: Context, key: Key, order: CallOrder, until: float | None) -> None:
    """One more call on a meter; ``RateLimited`` if that is one too many."""
    meter = context.store.get(key, Meter) or Meter()
    now, limits = seconds(order.placed_at), context.call_limits
    placed = tuple(moment for moment in meter.placed if moment > now - _A_MINUTE)
    running = {call: end for call, end in meter.running.items() if end > now}
    if len(placed) >= limits.per_minute:
        wait = int(placed[0] + _A_MINUTE - now) + 1
        raise RateLimited(f"at most {limits.per_minute} calls a minute may be placed", retry_after=wait)
    if len(running) >= limits.at_once:
        wait = int(min(running.values()) - now) + 1
        raise RateLimited(f"at most {limits.at_once} calls may run at once", retry_after=wait)
    running[order.call_uuid] = until or now + _LONGEST_CALL
    _put_meter(context, key, Meter(placed=(*placed, now), running=running, version=meter.version + 1), meter.version)


def _put_meter(context: Context, key: Key, meter: Meter, version: int) -> None:
    row = Row(key, meter.model_dump_json(), meter.version)
    context.store.stage(Put(row, if_version=version) if version else Put(row, if_absent=True), Moved())


def _give_back(context: Context, order: CallOrder) -> None:
    """The switch never took the call: it does not run, and its idempotency key may be used again."""
    for key in _meters(order):
        meter = context.store.get(key, Meter)
        if meter is not None:
            running = {call: until for call, until in meter.running.items() if call != order.call_uuid}
            after = meter.model_copy(update={"running": running, "version": meter.version + 1})
            _put_meter(context, key, after, meter.version)
    if context.claim is not None:
        context.store.stage(context.claim.release())
    context.commit()


def _record(context: Context, domain: Domain, order: CallOrder, foretold: list[Leg]) -> None:
    """A call whose end is known: its record and its events, each due when it will have happened."""
    is_local = foretold[0].extension is not None and _is_extension(context, domain, order, foretold)
    legs = [
        leg.model_copy(
            update={
                "direction": "local" if is_local else "outbound",
                "missed_call": is_local and leg.leg == "b" and leg.answer_stamp is None,
            }
        )
        for leg in foretold
    ]
    end = max(leg.end_stamp or leg.start_stamp for leg in legs)
    marks = cdrs.Marks(order.external_id, order.tags, context.switch.is_sandbox, end)
    call = cdrs.record(context, domain, legs, marks)
    moments = [("call.ringing", call.start_stamp), ("call.answered", call.answer_stamp), ("call.ended", end)]
    for sequence, (what, due_at) in enumerate(moments, start=1):
        if due_at is not None:
            context.happened(
                what, call.domain_uuid, call.model_dump(), due_at=due_at, call_uuid=call.xml_cdr_uuid, sequence=sequence
            )


def _is_extension(context: Context, domain: Domain, order: CallOrder, foretold: list[Leg]) -> bool:
    """Whether B is an extension: its leg knows, if there will be one."""
    if len(foretold) > 1:
        return foretold[1].extension is not None
    return numbers.extension(context, domain.domain_uuid, order.destination_b) is not None
