"""API keys: making, changing, rotating them; never wider than their maker."""

import secrets
import uuid
from typing import Any, NamedTuple

from ringpost.auth.actor import Actor
from ringpost.auth.scopes import allows
from ringpost.auth.tokens import new_secret, same, sha256, token
from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.errors import CannotComply, Forbidden, InvalidRequest, NotFound, Unauthorized
from ringpost.model.key import ApiKey, KeyDetails, Limits, SecretHash
from ringpost.model.requests import Listing
from ringpost.nearest import nearest
from ringpost.services import kept, pages
from ringpost.services.people import users
from ringpost.services.tenants import domains, switches
from ringpost.store import Check, keys
from ringpost.store.keys import api_key_layout

_ABSENT = "key not found"
_LIMITS = ("scopes", "domains", "networks", "expires_at")
_MOST_WITHIN = 10


class Fresh(NamedTuple):
    """A key with its secret, to be answered once."""

    key: ApiKey
    secret: str

    def shown(self, context: Context) -> dict[str, Any]:
        """What is answered: the key, and this once what proves it."""
        return {
            **details(context, self.key).model_dump(),
            "secret": self.secret,
            "token": token(self.key.key_uuid, self.secret),
        }


def details(context: Context, key: ApiKey | KeyDetails) -> KeyDetails:
    """A key as the actor may see it. Its makers' limits name other domains: they are for operators."""
    shown = KeyDetails.of(key) if isinstance(key, ApiKey) else key
    return shown if context.actor.is_operator else shown.model_copy(update={"within": ()})


def found(context: Context, key_uuid: str) -> ApiKey:
    """A key by id. The actor's own, or one whose domains the actor all reaches."""
    key = context.store.get(keys.api_key(key_uuid), ApiKey)
    if key is None:
        raise NotFound(_ABSENT)
    return key


def listed(context: Context, home: str | None, request: Listing) -> pages.PageOf[KeyDetails]:
    """The keys the actor sees of one domain, or of any: all for an operator, else those bound to its own domains."""
    if home is None and context.actor.is_operator:
        return pages.page(context, keys.KEYS, KeyDetails, request)
    everything = (
        key
        for domain in ([home] if home is not None else context.actor.domains or ())
        for _, key in context.store.everything(keys.keys_of_domain(domain), KeyDetails)
    )
    seen = {key.key_uuid: details(context, key) for key in everything if context.store.is_mine(key)}
    return pages.arranged(context, list(seen.items()), request)


def create(context: Context, name: str, limits: Limits, *, enabled: bool = True, as_user: str | None = None) -> Fresh:
    """A new key. Its maker's limits are stored with it and hold for it too."""
    check_scopes(context, limits.scopes)
    if limits.domains is not None:
        limits = limits.model_copy(update={"domains": _reachable(context, limits.domains)})
    if limits.switch is not None:
        limits = limits.model_copy(update={"switch": _registered(context, limits.switch)})
    if as_user is not None:
        limits = limits.model_copy(update={"user": _user(context, limits, as_user)})
    return made(context, name, limits, enabled=enabled)


def made(context: Context, name: str, limits: Limits, *, enabled: bool = True) -> Fresh:
    """A new key with limits that name records by their uuids, also one that is written with it."""
    check_scopes(context, limits.scopes)
    actor = _manager(context)
    secret = new_secret()
    key = kept.create(
        context,
        ApiKey(
            key_uuid=str(uuid.uuid4()),
            key_name=name,
            limits=limits,
            within=_within((), actor),
            makers=(*actor.key.makers, actor.key_uuid),
            enabled=enabled,
            hashes=(SecretHash(sha256=sha256(secret)),),
            cursor_seed=secrets.token_hex(16),
        ),
        api_key_layout,
    )
    _tell(context, "key.created", key)
    return Fresh(key, secret)


def update(context: Context, key: ApiKey, changes: dict[str, Any], if_version: int | None) -> ApiKey:
    """Change a key: only one of its makers, an operator without limits, or, but for its limits, itself."""
    actor = _manager(context, key)
    changed = {name: changes.pop(name) for name in _LIMITS if name in changes}
    if changed and actor.key_uuid == key.key_uuid and not actor.is_unlimited:
        raise Forbidden("a key does not change its own limits: do it with the key it was made with")
    if changed:
        if "domains" in changed:
            changed["domains"] = _reachable(context, changed["domains"] or ())
        check_scopes(context, changed.get("scopes") or ())
        changes["limits"] = Limits.model_validate({**key.limits.model_dump(), **kept.cleared(Limits, changed)})
    changes["within"] = _within(key.within, actor, key)
    after = kept.update(context, key, changes, api_key_layout, if_version=if_version)
    _tell(context, "key.updated", after)
    return after


