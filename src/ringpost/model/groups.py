"""Groups of people and of extensions, and what people may do: iSymphony's model (Configuration API 3.1).

Extension groups say who sees which extensions; permissions say what a user group may do to whom.
"""

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from ringpost.model.record import Entity, Record
from ringpost.model.values import Name, Timestamp, Uuid, no_uuid

MOST_IN_AN_EXTENSION_GROUP = 500
MOST_EXCEPTIONS = 100
EVERYONE = "everyone"
"""The user group that everybody is in; it has permissions and nothing else."""

GroupName = Annotated[Name, StringConstraints(max_length=80), no_uuid]
PermissionKey = Literal["originate_to", "transfer_to", "monitor", "see_calls"]
PERMISSION_KEYS: tuple[PermissionKey, ...] = get_args(PermissionKey)


class UserGroup(Record):
    """A user group. Its users are in its own list, and name it."""

    usergroup_uuid: Uuid
    domain_uuid: Uuid
    display_name: Name
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    @property
    def owners(self) -> tuple[str, ...]:
        """Nobody: who is in a group is not for a user to say."""
        return ()


class ExtensionGroup(Record):
    """An extension group. What is in none is seen by everybody; what is in one, by its users, unless it is public."""

    extensiongroup_uuid: Uuid
    domain_uuid: Uuid
    display_name: Name
    public_group: bool = Field(default=False, description="whether everybody sees its extensions")
    extensions: tuple[Uuid, ...] = ()
    users: tuple[Uuid, ...] = Field(default=(), description="who sees its extensions")
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    @property
    def owners(self) -> tuple[str, ...]:
        """Nobody: who is in a group is not for a user to say."""
        return ()


class Permission(Entity):
    """What the users of a group may do: the rule for everybody, and for whom the opposite holds."""

    usergroup_uuid: Uuid | None = Field(description="null: everyone")
    domain_uuid: Uuid
    key: PermissionKey
    allowed: bool
    exceptions: tuple[Uuid, ...] = Field(default=(), description="users and user groups for whom the opposite holds")
    update_date: Timestamp | None = None

    def allows(self, user_uuid: str | None, usergroups: tuple[str, ...]) -> bool:
        """Whether it lets one act on a user who is in these groups; None: on what is nobody's."""
        is_exception = any(one in self.exceptions for one in (user_uuid, *usergroups) if one)
        return self.allowed is not is_exception
