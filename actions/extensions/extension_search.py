"""The extensions of a domain, page by page: all members, filtered, searched, sorted."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.extension import Extension
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.services import domains, extensions

EXAMPLE = {"domain_name": "fusionpbx.example.net", "search": "10", "order": "extension"}


@filtered_by(Extension)
class Request(InDomain, Listing, Read):
    pass


class Response(Items[Extension]):
    pass


def handle(request: Request, context: Context) -> Response:
    page = extensions.listed(context, domains.uuid_of(context, request), request)
    return Response.of(page)
