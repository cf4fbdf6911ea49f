"""The sandbox: calls that are simulated, alike every time, and say so.

A call is a script: its order, and what was done to it since. Its state is a function of script and
clock, so nothing has to run after the answer, and any process can tell how far a call has come.

Every number answers after a second; two that are connected talk three seconds and hang up. Only
these do not, whatever stands before their last seven digits:

=========  ===========================================================================
…5550140   busy                                                          USER_BUSY
…5550141   rings for 30 s, nobody answers                                NO_ANSWER
…5550142   refused by the phone                                          CALL_REJECTED
…5550143   not registered                                                USER_NOT_REGISTERED
…5550144   no such number                                                UNALLOCATED_NUMBER
…5550145   fails on the way                                              NETWORK_OUT_OF_ORDER
…5550146   no line free                                                  NORMAL_CIRCUIT_CONGESTION
…5550147   the phone is there but does not respond, for 30 s             RECOVERY_ON_TIMER_EXPIRE
…5550148   as A: the switch refuses the command (502); as B: refused     OUTGOING_CALL_BARRED
…5550149   as A: the switch cannot be reached (503); as B: fails         DESTINATION_OUT_OF_ORDER
…5550150   as A: calls in from outside, as caller_id_number; B is what it has dialled
…5550151   as caller_id_number of such a call: hangs up after 10 s in a queue
…5550152   answers, and does not hang up before an hour has passed
…5550153   as caller_id_number of any call: whom it rings is rung until call-answer answers it, for its
           call_timeout, and they talk until somebody hangs up
=========  ===========================================================================

Who is on hold, parked, in a conference room, or asks before a transfer does not hang up: the call goes on until an
hour has passed. A room with a PIN asks for it: what is sent to its party by ``send_digits`` is the answer.
"""

from collections.abc import Sequence

from ringpost.clock import Clock, stamp
from ringpost.model.call import CallOrder, Leg
from ringpost.model.conference import LiveRoom, ParticipantChange
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound, SwitchRefused, SwitchUnreachable
from ringpost.model.live import LegState, LiveCall, LiveLeg, Registration, state_of
from ringpost.model.parking import ParkingPlace
from ringpost.model.queue import QueueOrder, WaitingCaller
from ringpost.model.switch import SwitchStatus
from ringpost.model.transfer import Consultation
from ringpost.switch import Finding, Progress
from ringpost.switch.queue_abilities import QueueAbilities
from ringpost.switch.sandbox import rooms, slots, telling
from ringpost.switch.sandbox.play import REFUSED, UNREACHABLE, Party, Play
from ringpost.switch.scripts import Script, Scripts, Turn, TurnWhat


