"""The extension groups of a domain, by name, page by page."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.groups import ExtensionGroup
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.services.people import extension_groups
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(ExtensionGroup)
class Request(InDomain, Listing, Read):
    pass


class Response(Items[ExtensionGroup]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(extension_groups.listed(context, domains.uuid_of(context, request), request))
