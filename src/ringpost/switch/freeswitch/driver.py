"""FreeSWITCH, through its event socket. What it answers was captured from 1.11.2; each command has its own yes and no.

Nothing reaches the socket but numbers, uuids and names that were cleaned: no caller chooses an
application, a dialplan or a context.
"""

import json
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn
from urllib.parse import urlsplit

from ringpost.clock import Clock, stamp
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
from ringpost.model.values import is_number, is_uuid
from ringpost.switch import Finding, Progress
from ringpost.switch.freeswitch import conferences, lists, originating, parking, transferring
from ringpost.switch.freeswitch import queues as center
from ringpost.switch.freeswitch.abilities import ABILITIES
from ringpost.switch.freeswitch.esl import EventSocket
from ringpost.switch.freeswitch.recording import RECORDED, RECORDING_STARTED
from ringpost.switch.freeswitch.said import HUNG_UP, PLACED
from ringpost.switch.line import Line
from ringpost.switch.said import Said

PORT = 8021
_log = logging.getLogger("ringpost")
_POLL_SECONDS = 0.2
_PARKS_WITHIN = 3.0
_UPTIME = re.compile(
    r"UP " + ", ".join(rf"(\d{{1,9}}) {unit}s?" for unit in ("year", "day", "hour", "minute", "second"))
)
_VERSION = re.compile(r"FreeSWITCH \(Version (\S+)")
_TOTAL = re.compile(r"(\d{1,9}) total\.")
_UNIT_SECONDS = (365 * 86_400, 86_400, 3600, 60, 1)


