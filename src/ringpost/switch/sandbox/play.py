"""A call of the sandbox acted out: who takes part, from when to when, and how it ends.

Everything follows from the script: the order, and what was done to the call since.
"""

import math
import uuid
from dataclasses import dataclass, field, replace

from ringpost.clock import seconds, stamp
from ringpost.model.call import EndedBy, Leg, Rung
from ringpost.model.notices import Notice, What
from ringpost.switch.scripts import Script, Turn

ANSWERS_AFTER = 1.0
TALKS_FOR = 3.0
WAITS_FOR = 3600.0
REFUSED, UNREACHABLE, CALLS_IN = "5550148", "5550149", "5550150"
_AT_ONCE = 0.2
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

    @property
    def answered(self) -> float | None:
        """When it answers, if it does before it ends."""
        moment = self.start + self.fate.after
        return None if self.fate.cause or self.left == _TOO_LATE or moment > self.ends else moment


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
    was_hung_up: bool = False

    def __post_init__(self) -> None:
        """Act it out."""
        order, start = self.script.order, seconds(self.script.order.placed_at)
        a = self._add(Party(order.call_uuid, self.caller, start, fate_of(self.caller)))
        self._put_through(a)
        if order.direction == "inbound":
            self._call(order.destination_b, order.way, start)
            b, a.calls = self.line[-1], True
            a.fate = replace(b.fate, after=b.start + b.fate.after - start)
        elif a.answered is not None and order.monitors:
            self.ends += TALKS_FOR
        elif a.answered is not None:
            self._call(order.destination_b, order.way, a.answered)
        for turn in self.script.turns:
            self._act(turn)
        self._part(self.line, self.ends)

    @property
    def caller(self) -> str:
        """The number of the A leg: whoever is rung first, or calls from outside."""
        order = self.script.order
        return order.caller_id_number if order.direction == "inbound" else order.destination_a

    def party(self, leg_uuid: str) -> Party | None:
        """Who is on the line with that leg."""
        return next((party for party in self.line if party.leg_uuid == leg_uuid), None)

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
        told: list[tuple[float, int, Notice]] = []
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
                told.append((at, -1 if what == "sent" else len(self.parties), notice))
        told.sort(key=lambda one: (one[0], one[1]))
        return [
            notice.model_copy(update={"core": order.call_uuid, "sequence": number})
            for number, (_, _, notice) in enumerate(told, 1)
        ]

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
        is_last = bool(self.line) and party is self.line[-1]
        does = party.answered is not None or party.fate.cause in _REFUSES
        return is_last and does and not self.was_hung_up and self.slot is None

    def _ended_by(self, party: Party) -> EndedBy:
        """Who ended a party's leg: an action that of the first who was on the line then."""
        if self.was_hung_up and self.line and party is self.line[0]:
            return "api"
        return "party" if self._hangs_up(party) else "switch"

    def _next_uuid(self) -> str:
        order, place = self.script.order, len(self.parties)
        return str(uuid.uuid5(_LATER_LEGS, order.call_uuid if place == 1 else f"{order.call_uuid}/{place}"))

    def _call(self, number: str, way: tuple[Rung, ...], start: float) -> None:
        """Ring a number, or those it leads to, and put through who answers, or else the last that was rung."""
        party = None
        for rungs in _rounds(way or (Rung(number=number),)):
            if party is not None:
                start = party.start + party.fate.after
                _leave(party, start)
            party = self._ring([self._add(self._rung(rung, start)) for rung in rungs])
        if party is not None:
            self._put_through(party)

    def _rung(self, rung: Rung, start: float) -> Party:
        fate = _BUSY if rung.do_not_disturb else fate_of(rung.number)
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
        talks = TALKS_FOR if len(self.line) > 1 else 0.0
        self.ends = party.start + party.fate.after + (0.0 if party.fate.cause else talks)
        self.cause, self.q850 = party.fate.cause or "NORMAL_CLEARING", party.fate.q850

    def _act(self, turn: Turn) -> None:
        party = self.party(turn.leg_uuid)
        if party is None:
            return
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
                self._call(turn.value, turn.way, turn.at)
            case "park":
                self._release_other(party, turn.at)
                self.turned.append((turn.at, "parked", party, turn.value))
                self.slot, self.ends, self.cause = turn.value, turn.at + WAITS_FOR, "NORMAL_CLEARING"

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


def fate_of(number: str) -> Fate:
    """What becomes of a number, whatever stands before its last seven digits."""
    return _FATES.get(number[-7:], _ANSWERS)
