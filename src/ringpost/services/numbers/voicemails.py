"""Voicemail boxes: they have numbers of their own, and take messages for the extension of that number or for users.

Fields and refusals are XiVO's (confd 16.15, ``/voicemails`` and ``/users/{u}/voicemails``).
"""

import secrets
import uuid
from typing import Any

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, NotFound
from ringpost.model.extension import Extension, StoredSecret
from ringpost.model.requests import Listing
from ringpost.model.user import User, UserVoicemail
from ringpost.model.values import is_uuid
from ringpost.model.voicemail import Voicemail
from ringpost.services import kept, pages
from ringpost.services.tenants import domains
from ringpost.store import Delete, Put, Row, keys
from ringpost.store.keys import extension_layout, user_layout, voicemail_layout


def found(context: Context, home: str, reference: str) -> Voicemail:
    """A box, by number or uuid."""
    key = keys.voicemail_by_uuid(home, reference) if is_uuid(reference) else keys.voicemail(home, reference)
    box = context.store.get(key, Voicemail)
    if box is None:
        raise NotFound("voicemail not found")
    return box


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[Voicemail]:
    """The boxes of a domain, by number."""
    return domains.page(context, home, keys.voicemails(home), Voicemail, request)


def create(context: Context, domain: Domain, members: dict[str, Any], pin: str | None) -> tuple[Voicemail, str]:
    """A new box, with its PIN to be answered once: the given one, or a random one."""
    domains.stays(context, domain)
    box = kept.create(
        context,
        Voicemail.model_validate({"voicemail_uuid": str(uuid.uuid4()), **members, "domain_uuid": domain.domain_uuid}),
        voicemail_layout,
        taken=taken(),
    )
    pin = pin or f"{secrets.randbelow(10**8):08d}"
    keep_pin(context, box, pin)
    _tell(context, "voicemail.created", box)
    return box, pin


def update(
    context: Context, box: Voicemail, changes: dict[str, Any], pin: str | None, if_version: int | None
) -> Voicemail:
    """Change a box. A new number is told to the users that have it."""
    after = kept.update(context, box, changes, voicemail_layout, if_version=if_version, taken=taken())
    if after.number != box.number:
        _move_pin(context, box, after, pin)
        _tell_its_users(context, box, after)
    elif pin is not None:
        keep_pin(context, after, pin)
    _tell(context, "voicemail.updated", after)
    return after


def delete(context: Context, box: Voicemail, if_version: int | None) -> None:
    """Take a box away with its PIN; refused while it is a user's."""
    if box.users:
        raise CannotComply("the voicemail is a user's: set the user's voicemail to null first", parameter="voicemail")
    kept.delete(context, box, voicemail_layout, if_version=if_version)
    context.store.stage(Delete(keys.voicemail_pin(box.domain_uuid, box.number)))
    context.happened("voicemail.deleted", box.domain_uuid, {"voicemail_uuid": box.voicemail_uuid})


def move(context: Context, box: Voicemail, number: str) -> Voicemail:
    """Give a box another number, because its extension has another."""
    after = kept.update(context, box, {"number": number}, voicemail_layout, taken=taken())
    _move_pin(context, box, after, None)
    return after


def of_extension(context: Context, extension: Extension) -> Voicemail | None:
    """The box of an extension, if it has one: nobody's, or its user's."""
    if not extension.voicemail_enabled:
        return None
    box = context.store.get(keys.voicemail(extension.domain_uuid, extension.box), Voicemail, of_anybody=True)
    return box if box is not None and (not box.users or extension.user_uuid in box.users) else None


def of_user(box: Voicemail) -> UserVoicemail:
    """A box as its user's record has it."""
    return UserVoicemail(voicemail_uuid=box.voicemail_uuid, number=box.number)


def keep_pin(context: Context, box: Voicemail, pin: str) -> None:
    """Write a box's PIN, in a row of its own."""
    row = Row(keys.voicemail_pin(box.domain_uuid, box.number), StoredSecret(secret=pin).model_dump_json())
    context.store.stage(Put(row))


def taken() -> Conflict:
    """Some box has that number already."""
    return Conflict("a voicemail box has that number already", parameter="number")


def pointer(extension: str, box: str) -> str | None:
    """How an extension names its box: not at all, if it is the one of its own number."""
    return None if box == extension else box


def _move_pin(context: Context, box: Voicemail, after: Voicemail, pin: str | None) -> None:
    old = keys.voicemail_pin(box.domain_uuid, box.number)
    known = context.store.get(old, StoredSecret)
    context.store.stage(Delete(old))
    secret = pin or (known.secret if known else None)
    if secret is not None:
        keep_pin(context, after, secret)


def _tell_its_users(context: Context, box: Voicemail, after: Voicemail) -> None:
    """Those who have the box know it by its number, and so do their extensions."""
    home = box.domain_uuid
    for user_uuid in box.users:
        user = context.store.get(keys.user(home, user_uuid), User)
        if user is None:
            continue
        kept.update(context, user, {"voicemail": of_user(after)}, user_layout)
        for one in user.extensions:
            extension = context.store.get(keys.extension(home, one.extension_uuid), Extension)
            if extension is not None:
                changes = {"voicemail_number": pointer(extension.extension, after.number)}
                kept.update(context, extension, changes, extension_layout)


def _tell(context: Context, what: str, box: Voicemail) -> None:
    context.happened(what, box.domain_uuid, box.model_dump())
