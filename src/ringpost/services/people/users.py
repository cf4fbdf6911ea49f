"""Users: who they are, which extensions and voicemail they have. Fields and refusals are XiVO's (confd 16.15).

What is said of a user's calls (caller id, seconds to ring, …) is carried over to the user's extensions, for there a
switch finds it.
"""

import uuid
from typing import Any

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, InvalidRequest, NotFound
from ringpost.model.extension import Extension
from ringpost.model.requests import Listing, OneUser
from ringpost.model.user import MOST_EXTENSIONS, User, UserExtension, UserSettings
from ringpost.model.values import is_uuid
from ringpost.model.voicemail import Voicemail
from ringpost.services import kept, pages
from ringpost.services.numbers import numbering, voicemails
from ringpost.services.people import extensions, user_groups
from ringpost.services.switching import queueing
from ringpost.services.tenants import domains
from ringpost.store import Delete, Key, keys
from ringpost.store.keys import user_layout, voicemail_layout

_ABSENT = "user not found"
_RINGS_FOREVER = 600
"""Seconds: XiVO's 0 is no limit, an extension's is ten minutes."""


def found(context: Context, request: OneUser) -> User:
    """The user a request means: one read."""
    reference = request.user or min(context.actor.users, default=None)
    if reference is None:
        raise InvalidRequest("user is required", parameter="user")
    return named(context, domains.uuid_of(context, request), reference)


def named(context: Context, home: str, reference: str) -> User:
    """The user of that uuid or username."""
    key = keys.user(home, reference) if is_uuid(reference) else keys.username(home, reference)
    user = context.store.get(key, User)
    if user is None:
        raise NotFound(_ABSENT)
    return user


def listed(context: Context, home: str, usergroup: str | None, request: Listing) -> pages.PageOf[User]:
    """The users of a domain, or of one of its user groups, by last and first name."""
    partition = keys.users_of_group(home, usergroup) if usergroup else keys.users(home)
    return domains.page(context, home, partition, User, request)


def create(context: Context, domain: Domain, members: dict[str, Any]) -> User:
    """A new user. Without a caller id it shows its name."""
    domains.stays(context, domain)
    members = {"user_uuid": str(uuid.uuid4()), **members, "domain_uuid": domain.domain_uuid}
    members.setdefault("caller_id", _caller_id(members))
    user = kept.create(context, User.model_validate(members), user_layout, taken=_taken)
    _tell(context, "user.created", user)
    return user


def settings(members: dict[str, Any]) -> dict[str, Any]:
    """The settings of a new user, without its nulls: they are what a new one has."""
    return {name: value for name, value in members.items() if value is not None and name in UserSettings.model_fields}


def update(context: Context, user: User, changes: dict[str, Any], if_version: int | None) -> User:
    """Change a user, and with it the extensions and the name of the voicemail."""
    if "caller_id" in changes and changes["caller_id"] is None:
        changes["caller_id"] = _caller_id({**user.model_dump(), **changes})
    after = kept.update(context, user, changes, user_layout, if_version=if_version, taken=_taken)
    _carry(context, user, after)
    if after.name != user.name and after.voicemail is not None and "voicemail" not in changes:
        box = voicemails.found(context, after.domain_uuid, after.voicemail.voicemail_uuid)
        kept.update(context, box, {"name": after.name[:80]}, voicemail_layout)
    if user.enabled and not after.enabled:
        queueing.log_out_user(context, after)
    _tell(context, "user.updated", after)
    return after


def delete(context: Context, user: User, *, cascade: bool, if_version: int | None) -> None:
    """Take a user away; with all that is the user's, or not while there is any."""
    if not cascade:
        _check_bare(user)
    home = user.domain_uuid
    kept.delete(context, user, user_layout, if_version=if_version)
    context.store.stage(Delete(keys.user_status(home, user.user_uuid)))
    for one in user.extensions:
        extension = context.store.get(keys.extension(home, one.extension_uuid), Extension)
        if extension is not None:
            extensions.remove(context, extension, None)
    gone = [one.extension_uuid for one in user.extensions]
    extensions.leave_groups(context, home, extensions=gone, users=[user.user_uuid])
    queueing.forget_user(context, user)
    user_groups.forget(context, home, user.user_uuid)
    if user.voicemail is not None:
        box = voicemails.found(context, home, user.voicemail.voicemail_uuid)
        if box.users == (user.user_uuid,):
            voicemails.delete(context, box.model_copy(update={"users": ()}), None)
        else:
            _share(context, box, tuple(one for one in box.users if one != user.user_uuid))
    context.happened("user.deleted", home, {"user_uuid": user.user_uuid})


