"""Domains: finding them, making them, changing them."""

import uuid
from typing import Any, TypeVar

from ringpost.context import Context, Moved
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, Forbidden, InvalidRequest, NotFound
from ringpost.model.record import Entity
from ringpost.model.requests import InDomain, Listing
from ringpost.model.values import is_uuid
from ringpost.services import kept, pages
from ringpost.services.tenants import switches
from ringpost.store import Check, keys
from ringpost.store.keys import domain_layout

_OPERATORS = frozenset(
    {
        "country",
        "domain_enabled",
        "domain_name",
        "emergency_numbers",
        "outbound_gateway",
        "outbound_prefixes",
        "retention_days",
        "switch",
    }
)
_RESERVED = frozenset({"public", "default", "nobody", "all", "none", "ringpost.internal"})
_ABSENT = "domain not found"
_TAKEN = "that domain name is taken"


E = TypeVar("E", bound=Entity)


def uuid_of(context: Context, reference: InDomain) -> str:
    """The uuid of the domain a request means. A name costs a read; a uuid or a key's one domain none."""
    reference_text = reference.domain_uuid or reference.domain_name or _only_domain(context)
    if not is_uuid(reference_text) or reference.domain_name:
        return found(context, reference).domain_uuid
    if not context.store.reaches(reference_text):
        raise NotFound(_ABSENT)
    return reference_text


def found(context: Context, reference: InDomain) -> Domain:
    """The domain a request means."""
    domain = found_to_remove(context, reference)
    if domain.deleting:
        raise NotFound(_ABSENT)
    return domain


def found_to_remove(context: Context, reference: InDomain) -> Domain:
    """The domain a request means, also one that is half removed."""
    domain = _look_up(context, reference.domain_uuid or reference.domain_name or _only_domain(context))
    if domain is None or reference.domain_name not in (None, domain.domain_name):
        raise NotFound(_ABSENT)
    return domain


def named(context: Context, reference: str) -> Domain:
    """The domain of that uuid or name."""
    domain = _look_up(context, reference)
    if domain is None or domain.deleting:
        raise NotFound(_ABSENT)
    return domain


def page(context: Context, home: str, partition: str, kind: type[E], request: Listing) -> pages.PageOf[E]:
    """A page of one of a domain's lists."""
    found = pages.page(context, partition, kind, request)
    if not found.items:
        named(context, home)
    return found


def stays(context: Context, domain: Domain) -> None:
    """Write what is staged only if the domain is still as it was read: it may be on its way out."""
    context.store.stage(Check(keys.domain(domain.domain_uuid), if_version=domain.version), Moved())


def listed(context: Context, request: Listing) -> pages.PageOf[Domain]:
    """The domains the actor reaches: a read each for a key of some domains, a page for an operator's or a switch's."""
    actor = context.actor
    if actor.is_operator:
        return pages.page(context, keys.DOMAINS, Domain, request)
    if actor.domains is None:
        return pages.page(context, keys.domains_of_switch(min(actor.switches)), Domain, request)
    homes = filter(context.store.reaches, actor.domains)
    reached = (context.store.get(keys.domain(home), Domain) for home in homes)
    return pages.arranged(context, [(domain.domain_name, domain) for domain in reached if domain], request)


def everything(context: Context) -> list[Domain]:
    """All domains there are, by name."""
    return [domain for _, domain in context.store.everything(keys.DOMAINS, Domain)]


def create(context: Context, members: dict[str, Any]) -> Domain:
    """A new domain. Only an operator's key may."""
    _check_country(members)
    operators_only(context, "domains are made with an operator's key: one that is bound to no domain")
    _check_free(members["domain_name"], "domain_name")
    members |= switches.chosen(context, members.get("switch"))
    domain = kept.create(
        context,
        Domain.model_validate({"domain_uuid": str(uuid.uuid4()), **members}),
        domain_layout,
        taken=Conflict(_TAKEN, parameter="domain_name"),
    )
    context.happened("domain.created", domain.domain_uuid, domain.model_dump())
    return domain


def update(context: Context, domain: Domain, changes: dict[str, Any], if_version: int | None) -> Domain:
    """Change a domain. What reaches beyond the tenant is for the operator to change."""
    _check_country(changes)
    beyond = sorted(_OPERATORS & changes.keys())
    if beyond:
        operators_only(context, f"only an operator's key may change {', '.join(beyond)}")
    if changes.get("domain_name", domain.domain_name) != domain.domain_name:
        _check_renamable(context, domain)
        _check_free(changes["domain_name"], "new_domain_name")
    if "switch" in changes:
        switches.check_queues(context, domain, changes["switch"])
        changes |= switches.chosen(context, changes["switch"])
    after = kept.update(
        context,
        domain,
        changes,
        domain_layout,
        if_version=if_version,
        taken=Conflict(_TAKEN, parameter="domain_name"),
    )
    left = domain.switch_uuid if after.switch_uuid != domain.switch_uuid else None
    context.happened("domain.updated", after.domain_uuid, after.model_dump() | {"left_switch_uuid": left})
    return after


def _check_renamable(context: Context, domain: Domain) -> None:
    """Phones, routes and dialplans carry a domain's name: with the first of them it is fixed."""
    lists = (
        keys.extensions,
        keys.ring_groups,
        keys.queues,
        keys.conferences,
        keys.parking_lots,
        keys.destinations,
    )
    if any(context.store.listed(partition(domain.domain_uuid), Entity, limit=1) for partition in lists):
        raise CannotComply("only an empty domain is renamed: the rest carries its name", parameter="new_domain_name")


def _check_free(name: str, parameter: str) -> None:
    """Some names mean something else on a switch: the context of calls from outside, the domain of its own users."""
    if name in _RESERVED:
        raise Conflict(f"{name} is not free: switches use it themselves", parameter=parameter)


def _look_up(context: Context, reference: str) -> Domain | None:
    return context.store.get(keys.domain(reference) if is_uuid(reference) else keys.domain_name(reference), Domain)


def _check_country(members: dict[str, Any]) -> None:
    country = members.get("country")
    if country is None:
        return
    from ringpost.model.telephone.help import is_known  # 60 ms that only this needs

    if not is_known(country):
        raise InvalidRequest("country must be one whose emergency numbers are known, such as US", parameter="country")


def _only_domain(context: Context) -> str:
    domains = context.actor.domains
    if domains is None or len(domains) != 1:
        raise InvalidRequest("domain_uuid or domain_name is required", parameter="domain_uuid")
    return next(iter(domains))


def operators_only(context: Context, says: str) -> None:
    """Refuse a key that is bound to domains."""
    if not context.actor.is_operator:
        raise Forbidden(says)
