"""From what a switch tells of legs to what happened to a call: who rings, who answered, who hung up.

One function without a store or a clock: the same notices make the same events, whichever switch they come from.
A notice that was taken before, or is older than one that was, changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ringpost.clock import seconds
from ringpost.model.call import EndedBy
from ringpost.model.cause import ANSWERED_ELSEWHERE, Meaning, meaning
from ringpost.model.notices import Notice, TrackedCall, TrackedLeg
from ringpost.model.queue import QueueVisit
from ringpost.model.transfer import Transfer
from ringpost.services.happenings import queue_events, transfer_events

_TRANSFERS = frozenset({"consults", "put_through", "sent"})
"""What a transfer may begin with."""
_A_MOMENT = 1.0
"""Seconds within which a switch rings all phones of an extension."""
MOST_TRACKED = 50
"""Legs of a call that are known at once; of those that have rung in vain fewer are told."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something to tell of a call: what, about which of its legs, and the call as it was then."""

    type: str
    at: str
    call: TrackedCall
    leg: TrackedLeg | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    visit: QueueVisit | None = None
    """Of what happened in a queue: the caller's time there, as it was then."""
    transfer: Transfer | None = None
    """Of what became of a transfer: the transfer, as it was then."""

    def data(self) -> dict[str, Any]:
        """The event's data, but for who the extension's user and the other party are."""
        leg = self.leg
        about = {"extension": leg.extension, "number": leg.number, "leg_uuid": leg.leg_uuid} if leg else {}
        waited = {"visit": self.visit.told()} if self.visit else {}
        put_through = {"transfer": self.transfer.told()} if self.transfer else {}
        return {**about, **self.more, **waited, **put_through, "at": self.at, "call": self.call.told()}


def begun(notice: Notice, domain_name: str) -> TrackedCall:
    """The call of a leg nobody has heard of: its own, or that of the leg it was rung for."""
    return TrackedCall(
        call_uuid=notice.source_uuid or notice.leg_uuid,
        domain_uuid=notice.domain_uuid,
        domain_name=domain_name,
        direction=notice.direction,
        start_stamp=notice.start_stamp,
        caller_id_name=notice.caller_id_name,
        caller_id_number=notice.caller_id_number,
        destination_number=notice.dialled,
    )


def advanced(call: TrackedCall, notice: Notice) -> tuple[TrackedCall, list[Happening]]:
    """The call after a notice, and what that is to be told as."""
    leg = call.leg(notice.leg_uuid)
    if call.has_ended or (leg is not None and _is_old(leg, notice)):
        return call, []
    step = _Step(call, notice)
    step.take()
    return step.call, step.happened


def _were_rung_together(one: TrackedLeg, other: TrackedLeg) -> bool:
    return abs(seconds(one.start_stamp) - seconds(other.start_stamp)) < _A_MOMENT


def joined(call: TrackedCall, other: TrackedCall) -> TrackedCall:
    """A call with the legs of whoever has dialled a slot to take who waits there, which began as a call of its own."""
    known = {leg.leg_uuid for leg in call.legs}
    rung_for = {leg.leg_uuid: leg.source_uuid or call.call_uuid for leg in other.legs}
    legs = (leg.model_copy(update={"source_uuid": rung_for[leg.leg_uuid]}) for leg in other.legs)
    return call.model_copy(update={"legs": (*call.legs, *(leg for leg in legs if leg.leg_uuid not in known))})


def _is_old(leg: TrackedLeg, notice: Notice) -> bool:
    if leg.state == "ended":
        return True
    # one event may make several notices, of one sequence: taken twice they change nothing
    return bool(notice.core) and leg.core == notice.core and notice.sequence < leg.sequence


def _room_made(legs: tuple[TrackedLeg, ...]) -> tuple[TrackedLeg, ...]:
    """The legs, without the first that rang in vain if there are too many: a queue may ring for hours."""
    if len(legs) < MOST_TRACKED:
        return legs
    vain = next((leg for leg in legs if leg.state == "ended" and leg.answer_stamp is None and leg.source_uuid), None)
    return tuple(leg for leg in legs if leg is not vain)


