"""Contacts, users, the groups they and their extensions are in, and what those may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.model.telephone.spelling import dialled_part
from ringpost.store import Key
from ringpost.store.keys.layout import LayoutOf, by_uuid, in_domain, within_domain
from ringpost.store.keys.names import folded, place
from ringpost.store.keys.numbers import callers

if TYPE_CHECKING:
    from ringpost.model.contact import Contact
    from ringpost.model.groups import ExtensionGroup, UserGroup
    from ringpost.model.user import User

_LONGEST_NAME = 254

# contacts

contact = by_uuid("contact")
contacts = in_domain("contacts")
"""The list of a domain's contacts, by name."""


def _as_callers(it: Contact) -> tuple[Key, ...]:
    """Among the callers of each ending of its numbers: two of its numbers may have the same."""
    endings = dict.fromkeys(callers(it.domain_uuid, one.e164 or dialled_part(one.number)) for one in it.numbers)
    return tuple(Key(partition, f"contact#{it.contact_uuid}") for partition in endings)


contact_layout: LayoutOf[Contact] = LayoutOf(
    truth=lambda it: contact(it.domain_uuid, it.contact_uuid),
    copies=lambda it: (contacts.at(it.domain_uuid, place(it.display_name, it.contact_uuid)), *_as_callers(it)),
)

# users

user = by_uuid("user")
users = in_domain("users")
"""The list of a domain's users, by last and first name."""
users_of_group = within_domain("usergroup#{usergroup}#users")
"""The list of a user group's users, by last and first name."""
_usernames = in_domain("username")
_addresses = in_domain("email")
statuses = in_domain("statuses")
"""How the users of a domain are, by their uuid."""
user_status = statuses.at
imported = in_domain("imported")
"""What was made of rows of files of users, by the SHA-256 of what a row says."""
imported_row = imported.at


def username(domain: str, name: str) -> Key:
    """Whoever has that username in a domain, in whatever case."""
    return _usernames.at(domain, name.casefold()[:_LONGEST_NAME])


def user_email(domain: str, address: str) -> Key:
    """Whoever has that e-mail address in a domain."""
    return _addresses.at(domain, address.casefold()[:_LONGEST_NAME])


def _in_lists(it: User) -> tuple[Key, ...]:
    sort = place(f"{it.lastname or ''}#{it.firstname}", it.user_uuid)
    return (
        users.at(it.domain_uuid, sort),
        *(users_of_group.at(it.domain_uuid, group, sort) for group in it.usergroups),
    )


user_layout: LayoutOf[User] = LayoutOf(
    truth=lambda it: user(it.domain_uuid, it.user_uuid),
    claims=lambda it: (
        *((username(it.domain_uuid, it.username),) if it.username else ()),
        *((user_email(it.domain_uuid, it.email),) if it.email else ()),
    ),
    copies=_in_lists,
)

# user groups, and what they may do

usergroup = by_uuid("usergroup")
usergroups = in_domain("usergroups")
"""The list of a domain's user groups, by name, which it claims."""
permissions = in_domain("permissions")
"""What the user groups of a domain may do, by group and key."""


def usergroup_name(domain: str, name: str) -> Key:
    """Whichever user group has that name in a domain, in whatever case."""
    return usergroups.at(domain, folded(name))


usergroup_layout: LayoutOf[UserGroup] = LayoutOf(
    truth=lambda it: usergroup(it.domain_uuid, it.usergroup_uuid),
    claims=lambda it: (usergroup_name(it.domain_uuid, it.display_name),),
)


def permission(domain: str, usergroup: str | None, key: str) -> Key:
    """One permission of a user group; None: of everyone."""
    return permissions.at(domain, f"{usergroup or 'everyone'}#{key}")


# extension groups

extensiongroup = by_uuid("extensiongroup")
extensiongroups = in_domain("extensiongroups")
"""The list of a domain's extension groups, by name, which it claims."""


def extensiongroup_name(domain: str, name: str) -> Key:
    """Whichever extension group has that name in a domain, in whatever case."""
    return extensiongroups.at(domain, folded(name))


extensiongroup_layout: LayoutOf[ExtensionGroup] = LayoutOf(
    truth=lambda it: extensiongroup(it.domain_uuid, it.extensiongroup_uuid),
    claims=lambda it: (extensiongroup_name(it.domain_uuid, it.display_name),),
)
