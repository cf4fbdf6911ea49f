"""What an action is: a module with ``EXAMPLE``, ``Request``, ``Response`` and ``handle``.

``Request`` derives from ``Read`` or from ``Write``: only a writing action takes an idempotency key,
leaves an audit line, and says so in the catalogue. An action's scope is its wire name with dots.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel

from ringpost.context import Context
from ringpost.model.record import is_none
from ringpost.model.values import Uuid

Item = TypeVar("Item", bound=BaseModel)

Effect = Literal["costs", "removes", "secrets"]
"""What is asked about first by whoever calls an action for somebody else, such as an assistant.

``costs``: it places a call, or leads calls on to a number of choice. ``removes``: it takes something away, or ends it.
``secrets``: it is about what proves somebody, or answers it.
"""


class Input(BaseModel):
    """Base of every ``Request``: unknown members are refused, values are read kindly.

    ``100`` and ``"100"`` are the same extension, ``true`` and ``"true"`` the same flag.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        defer_build=True,
    )

    writes: ClassVar[bool]
    csv_member: ClassVar[str | None] = None
    """The parameter a posted CSV file is, if there is one."""
    for_users: ClassVar[bool] = False
    """Whether a key or token that acts for a user may call it. An action that says so keeps to that user's."""
    effects: ClassVar[tuple[Effect, ...]] = ()
    also_called: ClassVar[Mapping[str, str]] = {}
    """Which parameter is meant by a name that others have for it, such as FusionPBX: it is suggested."""


class Read(Input):
    """A request that changes nothing."""

    writes = False


class Write(Input):
    """A request that changes something."""

    writes = True

    def given(self, part: type[BaseModel]) -> dict[str, Any]:
        """What the caller sent of one part of the request, such as its settings."""
        return self.model_dump(include=self.model_fields_set & part.model_fields.keys())


class Versioned(Write):
    """A change to one record, on condition that nobody else changed it first."""

    if_version: int | None = Field(default=None, description="refuse with 409 unless the record has this version")


class Removal(Write):
    """A request that takes something away, or ends it."""

    effects: ClassVar[tuple[Effect, ...]] = ("removes",)


class VersionedRemoval(Removal, Versioned):
    """A removal of one record, on condition that nobody else changed it first."""


class Output(BaseModel):
    """Base of every ``Response`` that is not a record of the model."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    statuses: ClassVar[tuple[int, ...]] = (200,)
    """Every status it is answered with: the description names them."""

    @property
    def http_status(self) -> int:
        """200; 202 when the work goes on after the answer."""
        return 200

    @property
    def is_kept(self) -> bool:
        """Whether an idempotency key keeps this answer; not one that says to call again."""
        return True


class InSteps(Output):
    """Base of an answer about work that may take several requests: the same is sent again until it is ``done``."""

    statuses: ClassVar[tuple[int, ...]] = (200, 202)

    if TYPE_CHECKING:  # each writes them where they are to stand
        done: bool
        dry_run: bool

    @property
    def http_status(self) -> int:
        """202 until all of it is made."""
        return 200 if self.done or self.dry_run else 202

    @property
    def is_kept(self) -> bool:
        """Not while it says to send the same again."""
        return self.done


class CallPlaced(Output):
    """How far a call has come that was placed just now."""

    statuses: ClassVar[tuple[int, ...]] = (200, 202)

    success: bool | None = Field(description="whether A answered; null while it rings")
    call_uuid: Uuid
    state: Literal["ringing", "answered", "ended"]
    cause: str | None = Field(description="why A did not answer, or the call ended")
    sandbox: bool

    @property
    def http_status(self) -> int:
        """202 while it rings."""
        return 202 if self.success is None else 200


class PartyActedOn(Output):
    """Which party of which call something was done to."""

    call_uuid: Uuid
    leg_uuid: Uuid
    sandbox: bool


class InRoom(Output):
    """Which conference room something was done to, or in."""

    room: str = Field(description="what is dialled for it")
    conference_uuid: Uuid | None = Field(description="null: it was made on the spot, by its code")
    conference_name: str | None
    sandbox: bool


class Answers(RootModel[list[Item]], Generic[Item]):
    """A bare array, as two of FusionPBX's actions answer."""

    model_config = ConfigDict(defer_build=True)


class PageLike(Protocol):
    """A page of records, as services hand it over."""

    def _asdict(self) -> dict[str, Any]: ...


class Items(Output, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="the cursor of the next page; null at the end")
    total: int | None = Field(
        default=None,
        exclude_if=is_none,
        description="how many there are after search and filters, if count was asked for",
    )

    @classmethod
    def of(cls, page: PageLike) -> Self:
        """The answer that a page of records is."""
        return cls.model_validate(page._asdict())


class AnsweredOnce:
    """Marks a member of a ``Response`` that is answered once: a replay has null in its place."""


@dataclass(frozen=True, slots=True)
class RawRequest:
    """Base of a ``Request`` that is bytes: only the path names its action."""

    body: bytes
    content_type: str
    query: Mapping[str, str]

    writes: ClassVar[bool] = True
    for_users: ClassVar[bool] = False
    effects: ClassVar[tuple[Effect, ...]] = ()
    media_type: ClassVar[str]
    """What the body is, whatever its sender calls it."""
    query_members: ClassVar[Mapping[str, str]] = {}
    """What is read of the query, and what each is."""


@dataclass(frozen=True, slots=True)
class RawResponse:
    """Base of a ``Response`` that is bytes and not JSON."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)

    media_type: ClassVar[str]
    header_names: ClassVar[Mapping[str, str]] = {}
    """The headers it may have of its own, and what each says."""


class CsvResponse(RawResponse):
    """A page of a table, as CSV."""

    media_type = "text/csv"
    header_names: ClassVar[Mapping[str, str]] = {
        "X-Next-Cursor": "the cursor of the next page; not there at the end",
    }


_HOW_IT_IS_KEPT: Mapping[str, str] = {
    "X-Decided-By": "which members of the question decided it: a link keeps it as the answer to just that",
    "X-Read-From": "marks of what it was read from: a link drops it when one of these changes",
}


class XmlResponse(RawResponse):
    """XML, as a FreeSWITCH reads it."""

    media_type = "text/xml"
    header_names: ClassVar[Mapping[str, str]] = _HOW_IT_IS_KEPT


class PlainResponse(RawResponse):
    """Plain text, as an Asterisk reads it."""

    media_type = "text/plain"
    header_names: ClassVar[Mapping[str, str]] = _HOW_IT_IS_KEPT


class Action(Protocol):
    """The shape of a module in ``actions/``."""

    Request: type[Input] | type[RawRequest]
    Response: type[BaseModel] | type[RawResponse]
    EXAMPLE: dict[str, Any]
    """Parameters that work as they are on the demo domain: documentation, sample event and test."""

    @staticmethod
    def handle(request: Any, context: Context) -> BaseModel | RawResponse:
        """Do it and answer."""
