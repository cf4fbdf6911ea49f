"""The contacts of a domain, by name, page by page."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.contact import Contact
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.services.numbers import contacts
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "search": "example"}


@filtered_by(Contact)
class Request(InDomain, Listing, Read):
    for_users: ClassVar[bool] = True


class Response(Items[Contact]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(contacts.listed(context, domains.uuid_of(context, request), request))
