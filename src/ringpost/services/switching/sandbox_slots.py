"""Who dials a parking slot of the sandbox takes whoever waits there: its call goes on as a leg of that one."""

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.call import CallOrder, Rung, RungTaking
from ringpost.model.domain import Domain
from ringpost.model.route import Slot
from ringpost.services.numbers import routing
from ringpost.store import keys
from ringpost.switch.sandbox.play import Play, fate_of, is_patient
from ringpost.switch.scripts import Script, Turn


def way(context: Context, domain: Domain, order: CallOrder) -> tuple[Rung, ...]:
    """The way to whoever waits in the slot that is dialled; empty: nobody does, or nobody will have dialled it."""
    found = routing.route(context, domain, order.destination_b, in_sandbox=True)
    if not isinstance(found, Slot) or found.slot is None or fate_of(order.destination_a).cause is not None:
        return ()
    now, lot_uuid = seconds(order.placed_at), found.lot.parkinglot_uuid if found.lot else None
    until = now + fate_of(order.destination_a).after
    for _, script in context.store.everything(keys.scripts(domain.domain_uuid), Script):
        play = Play(script, now)
        if (play.slot, play.parkinglot_uuid) == (found.slot, lot_uuid) and _waits_until(play) > until:
            taking = RungTaking(call_uuid=script.order.call_uuid, until=ends(taken(script, order), order.call_uuid))
            return (Rung(number=found.slot, takes=taking),)
    return ()


def taken(script: Script, order: CallOrder) -> Script:
    """A parked call with its being taken by the call of that order, once that is answered."""
    waits = Play(script, seconds(order.placed_at)).line[0]
    turn = Turn(
        at=seconds(order.placed_at),
        what="take",
        leg_uuid=waits.leg_uuid,
        value=order.destination_a,
        other_uuid=order.call_uuid,
        stays=is_patient(order),
    )
    return script.model_copy(update={"turns": (*script.turns, turn)})


def ends(script: Script, leg_uuid: str) -> float:
    """When a leg of a call ends."""
    return next((party.ends for party in Play(script).parties if party.leg_uuid == leg_uuid), 0.0)


def _waits_until(play: Play) -> float:
    parked = play.parked
    return min(play.ends, parked.until) if parked is not None and parked.until is not None else play.ends
