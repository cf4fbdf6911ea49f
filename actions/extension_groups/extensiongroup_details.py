"""One extension group, by name or UUID, with its extensions and the users who see them."""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.groups import ExtensionGroup
from ringpost.model.requests import OneExtensionGroup
from ringpost.services.people import extension_groups

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extensiongroup": "reception"}


class Request(OneExtensionGroup, Read):
    pass


Response = ExtensionGroup


def handle(request: Request, context: Context) -> Response:
    return extension_groups.found(context, request)
