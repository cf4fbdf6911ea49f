"""The destinations of a domain, page by page."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.destination import Destination
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.services.numbers import destinations
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "count": True}


@filtered_by(Destination)
class Request(InDomain, Listing, Read):
    pass


class Response(Items[Destination]):
    pass


def handle(request: Request, context: Context) -> Response:
    page = destinations.listed(context, domains.uuid_of(context, request), request)
    return Response.of(page)
