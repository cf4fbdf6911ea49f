"""Where a dialled number leads."""

from typing import Literal, NamedTuple

from ringpost.model.conference import Conference
from ringpost.model.destination import Destination
from ringpost.model.domain import Domain
from ringpost.model.extension import Extension
from ringpost.model.parking import ParkingLot
from ringpost.model.queue import QueueOrder
from ringpost.model.ring_group import RingGroup

AgentCodeWord = Literal["log_in", "log_out", "pause", "unpause"]


class Emergency(NamedTuple):
    """Help, through the domain's gateway if it has one."""

    number: str
    gateway: str | None


class Phone(NamedTuple):
    """An extension's phones; then its voicemail, if it takes messages. ``asks_again``: then it may be forwarded."""

    extension: Extension
    takes_messages: bool
    asks_again: bool = False


class Forwarded(NamedTuple):
    """Another number of the domain's dialplan; ``passed`` are those that have forwarded the call so far."""

    number: str
    passed: tuple[str, ...]


class Refused(NamedTuple):
    """Nobody, and why: FreeSWITCH's word."""

    cause: str


class Outside(NamedTuple):
    """A number of the world outside, through a gateway."""

    number: str
    gateway: str


class Ringing(NamedTuple):
    """A member of a ring group: an extension, a number outside through a gateway, or nobody. Seconds."""

    number: str
    gateway: str | None
    delay: int
    timeout: int
    extension: Extension | None = None
    is_recorded: bool = False


class Group(NamedTuple):
    """A ring group, and who of it can be rung."""

    group: RingGroup
    ringing: tuple[Ringing, ...]


class Queued(NamedTuple):
    """A queue, who of it may be rung, and where those go on whom nobody takes; ``passed`` are then behind them.

    A way on is None where there is none, or it leads nowhere, or back: then they are hung up.
    """

    order: QueueOrder
    passed: tuple[str, ...] = ()
    on_timeout: str | None = None
    on_full: str | None = None
    on_empty: str | None = None


class AgentCode(NamedTuple):
    """A code an agent dials on its phone; whose is the one dialled behind it, or who is logged in there."""

    what: AgentCodeWord
    agent: str | None = None


class Messages(NamedTuple):
    """A voicemail box: to leave a message in (``number``), or to listen to (None: whose is asked)."""

    number: str | None
    leave: bool = False
    own: bool = False
    asks_pin: bool = True


class Room(NamedTuple):
    """A conference room, by what is dialled for it; without ``conference`` it is made on the spot, by its code."""

    room: str
    conference: Conference | None = None


class Slot(NamedTuple):
    """A parking slot of a lot, or of the domain's own; None: a free one.

    ``on_timeout`` is where a call goes on when the lot's time is over; None: back, or hung up.
    """

    slot: str | None
    lot: ParkingLot | None = None
    on_timeout: str | None = None


class HoldMusic(NamedTuple):
    """The switch's music on hold, until whoever dialled that number hangs up."""

    number: str


Route = (
    Emergency | Phone | Forwarded | Refused | Outside | Group | Queued | AgentCode | Messages | Room | Slot | HoldMusic
)


class Inbound(NamedTuple):
    """Where a number of the outside world leads: to a number in a domain."""

    destination: Destination
    domain: Domain
    number: str
