"""A queue: a number at which callers wait until one of its members takes them."""

import re
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from ringpost.clock import seconds
from ringpost.model.record import Entity, Record
from ringpost.model.values import (
    ExtensionNumber,
    Name,
    Number,
    ShortText,
    Text,
    Timestamp,
    Uuid,
    comma_separated,
    matching,
    no_uuid,
)

Strategy = Literal["ringall", "leastrecent", "fewestcalls", "random", "rrmemory", "linear", "wrandom"]
"""Who of those that are free is rung: all at once; who has had no call for longest; who has had fewest; anybody; the
one after who was rung last; the first of the list; anybody, those of a low penalty more often."""
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
PauseCause = Literal["no_answer", "unregistered", "away"]
MOST_MEMBERS = 200
MOST_PENALTY = 20

QueueName = Annotated[Name, no_uuid]
AgentNumber = Annotated[str, matching(re.compile("[0-9]{1,32}"), "must be 1 to 32 digits"), Field(examples=["7001"])]
Penalty = Annotated[int, Field(ge=0, le=MOST_PENALTY)]
Music = Annotated[
    str,
    matching(
        re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}"), "must be a name of letters, digits, - and _, such as default"
    ),
]


class QueueMember(Entity):
    """Who is rung: an agent, while it is logged in and where it is; or an extension, always.

    Those of a higher penalty are rung when nobody of a lower one is free.
    """

    agent: AgentNumber | None = Field(default=None, description="the agent's number")
    extension: ExtensionNumber | None = None
    penalty: Penalty = 0

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.agent is None) == (self.extension is None):
            raise ValueError("must be an agent or an extension")
        return self


class Queue(Record):
    """A queue. Seconds, unless said otherwise."""

    queue_uuid: Uuid
    domain_uuid: Uuid
    name: Name
    extension: ExtensionNumber
    strategy: Strategy = "ringall"
    ring_seconds: int = 15
    retry_seconds: int = 5
    wrap_up_seconds: int = 0
    longest_wait: int | None = None
    timeout_destination: str | None = None
    most_waiting: int | None = None
    full_destination: str | None = None
    join_empty: bool = True
    leave_empty: bool = False
    empty_destination: str | None = None
    announce_position: bool = False
    announce_wait: bool = False
    announce_seconds: int = 60
    music: str | None = None
    service_level: int = 20
    record: bool = False
    pause_on: tuple[PauseCause, ...] = ()
    pause_after: int = 3
    name_prefix: str = ""
    enabled: bool = True
    description: Text = ""
    members: tuple[QueueMember, ...] = ()
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    def member(self, *, agent: str | None = None, extension: str | None = None) -> QueueMember | None:
        """The member that is this agent, or this extension."""
        return next((one for one in self.members if (one.agent, one.extension) == (agent, extension)), None)

    @property
    def ways_on(self) -> tuple[str, ...]:
        """The numbers to which callers go on whom nobody takes."""
        named = (self.timeout_destination, self.full_destination, self.empty_destination)
        return tuple(dict.fromkeys(filter(None, named)))


_ON = "where callers go on then: any number that can be dialled here; null: they are hung up"