class SandboxSwitch:
    """A ``Switch`` that only pretends."""

    is_sandbox = True
    capabilities: tuple[str, ...] = QueueAbilities().capabilities

    def __init__(self, clock: Clock, scripts: Scripts) -> None:
        self._clock = clock
        self._scripts = scripts

    def close(self) -> None:
        """There is no line."""

    def status(self) -> SwitchStatus:
        """Always well."""
        return SwitchStatus(reachable=True, version="sandbox", capabilities=self.capabilities)

    def examine(self, domain: Domain | None) -> Sequence[Finding]:
        """There is nothing that could be wrong."""
        return [Finding("sandbox", well=True, words="calls are simulated: nothing leaves")]

    def place(self, order: CallOrder) -> None:
        """Take the order, unless A's number says otherwise."""
        if order.destination_a.endswith(REFUSED):
            raise SwitchRefused("the switch refused the call: for this sandbox number it always does")
        if order.destination_a.endswith(UNREACHABLE):
            raise SwitchUnreachable("the switch cannot be reached: for this sandbox number it never can")

    def await_answer(self, order: CallOrder, seconds: float) -> Progress:
        """Wait until A's fate is known, this long at most."""
        play = Play(Script(order=order))
        a = play.parties[0]
        decided_in = a.start + a.fate.after - self._clock.now()
        self._clock.sleep(max(0.0, min(decided_in, seconds)))
        if decided_in > seconds:
            return Progress("ringing")
        if a.fate.cause:
            return Progress("ended", cause=a.fate.cause)
        ended = self._clock.now() >= play.ends
        return Progress("ended" if ended else "answered", answered=True, cause=play.cause if ended else None)

    def foretold(self, order: CallOrder) -> Sequence[Leg]:
        """Both legs as they will have been; one if A never answers. Raises what ``place`` would."""
        self.place(order)
        return telling.legs(Play(Script(order=order)))

    def calls(self, domain: Domain) -> list[LiveCall]:
        """The calls that are up now."""
        now = self._clock.now()
        running = [_live(play, now) for play in self._plays(domain, now) if now < play.ends]
        return sorted(running, key=lambda call: (call.start_stamp, call.call_uuid))

    def answer(self, domain: Domain, leg_uuid: str) -> None:
        """Every number answers by itself, but where it rings until somebody does this."""
        now = self._clock.now()
        for play in self._plays(domain, now):
            if play.rung_by_hand(leg_uuid, now) is not None:
                self._rewrite(play, self._turned("answer", leg_uuid))
                return
        self._on_line(domain, leg_uuid)

    def hang_up(self, domain: Domain, leg_uuid: str) -> None:
        """End the call now, or what this party has to do with it if one is asked before a transfer."""
        play = self._on_line(domain, leg_uuid)
        turn = self._turned("hang_up", leg_uuid)
        if play.consult is not None and play.consult.initiator.leg_uuid == leg_uuid:
            turn = self._led(domain, play, turn, play.consult.number)
        self._rewrite(play, turn)

    def hold(self, domain: Domain, leg_uuid: str) -> None:
        """Nobody talks until somebody resumes."""
        self._rewrite(self._answered(domain, leg_uuid), self._turned("hold", leg_uuid))

    def resume(self, domain: Domain, leg_uuid: str) -> None:
        """Talk on."""
        play = self._answered(domain, leg_uuid)
        party = play.party(leg_uuid)
        if party is None or not party.holds:
            raise CannotComply("this party does not hold the call")
        self._rewrite(play, self._turned("resume", leg_uuid))

    def mute(self, domain: Domain, leg_uuid: str) -> None:
        """There is nothing to be heard."""
        self._answered(domain, leg_uuid)

    def unmute(self, domain: Domain, leg_uuid: str) -> None:
        """There is nothing to be heard."""
        self._answered(domain, leg_uuid)

    def send_digits(self, domain: Domain, leg_uuid: str, digits: str) -> None:
        """They are what is said to a room that asks this party for its PIN; nobody else listens."""
        asked = self._answered(domain, leg_uuid).asked_pin
        if asked is None or asked.party.leg_uuid != leg_uuid:
            return
        knows = self._scripts.who_knows(domain.domain_uuid, asked.room.number, digits.rstrip("#"))
        self._rewrite(self._on_line(domain, leg_uuid), self._turned("say_pin", leg_uuid, knows or ""))

    def transfer(self, domain: Domain, leg_uuid: str, number: str) -> None:
        """Release the other party and ring the number."""
        play = self._answered(domain, leg_uuid)
        _check_asks_nobody(play)
        self._rewrite(play, self._led(domain, play, self._turned("transfer", leg_uuid, number), number))

    def park(self, domain: Domain, leg_uuid: str, place: ParkingPlace) -> str:
        """Release the other party and wait, until the lot's time is over, or an hour at most."""
        play = self._answered(domain, leg_uuid)
        if play.slot is not None:
            raise CannotComply("this call waits in a slot already")
        _check_asks_nobody(play)
        slot, lot = self._free_slot(domain, place), place.lot
        turn = self._turned("park", leg_uuid, slot)
        if lot is not None and lot.timeout:
            other = next((party for party in play.line if party.leg_uuid != leg_uuid), None)
            parked_by = other.number if other and other.number in play.script.extensions else ""
            then, until = place.on_timeout or parked_by, turn.at + lot.timeout
            turn = self._led(domain, play, turn, then, until) if then else turn
            turn = turn.model_copy(update={"until": until, "then": then})
        self._rewrite(play, turn.model_copy(update={"parkinglot_uuid": lot.parkinglot_uuid if lot else None}))
        return slot

    def _free_slot(self, domain: Domain, place: ParkingPlace) -> str:
        now = self._clock.now()
        free = slots.free(self._plays(domain, now), now, place.lot)
        if place.slot is not None and place.slot not in free:
            raise CannotComply(f"somebody waits in {place.slot} already", parameter="slot")
        if not free:
            raise CannotComply("every parking slot is taken")
        return place.slot or free[0]

    def consult(self, domain: Domain, consultation: Consultation) -> None:
        """Ring whoever has the number, for the initiator; if nobody answers, the two talk again."""
        play = self._answered(domain, consultation.initiator)
        is_there = play.party(consultation.transferred) is not None
        if not is_there or consultation.transferred == consultation.initiator or play.consult is not None:
            raise NotFound("call not found")
        number = consultation.number
        turn = self._led(domain, play, self._turned("consult", consultation.initiator, number), number)
        about = {"other_uuid": consultation.transferred, "transfer_uuid": consultation.transfer_uuid}
        self._rewrite(play, turn.model_copy(update=about))

    def put_through(self, domain: Domain, consultation: Consultation) -> bool:
        """Let who waits talk with who was asked, or ring the number anew for him."""
        play = self._asking(domain, consultation)
        turn = self._turned("put_through", consultation.initiator)
        is_answered = play.asked(turn.at) is not None
        self._rewrite(play, turn if is_answered else self._led(domain, play, turn, consultation.number))
        return is_answered

    def take_back(self, domain: Domain, consultation: Consultation) -> None:
        """Let the two talk again."""
        play = self._asking(domain, consultation)
        self._rewrite(play, self._turned("take_back", consultation.initiator))

    def _asking(self, domain: Domain, consultation: Consultation) -> Play:
        play = self._on_line(domain, consultation.initiator)
        if play.consult is None:
            raise NotFound("nobody is asked any more")
        return play

    def rooms(self, domain: Domain) -> list[LiveRoom]:
        """The rooms that somebody is in."""
        now = self._clock.now()
        return rooms.live(self._plays(domain, now), now)

    def change_participant(self, domain: Domain, room: str, leg_uuid: str, change: ParticipantChange) -> None:
        """There is nothing to be heard; but it is known, and told."""
        inside = self._inside(domain, room)
        if all(one.leg_uuid != leg_uuid for one in inside.participants):
            raise NotFound("that one is not in the room")
        if change == "kick":
            self.hang_up(domain, leg_uuid)
        else:
            self._rewrite(self._on_line(domain, leg_uuid), self._turned(change, leg_uuid))

    def lock_room(self, domain: Domain, room: str, locked: bool) -> None:
        """Whoever comes is turned away, or let in."""
        self._note_in_room(domain, room, "lock" if locked else "unlock", room)

    def record_room(self, domain: Domain, room: str, leg_uuid: str) -> str:
        """There is nothing to record, and no file; but what it would be called."""
        inside = self._inside(domain, room)
        turns = rooms.recordings(self._scripts.of_domain(domain.domain_uuid), room)
        if inside.recorded and turns and turns[-1].what == "record_room":
            return turns[-1].value
        began = [turn.what == "record_room" for turn in turns]
        number = 1 + max(began.count(True), began.count(False))  # the first may have begun by itself
        path = f"sandbox/room-{number}-{leg_uuid}.wav"
        if not inside.recorded:
            self._note_in_room(domain, room, "record_room", path)
        return path

    def stop_recording_room(self, domain: Domain, room: str) -> None:
        """There is nothing to record."""
        if not self._inside(domain, room).recorded:
            raise CannotComply("this room is not being recorded")
        self._note_in_room(domain, room, "stop_recording_room")

    def _inside(self, domain: Domain, room: str) -> LiveRoom:
        """A room that somebody is in."""
        inside = next((one for one in self.rooms(domain) if one.room == room), None)
        if inside is None:
            raise NotFound("nobody is in that room")
        return inside

    def _note_in_room(self, domain: Domain, room: str, what: TurnWhat, value: str = "") -> None:
        """Something is done to a room: it is noted of whoever is there longest."""
        leg_uuid = self._inside(domain, room).participants[0].leg_uuid
        self._note(self._on_line(domain, leg_uuid).script, leg_uuid, what, value)

    def record(self, domain: Domain, leg_uuid: str) -> str:
        """There is nothing to record, and no file; but what it would be called."""
        script = self._answered(domain, leg_uuid).script
        begun = [turn.value for turn in _recordings(script, leg_uuid) if turn.what == "record"]
        if _is_recorded(script, leg_uuid):
            return begun[-1]
        path = f"sandbox/{len(begun) + 1}-{leg_uuid}.wav" if begun else f"sandbox/{leg_uuid}.wav"
        self._note(script, leg_uuid, "record", path)
        return path

    def stop_recording(self, domain: Domain, leg_uuid: str) -> None:
        """There is nothing to record, but what was said to be."""
        script = self._answered(domain, leg_uuid).script
        if not _is_recorded(script, leg_uuid):
            raise CannotComply("this call is not being recorded")
        self._note(script, leg_uuid, "stop_recording")

    def registrations(self, domain: Domain) -> list[Registration]:
        """There are no phones."""
        return []

    def unregister(self, domain: Domain, extension: str) -> int:
        """There are no phones."""
        return 0

    def waiting(self, domain: Domain) -> list[WaitingCaller]:
        """The callers who wait, in the order in which they have joined."""
        now = self._clock.now()
        found = []
        for script in self._scripts.of_domain(domain.domain_uuid):
            order, one = script.order, Play(script).waits_in(now)
            if one is not None:
                caller = WaitingCaller(
                    queue_uuid=one.queue_uuid,
                    leg_uuid=one.caller.leg_uuid,
                    call_uuid=order.call_uuid,
                    since=stamp(one.joins),
                    caller_id_number=order.caller_id_number,
                    caller_id_name=order.caller_id_name or None,
                )
                found.append(caller)
        return sorted(found, key=lambda caller: (caller.since, caller.leg_uuid))

    def set_queues(self, domain: Domain, queues: Sequence[QueueOrder]) -> None:
        """They are as the table says; who waits may have somebody to ring now."""
        self._scripts.requeue(domain.domain_uuid)

    def drop_queue(self, domain: Domain, queue_uuid: str) -> None:
        """Whoever waits there is not waiting any more."""
        self._scripts.requeue(domain.domain_uuid)

    def _turned(self, what: TurnWhat, leg_uuid: str, value: str = "") -> Turn:
        return Turn(at=self._clock.now(), what=what, leg_uuid=leg_uuid, value=value)

    def _led(self, domain: Domain, play: Play, turn: Turn, number: str, at: float | None = None) -> Turn:
        """A turn with whom a number leads the call to, then, or at a later moment."""
        way = self._scripts.way(domain.domain_uuid, number, play.script.order, at or turn.at)
        return turn.model_copy(update={"way": way})

    def _rewrite(self, play: Play, turn: Turn) -> None:
        """Something is done to a call that changes what becomes of it."""
        self._scripts.rewrite(play.script.model_copy(update={"turns": (*play.script.turns, turn)}))

    def _note(self, script: Script, leg_uuid: str, what: TurnWhat, value: str = "") -> None:
        turn = self._turned(what, leg_uuid, value)
        self._scripts.note(script.model_copy(update={"turns": (*script.turns, turn)}))

    def _plays(self, domain: Domain, now: float) -> list[Play]:
        """The calls of a domain as they are at that moment."""
        return [Play(script, now) for script in self._scripts.of_domain(domain.domain_uuid)]

    def _answered(self, domain: Domain, leg_uuid: str) -> Play:
        play = self._on_line(domain, leg_uuid)
        party = play.party(leg_uuid)
        if party is None or party.answered is None or party.answered > self._clock.now():
            raise CannotComply("this party has not answered yet")
        return play

    def _on_line(self, domain: Domain, leg_uuid: str) -> Play:
        now = self._clock.now()
        for play in self._plays(domain, now):
            party = play.party(leg_uuid)
            if party is not None and party.start <= now < play.ends:
                return play
        raise NotFound("call not found")


