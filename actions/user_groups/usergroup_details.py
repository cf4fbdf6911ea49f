"""One user group, by name or UUID, with its first thousand users; user-list pages through all of them."""

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.groups import UserGroup
from ringpost.model.requests import OneUserGroup
from ringpost.model.values import Uuid
from ringpost.services.people import user_groups
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "usergroup": "sales"}


class Request(OneUserGroup, Read):
    pass


class GroupMember(Output):
    user_uuid: Uuid
    username: str | None
    firstname: str
    lastname: str | None


class Response(UserGroup):
    users: list[GroupMember]


def handle(request: Request, context: Context) -> Response:
    group = user_groups.found(context, domains.uuid_of(context, request), request.usergroup)
    members = [GroupMember.model_validate(user, from_attributes=True) for user in user_groups.users(context, group)]
    return Response(**group.model_dump(), users=members)