class QueueSettings(Entity):
    """What a caller may set of a queue. Left out: as it is. Null: as it is for a new one."""

    strategy: Strategy | None = Field(default=None, description="who of those that are free is rung")
    ring_seconds: int | None = Field(default=None, ge=1, le=600, description="how long a phone rings")
    retry_seconds: int | None = Field(
        default=None, ge=0, le=600, description="until it is tried again if nobody took it"
    )
    wrap_up_seconds: int | None = Field(default=None, ge=0, le=3600, description="a member's rest after each call")
    longest_wait: int | None = Field(default=None, ge=1, le=86_400, description="seconds; null: as long as they like")
    timeout_destination: Number | None = Field(default=None, description=f"after longest_wait, {_ON}")
    most_waiting: int | None = Field(default=None, ge=1, le=1000, description="callers at once; null: any number")
    full_destination: Number | None = Field(default=None, description=f"when so many wait already, {_ON}")
    join_empty: bool | None = Field(
        default=None,
        description="whether callers may wait though nobody could take them: logged in, registered, no pause",
    )
    leave_empty: bool | None = Field(default=None, description="whether those who wait go on when it becomes so")
    empty_destination: Number | None = Field(default=None, description=f"if nobody could take them, {_ON}")
    announce_position: bool | None = Field(default=None, description="callers are told how many are before them")
    announce_wait: bool | None = Field(default=None, description="and how long it may take")
    announce_seconds: int | None = Field(default=None, ge=10, le=3600, description="how often they are told")
    music: Music | None = Field(
        default=None, description="what is heard, by its name on the switch; null: its music on hold"
    )
    service_level: int | None = Field(
        default=None, ge=1, le=3600, description="answered within so many seconds is well"
    )
    record: bool | None = Field(default=None, description="its calls are recorded")
    pause_on: Annotated[tuple[PauseCause, ...], comma_separated] | None = Field(
        default=None,
        description="an agent of it is paused who did not answer pause_after times running; whose phone is not"
        " registered; whose user says that it is away",
    )
    pause_after: int | None = Field(default=None, ge=1, le=100, description="calls not answered one after the other")
    name_prefix: ShortText | None = Field(default=None, description="in front of the caller's name on members' phones")
    enabled: bool | None = None
    description: Text | None = None


class QueueMemberOrder(Entity):
    """A member as a switch is told of it."""

    extension: ExtensionNumber = Field(description="whose phones ring")
    agent_uuid: Uuid | None = None
    name: str
    penalty: Penalty = 0
    paused: bool = False
    pause_reason: str = ""


class QueueOrder(Entity):
    """A queue as a switch is to have it: its members are these and no others."""

    queue: Queue
    members: tuple[QueueMemberOrder, ...]


class OrderedQueue(Entity):
    """A queue as the link of a switch is told of it."""

    domain_uuid: Uuid
    domain_name: str
    order: QueueOrder


class WaitingCaller(Entity):
    """A caller who waits in a queue."""

    queue_uuid: Uuid
    leg_uuid: Uuid
    call_uuid: Uuid | None = None
    since: Timestamp
    caller_id_number: str | None = None
    caller_id_name: str | None = None


LeftBecause = Literal["answered", "abandoned", "timeout", "full", "empty", "removed", "transferred", "lost"]
"""Why a caller waits no more: a member took it; it hung up; it waited too long; too many or nobody were there; it was
hung up from here; it was picked out of the row, or sent on; its switch was lost."""


MissedBecause = Literal["no_answer", "busy", "refused", "unregistered"]
"""Why a member did not take a call that rang, or was to ring, at its phone."""


class Attempt(Entity):
    """A member that was rung for a caller."""

    leg_uuid: Uuid
    agent_uuid: Uuid | None = None
    extension: str | None = None
    rang_at: Timestamp
    ended_at: Timestamp | None = None
    cause: str | None = None


