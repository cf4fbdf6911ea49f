"""Numbers inside a domain: one namespace for extensions, ring groups and queues."""

from pydantic import RootModel

from ringpost.context import Context
from ringpost.model.errors import Conflict
from ringpost.model.extension import Extension
from ringpost.model.queue import Queue
from ringpost.model.ring_group import RingGroup
from ringpost.store import keys


class Holder(RootModel[Extension | RingGroup | Queue]):
    """Whoever has a number."""


def taken() -> Conflict:
    """An extension, a ring group or a queue has that number already."""
    return Conflict("that number is taken in this domain", parameter="extension")


def holder(context: Context, domain_uuid: str, number: str) -> Extension | RingGroup | Queue | None:
    """Whoever has a number in a domain."""
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
