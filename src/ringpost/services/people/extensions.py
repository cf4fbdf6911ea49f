"""Extensions: their number, their voicemail box, their secrets."""

import secrets
import string
import uuid
from collections.abc import Mapping
from typing import Any

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, InvalidRequest, NotFound
from ringpost.model.extension import NEEDS_DESTINATION, Extension, Forward, ForwardKind, StoredSecret, forward_columns
from ringpost.model.groups import ExtensionGroup
from ringpost.model.requests import Listing, OneExtension
from ringpost.model.user import User, UserExtension
from ringpost.model.values import is_uuid
from ringpost.model.voicemail import Voicemail
from ringpost.services import kept, pages
from ringpost.services.numbers import emergency, numbering, routing, voicemails
from ringpost.services.switching import lines, queueing
from ringpost.services.tenants import domains
from ringpost.store import Delete, Key, Put, Row, keys
from ringpost.store.keys import extension_layout, extensiongroup_layout, user_layout
from ringpost.switch import Switch

_ABSENT = "extension not found"
_PASSWORD_ALPHABET = string.ascii_letters + string.digits


def found(context: Context, reference: OneExtension, *, of_anybody: bool = False) -> Extension:
    """The extension a request means: one read. ``of_anybody``, for whoever asks who sees it, also another user's."""
    home = domains.uuid_of(context, reference)
    named = reference.extension_uuid or reference.extension or _own(context)
    if named is None:
        raise InvalidRequest("extension_uuid or extension is required", parameter="extension")
    if is_uuid(named):
        extension = context.store.get(keys.extension(home, named), Extension, of_anybody=of_anybody)
    else:
        extension = numbering.extension(context, home, named)
    is_there = extension is not None and context.store.is_mine(extension, of_anybody=of_anybody)
    if extension is None or not is_there or reference.extension not in (None, named, extension.extension):
        raise NotFound(_ABSENT)
    return extension


def _own(context: Context) -> str | None:
    """The main extension of the user the key or token is bound to."""
    user = context.store.acting_user()
    return user.extensions[0].extension_uuid if user and user.extensions else None


def everything(context: Context, home: str) -> list[Extension]:
    """All extensions of a domain, by number."""
    rows = context.store.everything(keys.extensions(home), Extension, of_anybody=True)
    if not rows:
        domains.named(context, home)
    return [extension for _, extension in rows]


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[Extension]:
    """The extensions of a domain, by number."""
    return domains.page(context, home, keys.extensions(home), Extension, request)


def create(
    context: Context, domain: Domain, members: dict[str, Any], password: str | None, *, with_box: bool = True
) -> tuple[Extension, str, str | None]:
    """A new extension, with the SIP password and the PIN of its voicemail box, to be answered once.

    A box that is there already becomes its own, and keeps its PIN: that is not answered again.
    """
    home = domain.domain_uuid
    domains.stays(context, domain)
    emergency.refuse_to_give(domain, members["extension"])
    extension = kept.create(
        context,
        Extension.model_validate(
            {
                "extension_uuid": str(uuid.uuid4()),
                "domain_uuid": home,
                "user_context": domain.domain_name,
                "accountcode": domain.domain_name,
                **members,
            }
        ),
        extension_layout,
        taken=numbering.taken(),
    )
    password = password or new_password()
    _keep(context, keys.sip_password(home, extension.extension_uuid), password)
    pin = None
    if with_box and context.store.get(keys.voicemail(home, extension.extension), Voicemail) is None:
        named = {"name": extension.effective_caller_id_name, "number": extension.extension}
        _, pin = voicemails.create(context, domain, named, None)
    context.happened("extension.created", home, extension.model_dump())
    return extension, password, pin


def set_do_not_disturb(context: Context, extension: Extension, enabled: bool) -> Extension:
    """Let its phones not ring, or ring again."""
    return update(context, extension, {"do_not_disturb": enabled}, None)


def set_forwards(context: Context, extension: Extension, forwards: Mapping[ForwardKind, Forward | None]) -> Extension:
    """Let calls to it go elsewhere: always, when it is busy, when nobody answers, when no phone is registered."""
    domain = domains.named(context, extension.domain_uuid)
    switched = {kind: _with_waiting(extension, kind, sent) for kind, sent in forwards.items()}
    return update(context, extension, forwarded(context, domain, extension.extension, switched), None)


def _with_waiting(extension: Extension, kind: ForwardKind, sent: Forward | None) -> Forward | None:
    """A forward that is switched on or off without a word of its destination, with the one it has."""
    if sent is None or "destination" in sent.model_fields_set:
        return sent
    has: Forward = getattr(extension.forwards, kind)
    return sent.model_copy(update={"destination": has.destination})


def forwarded(
    context: Context, domain: Domain, number: str, forwards: Mapping[ForwardKind, Forward | None]
) -> dict[str, Any]:
    """The columns of these forwards of a number; refused if one leads to help, to itself, or nowhere from here."""
    columns: dict[str, Any] = {}
    for kind, sent in forwards.items():
        forward = sent or Forward(enabled=False)
        if forward.enabled and forward.destination is None:
            raise InvalidRequest(NEEDS_DESTINATION, parameter=kind)
        if forward.destination is not None:
            if forward.destination == number:
                raise CannotComply("an extension is not forwarded to itself", parameter=kind)
            routing.check_way(context, domain, forward.destination, kind)
        columns |= forward_columns(kind, forward)
    return columns