class QueueVisit(Entity):
    """A caller's time in a queue: what every figure is counted from."""

    visit_uuid: Uuid
    domain_uuid: Uuid
    queue_uuid: Uuid
    call_uuid: Uuid
    leg_uuid: Uuid
    caller_id_number: str | None = None
    caller_id_name: str | None = None
    joined_at: Timestamp
    left_at: Timestamp | None = None
    left_because: LeftBecause | None = None
    agent_uuid: Uuid | None = Field(
        default=None, description="the agent that took it; null: an extension did, or nobody"
    )
    extension: str | None = Field(default=None, description="the extension that took it")
    agent_leg_uuid: Uuid | None = None
    ended_at: Timestamp | None = Field(default=None, description="when the talk with that member ended")
    attempts: tuple[Attempt, ...] = ()
    service_level: int | None = Field(default=None, description="seconds within which it was to be answered")
    wrap_up_seconds: int = 0
    sandbox: bool = False

    @property
    def waits(self) -> bool:
        """Whether the caller is in the queue still."""
        return self.left_at is None

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it."""
        return not self.waits and (self.left_because != "answered" or self.ended_at is not None)

    @property
    def waited(self) -> float | None:
        """Seconds; None while it waits."""
        return None if self.left_at is None else seconds(self.left_at) - seconds(self.joined_at)

    @property
    def talked(self) -> float | None:
        """Seconds with the member that took it; None: nobody did, or they talk still."""
        if self.left_because != "answered" or self.left_at is None or self.ended_at is None:
            return None
        return seconds(self.ended_at) - seconds(self.left_at)

    @property
    def was_in_time(self) -> bool:
        """Whether it was answered within the service level."""
        in_time = self.service_level is not None and self.waited is not None and self.waited <= self.service_level
        return in_time and self.left_because == "answered"

    def told(self) -> dict[str, Any]:
        """As events tell it, in whole seconds."""
        lengths = {
            name: None if (value := getattr(self, name)) is None else int(value) for name in ("waited", "talked")
        }
        return self.model_dump(include=_TOLD) | lengths

    def as_of(self, now: str) -> Self | None:
        """What of it has happened by then: the sandbox writes ahead of time."""
        if self.joined_at > now:
            return None
        rung = (one for one in self.attempts if one.rang_at <= now)
        attempts = tuple(one if (one.ended_at or "") <= now else one.model_copy(update=_RINGS) for one in rung)
        changes: dict[str, object] = {"attempts": attempts}
        if self.left_at is not None and self.left_at > now:
            changes |= _WAITS
        elif self.ended_at is not None and self.ended_at > now:
            changes["ended_at"] = None
        return self.model_copy(update=changes)


_TOLD = {
    "visit_uuid", "queue_uuid", "joined_at", "left_at", "left_because", "agent_uuid", "extension", "ended_at",
    "service_level",
}  # fmt: skip
_RINGS = {"ended_at": None, "cause": None}
_WAITS = dict.fromkeys(("left_at", "left_because", "agent_uuid", "extension", "agent_leg_uuid", "ended_at"))


class QueueRing(Entity):
    """In the sandbox: phones that ring at once for a caller, from ``at`` on, seconds since 1970, for ``seconds``."""

    at: float
    numbers: tuple[str, ...]
    agents: tuple[Uuid | None, ...] = Field(default=(), description="whose phone each is, if it is an agent's")
    seconds: float


class QueueStay(Entity):
    """In the sandbox: a caller's time in a queue, as it is foretold. Of those rung last one answers, or it leaves."""

    queue_uuid: Uuid
    joins_at: float
    rings: tuple[QueueRing, ...] = ()
    leaves_at: float | None = Field(default=None, description="seconds since 1970; null: somebody takes the call")
    because: LeftBecause = "answered"
    name_prefix: str = ""


MemberState = Literal["logged_out", "paused", "unregistered", "ringing", "in_call", "wrap_up", "idle"]
"""What a member is, the first of these that is true of it."""


class QueueCaller(Entity):
    """A caller who waits, as a supervisor sees it."""

    position: int = Field(description="1 is next")
    call_uuid: Uuid
    leg_uuid: Uuid
    since: Timestamp
    waited: int = Field(description="seconds")
    caller_id_number: str | None
    caller_id_name: str | None


class QueueMemberStatus(QueueMember):
    """A member, as a supervisor sees it."""

    agent_uuid: Uuid | None = None
    name: str | None = None
    at: str | None = Field(default=None, description="the extension where it is rung")
    state: MemberState
    pause_reason: str | None = None
    unanswered: int = Field(default=0, description="calls it has not answered, one after the other")


class QueueStatus(Entity):
    """How a queue is now."""

    queue_uuid: Uuid
    name: str
    extension: str
    enabled: bool
    waiting: tuple[QueueCaller, ...] = Field(description="in the order in which they are to be taken")
    longest_wait: int = Field(description="seconds the first of them waits; 0: nobody does")
    idle: int = Field(description="members that could take a call now")
    members: tuple[QueueMemberStatus, ...]
    sandbox: bool
