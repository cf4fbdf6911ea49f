"""Who may ask: API keys, tokens, the answers that are kept for those who ask twice, and those who have no key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.store import Key
from ringpost.store.keys.layout import LayoutOf, Partition, in_domain, over_all

if TYPE_CHECKING:
    from ringpost.model.key import ApiKey

KEYS = over_all("keys")
"""The list of all, by uuid."""
api_key = Partition("key#{uuid}").row("key")
keys_of_domain = in_domain("keys")
"""The list of the keys that reach a domain by name."""

api_key_layout: LayoutOf[ApiKey] = LayoutOf(
    truth=lambda it: api_key(it.key_uuid),
    copies=lambda it: (
        Key(KEYS, it.key_uuid),
        *(keys_of_domain.at(domain, it.key_uuid) for domain in it.limits.domains or ()),
    ),
)

token = Partition("token#{uuid}").row("token")
"""A token by uuid: the hash of its secret, and its limits."""
_replay = Partition("replay#{whose}").row("replay")


def replay(holder_uuid: str, action: str, digest: str) -> Key:
    """The first answer to an idempotency key (its SHA-256) of a key or a token."""
    return _replay(f"{holder_uuid}#{action}#{digest}")


NOBODYS = Key(over_all("health"), "health")
"""No row is here: for whoever has no key it is looked for, to learn whether the store answers."""
