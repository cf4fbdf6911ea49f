"""Going on with a transfer whose initiator has hung up, where its switch does not know how."""

from collections.abc import Callable, Sequence
from functools import partial

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import Problem
from ringpost.model.transfer import Transfer
from ringpost.services.happenings.call_events import Happening
from ringpost.services.switching import lines
from ringpost.store import keys
from ringpost.switch import Switch


def send_on(context: Context, happened: Sequence[Happening]) -> None:
    """Once all is written: whoever waits, and whom nobody waits with, is sent to the number that was rung.

    If that one has answered, and both have hung up at once, nobody has fetched who waits: then that is over, too. Of a
    transfer that an action has completed the switch was told already.
    """
    for one in happened:
        transfer = one.transfer
        if transfer is None or transfer.by_phone:
            continue
        if one.type == "transfer.completed" and transfer.flow == "blind":
            _afterwards(context, transfer, "transfer-complete", partial(_put_through, transfer))
        elif one.type == "transfer.cancelled" and _waits_alone(one, transfer):
            _afterwards(context, transfer, "call-hangup", partial(_hang_up, transfer))


def _is_over(context: Context, transfer: Transfer) -> bool:
    known = context.store.get(keys.transfer(transfer.domain_uuid, transfer.transfer_uuid), Transfer)
    return known is None or known.is_over


def _waits_alone(one: Happening, transfer: Transfer) -> bool:
    others = (one.call.leg(transfer.initiator_leg_uuid), one.call.leg(transfer.recipient_leg_uuid))
    return all(leg is not None and leg.state == "ended" for leg in others)


def _put_through(transfer: Transfer, switch: Switch, domain: Domain) -> None:
    switch.put_through(domain, transfer.consultation)


def _hang_up(transfer: Transfer, switch: Switch, domain: Domain) -> None:
    switch.hang_up(domain, transfer.transferred_leg_uuid)


def _afterwards(context: Context, transfer: Transfer, action: str, do: Callable[[Switch, Domain], None]) -> None:
    if not _is_over(context, transfer):
        context.afterwards.append(partial(_tell, context, transfer.domain_uuid, action, do))


def _tell(context: Context, home: str, action: str, do: Callable[[Switch, Domain], None]) -> None:
    """What cannot be done holds up no link: then whoever waits hears music until he hangs up."""
    domain = context.store.get(keys.domain(home), Domain)
    if domain is not None:
        try:
            lines.tell(context, domain, action, do)
        except Problem:
            context.store.forget()
