"""How many calls a key and a domain place and have: counted when one is placed, and given back when it ends."""

from ringpost.clock import seconds
from ringpost.context import Context, Moved
from ringpost.model.call import CallOrder, Meter
from ringpost.model.domain import Domain
from ringpost.model.errors import RateLimited
from ringpost.store import Key, Put, Row, keys

_A_MINUTE = 60.0
_KEPT = 2 * 86_400
_LONGEST_CALL = 4 * 3600.0


def count(context: Context, order: CallOrder, until: float | None) -> None:
    """One more call, that runs until then if that is known; ``RateLimited`` if it is one too many."""
    for key in _meters(order):
        _count(context, key, order, until)


def count_leg(context: Context, domain: Domain, leg_uuid: str, number: str) -> CallOrder | None:
    """A leg that is sent outside counts as a call from then on, unless it does already; commits."""
    key = keys.order(domain.domain_uuid, leg_uuid)
    if context.store.get(key, CallOrder) is not None:
        return None
    order = CallOrder(
        caller_id_number=number,
        destination_a=number,
        destination_b=number,
        call_uuid=leg_uuid,
        domain_uuid=domain.domain_uuid,
        domain_name=domain.domain_name,
        placed_at=context.now,
        key_uuid=context.actor.key_uuid,
    )
    count(context, order, None)
    context.store.stage(
        Put(Row(key, order.model_dump_json(), expires=int(seconds(context.now)) + _KEPT), if_absent=True), Moved()
    )
    context.commit()
    return order


def stop(context: Context, order: CallOrder) -> None:
    """The call runs no more."""
    _rewrite(context, order, None)


def ended(context: Context, domain_uuid: str, call_uuid: str) -> CallOrder | None:
    """The order of a call that has ended, if it was placed through here: it is no running one any more."""
    order = context.store.get(keys.order(domain_uuid, call_uuid), CallOrder)
    if order is not None:
        stop(context, order)
    return order


def runs_until(context: Context, order: CallOrder, until: float) -> None:
    """The call ends at another time than was foretold."""
    _rewrite(context, order, until)


def _rewrite(context: Context, order: CallOrder, until: float | None) -> None:
    for key in _meters(order):
        meter = context.store.get(key, Meter)
        if meter is not None and order.call_uuid in meter.running:
            running = {call: end for call, end in meter.running.items() if call != order.call_uuid}
            if until is not None:
                running[order.call_uuid] = until
            after = meter.model_copy(update={"running": running, "version": meter.version + 1})
            _put(context, key, after, meter.version)


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
    _put(context, key, Meter(placed=(*placed, now), running=running, version=meter.version + 1), meter.version)


def _put(context: Context, key: Key, meter: Meter, version: int) -> None:
    row = Row(key, meter.model_dump_json(), meter.version)
    context.store.stage(Put(row, if_version=version) if version else Put(row, if_absent=True), Moved())
