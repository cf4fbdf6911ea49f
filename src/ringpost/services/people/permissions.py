"""What users may do to whom: originate to, transfer to, monitor, see the calls of. iSymphony's model (3.1).

A permission of a user group is a rule for everybody with exceptions, users or user groups for whom the opposite
holds. What no group of a user says anything of is allowed; if any of its groups, or ``everyone``, forbids it, it is
forbidden (in iSymphony it would be allowed). It is looked at when a request is made for a user: with ``as_user``, or
by a key or token that is bound to one.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from ringpost.context import Context
from ringpost.model import dialplan
from ringpost.model.errors import Forbidden, InvalidRequest, NotFound
from ringpost.model.extension import Extension
from ringpost.model.groups import EVERYONE, Permission, PermissionKey
from ringpost.model.requests import ForUser, ListedForUser, Listing
from ringpost.model.user import User
from ringpost.services import pages
from ringpost.services.numbers import numbering
from ringpost.services.people import extension_groups, extensions, user_groups, users
from ringpost.services.tenants import domains
from ringpost.store import Check, Put, Row, keys

_SAYS: dict[PermissionKey, str] = {
    "originate_to": "call",
    "transfer_to": "transfer to",
    "monitor": "listen to",
    "see_calls": "see the calls of",
}


class Acting(NamedTuple):
    """The user a request is made for, and what it may do."""

    user: User
    rules: tuple[Permission, ...]

    def says(self, key: PermissionKey) -> list[Permission]:
        """What its groups say of one thing."""
        return [rule for rule in self.rules if rule.key == key]


def listed(context: Context, home: str, usergroup: str | None, request: Listing) -> pages.PageOf[Permission]:
    """What the user groups of a domain may do; of one group, if one is named."""
    if usergroup is None:
        return domains.page(context, home, keys.permissions(home), Permission, request)
    owner = _owner(context, home, usergroup)
    prefix = f"{owner or EVERYONE}#"
    rows = context.store.everything(keys.permissions(home), Permission, between=(prefix, prefix + "\uffff"))
    return pages.arranged(context, rows, request)


def say(
    context: Context, home: str, usergroup: str, key: PermissionKey, *, allowed: bool, exceptions: Iterable[str]
) -> Permission:
    """Say what the users of a group may do, in place of what was said before."""
    owner = _owner(context, home, usergroup)
    domain = domains.named(context, home)
    domains.stays(context, domain)
    if owner is not None:
        context.store.stage(Check(keys.usergroup(home, owner)), NotFound("user group not found"))
    uuids = tuple(dict.fromkeys(_exception(context, home, one, place) for place, one in enumerate(exceptions)))
    rule = Permission(
        usergroup_uuid=owner, domain_uuid=home, key=key, allowed=allowed, exceptions=uuids, update_date=context.now
    )
    context.store.stage(Put(Row(keys.permission(home, owner, key), rule.model_dump_json())))
    context.happened("permission.set", home, rule.model_dump())
    return rule


def acting(context: Context, home: str, request: ForUser) -> Acting | None:
    """The user a request is made for, if it is made for one."""
    user = acting_user(context, home, request.as_user)
    if user is None:
        return None
    rows = context.store.everything(keys.permissions(home), Permission)
    mine = {None, *user.usergroups}
    return Acting(user, tuple(rule for _, rule in rows if rule.usergroup_uuid in mine))


def acting_user(context: Context, home: str, as_user: str | None) -> User | None:
    """The user a request names, or its key or token is bound to."""
    bound = context.store.acting_user()
    if as_user is None:
        return bound
    try:
        user = users.named(context, home, as_user)
    except NotFound:
        if bound is not None:
            raise Forbidden("this key acts for another user") from None
        raise InvalidRequest("as_user is no user of this domain", parameter="as_user") from None
    if not user.enabled:
        raise Forbidden("the user is disabled")
    return user


def check_number(context: Context, acting: Acting | None, key: PermissionKey, number: str) -> None:
    """Refuse to do something to the extension a number reaches or leaves a message, if the user may not."""
    if acting is None or not acting.says(key):
        return
    whose = number.removeprefix(dialplan.MESSAGE_TO)
    extension = numbering.extension(context, acting.user.domain_uuid, whose)
    if extension is not None and not _may(context, acting, key, extension):
        raise Forbidden(f"this user may not {_SAYS[key]} {number}")


def sees_calls(context: Context, acting: Acting | None) -> Callable[[Iterable[str]], bool]:
    """Whether the user a request is made for sees a call in which these extensions take part: its own, always."""
    if acting is None or not acting.says("see_calls"):
        return lambda _: True
    home, known = acting.user.domain_uuid, dict[str, bool]()
    own = {one.extension for one in acting.user.extensions}

    def may_see(number: str) -> bool:
        if number not in known:
            extension = numbering.extension(context, home, number)
            known[number] = extension is None or _may(context, acting, "see_calls", extension)
        return known[number]

    def sees(parties: Iterable[str]) -> bool:
        everybody = set(parties)
        return bool(everybody & own) or all(map(may_see, everybody))

    return sees


def seen(context: Context, home: str, request: ForUser, some: Iterable[Extension]) -> list[Extension]:
    """Those of some extensions that the user a request is made for sees."""
    user = acting_user(context, home, request.as_user)
    visible = filter(extension_groups.seen_by(context, user), some) if user else some
    return [_as_listed(context, extension) for extension in visible]


def check_seen(context: Context, home: str, request: ForUser, extension: Extension) -> None:
    """An extension the user a request is made for does not see is not there: raises ``NotFound``."""
    if not seen(context, home, request, [extension]):
        raise NotFound("extension not found")


def seen_page(context: Context, home: str, request: ListedForUser) -> pages.PageOf[Extension]:
    """A page of the extensions of a domain: for a user of those that user sees, and no trace of the others."""
    user = acting_user(context, home, request.as_user)
    if user is None:
        return extensions.listed(context, home, request)
    sees = extension_groups.seen_by(context, user)
    everything = context.store.everything(keys.extensions(home), Extension, of_anybody=True)
    rows = [(sort, _as_listed(context, extension)) for sort, extension in everything if sees(extension)]
    return pages.arranged(context, rows, request)


def _as_listed(context: Context, extension: Extension) -> Extension:
    """Of another's than the user the actor is bound to only what a directory has."""
    return extension if context.store.is_its_users(extension) else extension.as_listed()


def _may(context: Context, acting: Acting, key: PermissionKey, extension: Extension) -> bool:
    if acting.user.has(extension.extension_uuid):
        return True
    rules = acting.says(key)
    target = extension.user_uuid
    usergroups: tuple[str, ...] = ()
    if target is not None and any(rule.exceptions for rule in rules):
        user = context.store.get(keys.user(extension.domain_uuid, target), User, of_anybody=True)
        usergroups = user.usergroups if user else ()
    return all(rule.allows(target, usergroups) for rule in rules)


def _owner(context: Context, home: str, usergroup: str) -> str | None:
    if usergroup == EVERYONE:
        return None
    return user_groups.found(context, home, usergroup).usergroup_uuid


def _exception(context: Context, home: str, reference: str, place: int) -> str:
    """The uuid of a user or a user group."""
    found: list[str] = []
    with suppress(NotFound):
        found.append(users.named(context, home, reference).user_uuid)
    with suppress(NotFound):
        found.append(user_groups.found(context, home, reference).usergroup_uuid)
    if len(found) != 1:
        said = "names a user and a user group: send the UUID" if found else "holds nobody's name or UUID"
        raise InvalidRequest(f"exceptions.{place} {said}", parameter=f"exceptions.{place}")
    return found[0]
