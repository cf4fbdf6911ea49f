"""What the user groups of a domain may do to others, page by page. What is not listed is allowed."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.groups import Permission
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.model.values import Reference
from ringpost.services.people import permissions
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(Permission)
class Request(InDomain, Listing, Read):
    usergroup: Reference | None = Field(default=None, description="only of this group, by name or UUID, or everyone")


class Response(Items[Permission]):
    pass


def handle(request: Request, context: Context) -> Response:
    home = domains.uuid_of(context, request)
    return Response.of(permissions.listed(context, home, request.usergroup, request))
