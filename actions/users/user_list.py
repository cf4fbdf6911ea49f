"""The users of a domain or of one of its user groups, by last name, page by page."""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.model.user import User
from ringpost.model.values import Reference
from ringpost.services.people import user_groups, users
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "search": "example", "order": "firstname"}


@filtered_by(User)
class Request(InDomain, Listing, Read):
    for_users: ClassVar[bool] = True

    usergroup: Reference | None = Field(default=None, description="only the users of this group, by name or UUID")


class Response(Items[User]):
    pass


def handle(request: Request, context: Context) -> Response:
    home = domains.uuid_of(context, request)
    group = user_groups.found(context, home, request.usergroup).usergroup_uuid if request.usergroup else None
    return Response.of(users.listed(context, home, group, request))
