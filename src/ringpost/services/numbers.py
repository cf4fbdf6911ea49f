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


def extension(context: Context, domain_uuid: str, number: str) -> Extension | None:
    """The extension that has a number; None if nobody or a ring group has it."""
    holder = context.store.get(keys.number(domain_uuid, number), Holder)
    return holder.root if holder and isinstance(holder.root, Extension) else None


def ring_group(context: Context, domain_uuid: str, number: str) -> RingGroup | None:
    """The ring group that has a number; None if nobody or an extension has it."""
    holder = context.store.get(keys.number(domain_uuid, number), Holder)
    return holder.root if holder and isinstance(holder.root, RingGroup) else None
