"""Take an extension out of an extension group, or a user who saw its extensions."""

from ringpost.context import Context
from ringpost.contract import Removal
from ringpost.model.groups import ExtensionGroup
from ringpost.model.requests import ExtensionGroupMember
from ringpost.services.people import extension_groups

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extensiongroup": "reception", "extension": "100"}


class Request(ExtensionGroupMember, Removal):
    pass


Response = ExtensionGroup


def handle(request: Request, context: Context) -> Response:
    return extension_groups.remove(context, extension_groups.found(context, request), request)
