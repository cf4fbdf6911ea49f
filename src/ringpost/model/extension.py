"""An extension: a number in a domain that phones register as, and its voicemail box."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from ringpost.model.record import Entity, Record
from ringpost.model.refused import refused
from ringpost.model.values import ExtensionNumber, Number, OptionalNumber, ShortText, Text, Timestamp, Uuid

Password = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=r"^[!-~]+$")]
"""A SIP password a caller brings along: 8 to 128 printable ASCII characters, no spaces."""


ForwardKind = Literal["unconditional", "busy", "noanswer", "unregistered"]
_FORWARD_COLUMNS: dict[ForwardKind, str] = {
    "unconditional": "all",
    "busy": "busy",
    "noanswer": "no_answer",
    "unregistered": "user_not_registered",
}


NEEDS_DESTINATION = "needs a destination to be enabled"


class Forward(Entity):
    """One forward. A destination may wait there while it is not enabled; one that is left out is that."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    enabled: bool
    destination: Number | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.enabled and self.destination is None and "destination" in self.model_fields_set:
            raise ValueError(NEEDS_DESTINATION)
        return self


class Forwards(Entity):
    """Where an extension's calls go: always, when it is busy, when nobody answers, when no phone is registered."""

    unconditional: Forward
    busy: Forward
    noanswer: Forward
    unregistered: Forward


class NewForwards(Entity):
    """The forwards of an extension as a caller sends them: those left out stay, null is none."""

    unconditional: Forward | None = Field(default=None, description="always: {enabled, destination}")
    busy: Forward | None = Field(default=None, description="when it is busy, declines, or is not to be disturbed")
    noanswer: Forward | None = Field(default=None, description="when nobody answers")
    unregistered: Forward | None = Field(default=None, description="when none of its phones is registered")

    def forwards(self) -> dict[ForwardKind, Forward | None]:
        """Those that were sent."""
        return {kind: getattr(self, kind) for kind in _FORWARD_COLUMNS if kind in self.model_fields_set}


_MOST_PHONES = 10
"""Phones of an extension that says nothing of it."""
_IN_A_DIRECTORY = (
    "extension_uuid",
    "extension",
    "effective_caller_id_name",
    "effective_caller_id_number",
    "directory_first_name",
    "directory_last_name",
    "directory_visible",
    "directory_exten_visible",
    "user_context",
    "do_not_disturb",
    "enabled",
    "domain_uuid",
    "user_uuid",
)


