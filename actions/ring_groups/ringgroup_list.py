"""The ring groups of a domain, page by page."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.model.ring_group import RingGroup
from ringpost.services.numbers import ring_groups
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(RingGroup)
class Request(InDomain, Listing, Read):
    pass


class Response(Items[RingGroup]):
    pass


def handle(request: Request, context: Context) -> Response:
    page = ring_groups.listed(context, domains.uuid_of(context, request), request)
    return Response.of(page)
