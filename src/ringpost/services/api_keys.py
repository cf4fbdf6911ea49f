"""API keys: making, changing, rotating them; never wider than their maker."""

import secrets
import uuid
from typing import Any, NamedTuple

from ringpost.auth.scopes import allows
from ringpost.auth.tokens import new_secret, sha256, token
from ringpost.clock import seconds, stamp
from ringpost.context import Context
from ringpost.model.errors import CannotComply, Forbidden, InvalidRequest, NotFound
from ringpost.model.key import ApiKey, KeyDetails, Limits, SecretHash
from ringpost.model.requests import Listing
from ringpost.nearest import nearest
from ringpost.services import domains, pages, records
from ringpost.store import keys
from ringpost.store.keys import api_key_layout

_ABSENT = "key not found"
_LIMITS = ("scopes", "domains", "networks", "expires_at")
_MOST_WITHIN = 10


class Fresh(NamedTuple):
    """A key with its secret, to be answered once."""

    key: ApiKey
    secret: str

    @property
    def shown(self) -> dict[str, Any]:
        """What is answered: the key, and this once what proves it."""
        return {
            **KeyDetails.of(self.key).model_dump(),
            "secret": self.secret,
            "token": token(self.key.key_uuid, self.secret),
        }


def found(context: Context, key_uuid: str) -> ApiKey:
    """A key by id. The actor's own, or one whose domains the actor all reaches."""
    key = context.store.get(keys.api_key(key_uuid), ApiKey)
    if key is None:
        raise NotFound(_ABSENT)
    return key


def listed(context: Context, request: Listing) -> pages.PageOf[KeyDetails]:
    """The keys the actor sees: all for an operator, else those bound to its own domains."""
    if context.actor.domains is None:
        return pages.page(context, keys.KEYS, KeyDetails, request)
    everything = (
        key
        for domain in context.actor.domains
        for _, key in context.store.listed(keys.keys_of_domain(domain), KeyDetails, limit=pages.WHOLE)
    )
    seen = {key.key_uuid: key for key in everything if context.store.is_mine(key)}
    return pages.arranged(context, [seen[key_uuid] for key_uuid in sorted(seen)], request)


def create(context: Context, name: str, limits: Limits, *, enabled: bool = True) -> Fresh:
    """A new key. Its maker's limits are stored with it and hold for it too."""
    _check_scopes(context, limits.scopes)
    if limits.domains is not None:
        limits = limits.model_copy(update={"domains": _reachable(context, limits.domains)})
    secret = new_secret()
    key = records.create(
        context,
        ApiKey(
            key_uuid=str(uuid.uuid4()),
            key_name=name,
            limits=limits,
            within=_within((), context),
            makers=(*context.actor.key.makers, context.actor.key_uuid),
            enabled=enabled,
            hashes=(SecretHash(sha256=sha256(secret)),),
            cursor_seed=secrets.token_hex(16),
        ),
        api_key_layout,
    )
    _tell(context, "key.created", key)
    return Fresh(key, secret)


def update(context: Context, key: ApiKey, changes: dict[str, Any], if_version: int | None) -> ApiKey:
    """Change a key: only its maker, the makers before, an unlimited operator, or the key itself."""
    _managed(context, key)
    changed = {name: changes.pop(name) for name in _LIMITS if name in changes}
    if changed:
        if "domains" in changed:
            changed["domains"] = _reachable(context, changed["domains"] or ())
        _check_scopes(context, changed.get("scopes") or ())
        changes["limits"] = Limits.model_validate({**key.limits.model_dump(), **records.cleared(Limits, changed)})
        changes["within"] = _within(key.within, context)
    after = records.update(context, key, changes, api_key_layout, if_version=if_version)
    _tell(context, "key.updated", after)
    return after


def rotate(context: Context, key: ApiKey, overlap_seconds: int) -> Fresh:
    """A new secret. The one before works on for the overlap; an even older one stops at once."""
    _managed(context, key)
    secret = new_secret()
    until = stamp(seconds(context.now) + overlap_seconds)
    before = key.hashes[0]
    old = (before.model_copy(update={"expires_at": min(until, before.expires_at or until)}),) if overlap_seconds else ()
    after = records.update(context, key, {"hashes": (SecretHash(sha256=sha256(secret)), *old)}, api_key_layout)
    _tell(context, "key.rotated", after)
    return Fresh(after, secret)


def delete(context: Context, key: ApiKey, if_version: int | None) -> None:
    """Take a key away; it stops within 30 seconds everywhere."""
    _managed(context, key)
    records.delete(context, key, api_key_layout, if_version=if_version)
    context.happened("key.deleted", None, {"key_uuid": key.key_uuid})


def _managed(context: Context, key: ApiKey) -> None:
    """Whoever could take over a key would have its rights: so only those who gave them may."""
    actor = context.actor
    if not (actor.is_unlimited or actor.key_uuid == key.key_uuid or actor.key_uuid in key.makers):
        raise Forbidden("only the key itself, its makers, or an operator without limits may change this key")


def _check_scopes(context: Context, scopes: tuple[str, ...]) -> None:
    """A scope that covers no action is a slip of the pen."""
    actions = [name.replace("-", ".") for name in context.catalogue.names()]
    for scope in scopes:
        if not any(allows([scope.removeprefix("!")], action) for action in actions):
            hint = nearest(scope, actions)
            raise InvalidRequest(f"the scope {scope} covers no action{hint}", parameter="scopes")


def _within(known: tuple[Limits, ...], context: Context) -> tuple[Limits, ...]:
    """The limits of everybody a key comes from, each once; nothing for an operator without limits."""
    if context.actor.is_unlimited and not any(limit.networks or limit.expires_at for limit in context.actor.limits):
        return known
    within = tuple(dict.fromkeys((*known, *context.actor.limits)))
    if len(within) > _MOST_WITHIN:
        raise CannotComply("this key comes from too long a line of keys: make it with one of their makers")
    return within


def _reachable(context: Context, references: tuple[str, ...]) -> tuple[str, ...]:
    """The uuids of domains, given by uuid or name; those out of reach are not found."""
    if not references:
        raise InvalidRequest("domains must name at least one domain", parameter="domains")
    return tuple(sorted({domains.named(context, reference).domain_uuid for reference in references}))


def _tell(context: Context, what: str, key: ApiKey) -> None:
    domain = key.limits.domains[0] if key.limits.domains and len(key.limits.domains) == 1 else None
    context.happened(what, domain, KeyDetails.of(key).model_dump())
