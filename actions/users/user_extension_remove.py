"""Take an extension from a user. It stays, and is nobody's."""

from ringpost.context import Context
from ringpost.contract import VersionedRemoval
from ringpost.model.requests import OneExtension, OneUser
from ringpost.model.user import User
from ringpost.services.people import extensions, users

EXAMPLE = {"domain_name": "fusionpbx.example.net", "user": "alice", "extension": "100"}


class Request(OneUser, OneExtension, VersionedRemoval):
    pass


Response = User


def handle(request: Request, context: Context) -> Response:
    user = users.found(context, request)
    return users.remove_extension(context, user, extensions.found(context, request), request.if_version)
