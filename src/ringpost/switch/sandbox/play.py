"""A call of the sandbox acted out: who takes part, from when to when, and how it ends.

Everything follows from the script: the order, and what was done to the call since.
"""

import math
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ringpost.clock import seconds
from ringpost.model.call import CallOrder, Rung
from ringpost.model.notices import What
from ringpost.model.queue import LeftBecause, QueueStay
from ringpost.switch.scripts import Script, Turn

ANSWERS_AFTER = 1.0
TALKS_FOR = 3.0
WAITS_FOR = 3600.0
REFUSED, UNREACHABLE, CALLS_IN, STAYS = "5550148", "5550149", "5550150", "5550152"
PATIENT = "5550153"
"""Whom a call that shows this number rings waits for somebody to answer by hand, and talks until somebody hangs up."""
AT_ONCE = 0.2
_IS_HEARD = 1.0
_ASKED_FOR = 60.0
_MAY_MISTYPE = 3
"""Seconds in which a PIN is to be said, and how many wrong ones are too many."""
_LATER_LEGS = uuid.UUID("0b1e9c1e-5a0d-4f6e-9b0a-72696e67706f")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a number that is rung: the cause, and after how many seconds."""

    cause: str | None = None
    after: float = ANSWERS_AFTER
    q850: int = 16


_ANSWERS = Fate()
TOO_LATE = ("LOSE_RACE", 16)
_BUSY = Fate("USER_BUSY", AT_ONCE, 17)
_BY_HAND = Fate("NO_ANSWER", 60.0, 19)
_NOT_THERE = "USER_NOT_REGISTERED"
_FATES = {
    "5550140": _BUSY,
    "5550141": Fate("NO_ANSWER", 30.0, 19),
    "5550142": Fate("CALL_REJECTED", ANSWERS_AFTER, 21),
    "5550143": Fate(_NOT_THERE, AT_ONCE, 20),
    "5550144": Fate("UNALLOCATED_NUMBER", AT_ONCE, 1),
    "5550145": Fate("NETWORK_OUT_OF_ORDER", AT_ONCE, 38),
    "5550146": Fate("NORMAL_CIRCUIT_CONGESTION", AT_ONCE, 34),
    "5550147": Fate("RECOVERY_ON_TIMER_EXPIRE", 30.0, 102),
    REFUSED: Fate("OUTGOING_CALL_BARRED", AT_ONCE, 52),
    UNREACHABLE: Fate("DESTINATION_OUT_OF_ORDER", AT_ONCE, 27),
}


@dataclass(slots=True)
class Party:
    """One leg, as it will have been unless something more is done.

    ``calls``: it is not rung. ``left`` is why it is not on the line, in FreeSWITCH's word and as Q.850 has it.
    """

    leg_uuid: str
    number: str
    start: float
    fate: Fate
    ends: float = math.inf
    holds: bool = False
    calls: bool = False
    left: tuple[str, int] | None = None
    spoke_to: str | None = None
    source: str | None = None
    name_prefix: str = ""
    agent_uuid: str | None = None
    by_hand: bool = False
    picked_up: float | None = None
    """When it was answered by hand."""

    @property
    def answered(self) -> float | None:
        """When it answers, if it does before it ends."""
        if self.picked_up is not None:
            return self.picked_up
        moment = self.start + self.fate.after
        return None if self.fate.cause or self.left == TOO_LATE or moment > self.ends else moment


@dataclass(slots=True)
class Queued:
    """A caller's time in a queue, as it will have been unless something more is done."""

    caller: Party
    place: int
    queue_uuid: str
    joins: float
    leaves: float = math.inf
    because: LeftBecause = "answered"


@dataclass(slots=True)
class InRoom:
    """A party's time in a conference room, as it will have been unless something more is done."""

    party: Party
    room: str
    joins: float
    moderator: bool = False
    is_recorded: bool = False
    leaves: float = math.inf


@dataclass(slots=True)
class Asked:
    """A party that is asked for the PIN of a room, and how often what it said was wrong."""

    party: Party
    room: Rung
    mistyped: int = 0