def rotate(context: Context, key: ApiKey, overlap_seconds: int) -> Fresh:
    """A new secret. The one before works on for the overlap; an even older one stops at once."""
    actor = _manager(context, key)
    secret = new_secret()
    until = stamp(seconds(context.now) + overlap_seconds)
    before = key.hashes[0]
    old = (before.model_copy(update={"expires_at": min(until, before.expires_at or until)}),) if overlap_seconds else ()
    changes = {"hashes": (SecretHash(sha256=sha256(secret)), *old), "within": _within(key.within, actor, key)}
    after = kept.update(context, key, changes, api_key_layout)
    _tell(context, "key.rotated", after)
    return Fresh(after, secret)


def delete(context: Context, key: ApiKey, if_version: int | None) -> None:
    """Take a key away; it stops within 30 seconds everywhere."""
    _manager(context, key)
    kept.delete(context, key, api_key_layout, if_version=if_version)
    context.happened("key.deleted", None, {"key_uuid": key.key_uuid})


def _manager(context: Context, key: ApiKey | None = None) -> Actor:
    """The actor as its key is now, and whether it may make keys, or change this one.

    A remembered key may have been revoked since; it must not undo that. And whoever could take over
    a key would have its rights, so only those who gave them may.
    """
    actor = _as_of_now(context, key)
    if key is None or actor.is_unlimited or actor.key_uuid == key.key_uuid or actor.key_uuid in key.makers:
        return actor
    raise Forbidden("only the key itself, its makers, or an operator without limits may change this key")


def _as_of_now(context: Context, key: ApiKey | None) -> Actor:
    if context.actor.token is not None:
        raise Forbidden("a token makes and changes no keys: use the key it was bought with")
    if not context.actor.proof:
        return context.actor
    current = context.store.get(keys.api_key(context.actor.key_uuid), ApiKey)
    if current is None:
        raise Unauthorized
    actor = Actor(current, context.actor.proof)
    live = [one for one in current.live_hashes(context.now) if same(one.sha256, actor.proof)]
    if not live or not actor.welcome(context.source_ip, seconds(context.now)):
        raise Unauthorized
    if live[0].expires_at is not None:
        raise Forbidden("a secret that was rotated out may not change keys: use the new one")
    if not actor.may(context.action):
        raise Forbidden(f"this key may not call {context.action}")
    if key is None or key.key_uuid != current.key_uuid:
        context.store.stage(Check(keys.api_key(current.key_uuid), if_version=current.version), Moved())
    return actor


def check_scopes(context: Context, scopes: tuple[str, ...]) -> None:
    """A scope that covers no action is a slip of the pen."""
    actions = [name.replace("-", ".") for name in context.catalogue.names()]
    for scope in scopes:
        if not any(allows([scope.removeprefix("!")], action) for action in actions):
            hint = nearest(scope, actions)
            raise InvalidRequest(f"the scope {scope} covers no action{hint}", parameter="scopes")


def _within(known: tuple[Limits, ...], actor: Actor, key: ApiKey | None = None) -> tuple[Limits, ...]:
    """The limits of everybody a key comes from, each once."""
    if actor.is_unlimited or (key is not None and key.key_uuid == actor.key_uuid):
        return known
    within = tuple(dict.fromkeys((*known, *actor.limits)))
    if len(within) > _MOST_WITHIN:
        raise CannotComply("this key comes from too long a line of keys: make it with one of their makers")
    return within


def _user(context: Context, limits: Limits, reference: str) -> str:
    """The uuid of the user a key acts for."""
    if limits.domains is None or len(limits.domains) != 1:
        raise InvalidRequest("a key that acts for a user has that user's domain, and no other", parameter="as_user")
    return users.named(context, limits.domains[0], reference).user_uuid


def _registered(context: Context, reference: str) -> str:
    """The uuid of a switch that keys can be bound to."""
    switch = switches.found(context, reference)
    if switch is switches.BUILT_IN:
        raise CannotComply("the sandbox is built in: it asks nothing and needs no key", parameter="switch")
    return switch.switch_uuid


def _reachable(context: Context, references: tuple[str, ...]) -> tuple[str, ...]:
    """The uuids of domains, given by uuid or name; those out of reach are not found."""
    if not references:
        raise InvalidRequest("domains must name at least one domain", parameter="domains")
    return tuple(sorted({domains.named(context, reference).domain_uuid for reference in references}))


def _tell(context: Context, what: str, key: ApiKey) -> None:
    domain = key.limits.domains[0] if key.limits.domains and len(key.limits.domains) == 1 else None
    context.happened(what, domain, KeyDetails.of(key).model_dump(exclude={"within"}))
