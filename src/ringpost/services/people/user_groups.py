"""User groups: who is in them, and so what they may do (``permissions``). iSymphony's, Configuration API 3.1."""

import uuid

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, NotFound
from ringpost.model.groups import EVERYONE, PERMISSION_KEYS, Permission, UserGroup
from ringpost.model.record import Entity
from ringpost.model.requests import Listing
from ringpost.model.user import MOST_GROUPS, User
from ringpost.model.values import is_uuid
from ringpost.services import kept, pages
from ringpost.services.tenants import domains
from ringpost.store import Delete, Put, Row, keys
from ringpost.store.keys import user_layout, usergroup_layout

_ABSENT = "user group not found"


def found(context: Context, home: str, reference: str) -> UserGroup:
    """The user group of that uuid or name."""
    key = keys.usergroup(home, reference) if is_uuid(reference) else keys.usergroup_name(home, reference)
    group = context.store.get(key, UserGroup)
    if group is None:
        raise NotFound(_ABSENT)
    return group


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[UserGroup]:
    """The user groups of a domain, by name."""
    return domains.page(context, home, keys.usergroups(home), UserGroup, request)


def users(context: Context, group: UserGroup) -> list[User]:
    """The first thousand users of a group, by name."""
    partition = keys.users_of_group(group.domain_uuid, group.usergroup_uuid)
    return [user for _, user in context.store.listed(partition, User, limit=1000)]


def create(context: Context, domain: Domain, name: str) -> UserGroup:
    """A new user group."""
    _check_free(name)
    domains.stays(context, domain)
    group = kept.create(
        context,
        UserGroup(usergroup_uuid=str(uuid.uuid4()), domain_uuid=domain.domain_uuid, display_name=name),
        usergroup_layout,
        taken=_taken(),
    )
    context.happened("usergroup.created", group.domain_uuid, group.model_dump())
    return group


def update(context: Context, group: UserGroup, name: str | None, if_version: int | None) -> UserGroup:
    """Rename a user group."""
    changes = {"display_name": name} if name is not None else {}
    _check_free(name or "")
    after = kept.update(context, group, changes, usergroup_layout, if_version=if_version, taken=_taken())
    context.happened("usergroup.updated", after.domain_uuid, after.model_dump())
    return after


def delete(context: Context, group: UserGroup, if_version: int | None) -> None:
    """Take a user group away, with its permissions; refused while anybody is in it."""
    home = group.domain_uuid
    if context.store.listed(keys.users_of_group(home, group.usergroup_uuid), Entity, limit=1):
        raise CannotComply("somebody is in this user group: take them out with usergroup-member-remove first")
    kept.delete(context, group, usergroup_layout, if_version=if_version)
    for key in PERMISSION_KEYS:
        context.store.stage(Delete(keys.permission(home, group.usergroup_uuid, key)))
    forget(context, home, group.usergroup_uuid, owner=group.usergroup_uuid)
    context.happened("usergroup.deleted", home, {"usergroup_uuid": group.usergroup_uuid})


def add(context: Context, group: UserGroup, user: User) -> User:
    """Let a user be in a group."""
    if group.usergroup_uuid in user.usergroups:
        raise Conflict("the user is in this user group already", parameter="user")
    return _with_groups(context, group, user, entered(user, group))


def entered(user: User, group: UserGroup) -> tuple[str, ...]:
    """The groups a user is in together with one more."""
    if len(user.usergroups) >= MOST_GROUPS:
        raise CannotComply(f"a user is in at most {MOST_GROUPS} user groups", parameter="usergroup")
    return (*user.usergroups, group.usergroup_uuid)


def stays(context: Context, group: UserGroup) -> None:
    """Write what is staged only if the group is still there; and whoever deletes it meanwhile looks again."""
    kept.update(context, group, {}, usergroup_layout)


def remove(context: Context, group: UserGroup, user: User) -> User:
    """Let a user be in a group no more."""
    left = tuple(one for one in user.usergroups if one != group.usergroup_uuid)
    if left == user.usergroups:
        raise NotFound("no such user in this user group")
    return _with_groups(context, group, user, left)


def forget(context: Context, home: str, gone: str, owner: str | None = None) -> None:
    """Take a user or a group that goes out of the exceptions of all permissions but those of ``owner``."""
    for sort, rule in context.store.everything(keys.permissions(home), Permission):
        if gone in rule.exceptions and (owner is None or rule.usergroup_uuid != owner):
            left = tuple(one for one in rule.exceptions if one != gone)
            after = rule.model_copy(update={"exceptions": left})
            context.store.stage(Put(Row(keys.permissions.at(home, sort), after.model_dump_json())))


def _with_groups(context: Context, group: UserGroup, user: User, usergroups: tuple[str, ...]) -> User:
    stays(context, group)
    after = kept.update(context, user, {"usergroups": usergroups}, user_layout)
    context.happened("user.updated", after.domain_uuid, after.model_dump())
    return after


def _check_free(name: str) -> None:
    if name.casefold() == EVERYONE:
        raise Conflict("everyone is the group that everybody is in already", parameter="display_name")


def _taken() -> Conflict:
    return Conflict("a user group has that name already", parameter="display_name")