class FreeSwitch:
    """A ``Switch`` that is a FreeSWITCH. One connection, made when it is first needed."""

    is_sandbox = False
    capabilities: tuple[str, ...] = ABILITIES.capabilities

    def __init__(
        self,
        record: SwitchRecord,
        secret: Callable[[str], str],
        clock: Clock,
        *,
        resting: dict[str, float] | None = None,
        answer_seconds: float = 4.0,
    ) -> None:
        """``resting`` is shared by all lines of a process: until when a switch that failed is left alone."""
        self._record = record
        self._secret = secret
        self._clock = clock
        self._line = Line(
            record.switch_uuid, lambda: secret(record.secret or ""), self._connected, resting, answer_seconds
        )
        self._job: str | None = None
        self._found_odd = False

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()
        self._job = None
        self._found_odd = False

    def status(self) -> SwitchStatus:
        """How it is. Not reaching it is an answer too."""
        try:
            text = self._api("status")
            calls, phones = self._total("show calls count"), sum(1 for _ in self._registered())
        except (SwitchUnreachable, SwitchRefused) as problem:
            error = f"{self._record.address}: {problem.detail}"
            return SwitchStatus(reachable=False, capabilities=self.capabilities, last_error=error)
        version, uptime = _VERSION.search(text), _UPTIME.search(text)
        return SwitchStatus(
            reachable=True,
            version=version[1] if version else None,
            uptime_seconds=_seconds(uptime.groups()) if uptime else None,
            calls=calls,
            registrations=phones,
            capabilities=self.capabilities,
        )

    def examine(self, domain: Domain | None) -> Sequence[Finding]:
        """Try each step from here to a registered phone."""
        from ringpost.switch.freeswitch.doctor import examined  # only the command line asks

        return list(examined(self._record, address(self._record), self._secret, domain))

    # placing calls

    def place(self, order: CallOrder) -> None:
        """Have it ring A, under our uuid; it goes on by itself."""
        if order.monitors is not None:
            [listened_to] = self._known_as(order.domain_uuid, order.monitors)[:1] or [order.monitors]
            order = order.model_copy(update={"monitors": listened_to})
        self._line.take().background(originating.command(order), order.call_uuid)
        self._job = order.call_uuid

    def await_answer(self, order: CallOrder, seconds: float) -> Progress:
        """Wait for what becomes of A; of a call placed earlier, look how far it has come."""
        if self._job != order.call_uuid:
            return self._looked_up(order, seconds)
        result = self._line.hold().result(order.call_uuid, seconds)
        if result is None:
            return Progress("ringing")
        if result.startswith("+OK "):
            return Progress("answered", answered=True)
        why = originating.failure(result)
        if why is None:
            raise SwitchRefused("the switch did not take the call: see its log")
        return Progress("ended", cause=why.cause, unheard=why.unheard)

    def foretold(self, order: CallOrder) -> Sequence[Leg]:
        """A real switch cannot tell."""
        return []

    # calls that are up

    def calls(self, domain: Domain) -> list[LiveCall]:
        """The domain's calls. Its dialplan and directory mark every leg with the domain's uuid (presence_data)."""
        rows = self._rows("show calls as json")
        parked = any(lists.may_be_parked(row) for row in rows)
        return lists.calls(domain, rows, self._slots(domain) if parked else {}, self._odd)

    def answer(self, domain: Domain, leg_uuid: str) -> None:
        """Tell the phone to answer, which is up to the phone (SIP event talk)."""
        _, [phone, *_] = self._channels(domain, leg_uuid)
        self._do(f"uuid_phone_event {phone} talk")

    def hang_up(self, domain: Domain, leg_uuid: str) -> None:
        """End the leg, and mark that it was we who did: nothing else would tell. An older guide's user may not mark."""
        leg, channels = self._channels(domain, leg_uuid)
        for uuid in channels:
            with suppress(SwitchRefused):
                self._api(f"uuid_setvar {uuid} ringpost_hung_up true")
        if leg and not leg.get(f"variable_{PLACED}"):
            self._do(f"uuid_kill {leg_uuid}")
            return
        for uuid in channels:
            with suppress(NotFound):  # this phone has stopped by itself
                self._do(f"uuid_kill {uuid} {HUNG_UP}")

    def hold(self, domain: Domain, leg_uuid: str) -> None:
        """This phone holds the call."""
        channel, leg = self._checked(domain, leg_uuid)
        if leg.get("Channel-Call-State") != "HELD":
            self._do(f"uuid_hold {channel}")

    def resume(self, domain: Domain, leg_uuid: str) -> None:
        """This phone takes the call back."""
        channel, leg = self._checked(domain, leg_uuid)
        if leg.get("Channel-Call-State") != "HELD":
            raise CannotComply("this party does not hold the call")
        self._do(f"uuid_hold off {channel}")

    def mute(self, domain: Domain, leg_uuid: str) -> None:
        """What it says is dropped. The level is the mute itself: 0 would not mute."""
        self._act(domain, leg_uuid, "uuid_audio {} start read mute 1")

    def unmute(self, domain: Domain, leg_uuid: str) -> None:
        """What it says goes through again."""
        self._act(domain, leg_uuid, "uuid_audio {} stop")

    def send_digits(self, domain: Domain, leg_uuid: str, digits: str) -> None:
        """Play digits to the leg."""
        self._act(domain, leg_uuid, f"uuid_send_dtmf {{}} {digits}")

    def transfer(self, domain: Domain, leg_uuid: str, number: str) -> None:
        """Run the domain's dialplan for this leg."""
        self._act(domain, leg_uuid, f"uuid_transfer {{}} {number} XML {domain.domain_name}")

    def park(self, domain: Domain, leg_uuid: str, place: ParkingPlace) -> str:
        """Send the leg to the number of a slot or a lot, and see in which slot it comes to wait."""
        channel, leg = self._checked(domain, leg_uuid)
        wanted = parking.Place(place.slot, place.lot.parkinglot_uuid if place.lot else None) if place.slot else None
        if wanted is not None and wanted in self._slots(domain).values():
            raise CannotComply("that slot is taken: another, or none for a free one", parameter="slot")
        if wanted is not None:
            self._mark(channel, {parking.PARKS: "true"})
        if parking.comes_back(place.lot, place.on_timeout):
            by = self._extension_of(domain, str(leg.get("variable_bridge_uuid", "")))
            self._mark(channel, {parking.PARKED_BY: by or ""})
        self._do(f"uuid_transfer {channel} {parking.number(place)} XML {domain.domain_name}")
        deadline = self._clock.now() + _PARKS_WITHIN
        while self._clock.now() < deadline:
            found = self._slots(domain).get(channel)
            if found is not None:
                return found.slot
            self._clock.sleep(_POLL_SECONDS)
        raise CannotComply("the call was not parked: it may have ended, or every slot is taken")

    def _extension_of(self, domain: Domain, channel: str) -> str | None:
        """The extension of the domain whose phone is on a channel."""
        if not is_uuid(channel):
            return None
        one = lists.parties(domain, self._rows("show channels as json"), self._odd).get(channel)
        return one.extension if one else None

    def _mark(self, channel: str, variables: Mapping[str, str]) -> None:
        """Put variables on a channel; an empty one is taken away."""
        for name, value in variables.items():
            self._do(f"uuid_setvar {channel} {name} {value}".rstrip())

    # transfers in which the other party waits meanwhile

    def consult(self, domain: Domain, consultation: Consultation) -> None:
        """Mark who asks, and have the other wait."""
        initiator, leg = self._checked(domain, consultation.initiator)
        transferred, other = self._checked(domain, consultation.transferred)
        if (leg.get("variable_bridge_uuid"), other.get("variable_bridge_uuid")) != (transferred, initiator):
            raise CannotComply("these two do not talk with each other")
        mark, music = transferring.Mark.of(consultation, transferred), self._api("global_getvar hold_music").strip()
        marks = transferring.to_ask(mark, domain.domain_name)
        self._mark(initiator, marks)
        try:
            self._do(transferring.waits(mark, music))
        except (NotFound, SwitchRefused):
            with suppress(NotFound):
                self._mark(initiator, dict.fromkeys(marks, ""))
            raise

    def put_through(self, domain: Domain, consultation: Consultation) -> bool:
        """Release who asks: the switch joins the others, or sends who waits to the number if nobody has answered.

        Has who asks gone already, the switch has done so; if not, it is done now.
        """
        try:
            initiator, leg = self._asking(domain, consultation)
        except NotFound:
            channel, leg = self._checked(domain, consultation.transferred)
            if leg.get("variable_current_application") == transferring.WAITING:
                mark = transferring.Mark.of(consultation, channel)
                self._do(transferring.goes_on_itself(mark, domain.domain_name))
            return False
        self._do(f"uuid_kill {initiator}")
        return not transferring.rings(leg)

    def take_back(self, domain: Domain, consultation: Consultation) -> None:
        """Release whoever has answered, and who asks fetches the other; if nobody has, it does so now."""
        initiator, leg = self._asking(domain, consultation)
        transferred, _ = self._checked(domain, consultation.transferred)
        if transferring.rings(leg):
            self._do(transferring.takes_back(initiator, transferring.Mark.of(consultation, transferred)))
            return
        recipient = str(leg.get("variable_bridge_uuid", ""))
        self._do(f"uuid_kill {recipient}")

    def _asking(self, domain: Domain, consultation: Consultation) -> tuple[str, dict[str, Any]]:
        """The channel of who asks somebody for that transfer, and what the switch knows of it."""
        initiator, leg = self._checked(domain, consultation.initiator)
        if transferring.rings(leg):  # who has answered this moment is not connected yet
            self._clock.sleep(_POLL_SECONDS)
            initiator, leg = self._checked(domain, consultation.initiator)
        known = transferring.mark(str(leg.get(f"variable_{transferring.CONSULTS}", "")))
        if known is None or known.transfer_uuid != consultation.transfer_uuid:
            raise CannotComply("this transfer is over: the two talk again")
        return initiator, leg

    # conference rooms

    def rooms(self, domain: Domain) -> list[LiveRoom]:
        """The rooms mod_conference has, with those in them who are a leg of this domain."""
        meetings = conferences.meetings(self._list("conference json_list"), domain.domain_name)
        parties = lists.parties(domain, self._rows("show channels as json"), self._odd) if meetings else {}
        found = [one.live(parties, self._clock.now()) for one in meetings]
        return [one for one in found if one.participants]

    def change_participant(self, domain: Domain, room: str, leg_uuid: str, change: ParticipantChange) -> None:
        """Find the leg among those in the room, and do it to that."""
        channel, _ = self._checked(domain, leg_uuid)
        meeting = self._meeting(domain, room)
        member = next((one for one in meeting.members if one.channel == channel), None)
        if member is None:
            raise NotFound("that one is not in the room")
        self._in_room(conferences.changes(meeting, member, change))
        if change in ("mute", "unmute"):
            self._mark(channel, {conferences.MUTED: "true" if change == "mute" else ""})

    def lock_room(self, domain: Domain, room: str, locked: bool) -> None:
        """Let nobody else in but who is invited, or whoever comes."""
        self._in_room(f"conference {self._meeting(domain, room).name} {'lock' if locked else 'unlock'}")

    def record_room(self, domain: Domain, room: str, leg_uuid: str) -> str:
        """Record into a new file that has the leg's name; what records already goes on."""
        meeting, home = self._meeting(domain, room), self._recordings(domain)
        running = next((path for path in meeting.recorded_to if path.startswith(home)), None)
        if running is not None:
            return running
        if domain.record_announcement:
            self._api(f"conference {meeting.name} play {RECORDING_STARTED}")
        path = _new_file(home, leg_uuid)
        self._in_room(f"conference {meeting.name} record {path}")
        return path

    def stop_recording_room(self, domain: Domain, room: str) -> None:
        """Stop whatever records the room."""
        meeting = self._meeting(domain, room)
        if not meeting.recorded_to:
            raise CannotComply("this room is not being recorded")
        self._api(f"conference {meeting.name} norecord all")

    def _meeting(self, domain: Domain, room: str) -> conferences.Meeting:
        """A room of the domain that somebody is in."""
        name = dialplan.room_name(domain.domain_name, room)
        answer = self._api(f"conference {name} json_list")
        meeting = next(iter(conferences.meetings(answer, domain.domain_name)), None)
        if meeting is None:
            raise NotFound("nobody is in that room")
        return meeting

    def _in_room(self, command: str) -> None:
        answer = self._api(command)
        if answer.startswith(conferences.NOT_THERE):
            raise NotFound("that one is not in the room")
        if not answer.startswith("+OK"):
            _refused(command, answer)

    def record(self, domain: Domain, leg_uuid: str) -> str:
        """Record into a new file of the switch's own folder, under the domain's name; what records already goes on."""
        channel, leg = self._checked(domain, leg_uuid)
        home = self._recordings(domain)
        running = lists.recorded_to(self._bugs(channel), home) or _prepared(leg, home)
        if running is not None:
            return running
        if domain.record_announcement:
            self._do(f"uuid_displace {channel} start {RECORDING_STARTED} 0 rw")
        path = _new_file(home, leg_uuid)
        self._do(f"uuid_record {channel} start {path}")
        return path

    def _recordings(self, domain: Domain) -> str:
        """The folder a domain's recordings go into."""
        folder = self._api("global_getvar recordings_dir").strip()
        if not re.fullmatch(r"/[A-Za-z0-9_./-]{1,200}", folder):
            raise SwitchRefused("the switch has no recordings_dir to record into: set it in its vars.xml")
        return f"{folder}/{domain.domain_name}/"

    def _bugs(self, leg_uuid: str) -> str:
        """What listens in on a leg; empty if the switch does not let us see, which ``doctor`` says."""
        try:
            return self._api(f"uuid_buglist {leg_uuid}")
        except SwitchRefused:
            return ""

    def stop_recording(self, domain: Domain, leg_uuid: str) -> None:
        """Stop whatever records this leg."""
        self._act(domain, leg_uuid, "uuid_record {} stop all")

    # phones

    def registrations(self, domain: Domain) -> list[Registration]:
        """The phones that registered under the domain's name."""
        now = self._clock.now()
        return [lists.registration(found, now) for found in self._registered() if lists.is_in(domain, found)]

    def unregister(self, domain: Domain, extension: str) -> int:
        """Drop the registrations of an extension in every profile that has one."""
        phones = [found for found in self._registered() if found["user"].lower() == f"{extension}@{domain.domain_name}"]
        for profile, user in sorted({(found["profile"], found["user"]) for found in phones}):
            self._do(f"sofia profile {profile} flush_inbound_reg {user}")
        return len(phones)

    # queues

    def waiting(self, domain: Domain) -> list[WaitingCaller]:
        """Those mod_callcenter has waiting, of whom there is still a leg of this domain."""
        listed = center.waiting(self._callcenter("queue list members"), domain.domain_uuid)
        legs = lists.legs_of(domain.domain_uuid, self._rows("show channels as json")) if listed else {}
        return [
            WaitingCaller(
                queue_uuid=one.queue_uuid,
                leg_uuid=legs[one.channel],
                since=stamp(one.since),
                caller_id_number=one.number if is_number(one.number) else None,
                caller_id_name=Said({"name": one.name}).text("name"),
            )
            for one in listed
            if one.channel in legs
        ]

    def set_queues(self, domain: Domain, queues: Sequence[QueueOrder]) -> None:
        """Tell it what is not so yet. A queue that is not loaded it asks for itself, once it is used."""
        known = center.configured(self._callcenter("queue list"))
        members = center.members(domain, queues)
        for order in queues:
            name = center.name_of(order.queue.queue_uuid, domain.domain_uuid)
            if known.get(name, center.params(order.queue)) != center.params(order.queue):
                self._callcenter(f"queue load {name}")
            self._set_members(name, members[name])

    def _set_members(self, name: str, wanted: Sequence[center.AgentIsHere]) -> None:
        """Whoever is not to be rung any more is taken out first; nobody is rung before it is as it is to be."""
        tiers = center.tiers(self._callcenter(f"queue list tiers {name}"))
        known = center.agents(self._callcenter(f"queue list agents {name}")) if tiers else {}
        for agent in tiers.keys() - {one.name for one in wanted}:
            self._callcenter(f"tier del {name} {agent}")
        for one in wanted:
            there = known.get(one.name) or center.agents(self._callcenter(f"agent list {one.name}")).get(one.name)
            for command in center.agent_commands(one, there):
                self._callcenter(command)
            for command in center.tier_commands(name, one, tiers.get(one.name)):
                self._callcenter(command)

    def drop_queue(self, domain: Domain, queue_uuid: str) -> None:
        """Let nobody be rung, hang up who waits, and forget the queue if nobody it has put through talks still."""
        name = center.name_of(queue_uuid, domain.domain_uuid)
        for agent in center.tiers(self._callcenter(f"queue list tiers {name}")):
            self._callcenter(f"tier del {name} {agent}")
        for one in self.waiting(domain):
            if one.queue_uuid == queue_uuid:
                with suppress(NotFound):
                    self.hang_up(domain, one.leg_uuid)
        if not center.has_members(self._callcenter(f"queue list members {name}")):
            self._callcenter(f"queue unload {name}")

    def _callcenter(self, words: str) -> str:
        """A command of mod_callcenter; what there is already is as good as made."""
        answer = self._api(f"callcenter_config {words}")
        if answer.startswith("-ERR") and not answer.startswith(center.IS_SO_ALREADY):
            raise SwitchRefused(center.why_not(answer))
        return answer

    # the wire

    def _connected(self, password: str, answer_seconds: float) -> EventSocket:
        host, port = address(self._record)
        return EventSocket(host, port, user=self._record.user, password=password, answer_seconds=answer_seconds)

    def _api(self, command: str) -> str:
        with self._line.spoken():
            return self._line.take().api(command)

    def _do(self, command: str) -> str:
        """A command that says +OK if it is done."""
        answer = self._api(command)
        if not answer.startswith("+OK"):
            _refused(command, answer)
        return answer

    def _act(self, domain: Domain, leg_uuid: str, command: str) -> None:
        channel, _ = self._checked(domain, leg_uuid)
        self._do(command.format(channel))

    def _checked(self, domain: Domain, leg_uuid: str) -> tuple[str, dict[str, Any]]:
        """The channel a leg is that has answered, and what the switch knows of it.

        One that is not this domain's is acted on by nobody.
        """
        channel, leg = leg_uuid, self._dumped(leg_uuid)
        if not leg and (known_as := self._known_as(domain.domain_uuid, leg_uuid)):
            channel, leg = known_as[0], self._dumped(known_as[0])
        if leg.get("variable_domain_uuid") != domain.domain_uuid:
            raise NotFound("call not found")
        if leg.get("Answer-State") != "answered":
            raise CannotComply("this party has not answered yet")
        return channel, leg

    def _channels(self, domain: Domain, leg_uuid: str) -> tuple[dict[str, Any], list[str]]:
        """The channels a leg of this domain is: one, or while it is the A we ring, one for each of its phones.

        With what the switch knows of the one that has the leg's uuid, if any has.
        """
        leg = self._dumped(leg_uuid)
        if leg.get("variable_domain_uuid") == domain.domain_uuid:
            return leg, [leg_uuid]
        found = [] if leg else self._known_as(domain.domain_uuid, leg_uuid)
        if not found:
            raise NotFound("call not found")
        return leg, found

    def _known_as(self, domain_uuid: str, leg_uuid: str) -> list[str]:
        """The channels of a leg that is A of a call we placed."""
        return lists.channels_of(leg_uuid, domain_uuid, self._rows("show channels as json"))

    def _dumped(self, channel: str) -> dict[str, Any]:
        return _read(self._api(f"uuid_dump {channel} json"))

    def _looked_up(self, order: CallOrder, seconds: float) -> Progress:
        deadline = self._clock.now() + seconds
        while True:
            self._line.wait_on()
            channels = [] if order.gateway else self._known_as(order.domain_uuid, order.call_uuid)
            state = self._dumped((channels or [order.call_uuid])[0]).get("Answer-State")
            if state == "answered":
                return Progress("answered", answered=True)
            if state is None or state == "hangup":
                return Progress("ended")
            if self._clock.now() >= deadline:
                return Progress("ringing")
            self._clock.sleep(_POLL_SECONDS)

    def _list(self, command: str) -> str:
        """A command that answers a list. One that is refused is no empty list."""
        answer = self._api(command)
        if answer.startswith("-"):
            raise SwitchRefused(f"the switch has no list for {command.split(maxsplit=1)[0]}: see its log")
        return answer

    def _rows(self, command: str) -> list[dict[str, str]]:
        """The rows of a list; an empty one has no `rows` at all. What is no row is left out."""
        rows = _read(self._list(command)).get("rows", [])
        if not isinstance(rows, list):
            raise _unreadable()
        if not all(isinstance(row, dict) for row in rows):
            self._odd("a row that is none")
        return [row for row in rows if isinstance(row, dict)]

    def _odd(self, what: str) -> None:
        """The log is told once a request that a row was left out: the rest of the list stands."""
        if not self._found_odd:
            self._found_odd = True
            _log.warning("left out of what switch %s lists: %s", self._record.switch_uuid, what)

    def _total(self, command: str) -> int | None:
        found = _TOTAL.search(self._api(command))
        return int(found[1]) if found else None

    def _slots(self, domain: Domain) -> dict[str, parking.Place]:
        """Who waits in which slot of the domain's lots."""
        return parking.waiting(self._list("valet_info"), domain.domain_name)

    def _registered(self) -> Iterator[dict[str, str]]:
        """The registrations of every SIP profile: ``show registrations`` goes on listing those that were dropped."""
        for profile in lists.profiles(self._list("sofia xmlstatus")):
            for found in lists.registrations(self._list(f"sofia xmlstatus profile {profile} reg")):
                yield found | {"profile": profile}


