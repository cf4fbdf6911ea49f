"""One contact."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.contact import Contact
from ringpost.model.requests import OneContact
from ringpost.services.numbers import contacts

EXAMPLE = {"domain_name": "fusionpbx.example.net", "contact_uuid": "acacacac-0000-4000-8000-000000000001"}


class Request(OneContact, Read):
    for_users: ClassVar[bool] = True


Response = Contact


def handle(request: Request, context: Context) -> Response:
    return contacts.found(context, request)
