"""How the users of a domain are of whom somebody has said, page by page.

The statuses there are to choose from are the domain's (domain-details, statuses).
"""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.model.status import UserStatus
from ringpost.services.people import user_statuses
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "type": "away"}


@filtered_by(UserStatus)
class Request(InDomain, Listing, Read):
    for_users: ClassVar[bool] = True


class Response(Items[UserStatus]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(user_statuses.listed(context, domains.uuid_of(context, request), request))