def address(record: SwitchRecord) -> tuple[str, int]:
    """Host and port of a switch."""
    parts = urlsplit(f"//{record.address}")
    return parts.hostname or "", parts.port or PORT


def _new_file(folder: str, leg_uuid: str) -> str:
    """A file nobody has, by whose name the leg is found that it is kept under."""
    return f"{folder}{secrets.token_hex(4)}-{leg_uuid}.wav"


def _prepared(leg: Mapping[str, Any], folder: str) -> str | None:
    """The file of that folder the dialplan has a leg recorded into as soon as it is connected, which it is not yet."""
    path = str(leg.get(f"variable_{RECORDED}", ""))
    return path if path.startswith(folder) and not leg.get("variable_record_path") else None


def _refused(command: str, answer: str) -> NoReturn:
    verb = command.partition(" ")[0]
    if answer.startswith(("-ERR No such channel", "-ERR Cannot locate session")):
        raise NotFound("call not found")
    if answer.startswith("-ERR Cannot stop record session"):
        raise CannotComply("this call is not being recorded")
    raise SwitchRefused(f"the switch did not do {verb}: see its log")


_MOST_DIGITS = 20
"""Of a number in a list: more than any counter of a switch has."""


def _whole(digits: str) -> int | None:
    """A number of a list; one of a length that nothing of a switch's has is none, and costs its row only."""
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def _read(text: str) -> dict[str, Any]:
    """A JSON answer; `-ERR …` is an empty one."""
    if text.startswith("-"):
        return {}
    try:
        found = json.loads(text, strict=False, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _unreadable() -> SwitchUnreachable:
    return SwitchUnreachable("what the switch answered cannot be read: see its log")


def _seconds(units: Sequence[str]) -> int:
    return sum(int(unit) * length for unit, length in zip(units, _UNIT_SECONDS, strict=True))
