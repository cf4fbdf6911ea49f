"""What a phone needs to register as an extension."""

from typing import Any

from ringpost.context import Context
from ringpost.model.errors import Forbidden, NotFound
from ringpost.model.extension import Extension, StoredSecret
from ringpost.model.requests import ForUser, OneExtension
from ringpost.services.people import extensions, permissions, users
from ringpost.services.tenants import domains
from ringpost.store import keys


def of(context: Context, request: OneExtension, asked_for: ForUser, user: str | None) -> dict[str, Any]:
    """The account of an extension, or of a user's main one. Whoever acts for a user gets that user's only."""
    domain = domains.found(context, request)
    extension = _meant(context, domain.domain_uuid, request, user)
    acting = permissions.acting_user(context, domain.domain_uuid, asked_for.as_user)
    if acting is not None and not acting.has(extension.extension_uuid):
        raise Forbidden("this is not the user's own extension")
    password = context.store.get(keys.sip_password(domain.domain_uuid, extension.extension_uuid), StoredSecret)
    if password is None:
        raise NotFound("extension not found")
    return {
        **extension.model_dump(include={"extension_uuid", "extension", "user_uuid"}),
        "username": extension.extension,
        "password": password.secret,
        "domain": domain.domain_name,
        "uri": f"sip:{extension.extension}@{domain.domain_name}",
        "display_name": extension.effective_caller_id_name or extension.extension,
    }


def _meant(context: Context, home: str, request: OneExtension, user: str | None) -> Extension:
    if user is None and (request.extension or request.extension_uuid or not context.actor.users):
        return extensions.found(context, request)
    user = user or min(context.actor.users)
    owner = users.named(context, home, user)
    if not (request.extension or request.extension_uuid):
        return users.main_extension(context, owner)
    extension = extensions.found(context, request)
    if not owner.has(extension.extension_uuid):
        raise NotFound("the user has no such extension")
    return extension
