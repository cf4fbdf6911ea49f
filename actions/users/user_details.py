"""One user, by username or UUID, with its extensions and its voicemail."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.requests import OneUser
from ringpost.model.user import User
from ringpost.services.people import users

EXAMPLE = {"domain_name": "fusionpbx.example.net", "user": "alice"}


class Request(OneUser, Read):
    for_users: ClassVar[bool] = True


Response = User


def handle(request: Request, context: Context) -> Response:
    return users.found(context, request)
