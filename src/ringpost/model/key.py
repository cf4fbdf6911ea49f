"""An API key: what it may reach, how it is stored, and how it is answered."""

from typing import Any

from pydantic import Field, model_validator

from ringpost.model.record import Entity, Record, is_none
from ringpost.model.values import Name, Network, Reference, Scope, Timestamp, Uuid


class Limits(Entity):
    """What a key may do: which actions, in which domains, from where, until when.

    ``domains`` and ``switch`` are uuids once they are stored; null reaches every domain: an operator's key.
    """

    scopes: tuple[Scope, ...]
    domains: tuple[Reference, ...] | None = None
    switch: Reference | None = None
    networks: tuple[Network, ...] = ()
    expires_at: Timestamp | None = None
    user: Uuid | None = Field(default=None, exclude_if=is_none, description="the user it acts for")


class SecretHash(Entity):
    """One live secret of a key. ``expires_at`` is set on the older one while a rotation overlaps."""

    sha256: str
    expires_at: Timestamp | None = None


class ApiKey(Record):
    """A key as it is stored. ``within`` are its makers' limits: they must match too."""

    key_uuid: Uuid
    key_name: Name
    limits: Limits
    within: tuple[Limits, ...] = ()
    makers: tuple[Uuid, ...] = ()
    enabled: bool = True
    last_used: Timestamp | None = None
    hashes: tuple[SecretHash, ...] = Field(repr=False)
    cursor_seed: str = Field(repr=False, description="seals this key's cursors; survives a rotation")
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    def live_hashes(self, now: str) -> list[SecretHash]:
        """The secrets that work now."""
        return [live for live in self.hashes if live.expires_at is None or live.expires_at > now]


class KeyDetails(Record):
    """A key as it is answered: everything but what proves it."""

    key_uuid: Uuid
    key_name: str
    scopes: tuple[str, ...]
    domains: tuple[Uuid, ...] | None = Field(description="null: every domain")
    switch: Uuid | None = Field(default=None, description="only the domains that live on this switch")
    networks: tuple[str, ...]
    expires_at: Timestamp | None
    user: Uuid | None = Field(default=None, description="the user it acts for: that user's permissions hold")
    enabled: bool
    last_used: Timestamp | None
    within: tuple[Limits, ...] = Field(description="the makers' limits, which must match too")
    secrets_live: int = Field(description="2 while a rotation overlaps")
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    @model_validator(mode="before")
    @classmethod
    def _of_a_stored_key(cls, members: dict[str, Any]) -> dict[str, Any]:
        if "limits" not in members:
            return members
        return {**members, **members["limits"], "secrets_live": len(members["hashes"])}

    @classmethod
    def of(cls, key: ApiKey) -> "KeyDetails":
        """The answerable part of a stored key."""
        return cls.model_validate(key.model_dump())
