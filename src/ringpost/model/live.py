"""What is going on at a switch now: calls with their legs, parked calls, registered phones."""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from ringpost.model.call import Direction
from ringpost.model.record import Entity
from ringpost.model.values import Timestamp, Uuid

LegState = Literal["ringing", "answered", "held", "parked"]
"""Of a party that is there; what is told of calls knows parties that have left too (``notices.ToldState``)."""
_BEFORE_ANSWERED: tuple[LegState, ...] = ("parked", "held", "ringing")
"""What a call is though its other parties talk."""


class LiveLeg(Entity):
    """One party of a call."""

    leg_uuid: Uuid
    extension: str | None = Field(default=None, description="if it is a phone of the domain")
    number: str | None = Field(default=None, description="whose leg it is: the number that called or was called")
    name: str | None = None
    state: LegState
    start_stamp: Timestamp


def state_of(legs: Iterable[LiveLeg]) -> LegState:
    """What a call is that has these parties: somebody waits, or still rings, or all talk."""
    states = {leg.state for leg in legs}
    return next((state for state in _BEFORE_ANSWERED if state in states), "answered")


class LiveCall(Entity):
    """A call that is up. ``call_uuid`` is that of the leg it began with, which may have left; any leg's finds it."""

    call_uuid: Uuid
    domain_uuid: Uuid
    direction: Direction | None = None
    state: LegState
    start_stamp: Timestamp
    caller_id_name: str | None = None
    caller_id_number: str | None = None
    destination_number: str | None = None
    slot: str | None = Field(default=None, description="where it is parked")
    parkinglot_uuid: Uuid | None = Field(default=None, description="the lot that slot is of; null: the domain's own")
    legs: tuple[LiveLeg, ...]

    def has(self, uuid: str) -> bool:
        """Whether this is the call's uuid, or one of its legs'."""
        return uuid == self.call_uuid or self.leg(uuid) is not None

    def leg(self, leg_uuid: str) -> LiveLeg | None:
        """The leg of that uuid."""
        return next((leg for leg in self.legs if leg.leg_uuid == leg_uuid), None)

    @property
    def first(self) -> LiveLeg:
        """The leg the call began with: with it goes the whole call."""
        return self.legs[0]

    @property
    def own(self) -> LiveLeg:
        """Our own party: the first extension of the domain, or the first leg of all."""
        return next((leg for leg in self.legs if leg.extension), self.legs[0])

    @property
    def ringing(self) -> LiveLeg:
        """Our party that rings, or ``own`` if none does. Who calls is said to ring too: meant only if alone."""
        rings = [leg for leg in self.legs if leg.extension and leg.state == "ringing"]
        return next((leg for leg in rings if leg is not self.first), rings[0] if rings else self.own)

    @property
    def far(self) -> LiveLeg:
        """The other party: who is not ``own``; ``own`` if there is nobody else."""
        return next((leg for leg in self.legs if leg is not self.own), self.own)


class Registration(Entity):
    """A phone that is registered."""

    extension: str
    contact: str = Field(description="where the switch reaches it")
    agent: str | None = Field(default=None, description="what it says it is")
    network_ip: str | None = None
    network_port: int | None = None
    network_proto: str | None = None
    expires_at: Timestamp | None = None


class ExtensionStatus(Entity):
    """How an extension is."""

    extension_uuid: Uuid
    extension: str
    registered: bool
    contacts: tuple[Registration, ...] = Field(description="its phones that are registered")
    state: Literal["unavailable", "idle", "ringing", "held", "in_use"]
    do_not_disturb: bool
    calls: tuple[LiveCall, ...] = Field(description="the calls it is in, oldest first")
    sandbox: bool


class ListedStatus(ExtensionStatus):
    """How an extension is, as a board shows it."""

    effective_caller_id_name: str = Field(description="who is called there")
