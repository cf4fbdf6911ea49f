"""Asterisk's events about channels, in our words. What is said here was captured from 22.10.1.

A leg is a channel on which somebody speaks. Inside a pair of ``Local`` channels nobody does: what its second half
dials was rung for whoever dialled its first. Only the first half of a pair that an action placed is a leg, that of A:
the phones that are rung for it add to that one.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, get_args

from ringpost.clock import stamp
from ringpost.model.call import Direction
from ringpost.model.notices import Notice, RecordedFile, What
from ringpost.model.route import AgentCodeWord
from ringpost.model.telephone.spelling import NUMBER
from ringpost.switch.asterisk import cdr, consulting, lots, marks, queues, rooms
from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.channels import WHO, Channel, Channels
from ringpost.switch.asterisk.legs import FILE, born, cause_of, ended_by, number_dialled, says_why
from ringpost.switch.hearing import PostedRecord, Recorded
from ringpost.switch.said import DIRECTIONS, Said, extensions_in

_STAMP = re.compile(r"[0-9]{10}\.[0-9]{6}")
_CLOCKS_DIFFER = 2 * 86_400.0
"""Seconds: a time that is further off is none."""
_DURATION = re.compile(r"(?P<hours>[0-9]{2,5}):(?P<minutes>[0-9]{2}):(?P<seconds>[0-9]{2})")
_DIALS = frozenset({"Dial", "Queue"})
"""Applications that ring somebody."""
_RINGING = "5"
_MOST_WAITING = 20
_DEEPEST = 10
"""Pairs within pairs."""
_MARKED = {
    "domain": marks.DOMAIN,
    "direction": marks.DIRECTION,
    "hung_up": marks.HUNG_UP,
    "reached": marks.REACHED,
    "call": marks.CALL,
    "extension": marks.EXTENSION,
}
"""What a record says as the leg is marked."""
_BY_THE_PLAN = "dialplan"
_NO_PHONE = "20"
_INHERITED = (marks.DOMAIN, marks.DIRECTION, marks.DIALLED)
_AGENT_CODES = frozenset(get_args(AgentCodeWord))


class Told(NamedTuple):
    """What an event comes to."""

    notices: list[Notice]
    recorded: list[Recorded]
    records: list[PostedRecord]


class _RoomFile(NamedTuple):
    """What a conference room is recorded into, since when, and for which leg."""

    path: str
    domain_uuid: str
    leg_uuid: str
    since: float


class Events:
    """Understands events one after the other, and remembers what they leave out.

    ``core`` is the run of the switch. What is told is numbered by us, for Asterisk numbers nothing: by microseconds
    since 1970, so that what is told after a break of the link, or by another link of the switch, is not taken for older
    than it is.
    """

    def __init__(self, core: str = "") -> None:
        self.core = core
        self.channels = Channels()
        self._sequence = 0
        self._looking: set[str] = set()
        self._room_files: dict[str, _RoomFile] = {}
        self._told = Told([], [], [])
        self._kinds: Mapping[str, Callable[[Message, float], None]] = {
            "Newstate": self._newstate,
            "DialBegin": self._dial_begin,
            "DialState": self._dial_state,
            "DialEnd": self._dial_end,
            "BridgeEnter": self._bridge_enter,
            "BridgeLeave": self._bridge_leave,
            "Hold": self._hold,
            "Unhold": self._unhold,
            "UserEvent": self._user_event,
            "ParkedCall": self._parked_call,
            "ParkedCallSwap": self._parked_call,
            "UnParkedCall": self._unparked_call,
            "ParkedCallTimeOut": self._unparked_call,
            "ParkedCallGiveUp": self._parked_no_more,
            "ConfbridgeJoin": self._room_joined,
            "ConfbridgeLeave": self._room_left,
            "ConfbridgeMute": self._room_muted,
            "ConfbridgeUnmute": self._room_muted,
            "ConfbridgeStopRecord": self._room_recorded,
            "BlindTransfer": self._blind_transfer,
            "AttendedTransfer": self._attended_transfer,
            "OriginateResponse": self._originated,
            "LocalOptimizationEnd": self._optimised,
            "MessageWaiting": self._message_waiting,
            "MixMonitorStart": self._mix_monitor_start,
            "MixMonitorStop": self._mix_monitor_stop,
            "QueueCallerJoin": self._queue_caller_join,
            "AgentConnect": self._agent_connect,
            "AgentRingNoAnswer": self._agent_ring_no_answer,
            "HangupRequest": self._hangup_request,
            "Hangup": self._hangup,
        }

    def take(self, event: Message, now: float) -> Told:
        """What an event tells; ``now`` is when it was heard, for a switch that does not say when it happened."""
        at = self._begin(now, event.get("Timestamp"))
        seen = [channel for who in WHO if (channel := self.channels.seen(event, who, at))]
        if (kind := self._kinds.get(event.event)) is not None:
            kind(event, at)
        for channel in seen:
            self._tell_if_due(channel)
        return self._told

    def there(
        self,
        rows: Iterable[Message],
        parked: Iterable[Message],
        answered: Callable[[Channel], float | None],
        known: Mapping[str, str],
        now: float,
        queued: Iterable[Message] = (),
        in_rooms: Iterable[Message] = (),
    ) -> list[Notice]:
        """How far each channel has come that is listed. ``answered`` says since when one is; ``known`` are legs.

        ``queued`` are those who wait in queues, ``in_rooms`` those who are in conference rooms.
        """
        self._begin(now)
        listed = [(channel, row) for row in rows if (channel := self.channels.seen(row, "", now))]
        self._find_diallers(listed, now)
        asking = {channel.uniqueid for channel, _ in listed if channel.said.get(marks.CONSULTS)}
        # whom somebody asks is told of after that one asks, and that after who waits meanwhile
        listed.sort(key=lambda one: (one[0].dialled_by in asking, one[0].uniqueid in asking))
        for channel, row in listed:
            if not channel.is_placed_right and not channel.is_local and self._is_placed_right(channel):
                channel.waiting.clear()
            self._place_anyhow(channel)
            self._tell_if_due(channel)
            if row.get("ChannelState") == _RINGING:
                self._ring(channel, now)
            elif channel.is_up:
                self._answer(channel, answered(channel) or channel.start)
            if channel.uniqueid in asking:
                self._consults(channel, now)
        self._tell_of_places(parked, queued, in_rooms, now)
        for channel, _ in listed:
            self._tell_of_end(channel, now)
        for channel, _ in listed:
            if channel.is_told and channel.is_up and channel.leg_uuid in known:
                self._tell_of_no_wait(channel, now)
        return self._told.notices

    def _tell_of_places(
        self, parked: Iterable[Message], queued: Iterable[Message], in_rooms: Iterable[Message], now: float
    ) -> None:
        for row in parked:
            if self.channels.seen(row, "Parkee", now):
                self._parked_call(row, now)
        for row in queued:
            self._queue_entry(row, now)
        for row in in_rooms:
            self._room_joined(row, now)
            self._room_muted(row, now)

    def _tell_of_end(self, channel: Channel, now: float) -> None:
        """How the transfer has ended in which a channel took part."""
        for mark, tell in ((marks.TAKEN_BACK, self._taken_back), (marks.THROUGH, self._put_through)):
            if channel.said.get(mark):
                tell(channel, now)

    def _tell_of_no_wait(self, leg: Channel, now: float) -> None:
        """Who waits nowhere now, in no slot and in no queue, may have when it was last heard of."""
        if not leg.is_parked:
            self._tell(leg, "unparked", now)
        if not leg.room:
            self._tell(leg, "room_left", now)
        queue_uuid = leg.marks.uuid(marks.QUEUED)
        if queue_uuid and not leg.queue:
            self._tell(leg, "unqueued", now, queue_uuid=queue_uuid)

    def _queue_entry(self, row: Message, now: float) -> None:
        """Somebody who waits: since when is told to the second."""
        leg, waits = self._leg(self._of(row)), Said({"for": row.get("Wait")}).whole("for")
        self._queued(leg, row, now - (waits or 0))

    def without_phones(self, joined: Message, extensions: Iterable[str], now: float) -> Told:
        """A caller has joined a queue whose members would be rung, had they a phone: they have missed it."""
        at = self._begin(now, joined.get("Timestamp"))
        caller = self._leg(self._of(joined))
        if caller is not None and caller.queue:
            for extension in extensions:
                uniqueid = f"{caller.uniqueid};{int(at * 1000)};{extension}"
                self._tell_of_nobody(caller, extension, uniqueid, _NO_PHONE, at, at)
        return self._told

    def _find_diallers(self, listed: Sequence[tuple[Channel, Message]], now: float) -> None:
        for channel, row in listed:
            channel.start = _began(channel, row, now)
            channel.is_bridged = bool(row.get("BridgeId"))
            channel.has_spoken = channel.has_spoken or bool(row.get("BridgeId"))
            channel.is_held = channel.said.get(marks.HELD) == "true"
            if not channel.dialled_by and not channel.is_placed and (by := _dialler(channel, row, listed)):
                channel.dialled_by, channel.source_dialled = by.uniqueid, by.exten

    # what each event says

    def _newstate(self, event: Message, at: float) -> None:
        channel = self._of(event)
        if channel is None:
            return
        if event.get("ChannelState") == _RINGING:
            self._ring(channel, at)
        elif channel.is_up:
            self._answer(channel, at)

    def _dial_begin(self, event: Message, at: float) -> None:
        dialled, by = self._of(event, "Dest"), self._of(event)
        if dialled is None:
            return
        dialled.is_rung = True
        dialled.number = number_dialled(event.get("DialString"))
        if by is None:
            dialled.is_placed_right = True
            dialled.is_shown_for_good = True
        elif not dialled.dialled_by:
            by.is_shown_for_good = True
            by.ordered = by.ordered or by.exten
            dialled.dialled_by, dialled.source_dialled = by.uniqueid, by.exten
            self._looking.add(dialled.uniqueid)
        self._place_all()

    def _dial_state(self, event: Message, at: float) -> None:
        dialled = self._of(event, "Dest")
        if dialled is not None and event.get("DialStatus") == "RINGING":
            self._ring(dialled, at)

    def _dial_end(self, event: Message, at: float) -> None:
        dialled, by, status = self._of(event, "Dest"), self._of(event), event.get("DialStatus")
        if event.get("Forward"):
            return  # its phone has named another: nobody gave up
        if dialled is not None:
            dialled.dial_status = status
            if status == "ANSWER" and dialled.is_up:
                self._answer(dialled, at)
        caller = self._leg(by) or by
        if caller is not None:
            caller.dialling = status

    def _bridge_enter(self, event: Message, at: float) -> None:
        channel = self._of(event)
        if channel is None:
            return
        channel.is_bridged = channel.has_spoken = True
        if not channel.is_heard:
            channel.is_heard, channel.recording_since = True, at
        if channel.is_up:
            self._answer(channel, at)

    def _bridge_leave(self, event: Message, at: float) -> None:
        channel = self._of(event)
        if channel is not None:
            channel.is_bridged = False

    def _hold(self, event: Message, at: float) -> None:
        self._hold_or_resume(event, at, holds=True)

    def _unhold(self, event: Message, at: float) -> None:
        """Asterisk says so of who transfers, too, whether or not it has held."""
        self._hold_or_resume(event, at, holds=False)

    def _hold_or_resume(self, event: Message, at: float, *, holds: bool) -> None:
        leg = self._leg(self._of(event))
        if leg is not None and leg.is_held != holds:
            leg.is_held = holds
            self._tell(leg, "held" if holds else "resumed", at)

    def _user_event(self, event: Message, at: float) -> None:
        """What the plan says."""
        if event.get("UserEvent") == marks.ROOM_RECORDED:
            self.room_recorded(event.get("Room"), event.get("File"), event.get("Leg"), at)
        self._of_transfer(event, at)
        leg = self._leg(self._of(event))
        says = {marks.SENT: self._sent, marks.UNQUEUED: self._unqueued, marks.AGENT_CODE: self._agent_code}
        if leg is not None and (what := says.get(event.get("UserEvent"))) is not None:
            what(leg, event, at)

    def _sent(self, leg: Channel, event: Message, at: float) -> None:
        """Where a leg is sent; that it had been speaking, or waits, only we know. Who asks somebody is not sent."""
        number, is_extension = event.get("Number"), event.get("Extension") == event.get("Number")
        by, leg.sent_by = leg.sent_by, ""
        if leg.said.get(marks.CONSULTS):
            return
        if (leg.has_spoken or leg.queue) and NUMBER.fullmatch(number):
            leg.queue = ""
            by_phone = {"by_phone": True, "other_uuid": by} if by else {}
            self._tell(leg, "sent", at, sent_to=number, sent_to_extension=is_extension, **by_phone)

    def _of_transfer(self, event: Message, at: float) -> None:
        """How far an attended transfer has come: its legs are marked with which it is."""
        channel = self._of(event)
        says = {
            marks.CONSULTED: self._consults,
            marks.BACK_AGAIN: self._taken_back,
            marks.PUT_THROUGH: self._put_through,
        }
        if channel is not None and (what := says.get(event.get("UserEvent"))) is not None:
            what(channel, at)

    def _consults(self, channel: Channel, at: float) -> None:
        leg, about = self._leg(channel), consulting.read(channel.said.get(marks.CONSULTS, ""))
        if leg is not None and about is not None:
            other = marks.leg_uuid(about.transferred)
            self._tell(leg, "consults", at, transfer_uuid=about.transfer_uuid, other_uuid=other, sent_to=about.number)

    def _taken_back(self, channel: Channel, at: float) -> None:
        leg, about = self._leg(channel), consulting.read(channel.said.get(marks.TAKEN_BACK, ""))
        if leg is not None and about is not None:
            other = marks.leg_uuid(about.transferred)
            self._tell(leg, "taken_back", at, transfer_uuid=about.transfer_uuid, other_uuid=other)

    def _put_through(self, channel: Channel, at: float) -> None:
        """Who was asked talks with whom the transfer is about; it may be a phone beyond a pair."""
        about = consulting.read(channel.said.get(marks.THROUGH, ""))
        asked = self._leg(channel) or self._beyond(channel)
        leg = self._leg(self.channels.get(about.transferred)) if about else None
        if about is not None and leg is not None and asked is not None and asked.domain == leg.domain:
            by = marks.leg_uuid(about.initiator)
            self._tell(
                leg,
                "put_through",
                at,
                transfer_uuid=about.transfer_uuid,
                other_uuid=by,
                taken_by=asked.leg_uuid,
                sent_to=about.number,
            )

    def _beyond(self, half: Channel) -> Channel | None:
        """The leg that the other half of a pair has called, and that has answered."""
        other = self.channels.other_half(half)
        called = (one for one in self.channels if other is not None and one.dialled_by == other.uniqueid)
        return next((one for one in called if one.answered is not None and self._leg(one) is one), None)

    def _unqueued(self, leg: Channel, event: Message, at: float) -> None:
        """Why a leg waits in a queue no more: the plan alone knows, and of one that was let in nowhere nothing else."""
        status = event.get("Status")
        if status in queues.NOT_JOINED and not leg.queue:
            self._queued(leg, event, at)
        because, queue_uuid, leg.queue = queues.left_because(status), leg.queue, ""
        if queue_uuid and because:
            self._tell(leg, "unqueued", at, queue_uuid=queue_uuid, left_because=because)

    def _agent_code(self, leg: Channel, event: Message, at: float) -> None:
        what, agent = event.get("What"), event.get("Agent")
        if what in _AGENT_CODES:
            self._tell(leg, "agent_code", at, agent_code=what, agent_number=agent if agent.isdecimal() else None)

    def _queue_caller_join(self, event: Message, at: float) -> None:
        self._queued(self._leg(self._of(event)), event, at)

    def _queued(self, leg: Channel | None, said: Message, at: float) -> None:
        """A leg waits in a queue, if it is one of its own domain's."""
        queue = queues.named(said.get("Queue"))
        if leg is not None and queue is not None and queue.domain_uuid == leg.domain and not leg.queue:
            leg.queue = queue.queue_uuid
            self._tell(leg, "queued", at, queue_uuid=queue.queue_uuid)

    def _agent_connect(self, event: Message, at: float) -> None:
        leg = self._leg(self._of(event))
        if leg is not None:
            leg.queue = ""

    def _agent_ring_no_answer(self, event: Message, at: float) -> None:
        """A queue has given up ringing a member: whose phones ring still, they have rung in vain."""
        rung = self._of(event, "Dest")
        if rung is None:
            return
        rung.rang_in_vain = True
        half = self.channels.other_half(rung)
        for channel in self.channels:
            if half is not None and channel.dialled_by == half.uniqueid and channel.answered is None:
                channel.rang_in_vain = True

    def _parked_call(self, event: Message, at: float) -> None:
        leg = self._leg(self._of(event, "Parkee"))
        if leg is not None and not leg.is_parked:
            leg.is_parked, leg.sent_by = True, ""
            place = lots.waits(event.get("Parkinglot"), event.get("ParkingSpace"))
            slot = place.slot if place else Said({"slot": event.get("ParkingSpace")}).text("slot")
            lot = place.parkinglot_uuid if place else None
            self._tell(leg, "parked", at, slot=slot, parkinglot_uuid=lot)

    def _parked_no_more(self, event: Message, at: float) -> None:
        """Who hangs up in a slot, or is sent on from it: which of the two is told by what comes next."""
        leg = self._leg(self._of(event, "Parkee"))
        if leg is not None:
            leg.is_parked = False

    def _unparked_call(self, event: Message, at: float) -> None:
        """Somebody has taken it, or it goes back to who has parked it. Who hangs up there is taken by nobody."""
        leg, taker = self._leg(self._of(event, "Parkee")), self._leg(self._of(event, "Retriever"))
        if leg is None:
            return
        leg.is_parked = False
        if taker is not None and taker is not leg and not taker.is_placed and not taker.source:
            self._tell_if_due(taker)
            taker.took = leg.uniqueid
        timed_out = event.event == "ParkedCallTimeOut"
        self._tell(leg, "unparked", at, taken_by=taker.leg_uuid if taker else None, timed_out=timed_out)

    def _room_joined(self, event: Message, at: float) -> None:
        leg = self._leg(self._of(event))
        room = rooms.named(event.get("Conference"), leg.domain) if leg else None
        if leg is not None and room is not None and leg.room != room:
            leg.room, leg.is_muted = room, False
            self._tell(leg, "room_joined", at, room=room, moderator=leg.said.get(marks.MODERATOR) == "yes")

    def _room_left(self, event: Message, at: float) -> None:
        leg = self._leg(self._of(event))
        if leg is not None and leg.room and leg.room == rooms.named(event.get("Conference"), leg.domain):
            room, leg.room, leg.is_muted = leg.room, "", False
            self._tell(leg, "room_left", at, room=room, moderator=leg.said.get(marks.MODERATOR) == "yes")

    def _room_muted(self, event: Message, at: float) -> None:
        """It may be told twice. In a list of who is there ``Muted`` says it, as it does when it comes in."""
        leg = self._leg(self._of(event))
        is_muted = event.event == "ConfbridgeMute" or event.get("Muted") == "Yes"
        is_muted = is_muted and event.event != "ConfbridgeUnmute"
        if leg is not None and leg.room and leg.is_muted != is_muted:
            leg.is_muted = is_muted
            self._tell(leg, "room_muted" if is_muted else "room_unmuted", at, room=leg.room)

    def room_recorded(self, its: str, path: str, uniqueid: str, since: float) -> None:
        """A room is recorded into a file, or about to be, for one of those in it."""
        channel = self.channels.get(uniqueid)
        leg = self._leg(channel)
        if leg is not None and leg.domain is not None and rooms.named(its, leg.domain) and FILE.fullmatch(path):
            self._room_files[its] = _RoomFile(path, leg.domain, leg.leg_uuid, since)

    def _room_recorded(self, event: Message, at: float) -> None:
        """Its recording is finished: it was stopped, or the last one has left."""
        told = self._room_files.pop(event.get("Conference"), None)
        if told is not None:
            self._tell_of_file(told.path, told.domain_uuid, told.leg_uuid, told.since, at)

    def _blind_transfer(self, event: Message, at: float) -> None:
        """A phone sends the other party on: the plan tells where to."""
        leg, by = self._leg(self._of(event, "Transferee")), self._leg(self._of(event, "Transferer"))
        if leg is not None and by is not None and event.get("Result") == "Success":
            leg.sent_by = by.leg_uuid

    def _attended_transfer(self, event: Message, at: float) -> None:
        """Who has called two puts them through: all are in one call from now on. The second may ring still."""
        leg, target = self._leg(self._of(event, "Transferee")), self._leg(self._of(event, "TransferTarget"))
        if leg is None or event.get("Result") != "Success":
            return
        waits = self._leg(self._of(event, "SecondTransferer")) if event.get("DestType") == "App" else None
        if waits is not None:
            self._put_into_queue(leg, waits, at)
        met = target or waits
        if met is None:
            return
        first, of_call = self._first(met), self._first(leg)
        if first is not of_call and not first.is_placed and not first.source:
            first.took = leg.uniqueid
            self._tell(first, "answered", at)
        by = self._leg(self._of(event, "OrigTransferer"))
        about = {"by_phone": True, "other_uuid": by.leg_uuid if by else None}
        if target is None:
            self._tell(leg, "sent", at, sent_to=Said({"to": met.exten}).number("to"), **about)
            return
        to = Said({"to": target.extension or target.whose}).number("to")
        is_ours = target.extension is not None
        self._tell(leg, "put_through", at, taken_by=target.leg_uuid, sent_to=to, sent_to_extension=is_ours, **about)

    def _put_into_queue(self, leg: Channel, waits: Channel, at: float) -> None:
        """Who has called a queue puts another through to it: that one waits in its place."""
        if not waits.queue:
            return
        queue_uuid, waits.queue = waits.queue, ""
        self._tell(waits, "unqueued", at, queue_uuid=queue_uuid)
        if waits.domain == leg.domain:
            leg.queue = queue_uuid
            self._tell(leg, "queued", at, queue_uuid=queue_uuid)

    def _originated(self, event: Message, at: float) -> None:
        channel = self._of(event)
        if channel is not None and event.get("Context") == marks.PLAN:
            channel.ordered = event.get("Exten")

    def _optimised(self, event: Message, at: float) -> None:
        half = self._of(event, "LocalOne")
        if half is not None and half.is_placed:
            half.is_replaced = True

    def _message_waiting(self, event: Message, at: float) -> None:
        channel = self._of(event)
        if channel is not None and not channel.is_rung:
            channel.has_left_message = bool(channel.dialling or channel.said.get(marks.REACHED))

    def _mix_monitor_start(self, event: Message, at: float) -> None:
        channel = self._of(event)
        if channel is not None:
            channel.recording_since, channel.is_heard = at, channel.is_bridged

    def _mix_monitor_stop(self, event: Message, at: float) -> None:
        channel = self._of(event)
        if channel is not None:
            self._note_recording(channel, at)

    def _hangup_request(self, event: Message, at: float) -> None:
        """Its own phone or trunk has hung up. What halves of a pair say of each other says nothing of anybody."""
        channel = self._of(event)
        if channel is None or channel.is_local:
            return
        channel.has_hung_up = True
        leg = self._leg(channel)
        if leg is not None and channel.answered is not None:
            leg.has_hung_up = True  # of A's pair and its phone any may be gone first

    def _hangup(self, event: Message, at: float) -> None:
        channel = self._of(event)
        if channel is None:
            return
        if channel.rang_in_vain and channel.is_local and not channel.has_phones:
            self._tell_of_no_phone(channel, event.get("Cause"), at)
        self._place_anyhow(channel)
        leg = self._leg(channel)
        self._note_recording(channel, at)
        if leg is channel and channel.is_replaced:
            channel.is_gone = True  # its phone goes on in its place
            return
        if leg is channel:
            self._end(channel, event.get("Cause"), at)
        elif leg is not None:
            self._end_of_phone(channel, leg, event.get("Cause"), at)
        self.channels.forget(channel)

    # what comes of it

    def _ring(self, channel: Channel, at: float) -> None:
        leg = self._leg(channel)
        if leg is None or channel.has_rung:
            return
        channel.has_rung = True
        if leg.is_rung and (leg is channel or not leg.has_rung):
            leg.has_rung = True
            self._tell(leg, "ringing", at)

    def _answer(self, channel: Channel, at: float) -> None:
        """A leg is answered; A's is once the half of its pair is, whichever phone of it was."""
        if channel.answered is not None:
            return
        channel.answered = at
        channel.is_shown_for_good = channel.is_shown_for_good or not channel.is_rung
        self._place_anyhow(channel)
        if self._leg(channel) is channel:
            self._tell(channel, "answered", at)

    def _end(self, leg: Channel, cause: str, at: float) -> None:
        if leg.is_up and leg.answered is None:
            leg.answered = leg.start  # nobody heard when
        word = self._why(leg, cause)
        by = ended_by(leg.name, self._hangup_source(leg), by_action=bool(leg.said.get(marks.HUNG_UP)))
        end: dict[str, Any] = {"cause": word, "hung_up": by == "party", "ended_by": by}
        self._tell(leg, "ended", at, to_voicemail=self._left_a_message(leg), **end)
        if leg.domain is not None:
            self._told.records.append(self._record(leg, cause, at))

    def _tell_of_no_phone(self, half: Channel, cause: str, at: float) -> None:
        """A member of a queue was rung, and had no phone."""
        caller, extension = self._leg(self.channels.get(half.dialled_by)), queues.extension_of(half.name)
        if caller is not None and extension is not None:
            self._tell_of_nobody(caller, extension, half.uniqueid, cause, half.start, at)

    def _tell_of_nobody(
        self, caller: Channel, extension: str, uniqueid: str, cause: str, start: float, at: float
    ) -> None:
        """A leg all the same, which nobody has made."""
        if caller.domain is None:
            return
        name = f"PJSIP/{extension}@{caller.domain}-00000000"
        leg = Channel(f"{uniqueid};none", name, caller.uniqueid, start)
        leg.said = {mark: caller.said[mark] for mark in _INHERITED if mark in caller.said}
        leg.is_rung = leg.is_placed_right = True
        leg.source, leg.source_dialled, leg.connected = caller.uniqueid, caller.exten, caller.shown
        self._end(leg, cause, at)

    def _end_of_phone(self, phone: Channel, leg: Channel, cause: str, at: float) -> None:
        """One of A's phones is gone: it may be why A was not reached, or be A's leg by now.

        One that rings no more because another has answered, or nobody is to be rung any more, says nothing of A.
        """
        if phone.answered is None:
            if phone.dial_status != "CANCEL":
                leg.dialling = phone.dial_status or leg.dialling
            return
        if leg.is_gone:
            self._end(leg, cause, at)
            self.channels.forget(leg)

    def _why(self, leg: Channel, cause: str) -> str | None:
        was_answered = leg.answered is not None
        if not was_answered and leg.said.get(marks.HUNG_UP):
            return "NORMAL_CLEARING"
        return cause_of(cause, _status(leg, cause), is_rung=leg.is_rung, was_answered=was_answered)

    def _record(self, leg: Channel, cause: str, at: float) -> PostedRecord:
        source = leg.source or leg.took
        number, name = leg.shown
        says = {name: leg.said.get(mark) for name, mark in _MARKED.items()}
        members = {
            **says,
            "uniqueid": leg.uniqueid,
            "linkedid": source or leg.uniqueid,
            "source": source,
            "channel": leg.name,
            "dialled": self._dialled(leg),
            "number": leg.whose,
            "caller_number": leg.connected[0] if leg.source else number,
            "caller_name": leg.connected[1] if leg.source else name,
            "start": _written(leg.start),
            "answered": _written(leg.answered) if leg.answered else None,
            "ended": _written(at),
            "cause": cause,
            "dialstatus": _status(leg, cause),
            "hangup_source": self._hangup_source(leg),
            "box": "left" if self._left_a_message(leg) else None,
            "recorded": next(iter(leg.recorded), None),
            "queued": leg.said.get(marks.QUEUED),
        }
        return PostedRecord(cdr.ACTION, "", cdr.CONTENT_TYPE, cdr.written(members))

    def _hangup_source(self, leg: Channel) -> str:
        return leg.name if leg.has_hung_up else _BY_THE_PLAN

    def _left_a_message(self, leg: Channel) -> bool:
        has_called = bool(leg.dialling or leg.said.get(marks.REACHED))
        return not leg.is_rung and (leg.has_left_message or (bool(leg.said.get(marks.BOX)) and has_called))

    def _note_recording(self, channel: Channel, at: float) -> None:
        """A recording is finished: once it was stopped, or its leg has ended. Of who was with nobody there is none."""
        path, leg = channel.marks.matching(FILE, marks.RECORDED), self._leg(channel)
        since, channel.recording_since = channel.recording_since, None
        if leg is None or leg.domain is None or path is None or path in channel.recorded or not channel.is_heard:
            return
        channel.recorded = (*channel.recorded, path)
        leg.recorded = leg.recorded if leg is channel else (*leg.recorded, path)
        self._tell_of_file(path, leg.domain, leg.leg_uuid, since or at, at)

    def _tell_of_file(self, path: str, domain_uuid: str, leg_uuid: str, since: float, at: float) -> None:
        name = Said({"name": path.rpartition("/")[2]}).text("name") or leg_uuid
        seconds = max(0, int(at - since))
        file = RecordedFile(
            domain_uuid=domain_uuid, leg_uuid=leg_uuid, file_name=name, ended_at=stamp(at), seconds=seconds
        )
        self._told.recorded.append(Recorded(path, file))

    # which leg a channel is, and for whom it is rung

    def _of(self, event: Message, who: str = "") -> Channel | None:
        return self.channels.get(event.get(f"{who}Uniqueid"))

    def _leg(self, channel: Channel | None) -> Channel | None:
        """The leg a channel adds to: itself, unless it is one of A's phones, or inside the switch."""
        if channel is None:
            return None
        a = channel.phone_of or (not channel.is_local and channel.marks.uuid(marks.PHONE_OF))
        if a:
            return self.channels.get(a)
        return channel if channel.is_leg else None

    def _first(self, leg: Channel) -> Channel:
        """The leg its call began with, of those that are up."""
        passed = {leg.uniqueid}
        while (source := self.channels.get(leg.source or leg.took)) and source.uniqueid not in passed:
            passed.add(source.uniqueid)
            leg = source
        return leg

    def _place_all(self) -> None:
        """Find out for whom those are rung of whom it was not known yet: one half of a pair may be told of late."""
        for channel in [one for uniqueid in self._looking if (one := self.channels.get(uniqueid))]:
            if channel.is_placed_right or self._is_placed_right(channel):
                self._looking.discard(channel.uniqueid)
        self._looking = {uniqueid for uniqueid in self._looking if self.channels.get(uniqueid)}

    def _is_placed_right(self, channel: Channel) -> bool:
        """Follow who has dialled a channel, out of pairs; whether somebody was found."""
        by, dialled = self.channels.get(channel.dialled_by), channel.source_dialled
        for _ in range(_DEEPEST):
            if by is None:
                return False
            half = self.channels.other_half(by) if by.is_local and not by.is_placed else by
            first = by if by.name.endswith(";1") else half
            if not by.is_local or by.is_placed:
                return self._rung_for(channel, self._leg(by) or by, dialled)
            if first is None:
                return False
            first.has_phones = True
            if first.is_placed:
                return self._rung_for_a(channel, first, dialled)
            if first.is_placed_right and not first.dialled_by:
                return self._rung_for(channel, None, "")
            by, dialled = self.channels.get(first.dialled_by), first.source_dialled
        return False

    def _rung_for_a(self, channel: Channel, a: Channel, dialled: str) -> bool:
        """What the second half of A's pair dials is A's phone; once A has answered, somebody it was sent to."""
        if a.answered is not None:
            return self._rung_for(channel, a, dialled)
        channel.phone_of, channel.is_placed_right = a.uniqueid, True
        channel.waiting.clear()
        return True

    def _rung_for(self, channel: Channel, source: Channel | None, dialled: str) -> bool:
        channel.is_placed_right, channel.source_dialled = True, dialled
        if source is not None and source is not channel:
            channel.source = source.uniqueid
            if channel.domain is None and source.domain is not None:
                channel.said[marks.DOMAIN] = source.domain
        return True

    def _place_anyhow(self, channel: Channel) -> None:
        """Who rings it was not told, and is told no more: the leg its call began with, if it is another."""
        if not channel.is_rung or channel.is_placed_right or not channel.is_leg:
            return
        first = self.channels.get(channel.linkedid)
        if channel.is_placed or channel.linkedid == channel.uniqueid:
            channel.is_placed_right = True
        elif first is None:
            channel.is_placed_right, channel.source = True, channel.linkedid
        elif first.is_placed and first.is_local:
            self._rung_for_a(channel, first, "")
        else:
            self._rung_for(channel, self._leg(first), first.exten)

    # telling

    def _begin(self, now: float, said: str = "") -> float:
        """Begin with what happened then; when that was."""
        self._told = Told([], [], [])
        at = float(said) if _STAMP.fullmatch(said) and abs(float(said) - now) < _CLOCKS_DIFFER else now
        self._sequence = max(self._sequence, int(at * 1_000_000))
        return at

    def _tell(self, leg: Channel, what: What, at: float, **more: Any) -> None:
        """Tell something of a leg, once it is known whose it is and for whom it is rung."""
        if leg.domain is None or (leg.is_rung and not leg.is_placed_right):
            leg.waiting = [*leg.waiting, (what, at, more)][:_MOST_WAITING]
            return
        self._tell_if_due(leg)
        self._told.notices.append(self._notice(leg, what, at, more))

    def _tell_if_due(self, channel: Channel) -> None:
        """Tell that a leg was made, and what has waited for that."""
        if channel.is_told or channel.domain is None or (channel.is_rung and not channel.is_placed_right):
            return
        if self._leg(channel) is not channel:
            return
        channel.is_told = True
        self._told.notices.append(self._notice(channel, "made", channel.start, {}))
        self._told.notices.extend(self._notice(channel, *one) for one in channel.waiting)
        channel.waiting.clear()

    def _notice(self, leg: Channel, what: What, at: float, more: Mapping[str, Any]) -> Notice:
        source = leg.source or leg.took
        number, name = self._shown(leg)
        said = Said({"number": number, "name": name, "own": leg.whose, "dialled": leg.source_dialled})
        extension = leg.extension
        return Notice(
            what=what,
            at=stamp(at),
            core=self.core,
            sequence=self._sequence,
            domain_uuid=leg.domain or "",
            leg_uuid=leg.leg_uuid,
            source_uuid=marks.leg_uuid(source) if source else None,
            source_dialled=said.text("dialled") if leg.source else None,
            start_stamp=stamp(leg.start),
            answer_stamp=stamp(leg.answered) if leg.answered else None,
            direction=DIRECTIONS.get(leg.said.get(marks.DIRECTION, ""))
            or (self._supposed(leg) if what == "ended" else None),
            extension=extension,
            number=extension or said.number("own" if leg.is_rung else "number"),
            caller_id_number=said.number("number"),
            caller_id_name=said.text("name"),
            dialled=Said({"dialled": self._dialled(leg)}).number("dialled"),
            placed=leg.is_placed,
            reached=extensions_in(leg.said.get(marks.REACHED, "")),
            agent_uuid=leg.marks.uuid(marks.AGENT),
            **more,
        )

    def _supposed(self, leg: Channel) -> Direction | None:
        """As the leg's record has it."""
        a_caller = not leg.source and not leg.is_placed
        return cdr.supposed(leg.extension, leg.answered, a_caller=a_caller)

    def _shown(self, leg: Channel) -> tuple[str, str]:
        """Who calls, as it is shown: who is rung sees that."""
        return leg.connected if leg.is_rung and not leg.is_placed else leg.shown

    def _dialled(self, leg: Channel) -> str:
        """What was dialled to begin with."""
        said = leg.said.get(marks.DIALLED)
        if said:
            return said
        if leg.is_placed:
            return leg.ordered
        if not leg.is_rung:
            return leg.first_exten
        source = self.channels.get(leg.source)
        return self._dialled(source) if source and not source.source else leg.source_dialled


