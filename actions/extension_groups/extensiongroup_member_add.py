"""Put an extension into an extension group, or a user who sees its extensions."""

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.groups import ExtensionGroup
from ringpost.model.requests import ExtensionGroupMember
from ringpost.services.people import extension_groups

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extensiongroup": "reception", "extension": "101"}


class Request(ExtensionGroupMember, Write):
    pass


Response = ExtensionGroup


def handle(request: Request, context: Context) -> Response:
    return extension_groups.add(context, extension_groups.found(context, request), request)
