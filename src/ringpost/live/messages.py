"""What is said over a live connection, either way: one JSON object a message, told apart by ``message``.

``docs/live.md`` has them as JSON Schemas, made from here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ringpost.model.call import Direction
from ringpost.model.errors import InvalidRequest, Problem, TooLarge
from ringpost.model.values import DomainName, EventPatterns, ExtensionNumber, Reference, ShortText, Uuid
from ringpost.switch import calls

MOST_BYTES = 96 << 10
"""Of a message from a client: API Gateway takes 128 KB, in frames of 32."""
MOST_SUBSCRIPTIONS = 10
CHANGES = (
    "destination.*", "domain.*", "extension.*", "ringgroup.*", "user.*", "voicemail.*",
    "queue.created", "queue.deleted", "queue.updated", "parkinglot.*",
    "conference.created", "conference.deleted", "conference.updated",
    "agent.deleted", "agent.logged_in", "agent.logged_out", "agent.paused", "agent.unpaused", "agent.updated",
)  # fmt: skip
"""Types of events after which a switch may be answered something else: of these a link is told that keeps answers."""
OF_CHANGES = "changes"
"""What stands for the subscription where a link is told of them."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="a name of the client's own for it")]


class Message(BaseModel):
    """Something that is said. Members that only a newer release knows are passed over: links are older, or newer."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Wanted(Message):
    """What somebody wants, with no member that is unknown: a filter that is misspelled would let everything through."""

    model_config = ConfigDict(extra="forbid")


# what a client says


class Authenticate(Wanted):
    """Who it is, for a client that cannot send headers: its first message, within a minute."""

    message: Literal["authenticate"]
    token: str = Field(max_length=1024, description="a key's or a bought token")


class Subscribe(Wanted):
    """What it wants to be told of, with the filters of a webhook. The same name again takes the place of the former."""

    message: Literal["subscribe"]
    subscription: Name
    domain_uuid: Reference | None = Field(default=None, description="by UUID or name; a key of one may leave it out")
    domain_name: DomainName | None = None
    of_no_domain: bool = Field(default=False, description="what belongs to no domain; for an operator's key")
    events: EventPatterns | None = Field(default=None, description="types; * is one part, # anything, ! forbids")
    extensions: Annotated[tuple[ExtensionNumber, ...], Field(max_length=200)] = ()
    direction: Direction | None = None


class Unsubscribe(Wanted):
    """It wants no more of that."""

    message: Literal["unsubscribe"]
    subscription: Name


class Heartbeat(Message):
    """It is there: said at least every five minutes, and answered with the same."""

    message: Literal["heartbeat"]
    round_trip_ms: float | None = Field(default=None, ge=0, le=600_000, description="how long the last one took")


class Link(Message):
    """It is the link of a switch, and does what the switch is to be told."""

    message: Literal["link"]
    switch: Reference
    link_uuid: Uuid
    version: ShortText
    changes: bool = Field(default=False, description="it keeps answers, and wants to know what changes in its domains")


class Answer(Message):
    """What became of a command."""

    message: Literal["answer"]
    answer: calls.Answer


Said = Annotated[Authenticate | Subscribe | Unsubscribe | Heartbeat | Link | Answer, Field(discriminator="message")]

# what it is told


class Welcome(Message):
    """The key or token is one."""

    message: Literal["welcome"] = "welcome"


class Subscribed(Message):
    """What is told from now on, and where ``event-list`` begins that reads the same."""

    message: Literal["subscribed"] = "subscribed"
    subscription: str
    read: dict[str, Any] = Field(description="the parameters of event-list that its cursors belong to")
    cursor: str


class Told(Message):
    """Something happened: as ``event-list`` says it. It may come twice, and out of order; its ``id`` is the same."""

    message: Literal["event"] = "event"
    subscription: str
    cursor: str = Field(description="event-list reads on from here; some of it is known already")
    event: dict[str, Any]


class Gap(Message):
    """Something could not be told: read on with ``event-list`` from the last cursor."""

    message: Literal["gap"] = "gap"


class Alive(Message):
    """The answer to a heartbeat."""

    message: Literal["heartbeat"] = "heartbeat"
    at: str


class Linked(Message):
    """Commands for the switch come here from now on."""

    message: Literal["linked"] = "linked"
    switch_uuid: str
    changes: bool = Field(default=False, description="so does what changes in its domains, as subscription changes")


class Left(Message):
    """A domain has left the switch for another."""

    message: Literal["left"] = "left"
    domain_uuid: str


class Command(Message):
    """Something its switch is to be told: a call of the ``Switch`` port, to be begun within so many seconds."""

    message: Literal["command"] = "command"
    command: calls.Command


class Refused(Message):
    """Why a message was not heeded, as any refusal says it."""

    message: Literal["refused"] = "refused"
    code: str
    error: str
    status: int
    subscription: str | None = None
    retry_after: int | None = None


Heard = Annotated[
    Welcome | Subscribed | Told | Gap | Alive | Linked | Left | Command | Refused, Field(discriminator="message")
]

SAID: TypeAdapter[Said] = TypeAdapter(Said)
HEARD: TypeAdapter[Heard] = TypeAdapter(Heard)


def read(text: str | bytes) -> Said:
    """What a client says. Raises ``InvalidRequest``, ``TooLarge``."""
    if len(text) > MOST_BYTES:
        raise TooLarge(f"a message has at most {MOST_BYTES} bytes")
    try:
        return SAID.validate_json(text)
    except (ValidationError, ValueError) as error:
        raise InvalidRequest(f"this is no message: {_first(error)}; docs/live.md has them") from None


def refused(problem: Problem, subscription: str | None = None) -> Refused:
    """A problem, as it is said over a live connection."""
    return Refused(
        code=problem.code,
        error=problem.detail,
        status=problem.status,
        subscription=subscription,
        retry_after=problem.retry_after,
    )


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "it is no JSON"
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(one) for one in first["loc"][1:])
    return f"{place} {first['msg']}".strip()
