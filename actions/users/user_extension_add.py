"""Give a user an extension of the domain. The first one is its main one."""

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.requests import OneExtension, OneUser
from ringpost.model.user import User
from ringpost.services.people import extensions, users

EXAMPLE = {"domain_name": "fusionpbx.example.net", "user": "bob", "extension": "101"}


class Request(OneUser, OneExtension, Versioned):
    pass


Response = User


def handle(request: Request, context: Context) -> Response:
    user = users.found(context, request)
    return users.add_extension(context, user, extensions.found(context, request), request.if_version)
