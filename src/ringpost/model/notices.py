"""What a switch tells of its calls while they are up, and what a call is, as far as it was told."""

from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import Field

from ringpost.model.call import Call, Direction, EndedBy, Leg
from ringpost.model.live import LegState
from ringpost.model.outcome import legs_kept, summarised, taken_by, worked_out
from ringpost.model.queue import LeftBecause, QueueVisit
from ringpost.model.record import Entity, is_none
from ringpost.model.route import AgentCodeWord
from ringpost.model.transfer import Transfer
from ringpost.model.values import Cause, ExtensionNumber, Moment, Number, ShortText, Timestamp, Uuid

What = Literal[
    "made", "ringing", "answered", "held", "resumed", "sent", "parked", "unparked", "queued", "unqueued", "agent_code",
    "room_joined", "room_left", "room_muted", "room_unmuted", "consults", "taken_back", "put_through",
    "ended", "failed", "gone", "lost",
]  # fmt: skip
"""``failed``: A of a call we placed was not reached, and its switch may know no such leg. ``gone``: nobody heard how it
ended, but its record may say. ``lost``: no more will be known of it. ``agent_code``: a phone has dialled it.
``consults``: who transfers goes off to ask; ``taken_back``: and talks with whom it was about again; ``put_through``:
whom it was about talks with whom was asked."""
ToldState = Literal[LegState, "ended"]
_BEFORE_ENDED: tuple[LegState, ...] = ("parked", "held", "answered", "ringing")
"""What a call is though its other parties have left: it is answered though another phone still rings."""


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
    ended_by: EndedBy | None = Field(
        default=None, description="who ended it, if the switch says; hung_up is of older links"
    )
    placed: bool = Field(default=False, description="it was rung because an action placed the call: A")
    unheard: bool = Field(default=False, description="there never was such a leg: who was to ring has no phone")
    to_voicemail: bool = Field(default=False, description="it was left to somebody's voicemail")
    reached: tuple[ExtensionNumber, ...] = Field(
        default=(), description="extensions it was sent to, whether a phone of theirs rang or not"
    )
    sent_to: Number | None = Field(default=None, description="the number it is sent to from a conversation")
    sent_to_extension: bool = Field(default=False, description="whether that is an extension's")
    taken_by: Uuid | None = Field(
        default=None, description="the leg that took it from its slot, by dialling that; or was asked"
    )
    slot: ShortText | None = Field(default=None, description="where it is parked")
    parkinglot_uuid: Uuid | None = Field(default=None, description="the lot that slot is of; null: the domain's own")
    timed_out: bool = Field(default=False, description="it has waited in its slot for too long")
    by_phone: bool = Field(default=False, description="it was sent on by the phone of the other party itself")
    room: ShortText | None = Field(
        default=None, description="the conference room it comes into: what is dialled for it"
    )
    moderator: bool = Field(default=False, description="as a moderator")
    transfer_uuid: Uuid | None = Field(default=None, description="the transfer, if an action has begun it")
    other_uuid: Uuid | None = Field(
        default=None,
        description="of a transfer: whom it is about; or the initiator, of what is told of whom it is about",
    )
    queue_uuid: Uuid | None = Field(default=None, description="the queue it waits in, or waits in no more")
    left_because: LeftBecause | None = Field(default=None, description="why it waits in no queue any more")
    agent_uuid: Uuid | None = Field(default=None, description="the agent it is rung for, if the switch knows")
    agent_code: AgentCodeWord | None = Field(default=None, description="what the code means that was dialled")
    agent_number: ExtensionNumber | None = Field(default=None, description="the agent's number behind the code")


class NumberedNotice(Notice):
    """A notice in the order of its link: whatever was taken is not taken again."""

    position: int = Field(ge=1, description="its place in all that the link has told")


class NumberedAway(Entity):
    """A while in which a link heard nothing of its switch: calls that began and ended in it are in its records only."""

    away_from: Moment
    away_until: Moment
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
    state: ToldState = "ringing"
    start_stamp: Timestamp
    answer_stamp: Timestamp | None = None
    end_stamp: Timestamp | None = None
    hangup_cause: str | None = None
    ended_by: EndedBy | None = None
    reached: tuple[str, ...] = ()
    to_voicemail: bool = False
    placed: bool = False
    unheard: bool = False
    rang: bool = False
    speaks: bool = False
    agent_uuid: Uuid | None = None
    room: str | None = None
    moderator: bool = False
    muted: bool = False
    core: str = ""
    sequence: int = -1


