"""Change a user. What is left out stays; null sets what a new user would have.

What is said of its calls is carried over to its extensions, a new name to its voicemail; caller_id stays, and null
makes it of the new name. voicemail gives it a box; with another one it must be set to null first.
"""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.requests import OneUser
from ringpost.model.user import User, UserSettings
from ringpost.model.values import Name, Reference
from ringpost.services.people import users

EXAMPLE = {"domain_name": "fusionpbx.example.net", "user": "alice", "lastname": "Sample", "ring_seconds": 20}


class Request(UserSettings, OneUser, Versioned):
    for_users: ClassVar[bool] = True

    firstname: Name | None = None
    voicemail: Reference | None = Field(default=None, description="the box it has, by number or UUID; null: none")


Response = User


def handle(request: Request, context: Context) -> Response:
    user = users.found(context, request)
    changes = request.given(UserSettings)
    if "firstname" in request.model_fields_set:
        changes["firstname"] = request.firstname
    if "voicemail" in request.model_fields_set:
        changes |= users.with_voicemail(context, user, request.voicemail)
    return users.update(context, user, changes, request.if_version)
