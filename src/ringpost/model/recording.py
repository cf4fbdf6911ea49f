"""A recording of a call: what is known of it. The sound itself is in the archive."""

from typing import Literal

from pydantic import Field

from ringpost.model.record import Record
from ringpost.model.values import Timestamp, Uuid


class Recording(Record):
    """What one leg of a call heard and said."""

    recording_uuid: Uuid
    domain_uuid: Uuid
    call_uuid: Uuid
    leg_uuid: Uuid
    extension: str | None = Field(
        default=None, description="whose leg it is; if that is nobody's here, who has answered"
    )
    extensions: tuple[str, ...] = Field(default=(), description="everybody of the domain who was in the call")
    file_name: str
    ended_at: Timestamp
    seconds: int = 0
    bytes: int | None = Field(default=None, description="null: it is not here yet")
    state: Literal["awaited", "ready"] = "awaited"
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    @property
    def owners(self) -> tuple[str, ...]:
        """Nobody's: a key that acts for a user takes none away."""
        return ()

    @property
    def name(self) -> str:
        """What it is called in the archive."""
        kind = "mp3" if self.file_name.lower().endswith(".mp3") else "wav"
        return f"{self.domain_uuid}/{self.recording_uuid}.{kind}"
