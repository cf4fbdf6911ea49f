"""Delete a user; with cascade its extensions and its voicemail too.

Without, it is refused while the user has any of them. Ring groups and destinations that lead to its number stay.
"""

from typing import Literal

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneUser
from ringpost.model.values import Uuid
from ringpost.services.people import users

EXAMPLE = {"domain_name": "fusionpbx.example.net", "user": "bob"}


class Request(OneUser, VersionedRemoval):
    cascade: bool = Field(default=False, description="its extensions and its voicemail too")


class Response(Output):
    deleted: Literal[True] = True
    user_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    user = users.found(context, request)
    users.delete(context, user, cascade=request.cascade, if_version=request.if_version)
    return Response(user_uuid=user.user_uuid)
