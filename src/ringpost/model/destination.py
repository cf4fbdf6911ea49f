"""A destination: a number of the outside world, and where its calls go."""

import re

from pydantic import Field

from ringpost.model.record import Entity, Record
from ringpost.model.values import Number, ShortText, Text, Timestamp, Uuid


class DestinationAction(Entity):
    """One step of a call to this number."""

    destination_app: str
    destination_data: str


class Destination(Record):
    """FusionPBX's columns in its order, then ours. ``destination_actions`` is JSON, not a string."""

    domain_uuid: Uuid
    destination_uuid: Uuid
    dialplan_uuid: Uuid | None = None
    fax_uuid: Uuid | None = None
    user_uuid: Uuid | None = None
    group_uuid: Uuid | None = None
    provider_uuid: Uuid | None = None
    destination_type: str = "inbound"
    destination_name: str | None = None
    destination_number: Number
    destination_extension: str | None = None
    destination_trunk_prefix: str | None = None
    destination_area_code: str | None = None
    destination_prefix: str | None = None
    destination_condition_field: str | None = None
    destination_number_regex: str
    destination_caller_id_name: ShortText = ""
    destination_caller_id_number: str
    destination_cid_name_prefix: ShortText = ""
    destination_context: str = "public"
    destination_record: bool | None = None
    destination_hold_music: str | None = None
    destination_distinctive_ring: str | None = None
    destination_ringback: str | None = None
    destination_accountcode: str | None = None
    destination_type_voice: int | None = None
    destination_type_fax: int | None = None
    destination_type_emergency: int | None = None
    destination_type_text: int | None = None
    destination_conditions: tuple[DestinationAction, ...] | None = None
    destination_actions: tuple[DestinationAction, ...]
    destination_app: str | None = None
    destination_data: str | None = None
    destination_alternate_app: str | None = None
    destination_alternate_data: str | None = None
    destination_order: int = 100
    destination_enabled: bool = True
    destination_description: Text = ""
    destination_email: str | None = None
    destination_e164: str | None = Field(
        default=None, description="the number as all the world knows it, read in its domain's country"
    )
    destination_spellings: tuple[str, ...] = Field(
        default=(), description="how a switch may name it without +: it is found by any of them"
    )
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1


def number_regex(number: str) -> str:
    """FusionPBX's ``^(number)$``, the number taken literally."""
    return f"^({re.escape(number)})$"


ALSO_CALLED = dict.fromkeys(
    ("destination_action", "destination_actions", "destination_app", "destination_data"), "extension"
)
"""FusionPBX's names for where a destination's calls go, and the parameter that says it here."""


class DestinationSettings(Entity):
    """What a caller may set of a destination. Left out: as it is. Null: as it is for a new one."""

    destination_caller_id_name: ShortText | None = None
    destination_cid_name_prefix: ShortText | None = None
    destination_record: bool | None = None
    destination_order: int | None = Field(default=None, ge=0, le=999)
    destination_enabled: bool | None = None
    destination_description: Text | None = None
