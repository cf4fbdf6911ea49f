"""Rename a user group."""

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.groups import GroupName, UserGroup
from ringpost.model.requests import OneUserGroup
from ringpost.services.people import user_groups
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "usergroup": "interns", "display_name": "Trainees"}


class Request(OneUserGroup, Versioned):
    display_name: GroupName | None = None


Response = UserGroup


def handle(request: Request, context: Context) -> Response:
    group = user_groups.found(context, domains.uuid_of(context, request), request.usergroup)
    return user_groups.update(context, group, request.display_name, request.if_version)
