"""Conference rooms: finding them, making them."""

import uuid
from typing import Any

from ringpost.context import Context
from ringpost.model import dialplan
from ringpost.model.conference import Conference
from ringpost.model.domain import Domain
from ringpost.model.errors import Conflict, InvalidRequest, NotFound
from ringpost.model.requests import Listing, OneConference
from ringpost.services import kept, pages
from ringpost.services.numbers import emergency, numbering
from ringpost.services.tenants import domains
from ringpost.store import Key, keys
from ringpost.store.keys import conference_layout

_ABSENT = "conference room not found"
_PINS = frozenset({"pin", "moderator_pin"})


def found(context: Context, request: OneConference) -> Conference:
    """The conference room a request means."""
    return named(context, domains.uuid_of(context, request), request.conference)


def named(context: Context, home: str, reference: str) -> Conference:
    """The conference room of that uuid, number or name."""
    room = numbering.named(context, home, reference, Conference, keys.conference, keys.conference_name)
    if room is None:
        raise NotFound(_ABSENT)
    return room


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[Conference]:
    """The conference rooms of a domain, by name."""
    return domains.page(context, home, keys.conferences(home), Conference, request)


def create(context: Context, domain: Domain, members: dict[str, Any]) -> Conference:
    """A new conference room."""
    domains.stays(context, domain)
    _check_number(domain, members["extension"])
    room = Conference.model_validate(
        {"conference_uuid": str(uuid.uuid4()), **members, "domain_uuid": domain.domain_uuid}
    )
    _check_pins(room)
    made = kept.create(context, room, conference_layout, taken=_taken)
    _happened(context, "conference.created", made)
    return made


def update(context: Context, room: Conference, changes: dict[str, Any], if_version: int | None) -> Conference:
    """Change a conference room. Whoever is in it stays; what is asked at the door is asked of the next."""
    if changes.get("extension") not in (None, room.extension):
        _check_number(domains.named(context, room.domain_uuid), changes["extension"])
    after = kept.update(context, room, changes, conference_layout, if_version=if_version, taken=_taken)
    _check_pins(after)
    _happened(context, "conference.updated", after)
    return after


def delete(context: Context, room: Conference, if_version: int | None) -> None:
    """Take a conference room away. Whoever is in it stays until they hang up."""
    kept.delete(context, room, conference_layout, if_version=if_version)
    context.happened("conference.deleted", room.domain_uuid, {"conference_uuid": room.conference_uuid})


def _check_number(domain: Domain, number: str) -> None:
    emergency.refuse_to_give(domain, number)
    if dialplan.is_on_the_spot(number):
        raise InvalidRequest(f"{number} is dialled for a room that is made on the spot", parameter="extension")


def _check_pins(room: Conference) -> None:
    if room.moderator_pin is None:
        return
    if room.pin is None:
        raise InvalidRequest("a room with a moderator_pin has a pin too", parameter="pin")
    if room.pin == room.moderator_pin:
        raise InvalidRequest("moderator_pin must be another than pin", parameter="moderator_pin")


def _taken(claim: Key) -> Conflict:
    if claim.partition.endswith("#conferences"):
        return Conflict("that name is another conference room's in this domain", parameter="name")
    return numbering.taken()


def _happened(context: Context, what: str, room: Conference) -> None:
    context.happened(what, room.domain_uuid, room.model_dump(exclude=set(_PINS)))
