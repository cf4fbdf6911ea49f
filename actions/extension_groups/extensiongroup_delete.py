"""Delete an extension group. Its extensions stay, and are seen by everybody unless they are in another one."""

from typing import Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneExtensionGroup
from ringpost.model.values import Uuid
from ringpost.services.people import extension_groups

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extensiongroup": "reception"}


class Request(OneExtensionGroup, VersionedRemoval):
    pass


class Response(Output):
    deleted: Literal[True] = True
    extensiongroup_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    group = extension_groups.found(context, request)
    extension_groups.delete(context, group, request.if_version)
    return Response(extensiongroup_uuid=group.extensiongroup_uuid)
