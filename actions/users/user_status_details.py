"""How a user is, as somebody said last; available if nobody has."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.requests import OneUser
from ringpost.model.status import UserStatus
from ringpost.services.people import user_statuses, users

EXAMPLE = {"domain_name": "fusionpbx.example.net", "user": "alice"}


class Request(OneUser, Read):
    for_users: ClassVar[bool] = True


Response = UserStatus


def handle(request: Request, context: Context) -> Response:
    return user_statuses.of(context, users.found(context, request))
