"""What both frameworks are given to do our work with: our own record, a request, and keys.

Imported by a process whose start is measured, so it brings nothing but pydantic and the model.
"""

import time
from collections.abc import Callable
from fnmatch import fnmatchcase
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from pydantic import BaseModel, ConfigDict

from ringpost.model.domain import Domain
from ringpost.model.values import Uuid

Read = Callable[[str, str], str | None]
"""The body of the row under a partition and a sort key."""

ACTION = "domain-details"

_REMEMBERED_SECONDS = 30


class DomainDetails(BaseModel):
    """The request."""

    model_config = ConfigDict(extra="forbid")

    domain_uuid: Uuid


class Limits(BaseModel):
    scopes: tuple[str, ...]
    domains: tuple[str, ...]


class Secret(BaseModel):
    sha256: str


class PeerKey(BaseModel):
    """A key, as much as is needed of it."""

    key_uuid: str
    limits: Limits
    hashes: tuple[Secret, ...]

    def may(self, action: str) -> bool:
        name = action.replace("-", ".")
        return any(fnmatchcase(name, scope) for scope in self.limits.scopes)


class Keys:
    """Finds keys and proves them; remembers a key for as long as we do."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._remembered: dict[str, tuple[float, PeerKey]] = {}

    def proved(self, key_uuid: str, secret: str) -> PeerKey | None:
        key = self._found(key_uuid)
        digest = sha256(secret.encode()).hexdigest()
        if key is None or not any(compare_digest(digest, one.sha256) for one in key.hashes):
            return None
        return key

    def _found(self, key_uuid: str) -> PeerKey | None:
        until, key = self._remembered.get(key_uuid, (0.0, None))
        if until > time.time():
            return key
        body = self._read(f"key#{key_uuid}", "key")
        key = PeerKey.model_validate_json(body) if body else None
        if key is not None:
            self._remembered[key_uuid] = (time.time() + _REMEMBERED_SECONDS, key)
        return key


def domain(read: Read, key: PeerKey, domain_uuid: str) -> Domain | None:
    """One domain, if the key reaches it."""
    if domain_uuid not in key.limits.domains:
        return None
    body = read(f"domain#{domain_uuid}", "domain")
    return Domain.model_validate_json(body) if body else None


def from_table(table: Any) -> Read:
    """Rows of a boto3 ``Table``."""

    def read(partition: str, sort: str) -> str | None:
        found = table.get_item(Key={"pk": partition, "sk": sort}, ConsistentRead=True)
        return found["Item"]["body"] if "Item" in found else None

    return read
