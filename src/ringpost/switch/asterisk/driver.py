"""Asterisk, through its manager interface. What it answers was captured from 22.10.1; each action has its yes and no.

Nothing reaches it but numbers, uuids and names that were cleaned, and ids it has told itself: no caller chooses a
channel, a context, an application or a file.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NoReturn

from ringpost.clock import Clock
from ringpost.model import dialplan
from ringpost.model.call import CallOrder, Leg
from ringpost.model.conference import LiveRoom, ParticipantChange
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound, SwitchRefused, SwitchUnreachable
from ringpost.model.live import LiveCall, Registration
from ringpost.model.parking import ParkingPlace
from ringpost.model.queue import QueueOrder, WaitingCaller
from ringpost.model.switch import SwitchRecord, SwitchStatus
from ringpost.model.transfer import Consultation
from ringpost.switch import CALL_ACTIONS, Finding, Progress
from ringpost.switch.asterisk import consulting, lists, marks, names, originating, rooms
from ringpost.switch.asterisk.abilities import CAPABILITIES
from ringpost.switch.asterisk.ami import Manager, Message, Unlisted
from ringpost.switch.asterisk.beside import CACHES
from ringpost.switch.asterisk.lists import Channel, Contact, Party
from ringpost.switch.asterisk.lots import Waits
from ringpost.switch.asterisk.place import address, connected
from ringpost.switch.asterisk.queue_line import QueueLine
from ringpost.switch.line import Line

NEEDS_SYSTEM = frozenset(
    {
        "call-answer",
        "call-hold",
        "call-resume",
        "call-record-start",
        "registration-delete",
        "conference-record-start",
        "conference-record-stop",
    }
)
"""What is done by actions of the class ``system``, which may run a shell: a user has it on loopback only."""
DIRECT = tuple(action for action in CALL_ACTIONS if action not in NEEDS_SYSTEM)
"""What can be done at an address that is not this machine's."""
_log = logging.getLogger("ringpost")
_POLL_SECONDS = 0.2
_ENDS_WITHIN = 1.0
_NORMALLY = "16"
_NOT_THERE = re.compile(
    r"(No such channel|Channel not found|Database entry not found|Channel .{0,200}does not exist).*", re.DOTALL
)
_NOT_RECORDED = "Could not stop monitoring channel"
_STARTED, _LOCAL_NOW = "%Y-%m-%d %H:%M:%S", "STRFTIME(,,%Y-%m-%d %H:%M:%S)"


