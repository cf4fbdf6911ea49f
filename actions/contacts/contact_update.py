"""Change a contact. What is left out stays; numbers and emails, when sent, replace all it has."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.contact import Contact, ContactSettings
from ringpost.model.requests import OneContact
from ringpost.services.numbers import contacts

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "contact_uuid": "acacacac-0000-4000-8000-000000000001",
    "company": "Example & Sons",
}


class Request(ContactSettings, OneContact, Versioned):
    for_users: ClassVar[bool] = True


Response = Contact


def handle(request: Request, context: Context) -> Response:
    contact = contacts.found(context, request)
    return contacts.update(context, contact, request.given(ContactSettings), request.if_version)
