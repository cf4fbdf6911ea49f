"""A call of the sandbox acted out: who takes part, from when to when, and how it ends.

Everything follows from the script: the order, and what was done to the call since.
"""

import math
import uuid
from dataclasses import dataclass, field, replace

from ringpost.clock import seconds, stamp
from ringpost.model.call import CallOrder, EndedBy, Leg, Rung
from ringpost.model.notices import Notice, What
from ringpost.model.queue import LeftBecause, QueueStay
from ringpost.switch.scripts import Script, Turn

ANSWERS_AFTER = 1.0
TALKS_FOR = 3.0
WAITS_FOR = 3600.0
REFUSED, UNREACHABLE, CALLS_IN = "5550148", "5550149", "5550150"
PATIENT = "5550153"
"""Whoever calls in and shows this number waits for somebody to answer by hand, and talks until somebody hangs up."""
_AT_ONCE = 0.2
_MANY = 1000
"""More than a call has queues behind it, or legs."""
_REFUSES = ("USER_BUSY", "CALL_REJECTED")
_LATER_LEGS = uuid.UUID("0b1e9c1e-5a0d-4f6e-9b0a-72696e67706f")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a number that is rung: the cause, and after how many seconds."""

    cause: str | None = None
    after: float = ANSWERS_AFTER
    q850: int = 16


_ANSWERS = Fate()
_TOO_LATE = ("LOSE_RACE", 16)
_BUSY = Fate("USER_BUSY", _AT_ONCE, 17)
_BY_HAND = Fate("NO_ANSWER", 60.0, 19)
_FATES = {
    "5550140": _BUSY,
    "5550141": Fate("NO_ANSWER", 30.0, 19),
    "5550142": Fate("CALL_REJECTED", ANSWERS_AFTER, 21),
    "5550143": Fate("USER_NOT_REGISTERED", _AT_ONCE, 20),
    "5550144": Fate("UNALLOCATED_NUMBER", _AT_ONCE, 1),
    "5550145": Fate("NETWORK_OUT_OF_ORDER", _AT_ONCE, 38),
    "5550146": Fate("NORMAL_CIRCUIT_CONGESTION", _AT_ONCE, 34),
    "5550147": Fate("RECOVERY_ON_TIMER_EXPIRE", 30.0, 102),
    REFUSED: Fate("OUTGOING_CALL_BARRED", _AT_ONCE, 52),
    UNREACHABLE: Fate("DESTINATION_OUT_OF_ORDER", _AT_ONCE, 27),
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
    picked_up: float | None = None
    """When it was answered by hand."""

    @property
    def answered(self) -> float | None:
        """When it answers, if it does before it ends."""
        if self.picked_up is not None:
            return self.picked_up
        moment = self.start + self.fate.after
        return None if self.fate.cause or self.left == _TOO_LATE or moment > self.ends else moment


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
class Play:
    """A script acted out: everybody who takes part, who is on the line last, and how it ends."""

    script: Script
    parties: list[Party] = field(default_factory=list)
    line: list[Party] = field(default_factory=list)
    ends: float = 0.0
    cause: str = "NORMAL_CLEARING"
    q850: int = 16
    slot: str | None = None
    silent_since: float | None = None
    turned: list[tuple[float, What, Party, str | None]] = field(default_factory=list)
    queued: list[Queued] = field(default_factory=list)
    was_hung_up: bool = False
    gave_up: bool = False
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
            waits = any(one.joins <= start < one.leaves for one in self.queued)
            a.fate = replace(b.fate, after=b.start + b.fate.after - start) if not waits else Fate(after=0.0)
        elif a.answered is not None and order.monitors:
            self.ends += TALKS_FOR
        elif a.answered is not None:
            self._call(order.destination_b, self._way(0, order.way), a.answered)
        for place, turn in enumerate(self.script.turns, 1):
            self._act(turn, place)
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

    @property
    def _talks_for(self) -> float:
        return WAITS_FOR if is_patient(self.script.order) else TALKS_FOR

    def party(self, leg_uuid: str) -> Party | None:
        """Who is on the line with that leg."""
        return next((party for party in self.line if party.leg_uuid == leg_uuid), None)

    def rung_by_hand(self, leg_uuid: str, moment: float) -> Party | None:
        """Who rings at that moment with that leg until somebody answers by hand."""
        for party in self.parties:
            rings = party.fate is _BY_HAND and party.picked_up is None and party.start <= moment < party.ends
            if party.leg_uuid == leg_uuid and rings and moment < self.ends:
                return party
        return None

    def waits_in(self, now: float) -> Queued | None:
        """The queue in which the caller waits at that moment, if in one."""
        for one in self.queued:
            if one.joins <= now < min(one.leaves, self.taken_at(one), self.ends):
                return one
        return None

    def legs(self) -> list[Leg]:
        """The legs it will have had, if nothing more is done to it."""
        return [
            self._leg(party, is_first=place == 0)
            for place, party in enumerate(self.parties)
            if place == 0 or party.start < party.ends
        ]

    def notices(self) -> list[Notice]:
        """What a switch would have told of it, in order."""
        order = self.script.order
        told: list[tuple[float, float, Notice]] = []
        for place, party in enumerate(self.parties):
            if place and party.start >= party.ends:
                continue
            for at, what in self._moments(party):
                is_last = what == "ended" and party.left == _TOO_LATE  # another one has answered before
                told.append((at, place + len(self.parties) * is_last, self._notice(party, what, at)))
        for at, what, party, word in self.turned:
            if at < party.ends:
                is_extension = what == "sent" and word in self.script.extensions
                about = {"sent_to" if what == "sent" else "slot": word, "sent_to_extension": is_extension}
                notice = self._notice(party, what, at).model_copy(update=about)
                told.append((at, -2 * _MANY if what == "sent" else len(self.parties), notice))
        for place, one in enumerate(self.queued):
            told += self._of_queue(one, place)
        told.sort(key=lambda one: (one[0], one[1]))
        return [
            notice.model_copy(update={"core": order.call_uuid, "sequence": number})
            for number, (_, _, notice) in enumerate(told, 1)
        ]

    def _of_queue(self, one: Queued, place: int) -> list[tuple[float, float, Notice]]:
        """What a switch tells of a queue: that somebody joins it, and why he leaves if nobody has taken the call.

        Of what happens in one moment these come first: out of one queue before into the next.
        """
        if one.joins > one.caller.ends:
            return []
        joins, leaves = 2 * place - _MANY, 2 * place - _MANY + 1
        joined = self._notice(one.caller, "queued", one.joins).model_copy(update={"queue_uuid": one.queue_uuid})
        found: list[tuple[float, float, Notice]] = [(one.joins, joins, joined)]
        if one.because not in ("answered", "abandoned") and one.leaves <= one.caller.ends:
            why = {"queue_uuid": one.queue_uuid, "left_because": one.because}
            found.append((one.leaves, leaves, self._notice(one.caller, "unqueued", one.leaves).model_copy(update=why)))
        return found

    def _moments(self, party: Party) -> list[tuple[float, What]]:
        """What becomes of a party, and when. Who is busy at once does not ring."""
        found: list[tuple[float, What]] = [(party.start, "made")]
        if party.fate.after > _AT_ONCE and party.ends > party.start and not party.calls:
            found.append((party.start, "ringing"))
        if party.answered is not None:
            found.append((party.answered, "answered"))
        return [*found, (party.ends, "ended")]

    def _notice(self, party: Party, what: What, at: float) -> Notice:
        order, answered = self.script.order, party.answered
        cause, _ = self._why_ended(party)
        return Notice(
            what=what,
            at=stamp(at),
            domain_uuid=order.domain_uuid,
            leg_uuid=party.leg_uuid,
            source_uuid=party.source,
            start_stamp=stamp(party.start),
            answer_stamp=stamp(answered) if answered is not None and answered <= at else None,
            extension=party.number if party.number in self.script.extensions else None,
            number=party.number,
            caller_id_number=order.caller_id_number,
            caller_id_name=self._name_shown(party),
            dialled=order.destination_b,
            cause=cause if what == "ended" else None,
            hung_up=what == "ended" and self._hangs_up(party),
            placed=party is self.parties[0] and not party.calls,
            agent_uuid=party.agent_uuid,
            ended_by=self._ended_by(party) if what == "ended" else None,
        )

    def _name_shown(self, party: Party) -> str:
        """The caller's name, behind what was called."""
        order = self.script.order
        if not party.name_prefix:
            return order.caller_id_name
        return f"{party.name_prefix} {order.caller_id_name or order.caller_id_number}"

    def _hangs_up(self, party: Party) -> bool:
        """Who is called last hangs up when all is said, or refuses; nobody else, if it is the switch that ends it."""
        if self.queued and self.line == [self.queued[-1].caller]:
            return self.gave_up and party is self.line[0]
        is_last = bool(self.line) and party is self.line[-1]
        does = party.answered is not None or party.fate.cause in _REFUSES
        return is_last and does and not self.was_hung_up and self.slot is None

    def _ended_by(self, party: Party) -> EndedBy:
        """Who ended a party's leg: an action that of the first who was on the line then."""
        if self.was_hung_up and self.line and party is self.line[0]:
            return "api"
        if self.gave_up and party is self.parties[0]:
            return "party"
        return "party" if self._hangs_up(party) else "switch"

    def _next_uuid(self) -> str:
        order, place = self.script.order, len(self.parties)
        return str(uuid.uuid5(_LATER_LEGS, order.call_uuid if place == 1 else f"{order.call_uuid}/{place}"))

    def _call(self, number: str, way: tuple[Rung, ...], start: float) -> None:
        """Ring a number, or those it leads to, and put through who answers, or else the last that was rung."""
        party = None
        for rungs in _rounds(way or (Rung(number=number),)):
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
            if taker.fate.cause is not None or taker.fate.after > ring.seconds or taker.left == _TOO_LATE:
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
        return Party(
            self._next_uuid(), rung.number, start, fate, source=self.line[0].leg_uuid, name_prefix=rung.name_prefix
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
        if turn.what == "answer" and (rung := self.rung_by_hand(turn.leg_uuid, turn.at)):
            self._pick_up(rung, turn.at)
        party = self.party(turn.leg_uuid)
        if party is None or turn.what == "requeue":
            return
        self.place = place
        if turn.what in ("hang_up", "transfer", "park"):
            self._leave_queue(turn.at, "removed" if turn.what == "hang_up" else "transferred")
        match turn.what:
            case "hang_up":
                self.was_hung_up = True
                self._stop_ringing(turn.at)
                self.ends, self.cause, self.q850 = turn.at, "NORMAL_CLEARING", 16
            case "hold":
                party.holds = True
                self.turned.append((turn.at, "held", party, None))
                self._fall_silent(turn.at)
            case "resume":
                party.holds = False
                self.turned.append((turn.at, "resumed", party, None))
                self._talk_on(turn.at)
            case "transfer":
                if self.slot is not None:
                    self.turned.append((turn.at, "unparked", party, self.slot))
                else:
                    self.turned.append((turn.at, "sent", party, turn.value))
                self._release_other(party, turn.at)
                self._call(turn.value, self._way(place, turn.way), turn.at)
            case "park":
                self._release_other(party, turn.at)
                self.turned.append((turn.at, "parked", party, turn.value))
                self.slot, self.ends, self.cause = turn.value, turn.at + WAITS_FOR, "NORMAL_CLEARING"

    def _pick_up(self, party: Party, moment: float) -> None:
        """It is connected with whom it was rung for; whoever else rings, or would have, does not."""
        caller = self.line[0]
        self.parties = [one for one in self.parties if one.start <= moment]
        for one in self.parties:
            if one is not party and one.source == caller.leg_uuid and one.ends > moment:
                _leave(one, moment)
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
            if party.source == caller.leg_uuid and party.ends > moment:
                party.ends, party.left = moment, ("ORIGINATOR_CANCEL", 16)

    def taken_at(self, one: Queued) -> float:
        """When a member has answered, if one has."""
        answered = (party.answered for party in self.line if party.source == one.caller.leg_uuid)
        return min((at for at in answered if at is not None), default=math.inf)

    def _release_other(self, party: Party, moment: float) -> None:
        others = [other for other in self.line if other is not party]
        self._stop_ringing(moment)
        self._part(self.line, moment)
        for other in others:
            other.ends = moment
        party.ends, party.holds = math.inf, False
        self.line, self.slot, self.silent_since = [party], None, None

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

    def _why_ended(self, party: Party) -> tuple[str, int]:
        """Why a party's leg ended, in FreeSWITCH's word and as Q.850 has it."""
        if party.left:
            return party.left
        return (self.cause, self.q850) if party in self.line else ("NORMAL_CLEARING", 16)

    def _leg(self, party: Party, *, is_first: bool) -> Leg:
        order, answered = self.script.order, party.answered
        cause, q850 = self._why_ended(party)
        return Leg(
            xml_cdr_uuid=party.leg_uuid,
            leg="a" if is_first else "b",
            start_stamp=stamp(party.start),
            answer_stamp=None if answered is None else stamp(answered),
            end_stamp=stamp(party.ends),
            duration=int(party.ends) - int(party.start),
            billsec=0 if answered is None else int(party.ends) - int(answered),
            hangup_cause=cause,
            hangup_cause_q850=q850,
            caller_id_name=self._name_shown(party),
            caller_id_number=order.caller_id_number,
            caller_destination=order.destination_b,
            source_number=self.caller,
            destination_number=order.destination_b if is_first else party.number,
            bridge_uuid=party.spoke_to,
            originating_leg_uuid=None if is_first else order.call_uuid,
            waited=any(one.caller is party for one in self.queued),
            ended_by=self._ended_by(party),
        )


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
    party.left = (party.fate.cause or "", party.fate.q850) if had_it else _TOO_LATE


def is_patient(order: CallOrder) -> bool:
    """Whether it is a call from outside that is answered by hand."""
    return order.direction == "inbound" and order.caller_id_number.endswith(PATIENT)


def fate_of(number: str) -> Fate:
    """What becomes of a number, whatever stands before its last seven digits."""
    return _FATES.get(number[-7:], _ANSWERS)
