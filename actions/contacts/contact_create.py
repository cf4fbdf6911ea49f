"""Create a contact: somebody who may call."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.contact import Contact, ContactSettings
from ringpost.model.requests import InDomain
from ringpost.services.numbers import contacts
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "firstname": "Dora",
    "lastname": "Example",
    "company": "Example Ltd",
    "numbers": [{"type": "work", "number": "(202) 555-0142"}],
    "emails": [{"type": "work", "address": "dora@example.net"}],
    "external_id": "crm-4711",
}


class Request(ContactSettings, InDomain, Write):
    for_users: ClassVar[bool] = True


Response = Contact


def handle(request: Request, context: Context) -> Response:
    return contacts.create(context, domains.found(context, request), request.given(ContactSettings))
