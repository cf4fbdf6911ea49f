"""Numbers inside a domain: one namespace for extensions and ring groups."""

from pydantic import RootModel

from ringpost.context import Context
from ringpost.model.errors import Conflict
from ringpost.model.extension import Extension
from ringpost.model.ring_group import RingGroup
from ringpost.store import keys


class Holder(RootModel[Extension | RingGroup]):
    """Whoever has a number."""


def taken() -> Conflict:
    """An extension or a ring group has that number already."""
    return Conflict("that number is taken in this domain", parameter="extension")


def holder(context: Context, domain_uuid: str, number: str) -> Extension | RingGroup | None:
    """Whoever has a number in a domain."""
    found = context.store.get(keys.number(domain_uuid, number), Holder, of_anybody=True)
    return found.root if found else None


def extension(context: Context, domain_uuid: str, number: str) -> Extension | None:
    """The extension that has a number; None if nobody or a ring group has it."""
    found = holder(context, domain_uuid, number)
    return found if isinstance(found, Extension) else None


def ring_group(context: Context, domain_uuid: str, number: str) -> RingGroup | None:
    """The ring group that has a number; None if nobody or an extension has it."""
    found = holder(context, domain_uuid, number)
    return found if isinstance(found, RingGroup) else None
