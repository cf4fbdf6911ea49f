"""Contacts: who is calling. iSymphony's contact, XiVO's phonebooks; found by the end of a number, and then compared."""

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from phonenumbers import MatchType, is_number_match
from pydantic import RootModel

from ringpost.context import Context
from ringpost.model.contact import Contact, ContactNumber, NewNumber
from ringpost.model.domain import Domain
from ringpost.model.errors import InvalidRequest, NotFound
from ringpost.model.extension import Extension
from ringpost.model.requests import Listing, OneContact
from ringpost.model.telephone.meaning import e164, meant
from ringpost.model.telephone.spelling import dialled_part, read
from ringpost.services import kept, pages
from ringpost.services.tenants import domains
from ringpost.store import keys
from ringpost.store.keys import contact_layout

_MATCHES = {MatchType.EXACT_MATCH: "exact", MatchType.NSN_MATCH: "national", MatchType.SHORT_NSN_MATCH: "last_digits"}
_RANKS = ("exact", "national", "last_digits")


class Caller(RootModel[Contact | Extension]):
    """Whoever may be calling."""


class Known(NamedTuple):
    """Who has a number: an extension of the domain, or the contact it fits best, and how well."""

    extension: Extension | None
    contact: Contact | None
    match: str | None


def found(context: Context, request: OneContact) -> Contact:
    """The contact a request means."""
    contact = context.store.get(keys.contact(domains.uuid_of(context, request), request.contact_uuid), Contact)
    if contact is None:
        raise NotFound("contact not found")
    return contact


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[Contact]:
    """The contacts of a domain, by name."""
    return domains.page(context, home, keys.contacts(home), Contact, request)


def create(context: Context, domain: Domain, members: dict[str, Any]) -> Contact:
    """A new contact."""
    domains.stays(context, domain)
    members = {name: value for name, value in members.items() if value is not None}
    members |= {"numbers": _numbered(domain, members.get("numbers", ())), "country": domain.country}
    members["display_name"] = members.get("display_name") or _name(members)
    contact = kept.create(
        context,
        Contact.model_validate({"contact_uuid": str(uuid.uuid4()), "domain_uuid": domain.domain_uuid, **members}),
        contact_layout,
    )
    context.happened("contact.created", contact.domain_uuid, contact.model_dump())
    return contact


def update(context: Context, contact: Contact, changes: dict[str, Any], if_version: int | None) -> Contact:
    """Change a contact."""
    if changes.get("numbers"):
        domain = domains.named(context, contact.domain_uuid)
        changes |= {"numbers": _numbered(domain, changes["numbers"]), "country": domain.country}
    if "display_name" in changes and changes["display_name"] is None:
        changes["display_name"] = _name({**contact.model_dump(), **changes})
    after = kept.update(context, contact, changes, contact_layout, if_version=if_version)
    context.happened("contact.updated", after.domain_uuid, after.model_dump())
    return after


def delete(context: Context, contact: Contact, if_version: int | None) -> None:
    """Take a contact away."""
    kept.delete(context, contact, contact_layout, if_version=if_version)
    context.happened("contact.deleted", contact.domain_uuid, {"contact_uuid": contact.contact_uuid})


def known(context: Context, home: str, number: str) -> Known:
    """Who has a number, in one look: all in the domain whose number ends as this one does, compared."""
    number = read(number).number
    rows = context.store.everything(keys.callers(home, number), Caller)
    callers = [row.root for _, row in rows]
    extension = next((one for one in callers if isinstance(one, Extension) and one.extension == number), None)
    contacts = [one for one in callers if isinstance(one, Contact)]
    fitting = [(rank, one) for one in contacts if (rank := _fit(one, number)) is not None]
    if not fitting:
        return Known(extension, None, None)
    best = min(fitting, key=lambda one: (one[0], _age(one[1])))
    return Known(extension, best[1], _RANKS[best[0]])


def _age(contact: Contact) -> tuple[int, ...]:
    """The one somebody touched last comes first."""
    return tuple(-ord(letter) for letter in contact.update_date or contact.insert_date or "")


def _fit(contact: Contact, number: str) -> int | None:
    """How well a number fits a contact: the same, the same in its country, or only at its end."""
    fits = [_RANKS.index(match) for one in contact.numbers if (match := _compared(one, number, contact.country))]
    return min(fits, default=None)


def _compared(one: ContactNumber, number: str, country: str) -> str | None:
    own = dialled_part(one.number)
    if own == number:
        return "exact"
    if one.e164 is not None and meant(number, country) == meant(one.e164, country):
        return "exact" if number.startswith(("+", "00")) else "national"
    return _MATCHES.get(is_number_match(one.e164 or own, number))


def _numbered(domain: Domain, numbers: Sequence[NewNumber | dict[str, Any]]) -> tuple[ContactNumber, ...]:
    written = [NewNumber.model_validate(one) if isinstance(one, dict) else one for one in numbers]
    return tuple(_kept(one, domain.country) for one in written)


def _kept(one: NewNumber, country: str) -> ContactNumber:
    number, suffix = read(one.number)
    return ContactNumber(type=one.type, number=one.number, e164=e164(number, country), extension_suffix=suffix)


def _name(members: dict[str, Any]) -> str:
    full = f"{members.get('firstname') or ''} {members.get('lastname') or ''}".strip()
    name = full or members.get("company")
    if not name:
        raise InvalidRequest("display_name is missing, or firstname, lastname or company", parameter="display_name")
    return str(name)[:128]
