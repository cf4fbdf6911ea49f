"""Destinations: who has which number of the outside world, and where its calls go."""

import uuid
from typing import Any

from ringpost.context import Context
from ringpost.model.destination import Destination, DestinationAction, number_regex
from ringpost.model.domain import Domain
from ringpost.model.errors import Conflict, InvalidRequest, NotFound
from ringpost.model.requests import Listing, OneDestination
from ringpost.model.values import is_uuid
from ringpost.services import domains, numbers, pages, records
from ringpost.store import keys
from ringpost.store.keys import destination_layout

_ABSENT = "no such destination"
_TAKEN = "number already routed"


def found(context: Context, reference: OneDestination) -> Destination:
    """The destination a request means. A number needs no domain: it is one in all the world."""
    named = reference.destination_uuid or reference.number
    if named is None:
        raise InvalidRequest("number or destination_uuid is required", parameter="number")
    is_number = not is_uuid(named)
    key = keys.inbound_number(named) if is_number else keys.destination(domains.uuid_of(context, reference), named)
    destination = context.store.get(key, Destination)
    agrees = destination is not None and reference.number in (None, named, destination.destination_number)
    if destination is None or not agrees or not _in_that_domain(context, reference, destination):
        raise NotFound(_ABSENT)
    return destination


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[Destination]:
    """The destinations of a domain, by number."""
    return domains.page(context, home, keys.destinations(home), Destination, request)


def create(context: Context, domain: Domain, number: str, extension: str, members: dict[str, Any]) -> Destination:
    """A new destination: calls to a number go to an extension of the domain's dialplan."""
    domains.stays(context, domain)
    numbers.check_free_for_help(domain, extension)
    destination = records.create(
        context,
        Destination.model_validate(
            {
                "destination_uuid": str(uuid.uuid4()),
                "domain_uuid": domain.domain_uuid,
                **_numbered(number),
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
    if number is not None:
        changes |= _numbered(number)
    if extension is not None:
        domain = domains.named(context, destination.domain_uuid)
        numbers.check_free_for_help(domain, extension)
        changes["destination_actions"] = [_to(extension, domain)]
    after = records.update(
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
    records.delete(context, destination, destination_layout, if_version=if_version)
    context.happened("destination.deleted", destination.domain_uuid, {"destination_uuid": destination.destination_uuid})


def _in_that_domain(context: Context, reference: OneDestination, destination: Destination) -> bool:
    if reference.domain_uuid is None and reference.domain_name is None:
        return True
    return domains.uuid_of(context, reference) == destination.domain_uuid


def _numbered(number: str) -> dict[str, Any]:
    return {
        "destination_number": number,
        "destination_number_regex": number_regex(number),
        "destination_caller_id_number": number,
    }


def _to(extension: str, domain: Domain) -> DestinationAction:
    return DestinationAction(destination_app="transfer", destination_data=f"{extension} XML {domain.domain_name}")
