"""Say how a user is: available, away, back at three. In place of what was said before.

A name of the domain's statuses brings its type along; any other name needs one. It says something to people: to stop
calls there is extension-dnd-set.
"""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.requests import OneUser
from ringpost.model.status import StatusType, UserStatus
from ringpost.model.values import Moment, Name, ShortText
from ringpost.services.people import user_statuses, users
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "user": "alice",
    "name": "Lunch",
    "type": "away",
    "note": "at the corner",
    "return_time": "2026-11-22T13:00:00Z",
}


class Request(OneUser, Write):
    for_users: ClassVar[bool] = True

    name: Name | None = Field(default=None, max_length=64, description="left out: the first status of that type")
    type: StatusType | None = None
    note: ShortText | None = None
    return_time: Moment | None = Field(default=None, description="when the user means to be back")


Response = UserStatus


def handle(request: Request, context: Context) -> Response:
    user = users.found(context, request)
    domain = domains.named(context, user.domain_uuid)
    return user_statuses.say(
        context,
        domain,
        user,
        name=request.name,
        kind=request.type,
        note=request.note,
        return_time=request.return_time,
    )
