"""A parking lot: numbers at which calls wait until somebody dials them."""

import re
from typing import Annotated

from pydantic import Field

from ringpost.model.queue import Music
from ringpost.model.record import Entity, Record
from ringpost.model.values import Digits, ExtensionNumber, Name, Number, Text, Timestamp, Uuid, matching, no_uuid

MOST_SLOTS = 40
"""Each slot is a number of the domain, and all of them are claimed, or moved, at once."""

LotName = Annotated[Name, no_uuid]
SlotNumber = Annotated[
    str, matching(re.compile("[0-9]{1,10}"), "must be a number of 1 to 10 digits"), Field(examples=["791"])
]


class ParkingLot(Record):
    """A parking lot. ``timeout`` in seconds; 0: calls wait as long as they like."""

    parkinglot_uuid: Uuid
    domain_uuid: Uuid
    name: Name
    extension: ExtensionNumber
    slots_start: SlotNumber
    slots_end: SlotNumber
    timeout: int = 45
    timeout_destination: str | None = None
    music: Music | None = None
    enabled: bool = True
    description: Text = ""
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    @property
    def slots(self) -> tuple[str, ...]:
        """The numbers of its slots, in order."""
        width = len(self.slots_start)
        return tuple(f"{slot:0{width}}" for slot in range(int(self.slots_start), int(self.slots_end) + 1))


class LotSettings(Entity):
    """What a caller may set of a lot. Left out: as it is. Null: as it is for a new one."""

    timeout: int | None = Field(default=None, ge=0, le=86_400, description="seconds; 0: as long as they like")
    timeout_destination: Number | None = Field(
        default=None, description="where a call goes on then; null: back to whoever has parked it"
    )
    music: Music | None = Field(
        default=None, description="what is heard, by its name on the switch; null: its music on hold"
    )
    enabled: bool | None = None
    description: Text | None = None


class ParkingPlace(Entity):
    """Where a call is to wait: in that slot or a free one, of that lot or the domain's own.

    ``on_timeout`` is where it goes on when the lot's time is over, if that leads anywhere now.
    """

    slot: Digits | None = None
    lot: ParkingLot | None = None
    on_timeout: Number | None = None