def update(context: Context, extension: Extension, changes: dict[str, Any], if_version: int | None) -> Extension:
    """Change an extension. A new number takes the voicemail box along."""
    number = changes.get("extension") or extension.extension
    if number != extension.extension:
        kept.check_may_rename(context)
        emergency.refuse_to_give(domains.named(context, extension.domain_uuid), number)
        if numbering.holder(context, extension.domain_uuid, number) is not None:
            raise numbering.taken()
        pointer = None if extension.has_its_own_box else voicemails.pointer(number, extension.box)
        changes = changes | {"voicemail_number": pointer}
    after = kept.update(context, extension, changes, extension_layout, if_version=if_version, taken=numbering.taken())
    if after.extension != extension.extension:
        _renumbered(context, extension, after)
        queueing.moved(context, after.domain_uuid, {extension.extension: after.extension})
    elif after.enabled != extension.enabled:
        queueing.tell(context, after.domain_uuid, queueing.ringing(context, after.domain_uuid, after.extension))
    if not after.enabled or after.extension != extension.extension:
        _drop_phones(context, extension)
    context.happened("extension.updated", after.domain_uuid, after.model_dump())
    return after


def delete(context: Context, extension: Extension, if_version: int | None) -> None:
    """Take an extension away, with its box and its secrets; refused while it is a user's."""
    if extension.user_uuid is not None:
        raise CannotComply("the extension is a user's: take it away with user-extension-remove first")
    remove(context, extension, if_version)
    leave_groups(context, extension.domain_uuid, extensions=[extension.extension_uuid])
    queueing.moved(context, extension.domain_uuid, {extension.extension: None})


def remove(context: Context, extension: Extension, if_version: int | None) -> None:
    """Take an extension away with its password, and with its own box if that is no user's."""
    home = extension.domain_uuid
    kept.delete(context, extension, extension_layout, if_version=if_version)
    context.store.stage(Delete(keys.sip_password(home, extension.extension_uuid)))
    box = context.store.get(keys.voicemail(home, extension.extension), Voicemail)
    if box is not None and not box.users and extension.has_its_own_box:
        voicemails.delete(context, box, None)
    _drop_phones(context, extension)
    context.happened("extension.deleted", home, {"extension_uuid": extension.extension_uuid})


def leave_groups(context: Context, home: str, **gone: list[str]) -> None:
    """Take what is gone out of the extension groups that name it."""
    for _, group in context.store.everything(keys.extensiongroups(home), ExtensionGroup):
        left = {part: tuple(one for one in getattr(group, part) if one not in uuids) for part, uuids in gone.items()}
        if any(left[part] != getattr(group, part) for part in left):
            kept.update(context, group, left, extensiongroup_layout)


def reset_password(context: Context, extension: Extension, password: str | None) -> tuple[Extension, str]:
    """A new SIP password: the given one, or a random one."""
    password = password or new_password()
    after = kept.update(context, extension, {}, extension_layout)
    _keep(context, keys.sip_password(after.domain_uuid, after.extension_uuid), password)
    _drop_phones(context, extension)
    context.happened("extension.updated", after.domain_uuid, after.model_dump())
    return after, password


def new_password() -> str:
    """24 letters and digits: 142 random bits, and nothing a phone's form would trip over."""
    return "".join(secrets.choice(_PASSWORD_ALPHABET) for _ in range(24))


def _drop_phones(context: Context, extension: Extension) -> None:
    """A switch keeps a phone for as long as it has registered, an hour maybe: have it drop these now."""

    def drop(switch: Switch, domain: Domain) -> None:
        switch.unregister(domain, extension.extension)

    lines.afterwards(context, extension.domain_uuid, "registration-delete", drop)


def _renumbered(context: Context, before: Extension, after: Extension) -> None:
    """The box of its own number goes along, and its user knows both by their numbers."""
    home = after.domain_uuid
    user = context.store.get(keys.user(home, after.user_uuid), User) if after.user_uuid else None
    changes: dict[str, Any] = {}
    box = context.store.get(keys.voicemail(home, before.extension), Voicemail) if before.has_its_own_box else None
    if box is not None and box.users and after.user_uuid not in box.users:
        box = None
    if box is not None and not set(box.users) <= {after.user_uuid}:
        raise CannotComply("other users have its voicemail too: give that another number first", parameter="extension")
    if box is not None:
        moved = voicemails.move(context, box, after.extension)
        changes |= {"voicemail": voicemails.of_user(moved)} if box.users else {}
    if user is None:
        return
    for one in user.extensions if changes else ():
        other = context.store.get(keys.extension(home, one.extension_uuid), Extension)
        if other is not None and other.extension_uuid != after.extension_uuid:
            pointer = {"voicemail_number": voicemails.pointer(other.extension, after.extension)}
            kept.update(context, other, pointer, extension_layout)
    renamed = UserExtension(extension_uuid=after.extension_uuid, extension=after.extension)
    changes["extensions"] = tuple(
        renamed if one.extension_uuid == after.extension_uuid else one for one in user.extensions
    )
    kept.update(context, user, changes, user_layout)


def _keep(context: Context, key: Key, secret: str) -> None:
    context.store.stage(Put(Row(key, StoredSecret(secret=secret).model_dump_json())))
