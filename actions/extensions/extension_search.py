"""The extensions of a domain, page by page: all members, filtered, searched, sorted."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.extension import Extension
from ringpost.model.requests import ForUser, Listing, filtered_by
from ringpost.services import domains, extensions, permissions

EXAMPLE = {"domain_name": "fusionpbx.example.net", "search": "10", "order": "extension"}


@filtered_by(Extension)
class Request(ForUser, Listing, Read):
    pass


class Response(Items[Extension]):
    pass


def handle(request: Request, context: Context) -> Response:
    home = domains.uuid_of(context, request)
    page = extensions.listed(context, home, request)
    return Response.of(page._replace(items=permissions.seen(context, home, request, page.items)))
