"""Delete a user group, with its permissions. Refused while anybody is in it."""

from typing import Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneUserGroup
from ringpost.model.values import Uuid
from ringpost.services.people import user_groups
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "usergroup": "interns"}


class Request(OneUserGroup, VersionedRemoval):
    pass


class Response(Output):
    deleted: Literal[True] = True
    usergroup_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    group = user_groups.found(context, domains.uuid_of(context, request), request.usergroup)
    user_groups.delete(context, group, request.if_version)
    return Response(usergroup_uuid=group.usergroup_uuid)
