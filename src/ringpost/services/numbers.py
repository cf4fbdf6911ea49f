"""Numbers inside a domain: one namespace for extensions and ring groups."""

from pydantic import RootModel

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict
from ringpost.model.extension import Extension
from ringpost.model.ring_group import RingGroup
from ringpost.store import keys


class Holder(RootModel[Extension | RingGroup]):
    """Whoever has a number."""


def taken() -> Conflict:
    """An extension or a ring group has that number already."""
    return Conflict("that number is taken in this domain", parameter="extension")


def check_free_for_help(domain: Domain, number: str) -> None:
    """Refuse a number that calls for help from the domain's phones: whoever had it could not be called."""
    from ringpost.services import emergency  # 60 ms that a cold start can do without

    if emergency.is_dialled(domain, number):
        raise CannotComply(f"{number} calls for help in this domain: nobody can have it", parameter="extension")


def is_routed(context: Context, inbound: str) -> bool:
    """Whether some domain has an inbound number; nobody is told whose it is."""
    return context.store.is_claimed(keys.inbound_number(inbound))


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
