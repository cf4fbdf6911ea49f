"""A user: somebody who telephones, with XiVO's fields (confd 16.15, ``/users``).

Nobody logs in here, so there is no password: keys and tokens may act for a user instead.
"""

import re
from typing import Annotated

from pydantic import Field

from ringpost.model.record import Entity, Record
from ringpost.model.refused import refused
from ringpost.model.shapes import (
    CALLER_ID,
    CallerId,
    Email,
    Language,
    MobileNumber,
    OutgoingCallerId,
    Timezone,
    Username,
)
from ringpost.model.values import ExtensionNumber, Name, ShortText, Text, Timestamp, Uuid

MOST_EXTENSIONS = 10
MOST_GROUPS = 10


class UserExtension(Entity):
    """An extension of a user. The first one is the main one."""

    extension_uuid: Uuid
    extension: ExtensionNumber


class UserVoicemail(Entity):
    """The voicemail box of a user."""

    voicemail_uuid: Uuid
    number: str


class User(Record):
    """A user. What is said here of calls is carried over to the user's extensions."""

    user_uuid: Uuid
    domain_uuid: Uuid
    firstname: Name
    lastname: str | None = None
    email: str | None = None
    username: str | None = None
    timezone: str | None = None
    language: str | None = None
    userfield: str | None = None
    description: str | None = None
    music_on_hold: str | None = None
    caller_id: CallerId
    outgoing_caller_id: str = "default"
    mobile_phone_number: str | None = None
    call_transfer_enabled: bool = False
    dtmf_hangup_enabled: bool = False
    call_record_enabled: bool = False
    online_call_record_enabled: bool = False
    supervision_enabled: bool = True
    ring_seconds: int = 30
    simultaneous_calls: int = 5
    enabled: bool = True
    extensions: tuple[UserExtension, ...] = ()
    voicemail: UserVoicemail | None = None
    usergroups: tuple[Uuid, ...] = Field(default=(), description="the user groups it is in")
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    @property
    def owners(self) -> tuple[str, ...]:
        """Itself."""
        return (self.user_uuid,)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.firstname} {self.lastname or ''}".strip()

    @property
    def caller(self) -> tuple[str, str | None]:
        """The name and the number its caller id shows."""
        read = re.fullmatch(CALLER_ID, self.caller_id)
        return (read[1], read[2]) if read else (self.name, None)

    def has(self, extension_uuid: str) -> bool:
        """Whether an extension is this user's."""
        return any(one.extension_uuid == extension_uuid for one in self.extensions)


_KEPT = "kept for you: nothing here reads it"
_DIALS = Annotated[
    bool, refused("phones transfer and hang up themselves; call-transfer and call-hangup do it from here", False)
]
_STARTS = Annotated[bool, refused("whoever may act on a call records it with call-record-start", False)]
_SUPERVISED = Annotated[bool, refused("permission-set says who sees whose calls: see_calls", True)]
_MUSIC = Annotated[ShortText, refused("what is heard on hold is the switch's: hold_music in its vars.xml")]
_REFUSED = "refused, but as it is for a new one: see docs/calls.md"


class UserSettings(Entity):
    """What a caller may set of a user. Left out: as it is. Null: as it is for a new one."""

    lastname: ShortText | None = None
    email: Email | None = Field(default=None, description="unique in the domain")
    username: Username | None = Field(default=None, description="unique in the domain, in any case of letters")
    timezone: Timezone | None = Field(default=None, description="of the times its voicemail box says")
    language: Language | None = Field(default=None, description=_KEPT)
    userfield: ShortText | None = Field(default=None, description=_KEPT)
    description: Text | None = None
    music_on_hold: _MUSIC | None = Field(default=None, description=_REFUSED)
    caller_id: CallerId | None = Field(default=None, description="left out: the name, in quotes")
    outgoing_caller_id: OutgoingCallerId | None = Field(
        default=None, description="what the world outside is shown: default, anonymous, or a number"
    )
    mobile_phone_number: MobileNumber | None = Field(default=None, description=_KEPT)
    call_transfer_enabled: _DIALS | None = Field(default=None, description=_REFUSED)
    dtmf_hangup_enabled: _DIALS | None = Field(default=None, description=_REFUSED)
    call_record_enabled: bool | None = Field(default=None, description="all calls of its extensions are recorded")
    online_call_record_enabled: _STARTS | None = Field(default=None, description=_REFUSED)
    supervision_enabled: _SUPERVISED | None = Field(default=None, description=_REFUSED)
    ring_seconds: int | None = Field(default=None, ge=0, le=60, description="before voicemail; 0: ten minutes")
    simultaneous_calls: int | None = Field(
        default=None, ge=1, le=20, description="limit_max of its extensions: calls each may have at once"
    )
    enabled: bool | None = Field(default=None, description="false disables the extensions too")
