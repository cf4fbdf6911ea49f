"""Taking a domain away, with all that lives in it.

More than one transaction holds, so: mark it in one write, after which nothing new can be put into
it; empty it household by household, each whole; and only then remove it. Any step may be repeated.
"""

from collections.abc import Iterator

from ringpost.context import Context
from ringpost.model.call import Call
from ringpost.model.destination import Destination
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply
from ringpost.model.extension import Extension
from ringpost.model.key import ApiKey
from ringpost.model.ring_group import RingGroup
from ringpost.services import records
from ringpost.services.domains import operators_only
from ringpost.store import MAX_WRITES, Delete, Key, keys
from ringpost.store.keys import domain_layout

WORKS_FOR = 15.0
_AT_A_TIME = 20


def remove(context: Context, domain: Domain, *, cascade: bool, if_version: int | None) -> bool:
    """Take a domain away. True once it is gone; False after ``WORKS_FOR`` seconds: repeat the call."""
    operators_only(context, "domains are removed with an operator's key: one that is bound to no domain")
    if not cascade and not domain.deleting:
        _check_empty(context, domain)
    if not domain.deleting:
        domain = records.update(context, domain, {"deleting": True}, domain_layout, if_version=if_version)
        context.happened("domain.removing", domain.domain_uuid, {"domain_uuid": domain.domain_uuid})
        context.commit()
    if not cascade:
        _check_still_empty(context, domain)
    if not _emptied(context, domain.domain_uuid, context.clock.now() + WORKS_FOR):
        return False
    records.delete(context, domain, domain_layout)
    context.happened("domain.deleted", domain.domain_uuid, {"domain_uuid": domain.domain_uuid})
    return True


def _check_empty(context: Context, domain: Domain) -> None:
    if next(_households(context, domain.domain_uuid), None):
        raise CannotComply("the domain is not empty: empty it, or send cascade true", parameter="cascade")


def _check_still_empty(context: Context, domain: Domain) -> None:
    """Somebody may have moved in between the look and the mark: then the mark is taken back."""
    try:
        _check_empty(context, domain)
    except CannotComply:
        records.update(context, domain, {"deleting": False}, domain_layout)
        context.commit()
        raise


def _emptied(context: Context, domain_uuid: str, deadline: float) -> bool:
    while households := list(_households(context, domain_uuid)):
        if context.clock.now() > deadline:
            return False
        waiting = 0
        for household in households:
            if waiting + len(household) >= MAX_WRITES:
                context.commit()
                waiting = 0
            for key in household:
                context.store.stage(Delete(key))
            waiting += len(household)
        context.commit()
    return True


def _households(context: Context, domain_uuid: str) -> Iterator[list[Key]]:
    """All rows of each of the first few things that live in a domain."""
    home, listed = domain_uuid, context.store.listed
    for _, extension in listed(keys.extensions(home), Extension, limit=_AT_A_TIME):
        yield [
            *keys.extension_layout(extension).all,
            keys.sip_password(home, extension.extension_uuid),
            keys.voicemail(home, extension.extension),
            keys.voicemail_pin(home, extension.extension),
        ]
    for _, group in listed(keys.ring_groups(home), RingGroup, limit=_AT_A_TIME):
        yield list(keys.ring_group_layout(group).all)
    for _, destination in listed(keys.destinations(home), Destination, limit=_AT_A_TIME):
        yield list(keys.destination_layout(destination).all)
    for _, call in listed(keys.cdrs(home), Call, limit=_AT_A_TIME):
        yield list(keys.cdr_layout(call).all)
    for _, key in listed(keys.keys_of_domain(home), ApiKey, limit=_AT_A_TIME):
        yield (
            list(keys.api_key_layout(key).all)
            if key.limits.domains == (home,)
            else [Key(keys.keys_of_domain(home), key.key_uuid)]
        )
