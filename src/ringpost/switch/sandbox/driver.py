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
…5550153   as caller_id_number of such a call: an extension rings a minute, until call-answer
           answers it, and they talk until somebody hangs up
=========  ===========================================================================

Who is on hold or parked does not talk: the call goes on until an hour has passed.
"""

from collections.abc import Sequence
from typing import Literal

from ringpost.clock import Clock, stamp
from ringpost.model import dialplan
from ringpost.model.call import CallOrder, Leg
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound, SwitchRefused, SwitchUnreachable
from ringpost.model.live import LegState, LiveCall, LiveLeg, Registration, state_of
from ringpost.model.queue import QueueOrder, WaitingCaller
from ringpost.model.switch import SwitchStatus
from ringpost.switch import Finding, Progress
from ringpost.switch.queue_abilities import QueueAbilities
from ringpost.switch.sandbox.play import REFUSED, UNREACHABLE, Party, Play
from ringpost.switch.scripts import Script, Scripts, Turn


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
        return Play(Script(order=order)).legs()

    def calls(self, domain: Domain) -> list[LiveCall]:
        """The calls that are up now."""
        now = self._clock.now()
        plays = [Play(script) for script in self._scripts.of_domain(domain.domain_uuid)]
        running = [_live(play, now) for play in plays if now < play.ends]
        return sorted(running, key=lambda call: (call.start_stamp, call.call_uuid))

    def answer(self, domain: Domain, leg_uuid: str) -> None:
        """Every number answers by itself, but where it rings until somebody does this."""
        now = self._clock.now()
        for script in self._scripts.of_domain(domain.domain_uuid):
            if Play(script).rung_by_hand(leg_uuid, now) is not None:
                self._take(script, Turn(at=now, what="answer", leg_uuid=leg_uuid))
                return
        self._on_line(domain, leg_uuid)

    def hang_up(self, domain: Domain, leg_uuid: str) -> None:
        """End the call now."""
        self._turn(domain, leg_uuid, "hang_up")

    def hold(self, domain: Domain, leg_uuid: str) -> None:
        """Nobody talks until somebody resumes."""
        self._turn(domain, leg_uuid, "hold")

    def resume(self, domain: Domain, leg_uuid: str) -> None:
        """Talk on."""
        party = self._answered(domain, leg_uuid).party(leg_uuid)
        if party is None or not party.holds:
            raise CannotComply("this party does not hold the call")
        self._turn(domain, leg_uuid, "resume")

    def mute(self, domain: Domain, leg_uuid: str) -> None:
        """There is nothing to be heard."""
        self._answered(domain, leg_uuid)

    def unmute(self, domain: Domain, leg_uuid: str) -> None:
        """There is nothing to be heard."""
        self._answered(domain, leg_uuid)

    def send_digits(self, domain: Domain, leg_uuid: str, digits: str) -> None:
        """Nobody listens to them."""
        self._answered(domain, leg_uuid)

    def transfer(self, domain: Domain, leg_uuid: str, number: str) -> None:
        """Release the other party and ring the number."""
        self._turn(domain, leg_uuid, "transfer", number)

    def park(self, domain: Domain, leg_uuid: str) -> str:
        """Release the other party and wait, an hour at most."""
        if self._answered(domain, leg_uuid).slot is not None:
            raise CannotComply("this call waits in a slot already")
        taken = {call.slot for call in self.calls(domain)}
        slot = next((str(slot) for slot in dialplan.SLOTS if str(slot) not in taken), None)
        if slot is None:
            raise CannotComply("every parking slot is taken")
        self._turn(domain, leg_uuid, "park", slot)
        return slot

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
        """There is nothing to record."""
        script = self._answered(domain, leg_uuid).script
        if _is_recorded(script, leg_uuid):
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

    def _turn(
        self,
        domain: Domain,
        leg_uuid: str,
        what: Literal["hang_up", "hold", "resume", "transfer", "park"],
        value: str = "",
    ) -> None:
        find = self._on_line if what == "hang_up" else self._answered
        script = find(domain, leg_uuid).script
        way = self._scripts.way(domain.domain_uuid, value, script.order) if what == "transfer" else ()
        self._take(script, Turn(at=self._clock.now(), what=what, leg_uuid=leg_uuid, value=value, way=way))

    def _take(self, script: Script, turn: Turn) -> None:
        after = script.model_copy(update={"turns": (*script.turns, turn)})
        self._scripts.rewrite(after, Play(after).legs())

    def _note(self, script: Script, leg_uuid: str, what: Literal["record", "stop_recording"], value: str = "") -> None:
        turn = Turn(at=self._clock.now(), what=what, leg_uuid=leg_uuid, value=value)
        self._scripts.note(script.model_copy(update={"turns": (*script.turns, turn)}))

    def _answered(self, domain: Domain, leg_uuid: str) -> Play:
        play = self._on_line(domain, leg_uuid)
        party = play.party(leg_uuid)
        if party is None or party.answered is None or party.answered > self._clock.now():
            raise CannotComply("this party has not answered yet")
        return play

    def _on_line(self, domain: Domain, leg_uuid: str) -> Play:
        now = self._clock.now()
        for script in self._scripts.of_domain(domain.domain_uuid):
            play = Play(script)
            party = play.party(leg_uuid)
            if party is not None and party.start <= now < play.ends:
                return play
        raise NotFound("call not found")


def _recordings(script: Script, leg_uuid: str) -> list[Turn]:
    """When a leg's recordings began and were stopped."""
    return [turn for turn in script.turns if turn.leg_uuid == leg_uuid and turn.what in ("record", "stop_recording")]


def _is_recorded(script: Script, leg_uuid: str) -> bool:
    return any(turn.what == "record" for turn in _recordings(script, leg_uuid)[-1:])


def _live(play: Play, now: float) -> LiveCall:
    order, extensions = play.script.order, play.script.extensions
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
        destination_number=play.line[-1].number,
        slot=play.slot,
        legs=legs,
    )


def _state(play: Play, party: Party, now: float) -> LegState:
    if party.answered is None or party.answered > now:
        return "ringing"
    if play.slot is not None:
        return "parked"
    return "held" if party.holds else "answered"
