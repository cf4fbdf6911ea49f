"""Create an extension group."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.groups import ExtensionGroup, GroupName
from ringpost.model.requests import InDomain
from ringpost.services.people import extension_groups
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "display_name": "Management"}


class Request(InDomain, Write):
    display_name: GroupName
    public_group: bool = Field(default=False, description="whether everybody sees its extensions")


Response = ExtensionGroup


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    return extension_groups.create(context, domain, request.display_name, public=request.public_group)