@dataclass(slots=True)
class Consult:
    """One party asks whoever has a number, and the other one waits; nobody answers: until ``back_at``."""

    initiator: Party
    transferred: Party
    number: str
    comes_first: bool
    """Whether the initiator was the first of the two."""
    back_at: float | None = None


class Turned(NamedTuple):
    """What a switch would tell of something that was done, or came about: when, what, of whom, and what else."""

    at: float
    what: What
    party: Party
    about: dict[str, Any]


@dataclass(slots=True)
class Play:
    """A script acted out: everybody who takes part, who is on the line last, and how it ends.

    With ``as_of`` only what has come about by then: what is so at that moment.
    """

    script: Script
    as_of: float = math.inf
    parties: list[Party] = field(default_factory=list)
    line: list[Party] = field(default_factory=list)
    ends: float = 0.0
    cause: str = "NORMAL_CLEARING"
    q850: int = 16
    slot: str | None = None
    silent_since: float | None = None
    parkinglot_uuid: str | None = None
    turned: list[Turned] = field(default_factory=list)
    queued: list[Queued] = field(default_factory=list)
    met: list[InRoom] = field(default_factory=list)
    asked_pin: Asked | None = None
    consult: Consult | None = None
    parked: Turn | None = None
    was_hung_up: bool = False
    gave_up: bool = False
    was_sent_away: bool = False
    """The switch has hung up: the PIN was not known, the last moderator is gone, or a code was heard."""
    stays: bool = False
    """Whoever has taken it from its slot talks until somebody hangs up."""
    place: int = 0
    """Which way is acted out: the order's, or that of the turn of this number."""

    def __post_init__(self) -> None:
        """Act it out."""
        order, start = self.script.order, seconds(self.script.order.placed_at)
        a = self._add(Party(order.call_uuid, self.caller, start, fate_of(self.caller)))
        self._put_through(a)
        if order.direction == "inbound":
            a.calls = True
            self._call(order.destination_b, self._way(0, order.way), start)
            b = self.line[-1]
            waits = b is a or any(one.joins <= start < one.leaves for one in self.queued)
            a.fate = replace(b.fate, after=b.start + b.fate.after - start) if not waits else Fate(after=0.0)
        elif a.answered is not None and order.monitors:
            self.ends += TALKS_FOR
        elif a.answered is not None:
            self._call(order.destination_b, self._way(0, order.way), a.answered)
        for place, turn in enumerate(self.script.turns, 1):
            self._settle(turn.at)
            if turn.what == "answer":
                self._pick_up(self.rung_by_hand(turn.leg_uuid, turn.at), turn.at)
            self._act(turn, place)
        self._settle(self.as_of)
        if self.consult is not None:
            self.consult.transferred.ends = self.ends
        self._part(self.line, self.ends)

    def way_of(self, place: int) -> tuple[Rung, ...]:
        """The way of the order (0), or of the turn of that number, as it was found out last."""
        return self._way(place, self.script.turns[place - 1].way if place else self.script.order.way)

    def _way(self, place: int, way: tuple[Rung, ...]) -> tuple[Rung, ...]:
        """The way of the order, or of a turn, as it was found out last: what becomes of who waits changes."""
        again = [turn.way for turn in self.script.turns if turn.what == "requeue" and turn.value == str(place)]
        return again[-1] if again else way

    @property
    def caller(self) -> str:
        """The number of the A leg: whoever is rung first, or calls from outside."""
        order = self.script.order
        return order.caller_id_number if order.direction == "inbound" else order.destination_a

    def party(self, leg_uuid: str) -> Party | None:
        """Who is on the line with that leg, or waits while it is asked about."""
        waits = [self.consult.transferred] if self.consult else []
        return next((party for party in (*self.line, *waits) if party.leg_uuid == leg_uuid), None)

    def asked(self, moment: float) -> Party | None:
        """Who was asked, and has answered by then."""
        if self.consult is None or len(self.line) < 2:
            return None
        answered = self.line[-1].answered
        return self.line[-1] if answered is not None and answered <= moment else None

    @property
    def leads_to(self) -> str:
        """The number the call has come to."""
        room = next((one.room for one in self.met if one.party in self.line and one.leaves == math.inf), None)
        return room or self.line[-1].number

    def rung_by_hand(self, leg_uuid: str, moment: float) -> Party | None:
        """Who rings at that moment with that leg until somebody answers by hand."""
        for party in self.parties:
            rings = party.by_hand and party.picked_up is None and party.start <= moment < party.ends
            if party.leg_uuid == leg_uuid and rings and moment < self.ends:
                return party
        return None

    def waits_in(self, now: float) -> Queued | None:
        """The queue in which the caller waits at that moment, if in one."""
        for one in self.queued:
            if one.joins <= now < min(one.leaves, self.taken_at(one), self.ends):
                return one
        return None

    @property
    def _talks_for(self) -> float:
        """How long those who are on the line now talk until one of them hangs up."""
        stays = self.stays or is_patient(self.script.order) or any(party.number.endswith(STAYS) for party in self.line)
        return WAITS_FOR if stays else TALKS_FOR

    def _next_uuid(self) -> str:
        order, place = self.script.order, len(self.parties)
        return str(uuid.uuid5(_LATER_LEGS, order.call_uuid if place == 1 else f"{order.call_uuid}/{place}"))

    def _call(self, number: str, way: tuple[Rung, ...], start: float) -> None:
        """Ring a number, or those it leads to, and put through who answers, or else the last that was rung."""
        party = None
        for rungs in _rounds(way or (Rung(number=number),)):
            if rungs[0].is_room or rungs[0].is_code or rungs[0].takes or rungs[0].slot:
                moment = start if party is None else party.start + party.fate.after
                if party is not None:
                    _leave(party, moment)
                self._arrive(rungs[0], moment)
                return
            if rungs[0].stay is not None:
                party, left = self._wait(rungs[0].stay)
                if party is None and left is None:
                    return
                start = left if left is not None else start
                if party is not None:
                    break
                continue
            if party is not None:
                start = party.start + party.fate.after
                _leave(party, start)
            party = self._ring([self._add(self._rung(rung, start)) for rung in rungs])
        if party is not None:
            self._put_through(party)

    def _arrive(self, rung: Rung, moment: float) -> None:
        """Come to where nobody is rung: a slot, a code, or a conference room, which may ask for its PIN."""
        caller, order, is_first = self.line[0], self.script.order, not self.script.turns[: self.place]
        if rung.slot is not None:
            place = rung.slot
            turn = Turn(
                at=moment,
                what="park",
                leg_uuid=caller.leg_uuid,
                value=place.slot,
                parkinglot_uuid=place.parkinglot_uuid,
                until=moment + place.timeout if place.timeout else None,
                then=place.then,
                way=place.way,
            )
            self._wait_in_slot(caller, turn)
        elif rung.takes is not None:
            self.ends, self.cause, self.q850 = max(moment, rung.takes.until), "NORMAL_CLEARING", 16
            self.was_sent_away = True
        elif rung.is_code:
            self.ends, self.cause, self.q850 = moment + _IS_HEARD, "NORMAL_CLEARING", 16
            self.was_sent_away = True
        elif rung.asks_pin and not (is_first and order.room):
            self.asked_pin, self.was_sent_away = Asked(caller, rung), True
            self.ends, self.cause, self.q850 = moment + _ASKED_FOR, "NORMAL_CLEARING", 16
        else:
            self._enter(rung, moment, moderator=order.moderator and is_first)

    def _enter(self, rung: Rung, moment: float, *, moderator: bool) -> None:
        """Be in a conference room, until an hour has passed."""
        caller, room = self.line[0], rung.number
        self.met.append(InRoom(caller, room, moment, moderator, rung.is_recorded))
        self.turned.append(Turned(moment, "room_joined", caller, {"room": room, "moderator": moderator}))
        self.ends, self.cause, self.q850 = moment + WAITS_FOR, "NORMAL_CLEARING", 16

    def _say_pin(self, turn: Turn) -> None:
        """Who knows the PIN is let in; who does not is asked again, and hung up in the end."""
        asked = self.asked_pin
        if asked is None or turn.at >= self.ends:
            return
        if turn.value:
            self.asked_pin, self.was_sent_away = None, False
            self._enter(asked.room, turn.at, moderator=turn.value == "moderator")
        else:
            asked.mistyped += 1
            self.ends = turn.at if asked.mistyped == _MAY_MISTYPE else turn.at + _ASKED_FOR

    def _wait_in_slot(self, party: Party, turn: Turn) -> None:
        about = {"slot": turn.value, "parkinglot_uuid": turn.parkinglot_uuid}
        self.turned.append(Turned(turn.at, "parked", party, about))
        self.slot, self.parkinglot_uuid, self.parked = turn.value, turn.parkinglot_uuid, turn
        self.ends, self.cause = turn.at + WAITS_FOR, "NORMAL_CLEARING"

    def _wait(self, stay: QueueStay) -> tuple[Party | None, float | None]:
        """Wait in a queue: who takes the call, or when the caller goes on, or neither of both: it is over."""
        caller = self.line[0]
        one = Queued(caller, self.place, stay.queue_uuid, stay.joins_at, stay.leaves_at or math.inf, stay.because)
        self.queued.append(one)
        taker = None
        for ring in stay.rings:
            rungs = (Rung(number=number, name_prefix=stay.name_prefix) for number in ring.numbers)
            parties = [self._add(self._rung(rung, ring.at)) for rung in rungs]
            for party, agent in zip(parties, ring.agents, strict=False):
                party.agent_uuid = agent
            taker = self._ring(parties)
            if taker.fate.cause is not None or taker.fate.after > ring.seconds or taker.left == TOO_LATE:
                self._rang_out(parties, ring.at + ring.seconds)
                taker = None
        if taker is not None and stay.leaves_at is None:
            return taker, None
        self._rings_no_more(caller, one.leaves)
        self.ends, self.cause, self.q850 = one.leaves, "NORMAL_CLEARING", 16
        self.gave_up = stay.because == "abandoned"
        if stay.because in ("abandoned", "answered"):
            return None, None
        return None, one.leaves

    def _rang_out(self, parties: list[Party], moment: float) -> None:
        for party in parties:
            fated = party.start + party.fate.after
            own = party.fate.cause is not None and fated <= moment
            party.ends = fated if own else moment
            party.left = (party.fate.cause or "", party.fate.q850) if own else ("NO_ANSWER", 19)

    def _rung(self, rung: Rung, start: float) -> Party:
        fate = _BUSY if rung.do_not_disturb else _BY_HAND if rung.by_hand else fate_of(rung.number)
        if rung.rings_for is not None and fate.cause == "NO_ANSWER":
            fate = replace(fate, after=float(rung.rings_for))
        return Party(
            self._next_uuid(),
            rung.number,
            start,
            fate,
            source=self.line[0].leg_uuid,
            name_prefix=rung.name_prefix,
            by_hand=rung.by_hand and not rung.do_not_disturb,
        )

    def _add(self, party: Party) -> Party:
        self.parties.append(party)
        return party

    def _ring(self, parties: list[Party]) -> Party:
        """Of those that are rung at once, who has answered first, or has rung longest."""
        answering = [party for party in parties if not party.fate.cause]
        first = min(answering or parties, key=lambda party: party.fate.after if answering else -party.fate.after)
        for party in parties:
            if party is not first:
                _leave(party, first.answered or math.inf)
        return first

    def _put_through(self, party: Party) -> None:
        """If who is put through does not answer, that ends the call: a switch hangs A up with B's cause."""
        self.line.append(party)
        talks = self._talks_for if len(self.line) > 1 else 0.0
        self.ends = party.start + party.fate.after + (0.0 if party.fate.cause else talks)
        self.cause, self.q850 = party.fate.cause or "NORMAL_CLEARING", party.fate.q850

    def _act(self, turn: Turn, place: int) -> None:
        party = self.party(turn.leg_uuid)
        if party is None or turn.what == "requeue":
            return
        self.place = place
        if turn.what == "hang_up" and self.consult is not None:
            self._hang_up_while_asking(party, turn)
            return
        if turn.what in ("hang_up", "transfer", "park"):
            self._leave_queue(turn.at, "removed" if turn.what == "hang_up" else "transferred")
            self._leave_room(party, turn.at)
        match turn.what:
            case "hang_up":
                self.was_hung_up, self.parked = True, None
                self._stop_ringing(turn.at)
                self.ends, self.cause, self.q850 = turn.at, "NORMAL_CLEARING", 16
            case "hold":
                party.holds = True
                self.turned.append(Turned(turn.at, "held", party, {}))
                self._fall_silent(turn.at)
            case "resume":
                party.holds = False
                self.turned.append(Turned(turn.at, "resumed", party, {}))
                self._talk_on(turn.at)
            case "transfer":
                if self.slot is not None:
                    self._leave_slot(party, turn.at)
                else:
                    about = {"sent_to": turn.value, "sent_to_extension": turn.value in self.script.extensions}
                    self.turned.append(Turned(turn.at, "sent", party, about))
                self._release_other(party, turn.at)
                self._call(turn.value, self._way(place, turn.way), turn.at)
            case "park":
                self._release_other(party, turn.at)
                self._wait_in_slot(party, turn)
            case _:
                self._meet(turn, party)

    def _meet(self, turn: Turn, party: Party) -> None:
        """Act on who meets whom: because of a transfer, in a slot, or in a conference room."""
        match turn.what:
            case "take" if self.slot is not None:
                self._be_taken(party, turn)
            case "consult":
                self._ask(turn, party)
            case "put_through":
                self._put_asked_through(turn)
            case "take_back" if self.consult is not None:
                self._reunite(turn.at)
            case "say_pin":
                self._say_pin(turn)
            case "dismiss":
                self._send_away(party, turn.at)
            case "mute" | "unmute":
                self.turned.append(Turned(turn.at, "room_muted" if turn.what == "mute" else "room_unmuted", party, {}))

    def _ask(self, turn: Turn, initiator: Party) -> None:
        """Let the other party wait while this one calls a number."""
        transferred = self.party(turn.other_uuid)
        if transferred is None:
            return
        initiator.spoke_to, transferred.spoke_to = transferred.leg_uuid, initiator.leg_uuid
        about = {"other_uuid": turn.other_uuid, "transfer_uuid": turn.transfer_uuid, "sent_to": turn.value}
        self.turned.append(Turned(turn.at, "consults", initiator, about))
        self.silent_since = None
        self.consult = Consult(initiator, transferred, turn.value, comes_first=self.line[0] is initiator)
        self.line = [initiator]
        self._call(turn.value, self._way(self.place, turn.way), turn.at)
        is_answered = len(self.line) > 1 and self.line[-1].answered is not None
        if is_answered:
            self.ends += WAITS_FOR - self._talks_for
        elif not self._is_in_room(initiator):
            self.consult.back_at, self.ends = self.ends, math.inf

    def _put_asked_through(self, turn: Turn) -> None:
        """Release who asks: who waits talks with who was asked, or, if nobody has answered, the number is rung anew."""
        consult, moment, asked = self.consult, turn.at, self.asked(turn.at)
        if consult is None:
            return
        self.consult = None
        self._leave_room(consult.initiator, moment)
        if asked is not None:
            about = {"taken_by": asked.leg_uuid, "other_uuid": consult.initiator.leg_uuid}
            self.turned.append(Turned(moment, "put_through", consult.transferred, about))
            self._part([consult.initiator], moment)
            consult.initiator.spoke_to, asked.spoke_to = asked.leg_uuid, consult.initiator.leg_uuid
            self.line, self.ends = [consult.transferred, asked], moment + self._talks_for
            return
        self._leave_queue(moment, "transferred")
        self._rings_no_more(consult.initiator, moment)
        consult.initiator.ends = moment
        self.line = [consult.transferred]
        self._call(consult.number, self._way(self.place, turn.way), moment)

    def _reunite(self, moment: float) -> None:
        """The two talk again: who was asked is gone, or was never reached."""
        consult = self.consult
        if consult is None:
            return
        self.consult = None
        self._leave_room(consult.initiator, moment)
        self._leave_queue(moment, "transferred")
        for party in self.line:
            if party is not consult.initiator and party.ends > moment:
                _end_asked(party, moment)
        self._rings_no_more(consult.initiator, moment)
        pair = [consult.initiator, consult.transferred]
        self.line = pair if consult.comes_first else pair[::-1]
        self.ends, self.cause, self.q850 = moment + self._talks_for, "NORMAL_CLEARING", 16
        about = {"other_uuid": consult.transferred.leg_uuid}
        self.turned.append(Turned(moment, "taken_back", consult.initiator, about))

    def _hang_up_while_asking(self, party: Party, turn: Turn) -> None:
        """Who asks puts through; who was asked lets the two talk again; who waits leaves the other two."""
        consult = self.consult
        if consult is None:
            return
        if party is consult.initiator:
            self._put_asked_through(turn)
        elif party is not consult.transferred:
            self._reunite(turn.at)
        else:
            self.consult, party.ends = None, turn.at
            answered = self.line[-1].answered if len(self.line) > 1 else None
            if answered is not None:
                self.ends = max(turn.at, answered) + self._talks_for
            elif consult.back_at is not None:
                self.ends = consult.back_at

    def _settle(self, moment: float) -> None:
        """What has come about by itself until then: nobody could be asked, or the time in a slot is over."""
        back_at = self.consult.back_at if self.consult else None
        if back_at is not None and back_at <= moment:
            self._reunite(back_at)
        while (parked := self.parked) is not None and parked.until is not None and parked.until <= moment:
            self._leave_slot(self.line[0], parked.until, timed_out=True)
            if parked.then:
                self._call(parked.then, parked.way, parked.until)
            else:
                self.ends = parked.until

    def _be_taken(self, party: Party, turn: Turn) -> None:
        """Who waits in a slot is connected with whoever dials it, once that one has answered."""
        fate = fate_of(turn.value)
        taker = self._add(Party(turn.other_uuid, turn.value, turn.at, fate, source=party.leg_uuid))
        self._leave_slot(party, turn.at + taker.fate.after, taken_by=taker.leg_uuid)
        self.stays = turn.stays
        self._put_through(taker)

    def _leave_slot(self, party: Party, moment: float, **how: Any) -> None:
        about = {"slot": self.slot, "parkinglot_uuid": self.parkinglot_uuid, **how}
        self.turned.append(Turned(moment, "unparked", party, about))
        self.slot = self.parkinglot_uuid = self.parked = None

    def _is_in_room(self, party: Party) -> bool:
        return any(one.party is party and one.leaves == math.inf for one in self.met)

    def _send_away(self, party: Party, moment: float) -> None:
        """Everybody has to leave a room."""
        if self.consult is not None:
            self._reunite(moment)
            return
        self._leave_room(party, moment)
        self.ends, self.was_sent_away = moment, True

    def _leave_room(self, party: Party, moment: float) -> None:
        """Whoever is sent on from a room, or from its door, is there no more."""
        if self.asked_pin is not None:
            self.asked_pin, self.was_sent_away = None, False
        for one in self.met:
            if one.party is party and one.leaves == math.inf:
                one.leaves = moment
                self.turned.append(Turned(moment, "room_left", party, {}))

    def _pick_up(self, party: Party | None, moment: float) -> None:
        """It is connected with whom it was rung for; whoever else rings, or would have, does not."""
        if party is None:
            return
        caller = self.line[0]
        self.parties = [one for one in self.parties if one.start <= moment]
        for one in self.parties:
            rings = one.answered is None or one.answered > moment
            if rings and one is not party and one.source == caller.leg_uuid and one.ends > moment:
                _leave(one, moment)
        if self.consult is not None:
            self.consult.back_at = None
        party.picked_up, party.left = moment, None
        if caller.answered is None:
            caller.picked_up = moment
        self.line = [caller, party]
        self.ends, self.cause, self.q850 = moment + self._talks_for, "NORMAL_CLEARING", 16
        party.ends = caller.ends = math.inf

    def _leave_queue(self, moment: float, because: LeftBecause) -> None:
        """Whoever waits and is sent on, or hung up, waits no more, and nobody is rung for him."""
        for one in self.queued:
            if one.joins <= moment < min(one.leaves, self.taken_at(one)):
                one.leaves, one.because, self.gave_up = moment, because, False
                self.parties = [party for party in self.parties if party is one.caller or party.start < moment]
                self._rings_no_more(one.caller, moment)
                self.line = [one.caller]
                one.caller.ends = math.inf

    def _rings_no_more(self, caller: Party, moment: float) -> None:
        """Whoever was rung for somebody who is gone is rung no more."""
        for party in self.parties:
            rings = party.answered is None or party.answered > moment
            if rings and party.source == caller.leg_uuid and party.ends > moment:
                party.ends, party.left = moment, ("ORIGINATOR_CANCEL", 16)

    def taken_at(self, one: Queued) -> float:
        """When a member has answered, if one has, wherever that is now."""
        rung = (party for party in self.parties if party.source == one.caller.leg_uuid and party.start >= one.joins)
        answered = (party.answered for party in rung)
        return min((at for at in answered if at is not None), default=math.inf)

    def _release_other(self, party: Party, moment: float) -> None:
        others = [other for other in self.line if other is not party]
        self._stop_ringing(moment)
        self._part(self.line, moment)
        for other in others:
            other.ends = moment
        party.ends, party.holds = math.inf, False
        self.line, self.slot, self.parked, self.silent_since = [party], None, None, None
        self.was_sent_away = False

    def _stop_ringing(self, moment: float) -> None:
        for party in self.parties:
            if party.left and party.ends > moment:
                party.ends, party.left = moment, None

    def _part(self, line: list[Party], moment: float) -> None:
        """Two that talked until then were connected."""
        for party in line:
            party.ends = moment
        if len(line) == 2 and all(party.answered is not None for party in line):
            one, other = line
            one.spoke_to, other.spoke_to = other.leg_uuid, one.leg_uuid

    def _fall_silent(self, moment: float) -> None:
        """Whoever is on hold does not talk; but one who is busy is busy also for somebody who holds."""
        answered = [party.answered for party in self.line if party.answered is not None]
        if self.silent_since is None and self.slot is None and len(answered) == len(self.line):
            self.silent_since = max(moment, *answered)
            self.ends += WAITS_FOR

    def _talk_on(self, moment: float) -> None:
        if self.silent_since is not None and not any(party.holds for party in self.line):
            self.ends += max(moment, self.silent_since) - self.silent_since - WAITS_FOR
            self.silent_since = None


