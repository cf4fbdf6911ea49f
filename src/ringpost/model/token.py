"""A short-lived token, as it is stored and as it is answered."""

from pydantic import Field

from ringpost.model.key import Limits
from ringpost.model.record import Entity
from ringpost.model.values import Timestamp, Uuid


class StoredToken(Entity):
    """A token as it is stored: bought with a key, narrower than it, and gone with it."""

    token_uuid: Uuid
    key_uuid: Uuid
    sha256: str = Field(repr=False)
    bought_with: str = Field(repr=False, description="hash of the key's secret: the token goes when that does")
    limits: Limits
    issued_at: Timestamp


class TokenDetails(Entity):
    """A token as it is answered."""

    token_uuid: Uuid
    key_uuid: Uuid
    user_uuid: Uuid | None = Field(description="the user it acts for")
    scopes: tuple[str, ...] = Field(description="what it may call, as far as its key may")
    domains: tuple[Uuid, ...] | None = Field(description="null: as far as its key reaches")
    issued_at: Timestamp
    expires_at: Timestamp

    @classmethod
    def of(cls, token: StoredToken) -> "TokenDetails":
        """The answerable part of a stored token."""
        limits = token.limits
        return cls.model_validate(
            {
                **token.model_dump(exclude={"limits", "sha256", "bought_with"}),
                **limits.model_dump(include={"scopes", "domains", "expires_at"}),
                "user_uuid": limits.user,
            }
        )
