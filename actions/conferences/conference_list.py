"""The conference rooms of a domain, by name, page by page."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.conference import Conference
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.services.numbers import conferences
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(Conference)
class Request(InDomain, Listing, Read):
    pass


class Response(Items[Conference]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(conferences.listed(context, domains.uuid_of(context, request), request))
