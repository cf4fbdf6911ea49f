"""Delete a contact."""

from typing import ClassVar, Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneContact
from ringpost.model.values import Uuid
from ringpost.services.numbers import contacts

EXAMPLE = {"domain_name": "fusionpbx.example.net", "contact_uuid": "acacacac-0000-4000-8000-000000000001"}


class Request(OneContact, VersionedRemoval):
    for_users: ClassVar[bool] = True


class Response(Output):
    deleted: Literal[True] = True
    contact_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    contact = contacts.found(context, request)
    contacts.delete(context, contact, request.if_version)
    return Response(contact_uuid=contact.contact_uuid)
