"""A voicemail box, with XiVO's fields (confd 16.15, ``/voicemails``). The PIN is not among its members."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from ringpost.model.record import Entity, Record
from ringpost.model.refused import refused
from ringpost.model.shapes import Email, Language, Timezone
from ringpost.model.values import ShortText, Text, Timestamp, Uuid

_LANGUAGE = Annotated[Language, refused("the switch speaks the language of its own lang folder")]
_MOST = Annotated[
    int,
    Field(ge=1, le=9999),
    refused("the switch counts no messages; delete_messages keeps none that was sent by mail"),
]
BoxName = Annotated[ShortText, StringConstraints(min_length=1, max_length=80)]


class Voicemail(Record):
    """A box. ``number`` is what callers reach it by: the extension of that number has it, unless it has another."""

    voicemail_uuid: Uuid
    domain_uuid: Uuid
    name: str = ""
    number: str
    email: str | None = None
    language: Language | None = None
    timezone: Timezone | None = None
    pager: str | None = None
    max_messages: int | None = None
    attach_audio: bool = True
    delete_messages: bool = False
    ask_password: bool = True
    enabled: bool = True
    description: Text = ""
    users: tuple[Uuid, ...] = Field(default=(), description="whose box it is")
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    @property
    def owners(self) -> tuple[str, ...]:
        """The users whose it is."""
        return self.users

    @model_validator(mode="before")
    @classmethod
    def _as_it_was_written_first(cls, members: Any) -> Any:
        """Boxes were kept under FusionPBX's names before there were actions for them."""
        if not isinstance(members, dict) or "voicemail_id" not in members:
            return members
        return {**members, "number": members["voicemail_id"], "enabled": members.get("voicemail_enabled", True)}


class VoicemailSettings(Entity):
    """What a caller may set of a box. Left out: as it is. Null: as it is for a new one."""

    email: Email | None = Field(default=None, description="where new messages are sent")
    language: _LANGUAGE | None = Field(default=None, description="refused: a box speaks as its switch does")
    timezone: Timezone | None = Field(default=None, description="of the times the box says; null: its user's")
    pager: Email | None = Field(default=None, description="told of new messages, without them")
    max_messages: _MOST | None = Field(default=None, description="refused: a box is as large as its switch's disk")
    attach_audio: bool | None = Field(default=None, description="send the message itself along")
    delete_messages: bool | None = Field(default=None, description="delete a message once it was sent")
    ask_password: bool | None = Field(default=None, description="false: its own phones hear it without the PIN")
    enabled: bool | None = None
    description: Text | None = None
