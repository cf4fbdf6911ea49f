"""The extensions of a domain, page by page: all members, filtered, searched, sorted."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.extension import Extension
from ringpost.model.requests import ListedForUser, filtered_by
from ringpost.services.people import permissions
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "search": "10", "order": "extension"}


@filtered_by(Extension)
class Request(ListedForUser, Read):
    pass


class Response(Items[Extension]):
    pass


def handle(request: Request, context: Context) -> Response:
    home = domains.uuid_of(context, request)
    return Response.of(permissions.seen_page(context, home, request))