class _Step:
    """One notice at work on a call."""

    def __init__(self, call: TrackedCall, notice: Notice) -> None:
        self.call = call
        self.notice = notice
        self.happened: list[Happening] = []

    def take(self) -> None:
        """Take the notice."""
        self._know_source()
        self._know_leg()
        self._act()
        self._follow_queues()
        self._follow_transfers()

    def _act(self) -> None:
        notice = self.notice
        match notice.what:
            case "ringing":
                self._ring()
            case "answered":
                self._answer(notice.at)
            case "held" | "resumed":
                self._hold(holds=notice.what == "held")
            case "sent":
                self._send()
            case "parked" | "unparked":
                self._park(parks=notice.what == "parked")
            case "ended" | "failed" | "lost":
                self._end()
            case _:
                self._meet()

    def _meet(self) -> None:
        """Act on who meets whom: in a conference room, or because of a transfer."""
        notice = self.notice
        match notice.what:
            case "room_joined" | "room_left":
                self._enter(notice.room if notice.what == "room_joined" else None)
            case "room_muted" | "room_unmuted":
                self._mute(muted=notice.what == "room_muted")
            case "consults" if all(one.transfer_uuid != notice.transfer_uuid for one in self.call.transfers):
                self._talk_no_more(self.leg, self.call.leg(notice.other_uuid))
            case "taken_back" | "put_through":
                self._talk_now(notice.other_uuid if notice.what == "taken_back" else notice.taken_by)

    @property
    def leg(self) -> TrackedLeg:
        """The notice's own leg."""
        leg = self.call.leg(self.notice.leg_uuid)
        assert leg is not None  # noqa: S101 - _know_leg has put it there
        return leg

    def _know_source(self) -> None:
        """The leg this one was rung for is there too, though nothing was told of it yet."""
        source = self.notice.source_uuid
        if source is None or self.call.leg(source) is not None:
            return
        caller = TrackedLeg(leg_uuid=source, number=self.call.caller_id_number, start_stamp=self.notice.start_stamp)
        self.call = self.call.model_copy(update={"legs": (*self.call.legs, caller)})

    def _know_leg(self) -> None:
        notice, known = self.notice, self.call.leg(self.notice.leg_uuid)
        heard = {"core": notice.core, "sequence": notice.sequence}
        if known is None:
            self._new_leg(heard)
        else:
            facts = {
                "extension": known.extension or notice.extension,
                "number": known.number or notice.number,
                "source_uuid": known.source_uuid or notice.source_uuid,
                "start_stamp": self._start_of(known),
                "reached": notice.reached or known.reached,
                "placed": notice.placed or known.placed,
                "agent_uuid": known.agent_uuid or notice.agent_uuid,
            }
            self._change(known, **facts, **heard)
        self.call = self.call.model_copy(update={"direction": self.call.direction or notice.direction})
        if notice.leg_uuid == self.call.call_uuid:
            self._know_caller()

    def _start_of(self, known: TrackedLeg) -> str:
        """When a leg began; of several phones that were rung for it, the one that answered."""
        notice = self.notice
        is_its_phone = notice.what == "answered" and known.state == "ringing" and known.placed
        return notice.start_stamp if is_its_phone else min(known.start_stamp, notice.start_stamp)

    def _new_leg(self, heard: Mapping[str, Any]) -> None:
        notice = self.notice
        leg = TrackedLeg(
            leg_uuid=notice.leg_uuid,
            source_uuid=notice.source_uuid,
            source_dialled=notice.source_dialled,
            extension=notice.extension,
            number=notice.number,
            start_stamp=notice.start_stamp,
            reached=notice.reached,
            placed=notice.placed,
            agent_uuid=notice.agent_uuid,
            unheard=notice.unheard,
            **heard,
        )
        self.call = self.call.model_copy(update={"legs": (*_room_made(self.call.legs), leg)})
        source = self.call.leg(notice.source_uuid)
        if source is not None and source.speaks and self._goes_elsewhere(leg):
            self._change(source, speaks=False)
            self._tell("call.transferred", leg, {"stays_leg_uuid": source.leg_uuid})

    def _goes_elsewhere(self, leg: TrackedLeg) -> bool:
        """Whether whoever a leg is rung for was sent on, and not one more phone is rung beside those that were."""
        beside = [one for one in self.call.legs if one.source_uuid == leg.source_uuid and one is not leg]
        if any(one.source_dialled != leg.source_dialled for one in beside):
            return True
        return all(one.state == "ended" for one in beside)

    def _know_caller(self) -> None:
        """What the leg a call began with says of it, where nothing was known."""
        notice, call = self.notice, self.call
        self.call = call.model_copy(
            update={
                "start_stamp": min(call.start_stamp, notice.start_stamp),
                "caller_id_number": call.caller_id_number or notice.caller_id_number,
                "caller_id_name": call.caller_id_name or notice.caller_id_name,
                "destination_number": call.destination_number or notice.dialled,
            }
        )

    def _phones_beside(self) -> list[TrackedLeg]:
        """The other phones of the leg's extension that were rung with it: all are told of as one."""
        leg, legs = self.leg, self.call.legs
        beside = [one for one in legs if one.source_uuid == leg.source_uuid and one.leg_uuid != leg.leg_uuid]
        return [one for one in beside if leg.extension == one.extension is not None and _were_rung_together(one, leg)]

    def _ring(self) -> None:
        leg = self.leg
        if leg.state == "ringing" and not leg.rang:
            is_first = not any(one.rang for one in self._phones_beside())
            self._change(leg, rang=True)
            if is_first:
                self._tell("call.ringing", self.leg)

    def _answer(self, at: str) -> None:
        leg = self.leg
        if leg.state != "ringing":
            return
        self._change(leg, state="answered", answer_stamp=self.notice.answer_stamp or at)
        source = self.call.leg(leg.source_uuid)
        if source is not None:
            self._change(self.leg, speaks=True)
            self._change(source, speaks=True)
        if leg.rang or source is not None:
            self._tell("call.answered", self.leg)

    def _hold(self, *, holds: bool) -> None:
        before, after = ("answered", "held") if holds else ("held", "answered")
        if self.leg.state == before:
            self._change(self.leg, state=after)
            self._tell("call.held" if holds else "call.resumed", self.leg)

    def _send(self) -> None:
        """Whoever speaks is sent on, also to where no phone rings."""
        leg, notice = self.leg, self.notice
        if leg.speaks and leg.state != "parked":
            self._change(leg, speaks=False)
            to = {"extension": notice.sent_to if notice.sent_to_extension else None, "number": notice.sent_to}
            self._tell("call.transferred", self.leg, {**to, "stays_leg_uuid": leg.leg_uuid})

    def _park(self, *, parks: bool) -> None:
        leg = self.leg
        if (leg.state == "parked") == parks:
            return
        place = {
            "slot": self.notice.slot or self.call.slot,
            "parkinglot_uuid": self.notice.parkinglot_uuid or self.call.parkinglot_uuid,
        }
        self._change(leg, state="parked" if parks else "answered", speaks=False)
        self.call = self.call.model_copy(update=place if parks else dict.fromkeys(place))
        self._tell("call.parked" if parks else "call.unparked", self.leg, {"slot": place["slot"]})
        left = "parking.timed_out" if self.notice.timed_out else "parking.taken"
        self._tell("parking.parked" if parks else left, self.leg, place)
        taker = self.call.leg(self.notice.taken_by)
        if taker is not None:
            self._change(self.leg, speaks=True)
            self._change(taker, speaks=True)

    def _enter(self, room: str | None) -> None:
        """Come into a conference room, or leave the one it is in."""
        before = self.leg
        if before.room == room:
            return
        if before.room is not None:
            self._change(before, room=None, muted=False)
            self._tell("conference.left", self.leg, {"room": before.room, "moderator": before.moderator})
        if room is not None:
            self._change(self.leg, room=room, moderator=self.notice.moderator, muted=False)
            self._tell("conference.joined", self.leg, {"room": room, "moderator": self.notice.moderator})

    def _mute(self, *, muted: bool) -> None:
        leg = self.leg
        if leg.room is not None and leg.muted != muted:
            self._change(leg, muted=muted)
            told = {"room": leg.room, "moderator": leg.moderator}
            self._tell("conference.muted" if muted else "conference.unmuted", self.leg, told)

    def _talk_no_more(self, *legs: TrackedLeg | None) -> None:
        for leg in legs:
            if leg is not None:
                self._change(leg, speaks=False)

    def _talk_now(self, other_uuid: str | None) -> None:
        """The leg talks with another one, and nobody else does: as before, or with whom it was put through to."""
        before = self.call
        for leg in before.legs:
            self._change(leg, speaks=leg.leg_uuid in (self.notice.leg_uuid, other_uuid))
        other = self.call.leg(other_uuid)
        if self.notice.what == "put_through" and other is not None and self.call != before:
            self._tell("call.transferred", other, {"stays_leg_uuid": self.notice.leg_uuid})

    def _end(self) -> None:
        notice = self.notice
        if notice.answer_stamp and notice.source_uuid:
            self._answer(notice.answer_stamp)  # that was not told, or is lost
        leg = self.leg
        self._leave_where_it_was(leg)
        leg = self.leg
        lost = leg.state == "answered" and notice.cause in ANSWERED_ELSEWHERE  # two answered at once: one is too late
        if lost:
            self._change(leg, speaks=False, answer_stamp=None)
        rang_in_vain = leg.answer_stamp is None or lost
        self._change(self.leg, **self._how_it_ended(lost=lost))
        if rang_in_vain and self._rings_no_more():
            self._tell("call.cancelled", self.leg, {"reason": self._reason(notice.cause)})
        self._follow_queues()
        self._follow_transfers()
        if all(one.state == "ended" for one in self.call.legs):
            end = max(one.end_stamp or notice.at for one in self.call.legs)
            self.call = self.call.model_copy(
                update={"end_stamp": end, "slot": None, "parkinglot_uuid": None, "has_ended": True}
            )
            self._tell("call.ended")

    def _leave_where_it_was(self, leg: TrackedLeg) -> None:
        """Whoever ends in a room, or in a slot, is there no more, and nobody has taken it."""
        self._enter(None)
        if leg.state == "parked":
            place = {"slot": self.call.slot, "parkinglot_uuid": self.call.parkinglot_uuid}
            self._tell("parking.abandoned", self.leg, place)

    def _how_it_ended(self, *, lost: bool) -> dict[str, Any]:
        notice = self.notice
        if notice.what == "lost":
            self.call = self.call.model_copy(update={"is_lost": True})
            return {"state": "ended", "end_stamp": max(notice.at, self.leg.answer_stamp or self.leg.start_stamp)}
        by: EndedBy | None = notice.ended_by or ("party" if notice.hung_up else None)
        return {
            "state": "ended",
            "end_stamp": notice.at,
            "answer_stamp": None if lost else self.leg.answer_stamp or notice.answer_stamp,
            "hangup_cause": notice.cause,
            "ended_by": by,
            "to_voicemail": notice.to_voicemail,
        }

    def _rings_no_more(self) -> bool:
        """Whether an extension that rang rings no more: the last of its phones has ended, and none has answered."""
        beside = self._phones_beside()
        is_over = all(one.state == "ended" and one.answer_stamp is None for one in beside)
        return is_over and any(one.rang for one in (self.leg, *beside))

    def _reason(self, cause: str | None) -> Meaning:
        return meaning(cause) or ("answered_elsewhere" if self._was_answered_elsewhere() else "failed")

    def _was_answered_elsewhere(self) -> bool:
        return any(one.source_uuid == self.leg.source_uuid and one.speaks for one in self.call.legs)

    def _follow_queues(self) -> None:
        """What the step comes to in queues, told before the call has ended."""
        if self.notice.what != "queued" and not self.call.visits:
            return
        self.call, told = queue_events.followed(self.call, self.notice)
        for one in told:
            self._tell(one.type, one.leg, {"reason": one.reason} if one.reason else None, one.visit)

    def _follow_transfers(self) -> None:
        """What the step comes to in transfers, told before the call has ended."""
        if self.notice.what not in _TRANSFERS and not (self.call.transfers or self.call.ordered):
            return
        self.call, told = transfer_events.followed(self.call, self.notice)
        for one in told:
            self._tell(one.type, one.leg, transfer=one.transfer)

    def _change(self, leg: TrackedLeg, **members: object) -> None:
        after = leg.model_copy(update=members)
        legs = tuple(after if one.leg_uuid == leg.leg_uuid else one for one in self.call.legs)
        self.call = self.call.model_copy(update={"legs": legs})

    def _tell(
        self,
        what: str,
        leg: TrackedLeg | None = None,
        more: Mapping[str, Any] | None = None,
        visit: QueueVisit | None = None,
        transfer: Transfer | None = None,
    ) -> None:
        self.call = self.call.model_copy(update={"sequence": self.call.sequence + 1})
        self.happened.append(Happening(what, self.notice.at, self.call, leg, more or {}, visit, transfer))