def _began(channel: Channel, row: Message, now: float) -> float:
    """When a channel began that is listed: its uniqueid says so, or how long it has been there."""
    found = _DURATION.fullmatch(row.get("Duration"))
    if born(channel.uniqueid) is not None or found is None:
        return channel.start
    return now - int(found["hours"]) * 3600 - int(found["minutes"]) * 60 - int(found["seconds"])


def _dialler(channel: Channel, row: Message, listed: Iterable[tuple[Channel, Message]]) -> Channel | None:
    """Who rings a channel, or has: one in its call that dials such a name."""
    if not channel.is_rung:
        return None
    target = channel.name.rpartition("-")[0]
    dialling = [
        (by, other)
        for by, other in listed
        if by is not channel and by.linkedid == channel.linkedid and other.get("Application") in _DIALS
    ]
    by_name = [by for by, other in dialling if target in other.get("ApplicationData")]
    beside = [by for by, other in dialling if other.get("BridgeId") and other.get("BridgeId") == row.get("BridgeId")]
    return next(iter([*by_name, *beside, *([] if channel.is_local else [by for by, _ in dialling])]), None)


def _status(leg: Channel, cause: str) -> str:
    """How dialling a leg ended, or of one that nobody rang, dialling by it. Of a placed A, if its cause says nothing.

    A queue that gives up ringing a member cancels that, as a caller does who gives up.
    """
    if leg.rang_in_vain and leg.dial_status in ("", "CANCEL"):
        return "NOANSWER"
    if not leg.is_rung:
        return leg.dialling
    return leg.dial_status or ("" if says_why(cause) else leg.dialling)


def _written(seconds: float) -> str:
    return f"{seconds:.6f}"