def _end_asked(party: Party, moment: float) -> None:
    """Who was asked is gone: it has had its fate before that moment, or was released."""
    if party.answered is None and party.start + party.fate.after <= moment:
        party.ends, party.left = party.start + party.fate.after, (party.fate.cause or "", party.fate.q850)
    elif party.answered is None or party.answered > moment:
        party.ends, party.left = moment, ("ORIGINATOR_CANCEL", 16)
    else:
        party.ends = moment


def _rounds(way: tuple[Rung, ...]) -> list[list[Rung]]:
    """Who is rung at once, one round after the other."""
    rounds: list[list[Rung]] = []
    for rung in way:
        if rung.alongside and rounds:
            rounds[-1].append(rung)
        else:
            rounds.append([rung])
    return rounds


def _leave(party: Party, moment: float) -> None:
    """It rings no more: it has had its fate before that moment, or another one has answered."""
    fated = party.start + party.fate.after
    had_it = party.fate.cause is not None and fated <= moment
    party.ends = fated if had_it else moment
    party.left = (party.fate.cause or "", party.fate.q850) if had_it else TOO_LATE


def has_phone(number: str) -> bool:
    """Whether an extension is registered."""
    return fate_of(number).cause != _NOT_THERE


def is_patient(order: CallOrder) -> bool:
    """Whether it is a call that is answered by hand."""
    return order.caller_id_number.endswith(PATIENT)


def fate_of(number: str) -> Fate:
    """What becomes of a number, whatever stands before its last seven digits."""
    return _FATES.get(number[-7:], _ANSWERS)
