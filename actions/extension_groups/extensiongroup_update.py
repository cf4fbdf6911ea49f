"""Change an extension group. What is left out stays."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.groups import ExtensionGroup, GroupName
from ringpost.model.requests import OneExtensionGroup
from ringpost.services.people import extension_groups

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extensiongroup": "reception", "public_group": True}


class Request(OneExtensionGroup, Versioned):
    display_name: GroupName | None = None
    public_group: bool | None = Field(default=None, description="whether everybody sees its extensions")


Response = ExtensionGroup


def handle(request: Request, context: Context) -> Response:
    changes = request.model_dump(include=request.model_fields_set & {"display_name", "public_group"})
    return extension_groups.update(context, extension_groups.found(context, request), changes, request.if_version)