class Extension(Record):
    """FusionPBX's members in its order, then ours. The password is not among them."""

    extension_uuid: Uuid
    extension: ExtensionNumber
    number_alias: str | None = None
    effective_caller_id_name: ShortText = ""
    effective_caller_id_number: OptionalNumber = ""
    outbound_caller_id_name: ShortText = ""
    outbound_caller_id_number: OptionalNumber = ""
    emergency_caller_id_name: ShortText = ""
    emergency_caller_id_number: OptionalNumber = ""
    directory_first_name: ShortText = ""
    directory_last_name: ShortText = ""
    directory_visible: bool = True
    directory_exten_visible: bool = True
    limit_max: int = 5
    limit_destination: str = "!USER_BUSY"
    missed_call_app: str | None = None
    missed_call_data: str | None = None
    user_context: str
    toll_allow: str | None = None
    call_timeout: int = 30
    call_group: str | None = None
    call_screen_enabled: bool = False
    user_record: str | None = None
    hold_music: str | None = None
    auth_acl: str | None = None
    cidr: str | None = None
    sip_force_contact: str | None = None
    nibble_account: str | None = None
    sip_force_expires: int | None = None
    mwi_account: str | None = None
    sip_bypass_media: str | None = None
    unique_id: str | None = None
    dial_string: str | None = None
    dial_user: str | None = None
    dial_domain: str | None = None
    do_not_disturb: bool | None = None
    forward_all_destination: str | None = None
    forward_all_enabled: bool | None = None
    forward_busy_destination: str | None = None
    forward_busy_enabled: bool | None = None
    forward_no_answer_destination: str | None = None
    forward_no_answer_enabled: bool | None = None
    forward_user_not_registered_destination: str | None = None
    forward_user_not_registered_enabled: bool | None = None
    follow_me_uuid: Uuid | None = None
    enabled: bool = True
    description: Text = ""
    forward_caller_id_uuid: Uuid | None = None
    absolute_codec_string: str | None = None
    force_ping: bool | None = None
    follow_me_enabled: bool | None = None
    follow_me_destinations: str | None = None
    max_registrations: int | None = None
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    domain_uuid: Uuid
    accountcode: str = ""
    user_uuid: Uuid | None = Field(default=None, description="whose extension it is")
    voicemail_enabled: bool = Field(default=True, description="whether it takes messages, if there is a box")
    voicemail_number: str | None = Field(default=None, description="the box; null: the one of its own number")
    outbound_anonymous: bool = Field(default=False, description="shows the world outside no number")
    version: int = 1

    @property
    def owners(self) -> tuple[str, ...]:
        """The user whose it is, if it is one's."""
        return (self.user_uuid,) if self.user_uuid else ()

    def as_listed(self) -> "Extension":
        """What colleagues see of it: who is called there. All else is as it would be if nobody had set it."""
        return Extension.model_validate({name: getattr(self, name) for name in _IN_A_DIRECTORY})

    @property
    def box(self) -> str:
        """The number of the voicemail box its callers reach."""
        return self.voicemail_number or self.extension

    @property
    def has_its_own_box(self) -> bool:
        """Whether its box is the one of its own number, if there is one."""
        return self.box == self.extension

    def records(self, direction: str) -> bool:
        """Whether its calls of that direction are recorded."""
        return bool(direction) and self.user_record in ("all", direction)

    @property
    def phones(self) -> int:
        """How many phones register as it."""
        return self.max_registrations or _MOST_PHONES

    def forward(self, kind: ForwardKind) -> str | None:
        """The number its calls are forwarded to in that case."""
        destination: str | None = getattr(self, f"forward_{_FORWARD_COLUMNS[kind]}_destination")
        return destination if getattr(self, f"forward_{_FORWARD_COLUMNS[kind]}_enabled") else None

    @property
    def forwards(self) -> Forwards:
        """All four, as XiVO writes them."""
        return Forwards.model_validate(
            {
                kind: {
                    "enabled": bool(getattr(self, f"forward_{column}_enabled")),
                    "destination": getattr(self, f"forward_{column}_destination"),
                }
                for kind, column in _FORWARD_COLUMNS.items()
            }
        )


def forward_columns(kind: ForwardKind, forward: Forward) -> dict[str, Any]:
    """A forward as FusionPBX's columns have it."""
    column = _FORWARD_COLUMNS[kind]
    return {
        f"forward_{column}_enabled": forward.enabled,
        f"forward_{column}_destination": forward.destination,
    }


class StoredSecret(Record):
    """A secret in a row of its own: no list, event, audit line or replay can carry it."""

    secret: str = Field(repr=False)
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1


class ExtensionSettings(Entity):
    """What a caller may set of an extension. Left out: as it is. Null: as it is for a new one."""

    effective_caller_id_name: ShortText | None = None
    effective_caller_id_number: OptionalNumber | None = None
    outbound_caller_id_name: ShortText | None = None
    outbound_caller_id_number: OptionalNumber | None = None
    emergency_caller_id_name: ShortText | None = None
    emergency_caller_id_number: OptionalNumber | None = None
    directory_first_name: ShortText | None = None
    directory_last_name: ShortText | None = None
    directory_visible: bool | None = None
    directory_exten_visible: bool | None = None
    limit_max: int | None = Field(
        default=None, ge=1, le=1000, description="calls it may have at once; with one more it is busy"
    )
    call_timeout: int | None = Field(default=None, ge=1, le=600, description="seconds to ring before voicemail")
    call_group: (
        Annotated[ShortText, refused("a ring group rings several, and whoever is free takes the call")] | None
    ) = Field(default=None, description="refused: nobody picks up for a group here")
    user_record: Literal["all", "local", "inbound", "outbound"] | None = Field(
        default=None, description="which of its calls are recorded, from when they are answered; null: none"
    )
    max_registrations: int | None = Field(
        default=None, ge=1, le=100, description="phones that may register; 10 if it is null. The next one is refused"
    )
    voicemail_enabled: bool | None = Field(default=None, description="whether it takes messages, if there is a box")
    enabled: bool | None = None
    description: Text | None = None
