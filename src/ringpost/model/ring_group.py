"""A ring group: one number that rings several phones."""

import json
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from ringpost.model.record import Entity, Record
from ringpost.model.values import ExtensionNumber, Name, Number, OptionalNumber, ShortText, Text, Timestamp, Uuid

Strategy = Literal["simultaneous", "sequence", "enterprise", "rollover", "random"]


MOST_MEMBERS = 100


class Member(Entity):
    """A number that rings, after ``delay`` seconds, for ``timeout`` seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    number: Number
    delay: int = Field(default=0, ge=0, le=300)
    timeout: int = Field(default=30, ge=1, le=600)
    enabled: bool = True


class RingGroup(Record):
    """FusionPBX's columns in its order, then ours."""

    ring_group_uuid: Uuid
    domain_uuid: Uuid
    ring_group_name: Name
    ring_group_extension: ExtensionNumber
    ring_group_greeting: str | None = None
    ring_group_exit_key: str | None = None
    ring_group_call_timeout: int = 30
    ring_group_forward_destination: str | None = None
    ring_group_forward_enabled: bool = False
    ring_group_caller_id_name: str | None = None
    ring_group_caller_id_number: str | None = None
    ring_group_cid_name_prefix: str | None = None
    ring_group_cid_number_prefix: str | None = None
    ring_group_strategy: Strategy
    ring_group_timeout_app: str | None = None
    ring_group_timeout_data: str | None = None
    ring_group_distinctive_ring: str | None = None
    ring_group_ringback: str = "${us-ring}"
    ring_group_call_screen_enabled: bool | None = None
    ring_group_call_forward_enabled: bool | None = None
    ring_group_follow_me_enabled: bool | None = None
    ring_group_missed_call_app: str | None = None
    ring_group_missed_call_data: str | None = None
    ring_group_context: str
    ring_group_enabled: bool = True
    ring_group_description: Text = ""
    dialplan_uuid: Uuid | None = None
    ring_group_forward_toll_allow: str | None = None
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    ring_group_destinations: tuple[Member, ...]
    version: int = 1


def _from_text(value: Any) -> Any:
    """FusionPBX's own code wants the list as a JSON string."""
    if not isinstance(value, str):
        return value
    try:
        members = json.loads(value)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, list) or len(members) > MOST_MEMBERS:
        raise ValueError(f"must be an array of at most {MOST_MEMBERS}, or a JSON string that holds one")
    return members


Members = Annotated[
    tuple[Member, ...],
    BeforeValidator(_from_text),
    Field(max_length=MOST_MEMBERS, description="numbers to ring: [{number, delay, timeout, enabled}]"),
]


class RingGroupSettings(Entity):
    """What a caller may set of a ring group. Left out: as it is. Null: as it is for a new one."""

    ring_group_call_timeout: int | None = Field(default=None, ge=1, le=600, description="seconds")
    ring_group_caller_id_name: ShortText | None = None
    ring_group_caller_id_number: OptionalNumber | None = None
    ring_group_cid_name_prefix: ShortText | None = None
    ring_group_cid_number_prefix: OptionalNumber | None = None
    ring_group_enabled: bool | None = None
    ring_group_description: Text | None = None