def _check_asks_nobody(play: Play) -> None:
    if play.consult is not None:
        raise CannotComply("a transfer of this call is under way: transfer-complete or transfer-cancel ends it")


def _recordings(script: Script, leg_uuid: str) -> list[Turn]:
    """When a leg's recordings began and were stopped."""
    return [turn for turn in script.turns if turn.leg_uuid == leg_uuid and turn.what in ("record", "stop_recording")]


def _is_recorded(script: Script, leg_uuid: str) -> bool:
    return any(turn.what == "record" for turn in _recordings(script, leg_uuid)[-1:])


def _live(play: Play, now: float) -> LiveCall:
    order, extensions = play.script.order, play.script.extensions
    waits = play.parked is not None and play.parked.at <= now
    legs = tuple(
        LiveLeg(
            leg_uuid=party.leg_uuid,
            extension=party.number if party.number in extensions else None,
            number=party.number,
            state=_state(play, party, now),
            start_stamp=stamp(party.start),
        )
        for party in play.parties
        if party.start <= now < party.ends
    )
    return LiveCall(
        call_uuid=order.call_uuid,
        domain_uuid=order.domain_uuid,
        direction=order.direction or ("local" if all(leg.extension for leg in legs) else "outbound"),
        state=state_of(legs),
        start_stamp=order.placed_at,
        caller_id_name=order.caller_id_name,
        caller_id_number=order.caller_id_number,
        destination_number=play.leads_to,
        slot=play.slot if waits else None,
        parkinglot_uuid=play.parkinglot_uuid if waits else None,
        legs=legs,
    )


def _state(play: Play, party: Party, now: float) -> LegState:
    if party.answered is None or party.answered > now:
        return "ringing"
    if play.slot is not None:
        return "parked"
    return "held" if party.holds else "answered"
