"""An extension: a number in a domain that phones register as, and its voicemail box."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ringpost.model.record import Entity, Record
from ringpost.model.values import ExtensionNumber, OptionalNumber, ShortText, Text, Timestamp, Uuid

Password = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=r"^[!-~]+$")]
"""A SIP password a caller brings along: 8 to 128 printable ASCII characters, no spaces."""


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
    version: int = 1


class Voicemail(Record):
    """The box that takes messages for an extension. The PIN is not among its members."""

    voicemail_uuid: Uuid
    domain_uuid: Uuid
    voicemail_id: ExtensionNumber
    voicemail_file: str = "attach"
    voicemail_local_after_email: bool = True
    voicemail_transcription_enabled: bool = False
    voicemail_enabled: bool = True
    voicemail_mail_to: str = ""
    voicemail_description: Text = ""
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1


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
    limit_max: int | None = Field(default=None, ge=1, le=1000, description="calls at once")
    call_timeout: int | None = Field(default=None, ge=1, le=600, description="seconds to ring before voicemail")
    call_group: ShortText | None = None
    user_record: Literal["all", "local", "inbound", "outbound"] | None = Field(
        default=None, description="which calls to record"
    )
    max_registrations: int | None = Field(default=None, ge=1, le=100)
    enabled: bool | None = None
    description: Text | None = None
