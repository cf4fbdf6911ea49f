"""What a switch tells of its calls while they are up, and what a call is, as far as it was told."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from ringpost.clock import seconds
from ringpost.model.call import ANSWERED_ELSEWHERE, Direction
from ringpost.model.record import Entity, is_none
from ringpost.model.values import Cause, ExtensionNumber, Moment, Number, ShortText, Timestamp, Uuid

What = Literal["made", "ringing", "answered", "held", "resumed", "parked", "unparked", "ended"]
LegState = Literal["ringing", "answered", "held", "parked", "ended"]
_TELLING: tuple[LegState, ...] = ("parked", "held", "answered", "ringing")


class Notice(Entity):
    """Something that happened to one leg of a call. It says all it knows of the leg: the one before may be lost."""

    what: What
    at: Moment
    core: ShortText = Field(default="", description="the run of the switch: its sequence begins anew with it")
    sequence: int = Field(default=0, ge=0, description="the order in which the switch told it")
    domain_uuid: Uuid
    leg_uuid: Uuid
    source_uuid: Uuid | None = Field(default=None, description="the leg for which this one was rung")
    source_dialled: ShortText | None = Field(default=None, description="what that one had dialled when this was rung")
    start_stamp: Moment
    answer_stamp: Moment | None = None
    direction: Direction | None = None
    extension: ExtensionNumber | None = Field(default=None, description="if it is a phone of the domain")
    number: Number | None = Field(default=None, description="whose leg it is: who calls, or who is rung")
    caller_id_number: Number | None = Field(default=None, description="who calls, as it is shown")
    caller_id_name: ShortText | None = None
    dialled: Number | None = Field(default=None, description="what was dialled to begin with")
    cause: Cause | None = None
    hung_up: bool = Field(default=False, description="whether this party ended it, and not the switch")
    slot: ShortText | None = Field(default=None, description="where it is parked")


class NumberedNotice(Notice):
    """A notice in the order of its link: whatever was taken is not taken again."""

    position: int = Field(ge=1, description="its place in all that the link has told")


class OddNotice(Entity):
    """What is in a notice's place and is none: it is passed over, and no link is held up by it."""

    position: int = Field(ge=1, description="its place in all that the link has told")


class RecordedFile(Entity):
    """A recording that a link has, or has put where it was told to."""

    domain_uuid: Uuid
    leg_uuid: Uuid
    file_name: ShortText = Field(description="what it is called on the switch; it tells two of one leg apart")
    ended_at: Moment
    seconds: int = Field(default=0, ge=0)
    uploaded: bool = Field(default=False, description="it is there now")


class TrackedLeg(Entity):
    """One party of a call, as far as it was told."""

    leg_uuid: Uuid
    source_uuid: Uuid | None = None
    source_dialled: str | None = None
    extension: str | None = None
    number: str | None = None
    state: LegState = "ringing"
    start_stamp: Timestamp
    answer_stamp: Timestamp | None = None
    end_stamp: Timestamp | None = None
    hangup_cause: str | None = None
    hung_up: bool = False
    rang: bool = False
    speaks: bool = False
    core: str = ""
    sequence: int = -1


_OWN_LEG = frozenset({"source_dialled", "hung_up", "rang", "speaks", "core", "sequence"})
_OWN = frozenset({"legs", "sequence", "told_at", "has_ended", "contact", "is_looked_up", "version"})


class TrackedCall(Entity):
    """A call from its first ring to its end. ``call_uuid`` is that of the leg it began with."""

    call_uuid: Uuid
    domain_uuid: Uuid
    domain_name: str
    direction: Direction | None = None
    start_stamp: Timestamp
    answer_stamp: Timestamp | None = Field(default=None, description="when one who was called answered")
    end_stamp: Timestamp | None = None
    caller_id_name: str | None = None
    caller_id_number: str | None = None
    destination_number: str | None = None
    answered_by: str | None = Field(default=None, description="the extension, or the number, that answered last")
    slot: str | None = Field(default=None, exclude_if=is_none)
    external_id: str | None = None
    tags: tuple[str, ...] = ()
    sandbox: bool = False
    contact: dict[str, Any] | None = None
    is_looked_up: bool = False
    legs: tuple[TrackedLeg, ...] = ()
    sequence: int = 0
    told_at: Timestamp = ""
    has_ended: bool = False
    version: int = 0

    def leg(self, leg_uuid: str | None) -> TrackedLeg | None:
        """The leg of that uuid."""
        return next((leg for leg in self.legs if leg.leg_uuid == leg_uuid), None)

    @property
    def state(self) -> LegState:
        """What the call is: what its parties are that are still there."""
        states = {leg.state for leg in self.legs}
        if "answered" in states and self.answer_stamp is None:
            states.discard("answered")
            states.add("ringing")
        return next((state for state in _TELLING if state in states), "ended")

    @property
    def extension(self) -> str | None:
        """Whose call it is here: who calls, or clicked to; of a call from outside who answered, or alone was rung."""
        ours = [leg.extension for leg in self.legs if leg.extension]
        if self.direction != "inbound":
            return next(iter(ours), None)
        return self.answered_by if self.answered_by in ours else ours[0] if len(ours) == 1 else None

    def told(self) -> dict[str, Any]:
        """The call as events tell it."""
        members = self.model_dump(exclude=set(_OWN))
        legs = [leg.model_dump(exclude=set(_OWN_LEG)) for leg in self.legs]
        end = self.end_stamp
        return {
            **members,
            "extension": self.extension,
            "state": self.state,
            "duration": _between(self.start_stamp, end),
            "billsec": _between(self.answer_stamp, end) if self.answer_stamp else 0 if end else None,
            "hangup_cause": _cause(self) if end else None,
            "hung_up_by": _hung_up_by(self) if end else None,
            "extensions": sorted({leg.extension for leg in self.legs if leg.extension}),
            "legs": legs,
        }


def _cause(call: TrackedCall) -> str | None:
    """Why a call ended: if nobody answered, why nobody did."""
    causes = [leg.hangup_cause for leg in _last_first(call.legs) if leg.hangup_cause]
    if call.answer_stamp is None:
        rung = [leg.hangup_cause for leg in _last_first(call.legs) if leg.source_uuid]
        causes = [cause for cause in rung if cause and cause not in ANSWERED_ELSEWHERE] or causes
    return causes[0] if causes else None


def _hung_up_by(call: TrackedCall) -> str:
    who = next((leg for leg in _last_first(call.legs) if leg.hung_up and leg.end_stamp), None)
    if who is None:
        return "switch"
    return "caller" if who.leg_uuid == call.call_uuid else "callee"


def _last_first(legs: Iterable[TrackedLeg]) -> list[TrackedLeg]:
    return sorted(legs, key=lambda leg: leg.end_stamp or "", reverse=True)


def _between(start: str | None, end: str | None) -> int | None:
    return max(0, round(seconds(end) - seconds(start))) if start and end else None
