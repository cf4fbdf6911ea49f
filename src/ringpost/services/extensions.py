"""Extensions: their number, their voicemail box, their secrets."""

import secrets
import string
import uuid
from typing import Any

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import InvalidRequest, NotFound
from ringpost.model.extension import Extension, StoredSecret, Voicemail
from ringpost.model.requests import Listing, OneExtension
from ringpost.model.values import is_uuid
from ringpost.services import domains, lines, numbers, pages, records
from ringpost.store import Delete, Key, Put, Row, keys
from ringpost.store.keys import extension_layout
from ringpost.switch import Switch

_ABSENT = "extension not found"
_PASSWORD_ALPHABET = string.ascii_letters + string.digits


def found(context: Context, reference: OneExtension) -> Extension:
    """The extension a request means: one read."""
    home = domains.uuid_of(context, reference)
    named = reference.extension_uuid or reference.extension
    if named is None:
        raise InvalidRequest("extension_uuid or extension is required", parameter="extension")
    if is_uuid(named):
        extension = context.store.get(keys.extension(home, named), Extension)
    else:
        extension = numbers.extension(context, home, named)
    if extension is None or reference.extension not in (None, named, extension.extension):
        raise NotFound(_ABSENT)
    return extension


def everything(context: Context, home: str) -> list[Extension]:
    """All extensions of a domain, by number."""
    found = [extension for _, extension in context.store.listed(keys.extensions(home), Extension, limit=pages.WHOLE)]
    if not found:
        domains.named(context, home)
    return found


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[Extension]:
    """The extensions of a domain, by number."""
    return domains.page(context, home, keys.extensions(home), Extension, request)


def create(
    context: Context, domain: Domain, members: dict[str, Any], password: str | None
) -> tuple[Extension, str, str]:
    """A new extension with its voicemail box; with the SIP password and the PIN, to be answered once."""
    home = domain.domain_uuid
    domains.stays(context, domain)
    numbers.check_free_for_help(domain, members["extension"])
    extension = records.create(
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
        taken=numbers.taken(),
    )
    password = password or new_password()
    pin = f"{secrets.randbelow(10**8):08d}"
    _keep(context, keys.sip_password(home, extension.extension_uuid), password)
    _keep(context, keys.voicemail_pin(home, extension.extension), pin)
    box = Voicemail(
        voicemail_uuid=str(uuid.uuid4()), domain_uuid=home, voicemail_id=extension.extension, insert_date=context.now
    )
    _keep_box(context, box)
    context.happened("extension.created", home, extension.model_dump())
    return extension, password, pin


def update(context: Context, extension: Extension, changes: dict[str, Any], if_version: int | None) -> Extension:
    """Change an extension. A new number takes the voicemail box along."""
    if changes.get("extension") not in (None, extension.extension):
        numbers.check_free_for_help(domains.named(context, extension.domain_uuid), changes["extension"])
    after = records.update(context, extension, changes, extension_layout, if_version=if_version, taken=numbers.taken())
    if after.extension != extension.extension:
        _move_box(context, after.domain_uuid, extension.extension, after.extension)
    if not after.enabled or after.extension != extension.extension:
        _drop_phones(context, extension)
    context.happened("extension.updated", after.domain_uuid, after.model_dump())
    return after


def delete(context: Context, extension: Extension, if_version: int | None) -> None:
    """Take an extension away, with its box and its secrets."""
    home = extension.domain_uuid
    records.delete(context, extension, extension_layout, if_version=if_version)
    for key in (
        keys.sip_password(home, extension.extension_uuid),
        keys.voicemail(home, extension.extension),
        keys.voicemail_pin(home, extension.extension),
    ):
        context.store.stage(Delete(key))
    _drop_phones(context, extension)
    context.happened("extension.deleted", home, {"extension_uuid": extension.extension_uuid})


def reset_password(context: Context, extension: Extension, password: str | None) -> tuple[Extension, str]:
    """A new SIP password: the given one, or a random one."""
    password = password or new_password()
    after = records.update(context, extension, {}, extension_layout)
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

    lines.afterwards(context, extension.domain_uuid, drop)


def _move_box(context: Context, home: str, old: str, new: str) -> None:
    box = context.store.get(keys.voicemail(home, old), Voicemail)
    pin = context.store.get(keys.voicemail_pin(home, old), StoredSecret)
    for key in (keys.voicemail(home, old), keys.voicemail_pin(home, old)):
        context.store.stage(Delete(key))
    if box is not None:
        _keep_box(context, box.model_copy(update={"voicemail_id": new, "version": box.version + 1}))
    if pin is not None:
        _keep(context, keys.voicemail_pin(home, new), pin.secret)


def _keep(context: Context, key: Key, secret: str) -> None:
    context.store.stage(Put(Row(key, StoredSecret(secret=secret).model_dump_json())))


def _keep_box(context: Context, box: Voicemail) -> None:
    """The box is under the extension's number, and whoever has that has the box."""
    context.store.stage(Put(Row(keys.voicemail(box.domain_uuid, box.voicemail_id), box.model_dump_json(), box.version)))
