"""Numbers inside a domain: one namespace for extensions, ring groups, queues, conference rooms and parking lots."""

from collections.abc import Callable, Collection
from typing import TypeVar

from pydantic import RootModel

from ringpost.context import Context
from ringpost.model.conference import Conference
from ringpost.model.errors import Conflict
from ringpost.model.extension import Extension
from ringpost.model.parking import ParkingLot
from ringpost.model.queue import Queue
from ringpost.model.ring_group import RingGroup
from ringpost.model.values import is_uuid
from ringpost.store import Key, keys

_MOST_WAYS = 50
Numbered = Extension | RingGroup | Queue | Conference | ParkingLot


Named = TypeVar("Named", Queue, Conference, ParkingLot)
"""What has a name besides its number."""


class Holder(RootModel[Numbered]):
    """Whoever has a number."""


def taken() -> Conflict:
    """Somebody, or something, has that number already."""
    return Conflict("that number is taken in this domain", parameter="extension")


def holder(context: Context, domain_uuid: str, number: str) -> Numbered | None:
    """Whoever has a number in a domain. A parking lot has those of its slots too."""
    found = context.store.get(keys.number(domain_uuid, number), Holder, of_anybody=True)
    return found.root if found else None


def ways_on(context: Context, domain_uuid: str, number: str) -> tuple[str, ...]:
    """The numbers to which calls may go on from a number, by themselves."""
    found = holder(context, domain_uuid, number)
    if isinstance(found, Queue):
        return found.ways_on
    if isinstance(found, ParkingLot):
        return (found.timeout_destination,) if found.timeout_destination else ()
    if isinstance(found, Extension):
        kinds = (found.forward(kind) for kind in ("unconditional", "busy", "noanswer", "unregistered"))
        return tuple(way for way in kinds if way)
    return ()


def way_back(context: Context, domain_uuid: str, number: str, own: Collection[str]) -> list[str] | None:
    """The way by which a call that is sent on to a number comes back to one of these, if there is one."""
    ways, seen = [[number]], set[str]()
    while ways and len(seen) < _MOST_WAYS:
        way = ways.pop(0)
        if way[-1] in own:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, onward] for onward in ways_on(context, domain_uuid, way[-1])]
    return None


def extension(context: Context, domain_uuid: str, number: str) -> Extension | None:
    """The extension that has a number; None if nobody has it, or something else."""
    found = holder(context, domain_uuid, number)
    return found if isinstance(found, Extension) else None


def ring_group(context: Context, domain_uuid: str, number: str) -> RingGroup | None:
    """The ring group that has a number; None if nobody has it, or something else."""
    found = holder(context, domain_uuid, number)
    return found if isinstance(found, RingGroup) else None


def conference(context: Context, domain_uuid: str, number: str) -> Conference | None:
    """The conference room that has a number; None if nobody has it, or something else."""
    found = holder(context, domain_uuid, number)
    return found if isinstance(found, Conference) else None


def named(
    context: Context,
    domain_uuid: str,
    reference: str,
    kind: type[Named],
    truth: Callable[[str, str], Key],
    name: Callable[[str, str], Key],
) -> Named | None:
    """What has that uuid, number or name, if it is of that kind."""
    if is_uuid(reference):
        return context.store.get(truth(domain_uuid, reference), kind)
    found = holder(context, domain_uuid, reference)
    return found if isinstance(found, kind) else context.store.get(name(domain_uuid, reference), kind)
