"""A transfer: who puts whom through to whom, and how far that has come."""

from typing import Any, Literal, Self

from pydantic import Field

from ringpost.clock import seconds, stamp
from ringpost.model.record import Entity
from ringpost.model.values import Number, Timestamp, Uuid

Flow = Literal["attended", "blind"]
TransferStatus = Literal["starting", "ringback", "answered", "completed", "cancelled", "abandoned"]
"""It has begun; whom it goes to rings; has answered; was put through; the two talk again; who was to be put through
has hung up. The last three are final."""
_WHEN = {"ringback": "rang_at", "answered": "answered_at"}
_LONGEST = 4 * 3600.0
"""Seconds."""
FINAL = frozenset({"completed", "cancelled", "abandoned"})


class Consultation(Entity):
    """What a switch is told of an attended transfer: two legs of a call, and whom the initiator asks."""

    transfer_uuid: Uuid
    initiator: Uuid = Field(description="the leg of whoever asks")
    transferred: Uuid = Field(description="the leg of whoever waits meanwhile, and hears music")
    number: Number = Field(description="whom the initiator calls")


class TakesPart(Entity):
    """Which transfer a leg takes part in."""

    transfer_uuid: Uuid


class Transfer(Entity):
    """A transfer. The legs are parties of the call."""

    transfer_uuid: Uuid
    domain_uuid: Uuid
    call_uuid: Uuid
    flow: Flow = "attended"
    status: TransferStatus = "starting"
    destination: str | None = Field(default=None, description="the number it goes to")
    initiator_leg_uuid: Uuid | None = Field(default=None, description="who transfers; null: nobody knows")
    initiator_extension: str | None = None
    transferred_leg_uuid: Uuid
    transferred_number: str | None = Field(default=None, description="whose call it is that is put through")
    recipient_leg_uuid: Uuid | None = Field(default=None, description="whom it goes to, once a phone rings")
    recipient_extension: str | None = None
    by_phone: bool = Field(default=False, description="it was made on the phone itself")
    created_at: Timestamp
    rang_at: Timestamp | None = None
    answered_at: Timestamp | None = None
    ended_at: Timestamp | None = Field(default=None, description="when it was completed, cancelled or abandoned")
    sandbox: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.status in FINAL

    @property
    def consultation(self) -> Consultation:
        """What its switch is told of it."""
        return Consultation(
            transfer_uuid=self.transfer_uuid,
            initiator=self.initiator_leg_uuid or self.transferred_leg_uuid,
            transferred=self.transferred_leg_uuid,
            number=self.destination or "",
        )

    def told(self) -> dict[str, Any]:
        """As events tell it."""
        return self.model_dump(exclude={"domain_uuid", "call_uuid", "sandbox"})

    def went(self, status: TransferStatus, at: str, **more: object) -> Self:
        """The same, when it has come so far; when it is over it stays as it is."""
        if self.is_over:
            return self
        when = "ended_at" if status in FINAL else _WHEN.get(status)
        moment = {when: at} if when else {}
        return self.model_copy(update={"status": status, **moment, **more})

    def as_of(self, now: str) -> Self:
        """What of it has happened by then: the sandbox writes ahead of time.

        Of one that has no end after hours nobody has heard how it ended.
        """
        longest = seconds(self.created_at) + _LONGEST
        if not self.is_over and seconds(now) > longest:
            return self.model_copy(update={"status": "abandoned", "ended_at": stamp(longest)})
        to_come = [name for name in ("rang_at", "answered_at", "ended_at") if (getattr(self, name) or "") > now]
        if not (self.sandbox and to_come):
            return self
        past: dict[str, Any] = dict.fromkeys(to_come)
        if "ended_at" in to_come:
            past["flow"] = "attended"
        if "rang_at" in to_come:
            past |= {"status": "starting", "recipient_leg_uuid": None, "recipient_extension": None}
        elif "answered_at" in to_come or self.answered_at is None:
            past["status"] = "ringback" if self.rang_at else "starting"
        else:
            past["status"] = "answered"
        return self.model_copy(update=past)
