"""Say what the users of a group may do to others: originate_to, transfer_to, monitor, see_calls.

allowed is the rule for everybody, exceptions are users and user groups for whom the opposite holds. It takes the
place of what was said of that key before. What nothing is said of is allowed; if any of a user's groups forbids it, or
the group everyone, it is forbidden. One's own extensions are never forbidden.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.groups import MOST_EXCEPTIONS, Permission, PermissionKey
from ringpost.model.requests import OneUserGroup
from ringpost.model.values import Reference
from ringpost.services.people import permissions
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "usergroup": "interns",
    "key": "originate_to",
    "allowed": True,
    "exceptions": ["sales"],
}


class Request(OneUserGroup, Write):
    usergroup: Reference = Field(description="the user group, by name or UUID, or everyone")
    key: PermissionKey
    allowed: bool = Field(description="the rule for everybody but the exceptions")
    exceptions: tuple[Reference, ...] = Field(
        default=(), max_length=MOST_EXCEPTIONS, description="users and user groups, by name or UUID"
    )


Response = Permission


def handle(request: Request, context: Context) -> Response:
    return permissions.say(
        context,
        domains.uuid_of(context, request),
        request.usergroup,
        request.key,
        allowed=request.allowed,
        exceptions=request.exceptions,
    )
