"""Going on with a transfer whose initiator has hung up before anybody answered: its switch may not know how."""

from collections.abc import Sequence
from functools import partial

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import Problem
from ringpost.model.transfer import Transfer
from ringpost.services.happenings.call_events import Happening
from ringpost.services.switching import lines
from ringpost.store import keys
from ringpost.switch import Switch

_ACTION = "transfer-complete"


def send_on(context: Context, happened: Sequence[Happening]) -> None:
    """Once all is written: whoever waits, and whom nobody waits with, is sent to the number that was rung.

    Of a transfer that an action has completed the switch was told already.
    """
    for one in happened:
        transfer = one.transfer
        if one.type != "transfer.completed" or transfer is None or transfer.by_phone or transfer.flow != "blind":
            continue
        known = context.store.get(keys.transfer(transfer.domain_uuid, transfer.transfer_uuid), Transfer)
        if known is not None and not known.is_over:
            context.afterwards.append(partial(_send_on, context, transfer))


def _send_on(context: Context, transfer: Transfer) -> None:
    """What cannot be done holds up no link: then whoever waits hears music until he hangs up."""
    domain = context.store.get(keys.domain(transfer.domain_uuid), Domain)

    def put_through(switch: Switch, domain: Domain) -> None:
        switch.put_through(domain, transfer.consultation)

    if domain is not None:
        try:
            lines.tell(context, domain, _ACTION, put_through)
        except Problem:
            context.store.forget()
