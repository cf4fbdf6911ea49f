"""A conference room: a number at which everybody hears everybody; and who is in one now."""

import re
from typing import Annotated, Literal

from pydantic import Field

from ringpost.model.queue import Music
from ringpost.model.record import Entity, Record
from ringpost.model.values import ExtensionNumber, Name, Text, Timestamp, Uuid, matching, no_uuid

MOST_PARTICIPANTS = 1000

ConferenceName = Annotated[Name, no_uuid]
Pin = Annotated[str, matching(re.compile("[0-9]{1,20}"), "must be 1 to 20 digits"), Field(examples=["4711"])]
ParticipantChange = Literal["mute", "unmute", "deaf", "undeaf", "kick"]
"""What may be done to a participant: nobody hears it, or it hears nobody, or neither any more; or it has to go."""


class Conference(Record):
    """A conference room."""

    conference_uuid: Uuid
    domain_uuid: Uuid
    name: Name
    extension: ExtensionNumber
    pin: Pin | None = None
    moderator_pin: Pin | None = None
    most_participants: int | None = None
    announce: bool = True
    wait_for_moderator: bool = False
    end_with_moderator: bool = False
    record: bool = False
    music: Music | None = None
    enabled: bool = True
    description: Text = ""
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1


class ConferenceSettings(Entity):
    """What a caller may set of a room. Left out: as it is. Null: as it is for a new one."""

    pin: Pin | None = Field(default=None, description="asked of whoever dials in; null: nobody is asked")
    moderator_pin: Pin | None = Field(
        default=None, description="whoever dials this one instead is a moderator; a room that has it has a pin too"
    )
    most_participants: int | None = Field(
        default=None, ge=1, le=MOST_PARTICIPANTS, description="one more is turned away; null: any number"
    )
    announce: bool | None = Field(default=None, description="it is heard that somebody comes or goes")
    wait_for_moderator: bool | None = Field(
        default=None, description="participants hear music until a moderator is there"
    )
    end_with_moderator: bool | None = Field(
        default=None, description="when the last moderator leaves, everybody has to"
    )
    record: bool | None = Field(default=None, description="what is said there is recorded")
    music: Music | None = Field(
        default=None, description="what one who is alone hears, by its name on the switch; null: its music on hold"
    )
    enabled: bool | None = None
    description: Text | None = None


class Participant(Entity):
    """Somebody in a room."""

    leg_uuid: Uuid
    call_uuid: Uuid | None = None
    extension: str | None = Field(default=None, description="if it is a phone of the domain")
    number: str | None = None
    name: str | None = None
    since: Timestamp | None = Field(default=None, description="when it came in")
    moderator: bool = False
    muted: bool = Field(default=False, description="nobody hears it")
    deaf: bool = Field(default=False, description="it hears nobody")


class LiveRoom(Entity):
    """A room that somebody is in. ``room`` is what is dialled for it: an extension, or ``*3`` and digits."""

    room: str
    locked: bool = Field(default=False, description="nobody else comes in")
    recorded: bool = False
    participants: tuple[Participant, ...] = Field(default=(), description="who came first is first")