class Asterisk:
    """A ``Switch`` that is an Asterisk. One connection, made when it is first needed."""

    is_sandbox = False

    def __init__(
        self,
        record: SwitchRecord,
        secret: Callable[[str], str],
        clock: Clock,
        *,
        resting: dict[str, float] | None = None,
        answer_seconds: float = 4.0,
    ) -> None:
        """``resting`` is shared by all lines of a process: until when a switch that failed is left alone.

        ``answer_seconds`` is for each answer, and for what is told of what was ordered: that a phone holds, where a
        call is parked.
        """
        self._answer_seconds = answer_seconds
        self._record = record
        self._address = address(record)
        self._secret = secret
        self._clock = clock
        self._line = Line(
            record.switch_uuid, lambda: secret(record.secret or ""), self._connected, resting, answer_seconds
        )
        self._queues = QueueLine(self._ask, self._list)
        self._tale: originating.Tale | None = None
        self._found_odd = False

    @property
    def capabilities(self) -> tuple[str, ...]:
        """The actions it can do: all on this machine, and without those that need ``system`` at another's address."""
        return CAPABILITIES if self._address.is_loopback else DIRECT

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()
        self._tale = None
        self._found_odd = False

    def status(self) -> SwitchStatus:
        """How it is. Not reaching it is an answer too."""
        try:
            version = self._ask("CoreSettings").get("AsteriskVersion")
            uptime = self._uptime()
            calls = {one.linkedid for one in self._channels()}
            phones = len(self._contacts())
        except (SwitchUnreachable, SwitchRefused) as problem:
            error = f"{self._record.address}: {problem.detail}"
            return SwitchStatus(reachable=False, capabilities=self.capabilities, last_error=error)
        return SwitchStatus(
            reachable=True,
            version=version[:64] or None,
            uptime_seconds=uptime,
            calls=len(calls),
            registrations=phones,
            capabilities=self.capabilities,
        )

    def _uptime(self) -> int | None:
        """Seconds since it started, which it says in its own time of day."""
        core = self._ask("CoreStatus")
        try:
            began = _moment(f"{core.get('CoreStartupDate')} {core.get('CoreStartupTime')}")
            now = _moment(self._ask("Getvar", Variable=_LOCAL_NOW).get("Value"))
        except ValueError:
            return None
        return max(int((now - began).total_seconds()), 0)

    def examine(self, domain: Domain | None) -> Sequence[Finding]:
        """Try each step from here to a registered phone."""
        from ringpost.switch.asterisk.doctor import examined  # only the command line asks

        return list(examined(self._record, self._address, self._secret, self._clock, domain))

    # placing calls

    def place(self, order: CallOrder) -> None:
        """Have it ring A, under our uuid; it goes on by itself. An A without a phone is none that it can ring."""
        if order.gateway is None and not self._has_phones(order):
            self._tale = originating.Tale(order.call_uuid, is_registered=False)
            return
        listens_to = self._listened_to(order) if order.monitors else None
        self._line.take().hear()
        self._do("Originate", *originating.members(order, listens_to))
        self._tale = originating.Tale(order.call_uuid)

    def _has_phones(self, order: CallOrder) -> bool:
        account = names.account(order.destination_a, order.domain_name)
        return bool(self._do("Getvar", Variable=f"PJSIP_DIAL_CONTACTS({account})").get("Value"))

    def _listened_to(self, order: CallOrder) -> str:
        """The name of the channel of the phone that is listened to."""
        domain = Domain(domain_uuid=order.domain_uuid, domain_name=order.domain_name)
        return _heard_at(self._answered(domain, order.monitors or "")).name

    def await_answer(self, order: CallOrder, seconds: float) -> Progress:
        """Wait for what becomes of A; of a call placed earlier, look how far it has come."""
        tale = self._tale
        if tale is None or tale.call_uuid != order.call_uuid:
            return self._looked_up(order, seconds)
        end = time.monotonic() + seconds
        while not tale.is_over and (left := end - time.monotonic()) > 0:
            was_told = tale.is_told
            with self._line.spoken():
                event = self._line.hold().event(left)
            if event is not None:
                tale.tell(event)
            if tale.is_told and not was_told:
                end = time.monotonic() + _ENDS_WITHIN
        return tale.progress

    def _looked_up(self, order: CallOrder, seconds: float) -> Progress:
        deadline = self._clock.now() + seconds
        while True:
            self._line.wait_on()
            found = [one for one in self._channels() if one.is_placed and one.leg_uuid == order.call_uuid]
            if not found or found[0].marked.uuid(marks.DOMAIN) != order.domain_uuid:
                return Progress("ended")
            if found[0].is_up:
                return Progress("answered", answered=True)
            if self._clock.now() >= deadline:
                return Progress("ringing")
            self._clock.sleep(_POLL_SECONDS)

    def foretold(self, order: CallOrder) -> Sequence[Leg]:
        """A real switch cannot tell."""
        return []

    # calls that are up

    def calls(self, domain: Domain) -> list[LiveCall]:
        """The domain's calls. Its plan and the rows of its phones mark every channel with the domain's uuid."""
        legs = self._parties(domain)
        parked = any(map(lists.may_be_parked, legs))
        return lists.calls(domain, legs, self._slots(domain) if parked else {}, self._held(legs))

    def answer(self, domain: Domain, leg_uuid: str) -> None:
        """Tell a phone that rings to answer, which is up to the phone (SIP event talk)."""
        phone = self._telephone(_one(self._parties(domain), leg_uuid))
        if phone.calls:
            raise CannotComply("this party calls: the one it calls could be told to answer")
        if not phone.is_up:
            self._notify(phone, "talk")

    def hang_up(self, domain: Domain, leg_uuid: str) -> None:
        """End the leg, and mark that it was we who did: nothing else would tell."""
        channel = _one(self._parties(domain), leg_uuid).channel.uniqueid
        with suppress(SwitchRefused):
            self._ask("Setvar", Channel=channel, Variable=marks.HUNG_UP, Value="true")
        self._do("Hangup", Channel=channel, Cause=_NORMALLY)

    def hold(self, domain: Domain, leg_uuid: str) -> None:
        """This phone holds the call, if it does what it is told (SIP event hold)."""
        legs = self._parties(domain)
        leg = _answered(legs, leg_uuid)
        if leg_uuid not in self._held(legs):
            self._tell_phone(leg, "hold", "Hold", "true")

    def resume(self, domain: Domain, leg_uuid: str) -> None:
        """This phone takes the call back, if it does what it is told (SIP event talk)."""
        legs = self._parties(domain)
        leg = _answered(legs, leg_uuid)
        if leg_uuid not in self._held(legs):
            raise CannotComply("this party does not hold the call")
        self._tell_phone(leg, "talk", "Unhold", "")

    def mute(self, domain: Domain, leg_uuid: str) -> None:
        """What it says is dropped."""
        self._mute(domain, leg_uuid, "on")

    def unmute(self, domain: Domain, leg_uuid: str) -> None:
        """What it says goes through again."""
        self._mute(domain, leg_uuid, "off")

    def _mute(self, domain: Domain, leg_uuid: str, state: str) -> None:
        """By the function and not by ``MuteAudio``, which does the same and needs ``system``."""
        self._act(domain, leg_uuid, "Setvar", Variable="MUTEAUDIO(in)", Value=state)

    def send_digits(self, domain: Domain, leg_uuid: str, digits: str) -> None:
        """Play digits to the leg: of several in one action Asterisk would play the first."""
        channel = self._answered(domain, leg_uuid).channel.uniqueid
        for digit in digits:
            self._do("PlayDTMF", Channel=channel, Digit=digit)

    def transfer(self, domain: Domain, leg_uuid: str, number: str) -> None:
        """Run the domain's plan for this leg."""
        self._act(domain, leg_uuid, "Redirect", Context=marks.PLAN, Exten=number, Priority="1")

    def park(self, domain: Domain, leg_uuid: str, place: ParkingPlace) -> str:
        """Send the leg to the number that parks, and hear in which slot it comes to wait."""
        legs = self._parties(domain)
        leg = _answered(legs, leg_uuid)
        self._refuse_taken(domain, legs, place)
        self._set(leg.channel, marks.PARKS, "yes")
        self._set(leg.channel, marks.GOES_BACK_TO, place.on_timeout or _parks(domain, leg))
        channel, line = leg.channel.uniqueid, self._line.take()
        line.hear()
        self._do("Redirect", Channel=channel, Context=marks.PLAN, Exten=_number_of(place), Priority="1")
        with self._line.spoken():
            told = line.awaited(lambda event: channel in lists.slots([event], domain.domain_name), self._answer_seconds)
        if told is None:
            raise CannotComply("the call was not parked: it may have ended, or every slot is taken")
        return lists.slots([told], domain.domain_name)[channel].slot

    def _refuse_taken(self, domain: Domain, legs: Iterable[Party], place: ParkingPlace) -> None:
        """Of two who want a slot at once, the second comes to wait in the next."""
        if place.slot is None:
            return
        wanted = Waits(place.slot, place.lot.parkinglot_uuid if place.lot else None)
        slots = self._slots(domain)
        if any(slots.get(leg.channel.uniqueid) == wanted for leg in legs):
            raise CannotComply("somebody waits in that slot already", parameter="slot")

    def record(self, domain: Domain, leg_uuid: str) -> str:
        """Record into a new file below ``monitor``, under the domain's name; what records already goes on."""
        leg = self._answered(domain, leg_uuid)
        home = re.escape(f"{domain.domain_name}/")
        running = leg.channel.marked.matching(re.compile(f"{home}[A-Za-z0-9_.-]{{1,200}}"), marks.RECORDED)
        if running is not None:
            return running
        if domain.record_announcement:
            self._announce(leg)
        path = f"{domain.domain_name}/{secrets.token_hex(4)}-{leg_uuid}.wav"
        self._set(leg.channel, marks.RECORDED, path)  # before, so that what is told of its start says the file
        try:
            self._do("MixMonitor", Channel=leg.channel.uniqueid, File=path)
        except (NotFound, SwitchRefused):
            self._set(leg.channel, marks.RECORDED, "")
            raise
        return path

    def _announce(self, leg: Party) -> None:
        """Say to both parties that they are recorded: who says it barges in. Returns once that has begun."""
        self._do(
            "Originate",
            Channel=f"Local/s@{marks.ANNOUNCES}/n",
            Application="ChanSpy",
            Data=f"{_heard_at(leg).name},qSB",
            Timeout="2000",
        )

    def stop_recording(self, domain: Domain, leg_uuid: str) -> None:
        """Stop whatever records this leg."""
        channel = self._answered(domain, leg_uuid).channel
        self._do("StopMixMonitor", Channel=channel.uniqueid)
        self._set(channel, marks.RECORDED, "")

    # transfers in which the other party waits meanwhile

    def consult(self, domain: Domain, consultation: Consultation) -> None:
        """Mark the initiator, and send both on in one action: the plan does the rest."""
        legs = self._parties(domain)
        initiator = _answered(legs, consultation.initiator).channel
        transferred = _answered(legs, consultation.transferred).channel
        about = consulting.written(consultation, transferred.uniqueid, initiator.uniqueid)
        self._set(initiator, marks.CONSULTS, about)
        self._do(
            "Redirect",
            ("ExtraChannel", initiator.uniqueid),
            ("ExtraContext", marks.CONSULTING),
            ("ExtraExten", consultation.number),
            ("ExtraPriority", "1"),
            Channel=transferred.uniqueid,
            Context=marks.WAITS,
            Exten="s",
            Priority="1",
        )

    def put_through(self, domain: Domain, consultation: Consultation) -> bool:
        """Release the initiator: the plan does the rest, whether or not somebody has answered.

        Who is not there any more has done so already; but if whoever waits still does, that one is sent on here.
        """
        legs = self._parties(domain)
        initiator = next((leg for leg in legs if leg.leg_uuid == consultation.initiator), None)
        if initiator is not None and consulting.is_about(initiator.channel, consultation):
            self.hang_up(domain, consultation.initiator)
            return consulting.has_answer(initiator)
        waits = _one(legs, consultation.transferred).channel
        if waits.said.verbatim("Context") == marks.WAITS:
            self._do("Redirect", Channel=waits.uniqueid, Context=marks.PLAN, Exten=consultation.number, Priority="1")
        elif initiator is not None:
            raise CannotComply("this transfer is over: the two talk")
        return False

    def take_back(self, domain: Domain, consultation: Consultation) -> None:
        """Send the initiator to where it talks again with whom it is about; whoever it calls is released."""
        initiator = _one(self._parties(domain), consultation.initiator).channel
        if consulting.is_about(initiator, consultation):
            self._do("Setvar", Variable=f"GLOBAL({marks.TAKES_BACK}{initiator.uniqueid})", Value="yes")
            self._do("Redirect", Channel=initiator.uniqueid, Context=marks.BACK, Exten="s", Priority="1")

    # conference rooms

    def rooms(self, domain: Domain) -> list[LiveRoom]:
        """The rooms of a domain that somebody is in: they are called by its uuid."""
        rows = [row for row in self._some("ConfbridgeListRooms") if row.event == "ConfbridgeListRooms"]
        found = [(row, rooms.named(row.get("Conference"), domain.domain_uuid)) for row in rows]
        legs = self._parties(domain) if any(room for _, room in found) else []
        return [
            rooms.live(
                domain,
                room,
                row,
                self._participants(row.get("Conference")),
                legs,
                is_recorded=self._file(domain, room) is not None,
            )
            for row, room in found
            if room is not None
        ]

    def change_participant(self, domain: Domain, room: str, leg_uuid: str, change: ParticipantChange) -> None:
        """Have somebody not be heard, or hear nobody, or go. That one is deaf is marked: no list says so."""
        its = rooms.name(domain.domain_uuid, room)
        inside = self._inside(its)
        leg = next((leg for leg in self._parties(domain) if leg.leg_uuid == leg_uuid), None)
        if not inside or leg is None or leg.channel.uniqueid not in inside:
            raise NotFound("that one is not in the room" if inside else "nobody is in that room")
        channel = leg.channel
        if change in ("deaf", "undeaf"):
            self._set(channel, "MUTEAUDIO(out)", "on" if change == "deaf" else "off")
            self._set(channel, marks.DEAF, "true" if change == "deaf" else "")
            return
        if change == "kick":
            self._set(channel, marks.HUNG_UP, "true")
        self._in_room(rooms.CHANGES[change], its, Channel=channel.name)

    def lock_room(self, domain: Domain, room: str, locked: bool) -> None:
        """Who comes to a locked room is told so and hung up."""
        self._in_room("ConfbridgeLock" if locked else "ConfbridgeUnlock", rooms.name(domain.domain_uuid, room))

    def record_room(self, domain: Domain, room: str, leg_uuid: str) -> str:
        """Record into a new file below ``monitor``, and note for which leg; what records already goes on."""
        its = rooms.name(domain.domain_uuid, room)
        running = self._file(domain, room)
        if running is not None and self._inside(its):
            return running
        leg = _answered(self._parties(domain), leg_uuid).channel
        path = f"{domain.domain_name}/{secrets.token_hex(4)}-{leg_uuid}.wav"
        self._note_file(its, f"{path}:{leg.uniqueid}")
        self._do("UserEvent", UserEvent=marks.ROOM_RECORDED, Room=its, File=path, Leg=leg.uniqueid)
        try:
            self._in_room("ConfbridgeStartRecord", its, RecordFile=path)
        except (NotFound, SwitchRefused):
            self._note_file(its, "")
            raise
        return path

    def stop_recording_room(self, domain: Domain, room: str) -> None:
        """Record no more."""
        its = rooms.name(domain.domain_uuid, room)
        if self._file(domain, room) is None:
            raise CannotComply("this room is not being recorded")
        self._in_room("ConfbridgeStopRecord", its)
        self._note_file(its, "")

    def _participants(self, its: str) -> list[Message]:
        """Who is in a room of that name."""
        return [row for row in self._some("ConfbridgeList", Conference=its) if row.event == "ConfbridgeList"]

    def _some(self, action: str, **members: str) -> list[Message]:
        """What an action lists that is refused where there is nothing to list."""
        with self._line.spoken():
            try:
                return self._line.take().listed(action, **members)
            except Unlisted as refused:
                if str(refused) in rooms.NOT_THERE:
                    return []
                raise SwitchRefused(f"the switch has no list for {action}: see its log") from refused

    def _inside(self, its: str) -> set[str]:
        return {row.get("Uniqueid") for row in self._participants(its)}

    def _file(self, domain: Domain, room: str) -> str | None:
        """What a room is recorded into; None if it is not. Who comes first into an empty room says so anew."""
        said = self._do("Getvar", Variable=rooms.noted(rooms.name(domain.domain_uuid, room))).get("Value")
        found = rooms.file_of(said, domain.domain_name)
        return found[0] if found else None

    def _note_file(self, its: str, value: str) -> None:
        self._do("Setvar", Variable=rooms.noted(its), Value=value)

    def _in_room(self, action: str, its: str, **members: str) -> None:
        """Do something to a room, which is none once nobody is in it."""
        answer = self._ask(action, Conference=its, **members)
        if answer.is_good or answer.says in rooms.ALREADY:
            return
        if answer.says in rooms.NOT_THERE:
            raise NotFound(rooms.NOT_THERE[answer.says])
        _refused(action, answer.says)

    # phones

    def registrations(self, domain: Domain) -> list[Registration]:
        """The phones that registered under the domain's name."""
        return [lists.registration(found) for found in self._contacts() if found.is_in(domain)]

    def unregister(self, domain: Domain, extension: str) -> int:
        """Drop the registrations of an extension, which is asked for anew first: what it was may be remembered."""
        for cache in CACHES.values():
            self._ask(
                "SorceryMemoryCacheExpireObject", Cache=cache, Object=names.account(extension, domain.domain_name)
            )
        phones = [found for found in self._contacts() if found.is_in(domain) and found.number == extension]
        for phone in phones:
            with suppress(NotFound):  # it has run out meanwhile
                self._do("DBDel", Family="registrar", Key=phone.key)
        return len(phones)

    # queues

    def waiting(self, domain: Domain) -> list[WaitingCaller]:
        """The callers who wait in a domain's queues."""
        return list(self._queues.waiting(self._channels(), domain, self._clock.now()))

    def set_queues(self, domain: Domain, queues: Sequence[QueueOrder]) -> None:
        """Have these queues be as they are ordered."""
        self._queues.arrange(domain, queues, lambda: {one.number for one in self._contacts() if one.is_in(domain)})

    def drop_queue(self, domain: Domain, queue_uuid: str) -> None:
        """Forget a queue."""
        self._queues.drop(domain.domain_uuid, queue_uuid)

    # legs

    def _channels(self) -> list[Channel]:
        return lists.channels(self._list("CoreShowChannels"), self._clock.now(), self._odd)

    def _parties(self, domain: Domain) -> list[Party]:
        return lists.parties(domain, self._channels())

    def _answered(self, domain: Domain, leg_uuid: str) -> Party:
        return _answered(self._parties(domain), leg_uuid)

    def _act(self, domain: Domain, leg_uuid: str, action: str, **members: str) -> None:
        self._do(action, Channel=self._answered(domain, leg_uuid).channel.uniqueid, **members)

    def _held(self, legs: Collection[Party]) -> set[str]:
        """The legs that hold, by their marks and by what the switch knows of those they talk to."""
        marked = lists.marked_as_holding(legs)
        if not any(map(lists.may_hold, legs)):
            return marked
        try:
            devices = self._list("DeviceStateList")
        except SwitchRefused:  # its module is not loaded, which doctor says
            devices = []
        return marked | lists.holding(legs, devices)

    def _telephone(self, leg: Party) -> Channel:
        """The channel of its phone: one of those that ring, if it is several."""
        if not leg.telephones:
            raise CannotComply("this party has no phone to be told")
        return leg.telephones[0]

    def _notify(self, phone: Channel, event: str) -> None:
        self._do("PJSIPNotify", Channel=phone.uniqueid, Variable=f"Event={event}")

    def _takes(self, phone: Channel, event: str) -> bool:
        """Whether a phone has said that it takes an order. One that has not may answer 481, and then its call ends.

        Of one that rings nobody knows: Asterisk keeps what a final answer said (tried).
        """
        said = (
            self._ask("Getvar", Channel=phone.uniqueid, Variable=f"{where}(read,Allow-Events)").get("Value")
            for where in ("PJSIP_HEADER", "PJSIP_RESPONSE_HEADER")
        )
        return any(event in re.split(r"[\s,]+", events.lower()) for events in said)

    def _tell_phone(self, leg: Party, event: str, told: str, mark: str) -> None:
        """Tell a phone what to do, and wait until it has."""
        phone, line = self._telephone(leg), self._line.take()
        if not self._takes(phone, event):
            raise CannotComply(f"this phone takes no such order (its Allow-Events do not name {event}): do it there")
        line.hear()
        self._notify(phone, event)
        with self._line.spoken():
            done = line.awaited(
                lambda one: (one.event, one.get("Uniqueid")) == (told, phone.uniqueid), self._answer_seconds
            )
        if done is None:
            raise CannotComply("the phone did not do it, though it says that it takes such an order")
        self._set(phone, marks.HELD, mark)

    def _set(self, channel: Channel, variable: str, value: str) -> None:
        self._do("Setvar", Channel=channel.uniqueid, Variable=variable, Value=value)

    def _slots(self, domain: Domain) -> dict[str, Waits]:
        """Who waits in which slot."""
        return lists.slots(self._list("ParkedCalls"), domain.domain_name)

    def _contacts(self) -> list[Contact]:
        return lists.contacts(self._list("DBGetTree", Family="registrar"), self._clock.now(), self._odd)

    # the wire

    def _connected(self, password: str, answer_seconds: float) -> Manager:
        return connected(self._address, self._record, password, answer_seconds)

    def _ask(self, action: str, *more: tuple[str, str], **members: str) -> Message:
        with self._line.spoken():
            return self._line.take().ask(action, *more, **members)

    def _do(self, action: str, *more: tuple[str, str], **members: str) -> Message:
        """An action that says that it was done."""
        answer = self._ask(action, *more, **members)
        if not answer.is_good:
            _refused(action, answer.says)
        return answer

    def _list(self, action: str, **members: str) -> list[Message]:
        """What an action lists. One that is refused is no empty list."""
        with self._line.spoken():
            try:
                return self._line.take().listed(action, **members)
            except Unlisted as refused:
                raise SwitchRefused(f"the switch has no list for {action}: see its log") from refused

    def _odd(self, what: str) -> None:
        """The log is told once a request that a row was left out: the rest of the list stands."""
        if not self._found_odd:
            self._found_odd = True
            _log.warning("left out of what switch %s lists: %s", self._record.switch_uuid, what)


