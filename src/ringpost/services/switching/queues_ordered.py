"""The queues of a switch as they are to be there, for its link: what it was told while it was away is nowhere else."""

from collections.abc import Iterator
from itertools import islice

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.queue import OrderedQueue, Queue
from ringpost.model.requests import Page
from ringpost.model.switch import SwitchRecord
from ringpost.services import pages
from ringpost.services.numbers import queue_orders
from ringpost.store import keys


def listed(context: Context, switch: SwitchRecord, request: Page) -> pages.PageOf[OrderedQueue]:
    """A page of all queues of a switch, a domain after the other."""
    home, after = pages.opened(context, request) or ["", ""]
    found = list(islice(_following(context, switch, home, after), request.limit + 1))
    shown = found[: request.limit]
    cursor = pages.sealed(context, request, shown[-1][0]) if len(found) > len(shown) else None
    return pages.PageOf([item for _, item in shown], cursor)


def _following(
    context: Context, switch: SwitchRecord, home: str, after: str
) -> Iterator[tuple[list[str], OrderedQueue]]:
    """What comes behind a place, each with its own."""
    lists = context.store.everything(keys.domains_of_switch(switch.switch_uuid), Domain)
    for domain in sorted((one for _, one in lists if not one.deleting), key=lambda one: one.domain_uuid):
        if domain.domain_uuid < home:
            continue
        for sort, queue in context.store.everything(keys.queues(domain.domain_uuid), Queue):
            if domain.domain_uuid == home and sort <= after:
                continue
            item = OrderedQueue(
                domain_uuid=domain.domain_uuid,
                domain_name=domain.domain_name,
                order=queue_orders.of(context, queue),
            )
            yield [domain.domain_uuid, sort], item
