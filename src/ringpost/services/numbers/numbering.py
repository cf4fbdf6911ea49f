"""Numbers inside a domain: one namespace for extensions, ring groups, queues, conference rooms and parking lots."""

from pydantic import RootModel

from ringpost.context import Context
from ringpost.model.conference import Conference
from ringpost.model.errors import Conflict
from ringpost.model.extension import Extension
from ringpost.model.parking import ParkingLot
from ringpost.model.queue import Queue
from ringpost.model.ring_group import RingGroup
from ringpost.store import keys

Numbered = Extension | RingGroup | Queue | Conference | ParkingLot


class Holder(RootModel[Numbered]):
    """Whoever has a number."""


def taken() -> Conflict:
    """Somebody, or something, has that number already."""
    return Conflict("that number is taken in this domain", parameter="extension")


def holder(context: Context, domain_uuid: str, number: str) -> Numbered | None:
    """Whoever has a number in a domain. A parking lot has those of its slots too."""
    found = context.store.get(keys.number(domain_uuid, number), Holder, of_anybody=True)
    return found.root if found else None


def extension(context: Context, domain_uuid: str, number: str) -> Extension | None:
    """The extension that has a number; None if nobody has it, or something else."""
    found = holder(context, domain_uuid, number)
    return found if isinstance(found, Extension) else None


def ring_group(context: Context, domain_uuid: str, number: str) -> RingGroup | None:
    """The ring group that has a number; None if nobody has it, or something else."""
    found = holder(context, domain_uuid, number)
    return found if isinstance(found, RingGroup) else None


def queue(context: Context, domain_uuid: str, number: str) -> Queue | None:
    """The queue that has a number; None if nobody has it, or something else."""
    found = holder(context, domain_uuid, number)
    return found if isinstance(found, Queue) else None


def conference(context: Context, domain_uuid: str, number: str) -> Conference | None:
    """The conference room that has a number; None if nobody has it, or something else."""
    found = holder(context, domain_uuid, number)
    return found if isinstance(found, Conference) else None


def parking_lot(context: Context, domain_uuid: str, number: str) -> ParkingLot | None:
    """The parking lot that has a number, or has it as a slot; None if nobody has it, or something else."""
    found = holder(context, domain_uuid, number)
    return found if isinstance(found, ParkingLot) else None