_OWN_LEG = frozenset(
    {
        "agent_uuid", "source_dialled", "ended_by", "reached", "to_voicemail", "placed", "unheard", "rang", "speaks",
        "room", "moderator", "muted", "core", "sequence",
    }
)  # fmt: skip
_OWN = frozenset(
    {
        "legs", "visits", "transfers", "ordered", "sequence", "told_at", "has_ended", "is_lost", "joined_to", "contact",
        "is_looked_up", "version",
    }
)  # fmt: skip
_OF_THE_RECORD = (
    "start_stamp", "answer_stamp", "duration", "billsec", "hangup_cause", "missed_call", "answered_by", "hung_up_by",
    "extensions",
)  # fmt: skip

_NO_FRACTION = ".000Z"
_TO_THE_SECOND = -len(_NO_FRACTION)


class TrackedCall(Entity):
    """A call from its first ring to its end. ``call_uuid`` is that of the leg it began with."""

    call_uuid: Uuid
    domain_uuid: Uuid
    domain_name: str
    direction: Direction | None = None
    start_stamp: Timestamp
    end_stamp: Timestamp | None = None
    caller_id_name: str | None = None
    caller_id_number: str | None = None
    destination_number: str | None = None
    slot: str | None = Field(default=None, exclude_if=is_none)
    parkinglot_uuid: str | None = Field(default=None, exclude_if=is_none)
    external_id: str | None = None
    tags: tuple[str, ...] = ()
    sandbox: bool = False
    contact: dict[str, Any] | None = None
    is_looked_up: bool = False
    legs: tuple[TrackedLeg, ...] = ()
    visits: tuple[QueueVisit, ...] = Field(default=(), description="its times in queues, the first first")
    transfers: tuple[Transfer, ...] = Field(default=(), description="the first first")
    ordered: tuple[Transfer, ...] = Field(default=(), description="transfers the switch has told nothing of yet")
    sequence: int = 0
    told_at: Timestamp = ""
    has_ended: bool = False
    is_lost: bool = Field(default=False, description="nobody heard how a leg of it ended")
    joined_to: Uuid | None = Field(default=None, description="the call it turned out to be part of")
    version: int = 0

    def leg(self, leg_uuid: str | None) -> TrackedLeg | None:
        """The leg of that uuid."""
        return next((leg for leg in self.legs if leg.leg_uuid == leg_uuid), None)

    def rung_for(self, leg_uuid: str | None, since: str) -> Iterator[TrackedLeg]:
        """The legs that were rung for one since a moment.

        Of those that began during a break an Asterisk knows the second only: such a stamp has no fraction.
        """
        for leg in self.legs:
            begins = since[:_TO_THE_SECOND] if leg.start_stamp.endswith(_NO_FRACTION) else since
            if leg.source_uuid == leg_uuid and leg.leg_uuid != leg_uuid and leg.start_stamp >= begins:
                yield leg

    @property
    def state(self) -> ToldState:
        """What the call is: what its parties are that are still there."""
        states = {leg.state for leg in self.legs}
        if "answered" in states and not self._is_answered:
            states.discard("answered")
            states.add("ringing")
        return next((state for state in _BEFORE_ENDED if state in states), "ended")

    @property
    def _is_answered(self) -> bool:
        """Whether one who was called has answered, or a machine; who clicked to call is no answer."""
        if any(leg.answer_stamp for leg in self.legs if leg.leg_uuid != self.call_uuid):
            return True
        first = self.leg(self.call_uuid)
        rings = any(leg.state == "ringing" and leg is not first for leg in self.legs)
        return first is not None and first.answer_stamp is not None and not (first.rang or rings)

    @property
    def extension(self) -> str | None:
        """Whose call it is here: who calls, or clicked to; of a call from outside who answered, or alone was rung."""
        ours = [leg.extension for leg in self.legs if leg.extension]
        if self.direction != "inbound":
            return next(iter(ours), None)
        taker = taken_by(self.as_record())
        answered_by = taker.extension if taker else None
        return answered_by if answered_by in ours else ours[0] if len(ours) == 1 else None

    def as_record(self) -> list[Leg]:
        """The legs as a record has them, as far as they were told, but those that never were; the call's own first."""
        legs = sorted(self.legs, key=lambda leg: leg.leg_uuid != self.call_uuid)
        return [self._as_record(leg) for leg in legs if not leg.unheard]

    def _as_record(self, leg: TrackedLeg) -> Leg:
        is_first = leg.leg_uuid == self.call_uuid
        return Leg(
            xml_cdr_uuid=leg.leg_uuid,
            leg="a" if is_first else "b",
            originating_leg_uuid=None if is_first else leg.source_uuid or self.call_uuid,
            direction=self.direction,
            start_stamp=leg.start_stamp,
            answer_stamp=leg.answer_stamp,
            end_stamp=leg.end_stamp,
            hangup_cause=leg.hangup_cause,
            caller_id_name=self.caller_id_name,
            caller_id_number=self.caller_id_number,
            caller_destination=self.destination_number,
            source_number=leg.number if is_first else self.caller_id_number,
            destination_number=self.destination_number if is_first else leg.number,
            extension=leg.extension,
            ended_by=leg.ended_by,
            reached=leg.reached,
            to_voicemail=leg.to_voicemail,
            waited=any(visit.leg_uuid == leg.leg_uuid for visit in self.visits),
            **dict.fromkeys(("missed_call", "missed_said"), False if is_first and leg.placed else None),
        )

    @classmethod
    def of_record(cls, record: Call) -> Self:
        """A call of which nothing was told, as it was recorded."""
        return cls(
            call_uuid=record.xml_cdr_uuid,
            domain_uuid=record.domain_uuid,
            domain_name=record.domain_name or "",
            direction=record.direction,
            start_stamp=record.start_stamp,
            end_stamp=record.end_stamp,
            caller_id_name=record.caller_id_name,
            caller_id_number=record.caller_id_number,
            destination_number=record.caller_destination or record.destination_number,
            external_id=record.external_id,
            tags=record.tags,
            has_ended=True,
            sequence=1,
            legs=tuple(_recorded(leg, is_first=leg.xml_cdr_uuid == record.xml_cdr_uuid) for leg in record.legs),
        )

    def told(self) -> dict[str, Any]:
        """The call as events tell it: what became of it as its record will have it."""
        legs = legs_kept(self.as_record())
        found, shown = summarised(self.call_uuid, worked_out(legs)), {leg.xml_cdr_uuid for leg in legs}
        members = self.model_dump(exclude=set(_OWN))
        about = {name: found[name] for name in _OF_THE_RECORD}
        if self.end_stamp is None:
            about |= dict.fromkeys(("duration", "billsec", "hangup_cause", "missed_call", "hung_up_by"))
            about["answer_stamp"] = about["answer_stamp"] if self._is_answered else None
        return {
            **members,
            **about,
            "caller_destination": self.destination_number,
            "end_stamp": found["end_stamp"] if self.end_stamp else None,
            "extensions": list(found["extensions"]),
            "extension": self.extension,
            "state": self.state,
            "legs": [leg.model_dump(exclude=set(_OWN_LEG)) for leg in self.legs if leg.leg_uuid in shown],
        }


def _recorded(leg: Leg, *, is_first: bool) -> TrackedLeg:
    return TrackedLeg(
        leg_uuid=leg.xml_cdr_uuid,
        source_uuid=leg.originating_leg_uuid,
        extension=leg.extension,
        number=leg.extension or (leg.source_number if is_first else leg.destination_number),
        state="ended",
        start_stamp=leg.start_stamp,
        answer_stamp=leg.answer_stamp,
        end_stamp=leg.end_stamp,
        hangup_cause=leg.hangup_cause,
        ended_by=leg.ended_by,
        reached=leg.reached,
        to_voicemail=leg.to_voicemail,
        placed=is_first and leg.missed_said is False,
    )
