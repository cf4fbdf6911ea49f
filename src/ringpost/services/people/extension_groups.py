"""Extension groups: who sees which extensions. iSymphony's, Configuration API 3.1.

An extension that is in no group is seen by everybody. One that is in any is seen by the users of those groups, by
everybody if one of them is public, and always by the user whose it is.
"""

import uuid
from collections.abc import Callable
from typing import Any, Literal

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, InvalidRequest, NotFound
from ringpost.model.extension import Extension
from ringpost.model.groups import MOST_IN_AN_EXTENSION_GROUP, ExtensionGroup
from ringpost.model.requests import ExtensionGroupMember, Listing, OneExtension, OneExtensionGroup
from ringpost.model.user import User
from ringpost.model.values import is_uuid
from ringpost.services import kept, pages
from ringpost.services.people import extensions, users
from ringpost.services.tenants import domains
from ringpost.store import keys
from ringpost.store.keys import extensiongroup_layout

Part = Literal["extensions", "users"]


def found(context: Context, request: OneExtensionGroup) -> ExtensionGroup:
    """The extension group of that uuid or name."""
    home, reference = domains.uuid_of(context, request), request.extensiongroup
    by_name = keys.extensiongroup_name(home, reference)
    key = keys.extensiongroup(home, reference) if is_uuid(reference) else by_name
    group = context.store.get(key, ExtensionGroup)
    if group is None:
        raise NotFound("extension group not found")
    return group


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[ExtensionGroup]:
    """The extension groups of a domain, by name."""
    return domains.page(context, home, keys.extensiongroups(home), ExtensionGroup, request)


def create(context: Context, domain: Domain, name: str, *, public: bool) -> ExtensionGroup:
    """A new extension group."""
    domains.stays(context, domain)
    group = ExtensionGroup(
        extensiongroup_uuid=str(uuid.uuid4()), domain_uuid=domain.domain_uuid, display_name=name, public_group=public
    )
    group = kept.create(context, group, extensiongroup_layout, taken=_taken())
    context.happened("extensiongroup.created", group.domain_uuid, group.model_dump())
    return group


def update(context: Context, group: ExtensionGroup, changes: dict[str, Any], if_version: int | None) -> ExtensionGroup:
    """Change an extension group."""
    after = kept.update(context, group, changes, extensiongroup_layout, if_version=if_version, taken=_taken())
    context.happened("extensiongroup.updated", after.domain_uuid, after.model_dump())
    return after


def delete(context: Context, group: ExtensionGroup, if_version: int | None) -> None:
    """Take an extension group away; what was in it stays."""
    kept.delete(context, group, extensiongroup_layout, if_version=if_version)
    told = {"extensiongroup_uuid": group.extensiongroup_uuid}
    context.happened("extensiongroup.deleted", group.domain_uuid, told)


def add(context: Context, group: ExtensionGroup, request: ExtensionGroupMember) -> ExtensionGroup:
    """Put an extension into a group, or a user who sees it."""
    part, member = _member(context, group, request)
    known: tuple[str, ...] = getattr(group, part)
    if member in known:
        raise Conflict(f"the {part[:-1]} is in this extension group already", parameter=part[:-1])
    if len(known) >= MOST_IN_AN_EXTENSION_GROUP:
        raise CannotComply(f"an extension group has at most {MOST_IN_AN_EXTENSION_GROUP} {part}", parameter=part[:-1])
    return update(context, group, {part: (*known, member)}, None)


def remove(context: Context, group: ExtensionGroup, request: ExtensionGroupMember) -> ExtensionGroup:
    """Take an extension or a user out of a group."""
    part, member = _by_uuid(request) or _member(context, group, request)
    left = tuple(one for one in getattr(group, part) if one != member)
    if left == getattr(group, part):
        raise NotFound(f"no such {part[:-1]} in this extension group")
    return update(context, group, {part: left}, None)


def seen_by(context: Context, user: User) -> Callable[[Extension], bool]:
    """Whether a user sees an extension."""
    partition = keys.extensiongroups(user.domain_uuid)
    rows = context.store.everything(partition, ExtensionGroup, of_anybody=True)
    groups = [group for _, group in rows]
    grouped = {uuid for group in groups for uuid in group.extensions}
    shown = {
        uuid for group in groups if group.public_group or user.user_uuid in group.users for uuid in group.extensions
    }

    def sees(extension: Extension) -> bool:
        uuid = extension.extension_uuid
        return uuid not in grouped or uuid in shown or user.has(uuid)

    return sees


def _by_uuid(request: ExtensionGroupMember) -> tuple[Part, str] | None:
    """A member by its uuid, which may be all that is left of it."""
    if request.user is None and request.extension is not None and is_uuid(request.extension):
        return "extensions", request.extension
    if request.extension is None and request.user is not None and is_uuid(request.user):
        return "users", request.user
    return None


def _member(context: Context, group: ExtensionGroup, request: ExtensionGroupMember) -> tuple[Part, str]:
    if (request.extension is None) == (request.user is None):
        raise InvalidRequest("extension or user is required, one of the two", parameter="extension")
    if request.user is not None:
        return "users", users.named(context, group.domain_uuid, request.user).user_uuid
    one = OneExtension(domain_uuid=group.domain_uuid, extension=request.extension)
    return "extensions", extensions.found(context, one).extension_uuid


def _taken() -> Conflict:
    return Conflict("an extension group has that name already", parameter="display_name")
