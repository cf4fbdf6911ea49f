"""A whole tenant in one request: what it shall have, and what has become of each part."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from ringpost.model.destination import DestinationSettings
from ringpost.model.extension import ExtensionSettings, Password
from ringpost.model.record import Entity
from ringpost.model.ring_group import Members, RingGroupSettings, Strategy
from ringpost.model.shapes import BoxNumber, Pin
from ringpost.model.user import UserSettings
from ringpost.model.values import (
    ExtensionNumber,
    Moment,
    Name,
    Network,
    Number,
    OptionalNumber,
    Scope,
    Secret,
    ShortText,
    Uuid,
)

_PART = ConfigDict(
    extra="forbid", frozen=True, coerce_numbers_to_str=True, allow_inf_nan=False, hide_input_in_errors=True
)


class NewExtension(ExtensionSettings):
    """An extension a tenant shall have, with its voicemail box, as ``extension-create`` makes it."""

    model_config = _PART

    extension: ExtensionNumber
    caller_id_name: ShortText = Field(default="", description="effective and outbound caller id name")
    caller_id_number: OptionalNumber = Field(default="", description="effective and outbound caller id number")
    password: Password | None = Field(default=None, description="the SIP password; left out: a random one")


class NewUser(UserSettings):
    """A user a tenant shall have, as ``user-provision`` makes it."""

    model_config = _PART

    firstname: Name
    extension: ExtensionNumber | None = Field(default=None, description="left out: it has no telephone")
    password: Password | None = Field(default=None, description="the SIP password; left out: a random one")
    voicemail: bool | None = Field(default=None, description="whether it takes messages; left out: with an extension")
    voicemail_number: BoxNumber | None = Field(default=None, description="the box; left out: the extension's number")
    voicemail_password: Pin | None = Field(default=None, description="the PIN; left out: eight random digits")

    @model_validator(mode="after")
    def _can_be_made_and_known_again(self) -> Self:
        if not (self.username or self.email or self.extension):
            raise ValueError("needs a username, an email or an extension: by it the user is known again")
        if self.extension is None and (self.password or self.voicemail or self.voicemail_number):
            raise ValueError("needs an extension for a password or a voicemail")
        if not self.has_voicemail and (self.voicemail_number or self.voicemail_password):
            raise ValueError("needs voicemail true for a voicemail_number or a voicemail_password")
        if self.has_voicemail and not (self.box or "").isdecimal():
            raise ValueError("needs a voicemail_number, for a box has digits only, or voicemail false")
        return self

    @property
    def has_voicemail(self) -> bool:
        """Whether it has a box."""
        return self.extension is not None if self.voicemail is None else self.voicemail

    @property
    def box(self) -> str | None:
        """The number of its box, if it has one."""
        return (self.voicemail_number or self.extension) if self.has_voicemail else None


class NewRingGroup(RingGroupSettings):
    """A ring group a tenant shall have, as ``ringgroup-create`` makes it."""

    model_config = _PART

    name: Name
    extension: ExtensionNumber
    destinations: Members
    strategy: Strategy


class NewDestination(DestinationSettings):
    """A number of the outside world a tenant shall have, as ``destination-create`` makes it."""

    model_config = _PART

    number: Number
    extension: ExtensionNumber = Field(description="the number in the domain that its calls go to")


class NewKey(Entity):
    """A key of the tenant's own: it reaches this domain, and is never wider than the key it is made with."""

    model_config = _PART

    name: Name
    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=100, description="what it may call: extension.*, cdr.#")
    networks: tuple[Network, ...] = Field(default=(), max_length=50, description="where it may be used from")
    expires_at: Moment | None = None


State = Annotated[
    Literal["created", "there", "missing"],
    Field(description="made by this request; there before it; or not made: it was a dry run, or there was no time"),
]


class ExtensionPart(Entity):
    """What has become of an extension."""

    state: State
    extension: str
    extension_uuid: Uuid | None


class UserPart(Entity):
    """What has become of a user."""

    state: State
    user_uuid: Uuid | None
    username: str | None
    extension: str | None


class RingGroupPart(Entity):
    """What has become of a ring group."""

    state: State
    extension: str
    ring_group_uuid: Uuid | None


class DestinationPart(Entity):
    """What has become of a destination."""

    state: State
    number: str
    destination_uuid: Uuid | None


class KeyPart(Entity):
    """What has become of the key."""

    state: State
    name: str
    key_uuid: Uuid | None


class PhoneSecrets(Entity):
    """What a phone registers with, and what its user hears messages with (null: the box was there)."""

    password: Secret = Field(repr=False)
    voicemail_password: Secret | None = Field(repr=False)


class TenantSecrets(Entity):
    """The secrets of what was made just now."""

    extensions: dict[str, PhoneSecrets] = Field(description="by the extension's number")
    key_secret: Secret | None = Field(repr=False, description="of the key, if it was made")
    key_token: Secret | None = Field(repr=False)
