"""What many requests have in common, and services need to know: which record, which page, which calls."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from ringpost.model.call import Direction
from ringpost.model.values import (
    DomainName,
    ExtensionNumber,
    ExternalId,
    Moment,
    NumberPattern,
    Reference,
    ShortText,
    TagList,
    Uuid,
)

Asked = TypeVar("Asked", bound="Listing")


class Asking(BaseModel):
    """A part of a request."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class InDomain(Asking):
    """A request inside one domain. A key of one domain may leave it out."""

    domain_uuid: Reference | None = Field(
        default=None, description="the domain, by UUID or name; a key of one domain may leave it out"
    )
    domain_name: DomainName | None = Field(default=None, description="the domain by name, instead of domain_uuid")


class ForUser(InDomain):
    """A request that may be made for a user: then what that user may do, and see, is the limit too."""

    for_users: ClassVar[bool] = True

    as_user: Reference | None = Field(
        default=None, description="the user it is made for, by username or UUID: its permissions hold"
    )


class OneExtension(InDomain):
    """A request about one extension."""

    extension_uuid: Uuid | None = None
    extension: Reference | None = Field(default=None, description="the extension's number or UUID")


class OneRingGroup(InDomain):
    """A request about one ring group."""

    ring_group_uuid: Uuid | None = None
    extension: Reference | None = Field(default=None, description="the ring group's number or UUID")


class OneQueue(InDomain):
    """A request about one queue."""

    queue: Reference = Field(description="the queue, by number, name or UUID")


class OneConference(InDomain):
    """A request about one conference room."""

    conference: Reference = Field(description="the conference room, by number, name or UUID")


class OneRoom(ForUser):
    """A request about a conference room with whoever is in it."""

    conference: Reference = Field(
        description="the conference room, by number, name or UUID; or what is dialled for one that was made on the"
        " spot, such as *31"
    )


class OneParticipant(OneRoom):
    """A request about somebody in a conference room."""

    leg_uuid: Uuid = Field(description="the participant: conference-participant-list has them")


class OneParkingLot(InDomain):
    """A request about one parking lot."""

    parkinglot: Reference = Field(description="the parking lot, by number, name or UUID")


class OneTransfer(ForUser):
    """A request about one transfer."""

    transfer_uuid: Uuid


class OneAgent(InDomain):
    """A request about one agent."""

    agent: Reference | None = Field(
        default=None, description="the agent, by number or UUID; a key or token of a user may leave it out"
    )


class OneDestination(InDomain):
    """A request about one destination. Its number is one in all the world: no domain is needed with it."""

    destination_uuid: Uuid | None = None
    number: Reference | None = Field(default=None, description="the destination's number or UUID")


class OneUser(InDomain):
    """A request about one user."""

    user: Reference | None = Field(
        default=None, description="the user, by username or UUID; a key or token of a user may leave it out"
    )


class OneVoicemail(InDomain):
    """A request about one voicemail box."""

    voicemail: Reference = Field(description="the box, by number or UUID")


class OneUserGroup(InDomain):
    """A request about one user group."""

    usergroup: Reference = Field(description="the user group, by name or UUID")


class OneExtensionGroup(InDomain):
    """A request about one extension group."""

    extensiongroup: Reference = Field(description="the extension group, by name or UUID")


class ExtensionGroupMember(OneExtensionGroup):
    """A request about a member of an extension group."""

    extension: Reference | None = Field(default=None, description="the extension, by number or UUID")
    user: Reference | None = Field(default=None, description="or the user, by username or UUID")


class OneContact(InDomain):
    """A request about one contact."""

    contact_uuid: Uuid


class OneCall(ForUser):
    """A request about one call that is up."""

    call_uuid: Uuid = Field(description="the call, by the uuid of any of its legs")


class OneParty(OneCall):
    """A request that acts on one party of a call."""

    leg_uuid: Uuid | None = Field(
        default=None, description="the party it acts on; left out: the one that is usually meant"
    )


class OneSwitch(Asking):
    """A request about one switch."""

    switch: Reference = Field(description="the switch, by name or UUID")


class Page(Asking):
    """A request for a page of a list."""

    limit: int = Field(default=100, ge=1, le=1000, description="how many to answer at most")
    cursor: str | None = Field(default=None, max_length=2048, description="next_cursor of the page before")


class Listing(Page):
    """A request for a page of configuration: searched, filtered, sorted, counted."""

    order: str | None = Field(default=None, description="the member to sort by")
    direction: Literal["asc", "desc"] = "asc"
    search: str | None = Field(default=None, max_length=128, description="part of any text, in any case")
    count: bool = Field(default=False, description="answer total as well: it reads the whole list")
    offset: int = Field(default=0, ge=0, description="how many to pass over; a cursor goes on from its own place")

    filters: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _sorts_by_what_is_there(self) -> Self:
        if self.order is not None and self.order not in self.filters:
            raise ValueError(f"order must be one of {', '.join(sorted(self.filters))}")
        return self

    @property
    def reads_all(self) -> bool:
        """Whether the whole list has to be read for this page."""
        return bool(self.order or self.search or self.count or self.offset or self.exactly())

    def exactly(self) -> dict[str, Any]:
        """The exact filters the caller asked for."""
        return {name: getattr(self, name) for name in self.model_fields_set & self.filters}


class ListedForUser(ForUser, Listing):
    """A request for a page of what a user may see."""


def filtered_by(item: type[BaseModel], *but: str) -> Callable[[type[Asked]], type[Asked]]:
    """Give a listing every plain member of its items as an exact filter."""

    def decorate(request: type[Asked]) -> type[Asked]:
        taken = request.model_fields.keys() | set(but)
        plain = {
            name: (field.annotation, Field(default=None, description=f"only those with this {name}"))
            for name, field in item.model_fields.items()
            if name not in taken and not field.exclude and _plain(field.annotation)
        }
        optional: dict[str, Any] = {name: (kind | None, field) for name, (kind, field) in plain.items() if kind}
        made = create_model(request.__name__, __base__=request, __module__=request.__module__, **optional)
        made.filters = frozenset(optional)
        made.__doc__ = request.__doc__
        return made

    return decorate


def _plain(annotation: Any) -> bool:
    parts = getattr(annotation, "__args__", (annotation,))
    return all(part in (str, int, bool, type(None)) or isinstance(part, str) for part in parts)


def _as_we_say(direction: Any) -> Any:
    return "local" if direction == "internal" else direction


class CallWanted(ForUser):
    """Which calls a request is about."""

    from_: Moment | None = Field(default=None, alias="from", description="started then or later")
    until: Moment | None = Field(default=None, description="started before then")
    number: NumberPattern | None = Field(
        default=None, description="a number of any leg; _ in front or at the end stands for anything"
    )
    call_direction: Annotated[Direction, BeforeValidator(_as_we_say)] | None = Field(
        default=None, description="inbound, outbound or local, which XiVO calls internal"
    )
    extension: ExtensionNumber | None = Field(default=None, description="an extension that took part")
    user: Reference | None = Field(default=None, description="a user who took part, by username or UUID")
    hangup_cause: ShortText | None = None
    missed: bool | None = None
    tags: TagList | None = Field(default=None, description="all of these; an array, or text with commas")
    external_id: ExternalId | None = None
    updated_since: Moment | None = Field(default=None, description="recorded or changed then or later")


class CallFilters(CallWanted, Page):
    """A request for a page of calls, newest first."""

    of_all_domains: bool = Field(
        default=False, description="the calls of all domains, instead of one's; for an operator's key"
    )