def add_extension(context: Context, user: User, extension: Extension, if_version: int | None) -> User:
    """Give a user an extension. The first one is the main one."""
    if user.has(extension.extension_uuid):
        raise Conflict("the user has this extension already", parameter="extension")
    if extension.user_uuid is not None:
        raise Conflict("another user has this extension", parameter="extension")
    if len(user.extensions) >= MOST_EXTENSIONS:
        raise CannotComply(f"a user has at most {MOST_EXTENSIONS} extensions", parameter="extension")
    one = UserExtension(extension_uuid=extension.extension_uuid, extension=extension.extension)
    after = kept.update(context, user, {"extensions": (*user.extensions, one)}, user_layout, if_version=if_version)
    extensions.update(context, extension, brought(after, extension), None)
    _tell(context, "user.updated", after)
    return after


def remove_extension(context: Context, user: User, extension: Extension, if_version: int | None) -> User:
    """Take an extension from a user. It stays, and nobody's."""
    if not user.has(extension.extension_uuid):
        raise NotFound("the user has no such extension")
    left = tuple(one for one in user.extensions if one.extension_uuid != extension.extension_uuid)
    after = kept.update(context, user, {"extensions": left}, user_layout, if_version=if_version)
    extensions.update(context, extension, {"user_uuid": None, "voicemail_number": None}, None)
    _tell(context, "user.updated", after)
    return after


def with_voicemail(context: Context, user: User, reference: str | None) -> dict[str, Any]:
    """The change that gives a user a box, or takes it away; the box and the extensions are told."""
    home = user.domain_uuid
    if reference is None:
        if user.voicemail is not None:
            box = voicemails.found(context, home, user.voicemail.voicemail_uuid)
            _share(context, box, tuple(one for one in box.users if one != user.user_uuid))
        return {"voicemail": None}
    if user.voicemail is not None:
        raise Conflict("the user has a voicemail already: set it to null first", parameter="voicemail")
    box = voicemails.found(context, home, reference)
    _share(context, box, (*box.users, user.user_uuid))
    return {"voicemail": voicemails.of_user(box)}


def carried(user: User, extension: str) -> dict[str, Any]:
    """What the extension of that number has from its user."""
    name, number = user.caller
    shown = user.outgoing_caller_id if user.outgoing_caller_id not in ("default", "anonymous") else ""
    return {
        "effective_caller_id_name": name[:128],
        "effective_caller_id_number": number or "",
        "outbound_caller_id_name": name[:128] if shown else "",
        "outbound_caller_id_number": shown,
        "outbound_anonymous": user.outgoing_caller_id == "anonymous",
        "directory_first_name": user.firstname,
        "directory_last_name": user.lastname or "",
        "call_timeout": user.ring_seconds or _RINGS_FOREVER,
        "limit_max": user.simultaneous_calls,
        "user_record": "all" if user.call_record_enabled else None,
        "enabled": user.enabled,
        "voicemail_enabled": user.voicemail is not None,
        "voicemail_number": voicemails.pointer(extension, user.voicemail.number) if user.voicemail else None,
    }


def brought(user: User, extension: Extension) -> dict[str, Any]:
    """What changes of an extension when it becomes a user's: where the user has no say, it stays as it is."""
    changes = carried(user, extension.extension) | {"user_uuid": user.user_uuid}
    if user.outgoing_caller_id == "default":
        del changes["outbound_caller_id_name"], changes["outbound_caller_id_number"]
    if not user.call_record_enabled:
        del changes["user_record"]
    if user.voicemail is None:
        del changes["voicemail_enabled"], changes["voicemail_number"]
    return changes


def _carry(context: Context, before: User, after: User) -> None:
    """Tell the extensions of a user what has changed for them."""
    for one in after.extensions:
        known = carried(before, one.extension)
        changes = {name: value for name, value in carried(after, one.extension).items() if known[name] != value}
        extension = (
            context.store.get(keys.extension(after.domain_uuid, one.extension_uuid), Extension) if changes else None
        )
        if extension is not None:
            extensions.update(context, extension, changes, None)


def _share(context: Context, box: Voicemail, users: tuple[str, ...]) -> None:
    kept.update(context, box, {"users": users}, voicemail_layout)


def _check_bare(user: User) -> None:
    if user.voicemail is not None:
        raise CannotComply("the user has a voicemail: set it to null first, or send cascade true", parameter="cascade")
    if user.extensions:
        raise CannotComply(
            "the user has an extension: take it away with user-extension-remove, or send cascade true",
            parameter="cascade",
        )


def full_name(members: dict[str, Any]) -> str:
    """First and last name of a user that is not made yet."""
    return f"{members['firstname']} {members.get('lastname') or ''}".strip()


def _caller_id(members: dict[str, Any]) -> str:
    return f'"{full_name(members)[:158]}"'


def _taken(claim: Key) -> Conflict:
    member = "email" if claim.partition.endswith("#email") else "username"
    return Conflict(f"that {member.replace('email', 'e-mail address')} is taken in this domain", parameter=member)


def _tell(context: Context, what: str, user: User) -> None:
    context.happened(what, user.domain_uuid, user.model_dump())


def main_extension(context: Context, user: User) -> Extension:
    """The first of a user's extensions."""
    for one in user.extensions:
        extension = numbering.extension(context, user.domain_uuid, one.extension)
        if extension is not None:
            return extension
    raise CannotComply("the user has no extension", parameter="user")
