"""The scripts of the sandbox's calls: what was ordered, and what was done since."""

from typing import Literal, Protocol

from ringpost.model.call import CallOrder, Rung
from ringpost.model.record import Entity

TurnWhat = Literal[
    "hang_up", "hold", "resume", "transfer", "park", "record", "stop_recording", "requeue",
    "answer", "consult", "put_through", "take_back", "take",
    "say_pin", "dismiss", "mute", "unmute", "deaf", "undeaf", "lock", "unlock", "record_room", "stop_recording_room",
]  # fmt: skip


Knows = Literal["participant", "moderator"]


class Turn(Entity):
    """Something that was done to a call in the sandbox, in seconds since 1970."""

    at: float
    what: TurnWhat
    leg_uuid: str
    value: str = ""
    way: tuple[Rung, ...] = ()
    """Of the number it leads to: where it is sent, whom it asks, or where it goes on from its slot."""
    other_uuid: str = ""
    """Who waits while the leg asks; or who takes it from its slot."""
    stays: bool = False
    """Whether who takes it talks until somebody hangs up."""
    transfer_uuid: str = ""
    parkinglot_uuid: str | None = None
    until: float | None = None
    """When its time in the slot is over, and ``then`` it is sent there, or hung up."""
    then: str = ""


class Script(Entity):
    """A call of the sandbox: as it was ordered, and what was done to it since."""

    order: CallOrder
    turns: tuple[Turn, ...] = ()
    extensions: tuple[str, ...] = ()
    """Which of its numbers are extensions of the domain."""
    version: int = 0


class Scripts(Protocol):
    """Where the sandbox's calls are written down, so that any process can tell how they are."""

    def of_domain(self, domain_uuid: str) -> list[Script]:
        """The scripts of a domain's calls, those that have ended of late among them."""

    def way(self, domain_uuid: str, number: str, order: CallOrder, at: float) -> tuple[Rung, ...]:
        """Whom a number leads to, one after the other, for a call that comes there at that moment; empty: to itself."""

    def rewrite(self, script: Script) -> None:
        """Something was done to a call that changes what becomes of it."""

    def note(self, script: Script) -> None:
        """Something was done to a call that changes nothing of what becomes of it."""

    def who_knows(self, domain_uuid: str, room: str, pin: str) -> Knows | None:
        """What somebody is in a conference room who says that PIN; None: it is not that room's."""

    def requeue(self, domain_uuid: str) -> None:
        """Members have come, gone or become free: what becomes of those who wait in a domain is found out anew."""