def _one(legs: Iterable[Party], leg_uuid: str) -> Party:
    """The leg of that uuid, of a domain's. One that is another's is acted on by nobody."""
    found = next((leg for leg in legs if leg.leg_uuid == leg_uuid), None)
    if found is None:
        raise NotFound("call not found")
    return found


def _answered(legs: Iterable[Party], leg_uuid: str) -> Party:
    leg = _one(legs, leg_uuid)
    if not leg.channel.is_up:
        raise CannotComply("this party has not answered yet")
    return leg


def _number_of(place: ParkingPlace) -> str:
    """What is dialled to wait there."""
    if place.lot is None:
        return f"*{place.slot}" if place.slot else dialplan.PARK
    return place.slot or place.lot.extension


def _parks(domain: Domain, leg: Party) -> str:
    """The extension of whoever talks with a leg, and so has it parked; empty if nobody knows."""
    return next(filter(None, (lists.extension(domain, one) for one in leg.company)), "")


def _heard_at(leg: Party) -> Channel:
    """The channel at which a leg is listened to: a half of a Local pair would hang while it is (measured)."""
    return next(iter(leg.telephones), leg.channel)


def _refused(action: str, says: str) -> NoReturn:
    if _NOT_THERE.fullmatch(says):
        raise NotFound("call not found")
    if says == _NOT_RECORDED:
        raise CannotComply("this call is not being recorded")
    raise SwitchRefused(f"the switch did not do {action}: see its log")


def _moment(text: str) -> datetime:
    """A time of the switch's day. Only what is between two such counts, so any zone will do. ``ValueError``."""
    return datetime.strptime(f"{text} +0000", f"{_STARTED} %z")
