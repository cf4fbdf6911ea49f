"""Create a user group."""

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.groups import GroupName, UserGroup
from ringpost.model.requests import InDomain
from ringpost.services.people import user_groups
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "display_name": "Support"}


class Request(InDomain, Write):
    display_name: GroupName


Response = UserGroup


def handle(request: Request, context: Context) -> Response:
    return user_groups.create(context, domains.found(context, request), request.display_name)
