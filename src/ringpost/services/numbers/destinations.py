"""Destinations: who has which number of the outside world, and where its calls go."""

import uuid
from typing import Any

from ringpost.context import Context
from ringpost.model.destination import Destination, DestinationAction
from ringpost.model.domain import Domain
from ringpost.model.errors import Conflict, InvalidRequest, NotFound
from ringpost.model.requests import Listing, OneDestination
from ringpost.model.telephone.spelling import dialled_part
from ringpost.model.values import is_uuid
from ringpost.services import kept, pages
from ringpost.services.numbers import emergency, inbound, routing
from ringpost.services.tenants import domains
from ringpost.store import keys
from ringpost.store.keys import destination_layout

_ABSENT = "no such destination"
_TAKEN = "number already routed"


def found(context: Context, reference: OneDestination) -> Destination:
    """The destination a request means. A number needs no domain: it is one in all the world."""
    named = reference.destination_uuid or reference.number
    if named is None:
        raise InvalidRequest("number or destination_uuid is required", parameter="number")
    if is_uuid(named):
        home = domains.uuid_of(context, reference)
        destination = context.store.get(keys.destination(home, named), Destination)
        if destination is not None and not _is_named(destination, reference.number):
            destination = None
    else:
        known = inbound.found(context, dialled_part(named))
        destination = inbound.the_one([one for one in known if _in_that_domain(context, reference, one)])
    if destination is None:
        raise NotFound(_ABSENT)
    return destination


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[Destination]:
    """The destinations of a domain, by number."""
    return domains.page(context, home, keys.destinations(home), Destination, request)


def create(
    context: Context, domain: Domain, number: str, extension: str, members: dict[str, Any], *, is_new: bool = False
) -> Destination:
    """A new destination: calls to a number go to an extension of the domain's dialplan, be it made in this request."""
    domains.stays(context, domain)
    if not is_new:
        _check_extension(context, domain, extension)
    claimed = _claimed(context, domain, number)
    destination = kept.create(
        context,
        Destination.model_validate(
            {
                "destination_uuid": str(uuid.uuid4()),
                "domain_uuid": domain.domain_uuid,
                **claimed.columns(),
                "destination_actions": [_to(extension, domain)],
                **members,
            }
        ),
        destination_layout,
        taken=Conflict(_TAKEN, parameter="number"),
    )
    context.happened("destination.created", domain.domain_uuid, destination.model_dump())
    return destination


def update(
    context: Context,
    destination: Destination,
    changes: dict[str, Any],
    *,
    number: str | None,
    extension: str | None,
    if_version: int | None,
) -> Destination:
    """Change a destination: its number, where it leads, or its settings."""
    domain = domains.named(context, destination.domain_uuid) if number or extension else None
    if domain is not None and number is not None:
        changes |= _claimed(context, domain, number, destination).columns()
    if domain is not None and extension is not None:
        _check_extension(context, domain, extension)
        changes["destination_actions"] = [_to(extension, domain)]
    after = kept.update(
        context,
        destination,
        changes,
        destination_layout,
        if_version=if_version,
        taken=Conflict(_TAKEN, parameter="number"),
    )
    context.happened("destination.updated", after.domain_uuid, after.model_dump())
    return after


def delete(context: Context, destination: Destination, if_version: int | None) -> None:
    """Give a number back."""
    kept.delete(context, destination, destination_layout, if_version=if_version)
    context.happened("destination.deleted", destination.domain_uuid, {"destination_uuid": destination.destination_uuid})


def carried_over(context: Context, domain: Domain) -> int:
    """Claim the numbers of a domain as they are claimed now that were claimed by their digits: how many there were."""
    old = [one for _, one in context.store.everything(keys.destinations(domain.domain_uuid), Destination)]
    old = [one for one in old if not one.destination_spellings]
    for destination in old:
        claimed = inbound.claim(domain, destination.destination_number)
        taken = Conflict(f"{destination.destination_number} of {domain.domain_name} is another domain's too")
        kept.update(context, destination, claimed.columns(), destination_layout, taken=taken)
        context.commit()
    return len(old)


def _in_that_domain(context: Context, reference: OneDestination, destination: Destination) -> bool:
    if reference.domain_uuid is None and reference.domain_name is None:
        return True
    return domains.uuid_of(context, reference) == destination.domain_uuid


def _is_named(destination: Destination, number: str | None) -> bool:
    """Whether a number that was given besides is this one's."""
    if number is None or number == destination.destination_uuid:
        return True
    named = (destination.destination_number, destination.destination_e164, *destination.destination_spellings)
    return dialled_part(number) in named


def _claimed(context: Context, domain: Domain, number: str, own: Destination | None = None) -> inbound.Claim:
    """A number as it will be had; refused if it calls for help, or a row from before claims had a country has it."""
    if emergency.is_reached(context, domain, number):
        raise emergency.nobody_can_have(number, "number")
    claimed = inbound.claim(domain, number)
    if (own is None or own.destination_spellings) and inbound.was_taken(context, claimed):
        raise Conflict(_TAKEN, parameter="number")
    return claimed


def _check_extension(context: Context, domain: Domain, extension: str) -> None:
    emergency.refuse_to_give(domain, extension)
    routing.check_way(context, domain, extension, "extension", awaited=True)


def _to(extension: str, domain: Domain) -> DestinationAction:
    return DestinationAction(destination_app="transfer", destination_data=f"{extension} XML {domain.domain_name}")
