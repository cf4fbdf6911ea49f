"""A switch: where the telephony is done, and how it is."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ringpost.model.record import Entity, Record, is_false
from ringpost.model.values import Address, SecretReference, Text, Timestamp, Uuid

SwitchKind = Literal["sandbox", "freeswitch", "asterisk"]
Via = Literal["direct", "link"]

SwitchUser = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}(@[A-Za-z0-9.-]{1,253})?$")]


class SwitchRecord(Record):
    """A switch that domains may live on."""

    switch_uuid: Uuid
    switch_name: str
    kind: SwitchKind
    via: Via = Field(default="direct", description="how it is spoken to: from here, or through its link")
    address: str | None = Field(default=None, description="host and port of its Event Socket, or of its AMI")
    user: str | None = Field(
        default=None, description="whom to log in as: a name, or name@domain; null: with the password alone"
    )
    secret: str | None = Field(default=None, description="where its password is kept; never the password itself")
    enabled: bool = True
    description: Text = ""
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1
    closing: bool = Field(default=False, exclude_if=is_false, description="there only while it may get no new domains")


class SwitchSettings(Entity):
    """What a caller may set of a switch. Left out: as it is. Null: as it is for a new one."""

    via: Via | None = Field(
        default=None,
        description="how it is spoken to: direct, at its address; or through its link, without address and secret",
    )
    address: Address | None = Field(
        default=None,
        description="host and port of FreeSWITCH's Event Socket (8021), or of Asterisk's AMI (5038; tls:// in front:"
        " with TLS, 5039)",
    )
    user: SwitchUser | None = Field(
        default=None, description="whom to log in as: FreeSWITCH's name@domain (userauth), or the user in manager.conf"
    )
    secret: SecretReference | None = Field(
        default=None, description="where its password is kept: env:RINGPOST_SECRET_… or ssm:/ringpost/<stack>/…"
    )
    enabled: bool | None = None
    description: Text | None = None


class LinkState(Entity):
    """How the link of a switch is."""

    connected: bool
    version: str | None = Field(default=None, description="the release of Ringpost it runs")
    connected_since: Timestamp | None = None
    last_heard: Timestamp | None = Field(default=None, description="when it last said anything; null: never")
    round_trip_ms: float | None = Field(default=None, description="how long word to it and back takes")


class SwitchStatus(Entity):
    """How a switch is."""

    reachable: bool
    version: str | None = None
    uptime_seconds: int | None = None
    calls: int | None = Field(default=None, description="calls that are up, over all domains")
    registrations: int | None = Field(default=None, description="phones that are registered, over all domains")
    capabilities: tuple[str, ...] = Field(default=(), description="the actions it can do")
    last_error: str | None = Field(default=None, description="why it could not be asked")
    link: LinkState | None = Field(default=None, description="how its link is, if it is spoken to through one")
