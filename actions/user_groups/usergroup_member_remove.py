"""Take a user out of a user group. Answers the user."""

from ringpost.context import Context
from ringpost.contract import Removal
from ringpost.model.requests import OneUser, OneUserGroup
from ringpost.model.user import User
from ringpost.services.people import user_groups, users

EXAMPLE = {"domain_name": "fusionpbx.example.net", "usergroup": "sales", "user": "alice"}


class Request(OneUserGroup, OneUser, Removal):
    pass


Response = User


def handle(request: Request, context: Context) -> Response:
    user = users.found(context, request)
    group = user_groups.found(context, user.domain_uuid, request.usergroup)
    return user_groups.remove(context, group, user)
