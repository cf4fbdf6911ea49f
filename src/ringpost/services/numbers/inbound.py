"""Numbers of the outside world: who has one, and whom a switch may mean by what it says of a call.

A number is claimed in all the world by its one spelling, E.164, read in its domain's country. A switch names it with
``+``, without, or as it is dialled at home, so a destination is also found by each of those spellings. Two destinations
may have one in common (``6465550101`` is a number of New York's and one of New Zealand's): such a call goes nowhere.

Until November 2026 a number was claimed by its digits. Rows written then are found by them, and carried over when they
are changed next, or all at once by ``ringpost upgrade``.
"""

import logging
from typing import Any, NamedTuple

from ringpost.context import Context
from ringpost.model.destination import Destination, number_regex
from ringpost.model.domain import Domain
from ringpost.model.errors import Conflict
from ringpost.store import keys

_log = logging.getLogger("ringpost")


class Claim(NamedTuple):
    """A number as it is claimed: in its one spelling, and as switches may name it."""

    number: str
    meant: str
    spellings: tuple[str, ...]

    def columns(self) -> dict[str, Any]:
        """What a destination that has it says of it."""
        return {
            "destination_number": self.number,
            "destination_number_regex": number_regex(self.number),
            "destination_caller_id_number": self.number,
            "destination_e164": self.meant if self.meant.startswith("+") else None,
            "destination_spellings": self.spellings,
        }


def claim(domain: Domain, number: str) -> Claim:
    """A number, read in a domain's country."""
    from ringpost.model.telephone import meaning  # 60 ms that a cold start can do without

    return Claim(number, meaning.meant(number, domain.country), meaning.spellings(number, domain.country))


def is_taken(context: Context, claimed: Claim) -> bool:
    """Whether some domain has a number; nobody is told whose it is."""
    return context.store.is_claimed(keys.inbound_number(claimed.meant)) or was_taken(context, claimed)


def was_taken(context: Context, claimed: Claim) -> bool:
    """Whether a row that was written before claims had a country has that number."""
    before = {keys.inbound_number_until_2026(one) for one in (claimed.number, claimed.meant)}
    owners = (context.store.whoever(key, Destination) for key in before)
    return any(_means(context, owner, claimed.meant) for owner in owners if owner and not owner.destination_spellings)


def found(context: Context, number: str) -> list[Destination]:
    """Whoever may be meant by a number, as far as the actor may see: one, none, or several if it is ambiguous."""
    if number.startswith("+"):
        from ringpost.model.telephone.meaning import meant

        one = context.store.get(keys.inbound_number(meant(number, "")), Destination)
        known = [one] if one else []
    else:
        known = context.store.of_all_domains(keys.spelled(number), Destination)
    if known:
        return known
    old = context.store.get(keys.inbound_number_until_2026(number), Destination)
    return [old] if old and (old.destination_spellings or _means(context, old, number)) else []


def destination(context: Context, number: str) -> Destination | None:
    """Whoever a call from outside is for. One that may be for several is for nobody, and the log says so."""
    known = found(context, number)
    if len(known) > 1:
        domains = ", ".join(sorted(one.domain_uuid for one in known))
        _log.warning("a call to %s may be for several domains and goes nowhere: %s", number, domains)
    return known[0] if len(known) == 1 else None


def the_one(known: list[Destination]) -> Destination | None:
    """The destination a caller means; refused if that may be several."""
    if len(known) > 1:
        raise Conflict(
            "several destinations have a number that may be written so: write it with + and the country's code",
            parameter="number",
        )
    return known[0] if known else None


def _means(context: Context, old: Destination, number: str) -> bool:
    """Whether a number is the one that an old row has, which is read in its domain's country."""
    from ringpost.model.telephone import meaning

    domain = context.store.whoever(keys.domain(old.domain_uuid), Domain)
    if domain is None:
        return False
    if number.startswith("+"):
        return meaning.meant(number, "") == meaning.meant(old.destination_number, domain.country)
    return number in meaning.spellings(old.destination_number, domain.country)
