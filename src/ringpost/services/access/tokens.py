"""Tokens: XiVO's flow (xivo-auth 0.1). A key buys a short-lived one that may do less; it is gone with its key."""

import uuid
from typing import NamedTuple

from ringpost.auth.actor import Actor
from ringpost.auth.scopes import allows
from ringpost.auth.tokens import new_secret, read, sha256, short_lived
from ringpost.clock import seconds, stamp
from ringpost.context import Context
from ringpost.model.errors import CannotComply, Forbidden, InvalidRequest, NotFound
from ringpost.model.key import Limits
from ringpost.model.requests import InDomain
from ringpost.model.token import StoredToken
from ringpost.services.access import api_keys
from ringpost.services.people import users
from ringpost.services.tenants import domains
from ringpost.store import Delete, Put, Row, keys

_ABSENT = "token not found"


class Bought(NamedTuple):
    """A token, and its text to be answered once."""

    token: StoredToken
    text: str


def create(
    context: Context, place: InDomain, expiration: int, scopes: tuple[str, ...] | None, as_user: str | None
) -> Bought:
    """A new token of the key at work, for so many seconds: of narrower scope, in one domain, for a user, if asked."""
    key = context.actor.key
    if context.actor.token is not None or not context.actor.proof:
        raise Forbidden("a token buys no token: use its key")
    _check_scopes(context, scopes or ())
    narrowed = place.domain_uuid or place.domain_name or as_user
    home = domains.found(context, place).domain_uuid if narrowed else None
    user = users.named(context, home, as_user).user_uuid if home and as_user else None
    secret = new_secret()
    expires = seconds(context.now) + expiration
    token = StoredToken(
        token_uuid=str(uuid.uuid4()),
        key_uuid=key.key_uuid,
        sha256=sha256(secret),
        bought_with=context.actor.proof,
        limits=Limits(
            scopes=scopes or key.limits.scopes,
            domains=(home,) if home else None,
            expires_at=stamp(expires),
            user=user or next(iter(context.actor.users), None),
        ),
        issued_at=context.now,
    )
    row = Row(keys.token(token.token_uuid), token.model_dump_json(), expires=int(expires) + 1)
    context.store.stage(Put(row, if_absent=True), CannotComply("that token exists"))
    told = {"token_uuid": token.token_uuid, "key_uuid": key.key_uuid, "expires_at": token.limits.expires_at}
    context.happened("token.created", home, told)
    return Bought(token, short_lived(token.token_uuid, secret))


def found(context: Context, text: str | None) -> StoredToken:
    """The token of that text, or the one the request came with, if it is good still."""
    return _holder(context, text)[0]


def checked(context: Context, text: str | None, scope: str | None) -> StoredToken:
    """A token that is good; ``Forbidden`` unless it may do what the scope says."""
    token, actor = _holder(context, text)
    if scope is not None and not all(allows(limit.scopes, scope.replace("-", ".")) for limit in actor.limits):
        raise Forbidden(f"the token does not cover {scope}")
    return token


def delete(context: Context, token: StoredToken) -> None:
    """Take a token away; it stops within 30 seconds everywhere."""
    context.store.stage(Delete(keys.token(token.token_uuid)))
    home = token.limits.domains[0] if token.limits.domains else None
    context.happened("token.deleted", home, {"token_uuid": token.token_uuid, "key_uuid": token.key_uuid})


def _holder(context: Context, text: str | None) -> tuple[StoredToken, Actor]:
    if text is None:
        if context.actor.token is None:
            raise InvalidRequest("token is required: this request came with a key", parameter="token")
        return context.actor.token, context.actor
    credentials = read(text)
    actor = None
    if credentials.is_token:
        actor = context.store.holder(credentials.uuid, sha256(credentials.secret), context.now)
    if actor is None or actor.token is None or not actor.is_live(seconds(context.now)):
        raise NotFound(_ABSENT)
    return actor.token, actor


def _check_scopes(context: Context, scopes: tuple[str, ...]) -> None:
    """A token covers nothing its key does not; a scope of which nothing would be left is refused."""
    api_keys.check_scopes(context, scopes)
    names = context.catalogue.names_for(context.actor)
    for scope in scopes:
        if not scope.startswith("!") and not any(allows([scope], name.replace("-", ".")) for name in names):
            raise Forbidden(f"this key may call nothing that the scope {scope} covers")
