"""FreeSWITCH's events about channels, in our words. What is said here was captured from 1.11.2.

An event says what happened to one channel, with nearly all the switch knows of it, so each is understood by itself.
A leg belongs to a domain by the variable our directory and dialplan put on it; one from outside has it only once
the dialplan has sent it there, and what is told of it before is passed over: the next event says it again.
"""

import json
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol, get_args
from urllib.parse import unquote

from ringpost.clock import stamp
from ringpost.model import dialplan
from ringpost.model.cause import ANSWERED_ELSEWHERE
from ringpost.model.errors import SwitchUnreachable
from ringpost.model.notices import Notice, RecordedFile, What
from ringpost.model.queue import LeftBecause
from ringpost.model.route import AgentCodeWord
from ringpost.model.values import EXTENSION, is_uuid
from ringpost.switch.freeswitch import conferences, originating, parking, queues, transferring
from ringpost.switch.freeswitch.said import (
    AGENT,
    CALLCENTER,
    PLACED,
    QUEUE,
    QUEUED,
    SENT,
    cause,
    direction,
    domain_uuid,
    ended_by,
    leg_of,
    own_extension,
    reached,
    rung_extension,
    spoken_of,
    taken_leg,
    went_to_voicemail,
)
from ringpost.switch.hearing import CaughtUp, Known, Recorded
from ringpost.switch.said import Said

CHANNEL_EVENTS = (
    "CHANNEL_CREATE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_HOLD",
    "CHANNEL_UNHOLD",
    "CHANNEL_HANGUP_COMPLETE",
    "RECORD_STOP",
)
OF_CALLS = f"{' '.join(CHANNEL_EVENTS)} BACKGROUND_JOB HEARTBEAT CUSTOM {parking.EVENTS} {SENT}"
"""What a link listens to. A heartbeat comes every 20 seconds: a connection without one is dead."""
OF_QUEUES = f"{OF_CALLS} {CALLCENTER} {QUEUE}"
"""With what happens in queues: a link's user of before there were any may not hear that."""
SUBSCRIPTION = f"{transferring.BRIDGED} {OF_QUEUES} {conferences.MAINTENANCE}"
"""With who talks with whom, and what happens in conference rooms, which is newer still."""

_log = logging.getLogger("ringpost")
_WHAT: dict[str, What] = {
    "CHANNEL_CREATE": "made",
    "CHANNEL_PROGRESS": "ringing",
    "CHANNEL_PROGRESS_MEDIA": "ringing",
    "CHANNEL_ANSWER": "answered",
    "CHANNEL_HOLD": "held",
    "CHANNEL_UNHOLD": "resumed",
    "CHANNEL_HANGUP_COMPLETE": "ended",
}
_RINGING = frozenset({"RINGING", "EARLY"})
"""Call states; the answer state is "ringing" before anything rings."""
_MICROSECONDS = re.compile("[0-9]{16}")
_SEQUENCE = re.compile("[0-9]{1,18}")
"""A busy switch is past ten digits within days."""
_PATH = re.compile(r"/[^\x00-\x1f\x7f-\x9f]{1,500}\.(?:wav|mp3)", re.IGNORECASE)
_THROWN_AWAY = ("empty-file", "input-too-short")
_STAMPS: dict[What, tuple[str, ...]] = {
    "made": ("Caller-Channel-Created-Time",),
    "ringing": ("Caller-Channel-Progress-Time", "Caller-Channel-Progress-Media-Time"),
    "answered": ("Caller-Channel-Answered-Time",),
    "ended": ("Caller-Channel-Hangup-Time",),
}
"""When it happened: an event may be told later, such as an end when the record of the leg has been handed in."""

Placed = dict[str, str]
"""What later events do not say: the legs of channels that wait in a queue under another uuid, A of calls we have
placed; and the domains of conference rooms, by their names."""


def notices(event: Mapping[str, Any], placed: Placed | None = None) -> list[Notice]:
    """What an event tells us, usually one thing; of a channel that was dumped, how far it has come.

    ``placed`` is what later events do not say: it is kept up.
    """
    name = str(event.get("Event-Name"))
    about = unquote(str(event.get("Event-Subclass"))) if name == "CUSTOM" else name
    told = _TOLD.get(about)
    if told is not None:
        return told(event, {} if placed is None else placed)
    what = _WHAT.get(name)
    return _of_leg(what, event) if what else []


def _of_leg(what: What, event: Mapping[str, Any]) -> list[Notice]:
    if what == "answered" and event.get("variable_cc_side") == "agent":
        return []  # another may have been quicker: who is put through is told by the queue
    if what == "ringing" and event.get("Call-Direction") == "inbound":
        what = "made"  # it is told that somebody else rings: nobody rings it
    return _with(what, event)


def _of_callcenter(event: Mapping[str, Any], placed: Placed) -> list[Notice]:
    """What mod_callcenter tells: who waits, and waits no more though nobody has taken the call.

    Of a member that has no phone there is no leg: it is told of as one that has ended, once for each caller.
    """
    head = Said(event)
    its, action = queues.named(unquote(head.verbatim("CC-Queue"))), head.verbatim("CC-Action")
    if its is None:
        return []
    if action == "bridge-agent-fail" and head.verbatim("CC-Hangup-Cause") in _WITHOUT_A_LEG:
        return _without_a_leg(head, its[1], placed)
    if action == "bridge-agent-start":
        notice = _notice("answered", event)
        return [notice] if notice else []
    if action in ("member-queue-start", "member-queue-resume"):
        return _joined(event, its[0], placed)
    if action == "member-queue-end":
        placed.pop(head.uuid("Unique-ID") or "", None)
    has_hung_up = head.verbatim("Answer-State") == "hangup"  # or was: its leg says so
    if action != "member-queue-end" or head.verbatim("CC-Cause") != "Cancel" or has_hung_up:
        return []
    because = _LEFT.get(head.verbatim("CC-Cancel-Reason"))
    notice = _notice("unqueued", event)
    return [notice.model_copy(update={"queue_uuid": its[0], "left_because": because})] if notice else []


def _joined(event: Mapping[str, Any], queue_uuid: str, placed: Placed) -> list[Notice]:
    notice, channel = _notice("queued", event), Said(event).uuid("Unique-ID")
    if notice is None:
        return []
    if channel is not None and notice.leg_uuid != channel:
        placed[channel] = notice.leg_uuid
    return [notice.model_copy(update={"queue_uuid": queue_uuid})]


def _without_a_leg(head: Said, domain: str, placed: Placed) -> list[Notice]:
    agent = unquote(head.verbatim("CC-Agent"))
    extension, caller = queues.extension_of(agent), head.uuid("CC-Member-Session-UUID")
    member, at = head.uuid("CC-Member-UUID"), _moment(head, "Event-Date-Timestamp")
    if extension is None or caller is None or member is None or at is None:
        return []
    notice = Notice(
        what="made",
        at=at,
        core=head.text("Core-UUID") or "",
        sequence=int(head.matching(_SEQUENCE, "Event-Sequence") or 0),
        domain_uuid=domain,
        leg_uuid=str(uuid.uuid5(_NO_LEGS, f"{member} {agent}")),
        source_uuid=placed.get(caller, caller),
        start_stamp=at,
        extension=extension,
        number=extension,
        cause=spoken_of(head.verbatim("CC-Hangup-Cause")),
        unheard=True,
    )
    return [notice, notice.model_copy(update={"what": "ended"})]


def _of_our_dialplan(event: Mapping[str, Any], _: Placed) -> list[Notice]:
    """Who was not let into a queue, and who has dialled an agent's code."""
    head = Said(event)
    code = head.verbatim("Ringpost-Code")
    if code in get_args(AgentCodeWord):
        notice = _notice("agent_code", event)
        more = {"agent_code": code, "agent_number": head.matching(EXTENSION, "Ringpost-Agent")}
        return [notice.model_copy(update=more)] if notice else []
    its, because = queues.named(unquote(head.verbatim("Ringpost-Queue"))), head.verbatim("Ringpost-Left")
    if its is None or because not in get_args(LeftBecause):
        return []
    found = [notice for what in _IN_AND_OUT if (notice := _notice(what, event))]
    update = {"queue_uuid": its[0], "left_because": because}
    return [notice.model_copy(update=update) for notice in found]


def _in_queue(event: Mapping[str, Any], placed: Placed) -> list[Notice]:
    """Whether a channel that was dumped waits in a queue, and since when, or waits no more."""
    said = _variables(event)
    queue, since = said.uuid(QUEUED), said.moment("cc_queue_joined")
    if queue is None or since is None or said.verbatim("cc_side") != "member":
        return []
    if not (said.verbatim("current_application") == "callcenter" and not said.verbatim("bridge_uuid")):
        notice = _notice("unqueued", event)
        because = _LEFT.get(said.verbatim("cc_cancel_reason"))
        update: dict[str, Any] = {"queue_uuid": queue, "left_because": because}
        is_over = said.verbatim("cc_cause") == "answered" or said.verbatim("cc_agent_bridged") == "true"
        return [] if notice is None or is_over else [notice.model_copy(update=update)]
    joined = _joined(event, queue, placed)
    return [notice.model_copy(update={"at": max(since, notice.start_stamp)}) for notice in joined]


def _sent(event: Mapping[str, Any], _: Placed) -> list[Notice]:
    """Whoever speaks is sent on, or goes off to ask somebody while the other waits."""
    mark = transferring.mark(Said(event).verbatim("Ringpost-Consults"))
    if mark is not None:
        return _with("consults", event, transfer_uuid=mark.transfer_uuid, other_uuid=mark.transferred)
    return _with("sent", event, by_phone=bool(event.get("variable_sip_refer_to")))


def _parked(event: Mapping[str, Any], _: Placed) -> list[Notice]:
    """Who waits in a slot, or waits there no more."""
    told = parking.told(event, _variables(event).verbatim("domain_name"))
    if told is None:
        return []
    where = {"slot": told.place.slot, "parkinglot_uuid": told.place.lot_uuid} if told.place else {}
    taker = Said(event).uuid("Bridge-To-UUID")
    return _with(told.what, event, taken_by=taker, timed_out=told.timed_out, **where)


def _in_room(event: Mapping[str, Any], placed: Placed) -> list[Notice]:
    """Who comes into a room and leaves it, and whom nobody hears there. A leg that ends leaves it: that is told so.

    Of the channel only what marks it in lists is said. Whose a room is is kept in mind: its recordings do not say it.
    """
    head = Said(event)
    name, action = head.verbatim("Conference-Name"), head.verbatim("Action")
    if action == "conference-destroy":
        placed.pop(name, None)
    what, room = _OF_ROOMS.get(action), conferences.room_of(name)
    if what is None or room is None or (what == "room_left" and head.verbatim("Answer-State") == "hangup"):
        return []
    home, _, leg = head.verbatim("Channel-Presence-Data").partition(":")
    marked = {**event, "variable_domain_uuid": home, f"variable_{PLACED}": leg}
    found = _with(what, marked, room=room, moderator=head.verbatim("Member-Type") == "moderator")
    placed.update((name, one.domain_uuid) for one in found)
    return found


_OF_ROOMS: dict[str, What] = {
    "add-member": "room_joined",
    "del-member": "room_left",
    "mute-member": "room_muted",
    "unmute-member": "room_unmuted",
}


def _talks(event: Mapping[str, Any], _: Placed) -> list[Notice]:
    return _met(event, Said(event).uuid("Bridge-B-Unique-ID"))


def _met(event: Mapping[str, Any], other: str | None) -> list[Notice]:
    """Whether a leg that talks with another now does so because of a transfer."""
    head, said = Said(event), _variables(event)
    channel = head.uuid("Unique-ID")
    met = transferring.met(event, said, said.uuid(PLACED) or channel or "", other)
    found = _notice(met.what, event) if met else None
    if met is None or found is None:
        return []
    about = {"transfer_uuid": met.transfer_uuid, "other_uuid": met.other_uuid, "taken_by": met.taken_by}
    if met.leg_uuid is None:
        return [found.model_copy(update=about)]
    # It is told of the other: nothing that is said of this leg is.
    known = found.model_dump(include={"what", "at", "core", "sequence", "domain_uuid"})
    return [Notice(leg_uuid=met.leg_uuid, start_stamp=found.at, **known, **about)]


def _of_channel(event: Mapping[str, Any], placed: Placed) -> list[Notice]:
    """How far a channel that was dumped has come, and where it is."""
    seen = [notice for what in _seen(event) if (notice := _notice(what, event))]
    return [*seen, *_in_queue(event, placed), *_where(event, placed)]


def _where(event: Mapping[str, Any], placed: Placed) -> list[Notice]:
    """Whether a channel that was dumped waits in a slot or is in a room, or was; and what has become of a transfer."""
    said = _variables(event)
    application, home = said.verbatim("current_application"), said.verbatim("domain_name")
    is_alone = event.get("Channel-State") == "CS_EXECUTE"  # and in that application, as long as nobody takes it
    found: list[Notice] = []
    if slot := said.verbatim(parking.SLOT):
        lot = said.verbatim("current_application_data").partition(" ")[0]
        place = parking.place(lot, slot, home) if application == parking.APPLICATION and is_alone else None
        where = {"slot": place.slot, "parkinglot_uuid": place.lot_uuid} if place else {}
        found += _with("parked" if place else "unparked", event, **where)
    name = said.verbatim(conferences.NAME)
    if (room := dialplan.room_of(name, home)) is not None:
        is_there = application == conferences.APPLICATION
        told = {"room": room, "moderator": said.verbatim(conferences.MODERATOR) == "true"}
        found += _with("room_joined" if is_there else "room_left", event, **told)
        if is_there:
            placed.update((name, one.domain_uuid) for one in found)
            found += _with("room_muted", event, **told) if said.verbatim(conferences.MUTED) == "true" else []
    mark = transferring.mark(said.verbatim(transferring.CONSULTS))
    if mark is not None:
        about = {"transfer_uuid": mark.transfer_uuid, "other_uuid": mark.transferred, "sent_to": mark.number}
        since = _moment(Said(event), "Caller-Profile-Created-Time")  # whoever rings was rung since
        return [*found, *_with("consults", event, **about, **({"at": since} if since else {}))]
    return [*found, *_met(event, said.uuid("bridge_uuid"))]


def _with(what: What, event: Mapping[str, Any], **about: object) -> list[Notice]:
    notice = _notice(what, event)
    return [notice.model_copy(update=about)] if notice else []


_TOLD: dict[str, Callable[[Mapping[str, Any], Placed], list[Notice]]] = {
    "BACKGROUND_JOB": lambda event, _: _failed(event),
    "CHANNEL_DATA": _of_channel,
    transferring.BRIDGED: _talks,
    CALLCENTER: _of_callcenter,
    QUEUE: _of_our_dialplan,
    SENT: _sent,
    parking.EVENTS: _parked,
    conferences.MAINTENANCE: _in_room,
}
_IN_AND_OUT: tuple[What, ...] = ("queued", "unqueued")
_LEFT: dict[str, LeftBecause] = {"TIMEOUT": "timeout", "NO_AGENT_TIMEOUT": "empty"}
_WITHOUT_A_LEG = frozenset({"USER_NOT_REGISTERED", "SUBSCRIBER_ABSENT"})
_NO_LEGS = uuid.UUID("9a6f2b54-6a0e-4f0e-9d5a-72696e67706f")


def recorded(event: Mapping[str, Any], placed: Placed | None = None) -> Recorded | None:
    """The recording an event says is finished. A voicemail message is one too: its path tells.

    One of two who were never connected, or for less than a second, is none: the switch has thrown it away. That of a
    room is kept under the leg its file is named after; ``placed`` says whose the room is.
    """
    if unquote(str(event.get("Event-Subclass"))) == conferences.MAINTENANCE:
        return _room_recorded(Said(event), placed or {})
    if event.get("Event-Name") != "RECORD_STOP" or event.get("Record-Completion-Cause") in _THROWN_AWAY:
        return None
    head, said = Said(event), _variables(event)
    leg, domain = said.uuid(PLACED) or head.uuid("Unique-ID"), said.uuid("domain_uuid")
    at = _moment(head, "Event-Date-Timestamp")
    path = head.matching(_PATH, "Record-File-Path")
    if leg is None or domain is None or at is None or path is None:
        return None
    file_name = Said({"name": path.rpartition("/")[2]}).text("name") or leg
    seconds = said.whole("record_seconds") or 0
    return Recorded(
        path, RecordedFile(domain_uuid=domain, leg_uuid=leg, file_name=file_name, ended_at=at, seconds=seconds)
    )


def _room_recorded(head: Said, placed: Placed) -> Recorded | None:
    path, at = head.matching(_PATH, "Path"), _moment(head, "Event-Date-Timestamp")
    domain = placed.get(head.verbatim("Conference-Name"))
    leg = conferences.leg_of_file(path) if path else None
    if head.verbatim("Action") != "stop-recording" or path is None or at is None or domain is None or leg is None:
        return None
    seconds = (head.whole("Milliseconds-Elapsed") or 0) // 1000
    name = path.rpartition("/")[2]
    file = RecordedFile(domain_uuid=domain, leg_uuid=leg, file_name=name, ended_at=at, seconds=seconds)
    return Recorded(path, file)


class Asked(Protocol):
    """What answers commands: an event socket."""

    def api(self, command: str) -> str:
        """What the switch answers."""


def caught_up(line: Asked, known: Known, placed: Placed | None = None) -> CaughtUp:
    """How far each channel has come, and that those are gone that are no more.

    Of a leg that went in this run of the switch the record says how, or will: it is ``gone``. With a run that
    crashed all its legs are ``lost``, when it was last heard of. Gone may also be the leg for which one was rung that
    is still there.
    """
    core = line.api("global_getvar core_uuid").strip()
    what: What = "lost" if known.core and is_uuid(core) and known.core != core else "gone"
    found: list[Notice] = []
    there: set[str] = set()
    for channel in _listed(line.api("show channels as json")):
        dumped = line.api(f"uuid_dump {channel} json")
        if not dumped.startswith("-"):  # it is listed a little longer than it is there
            of_leg = _dumped(dumped, {} if placed is None else placed)
            found += of_leg
            there |= {channel.lower(), *(notice.leg_uuid for notice in of_leg)}
    rung_for = {notice.source_uuid: notice.domain_uuid for notice in found if notice.source_uuid}
    gone = {leg: domain for leg, domain in {**rung_for, **known.legs}.items() if leg not in there}
    at = stamp(known.heard_at)
    return CaughtUp(found, [_gone(what, leg, domain, at) for leg, domain in gone.items()], core)


def _listed(text: str) -> list[str]:
    """The uuids of the channels of a list, as the switch writes them; a row without one is left out."""
    listed = json.loads(text)
    rows = listed.get("rows", []) if isinstance(listed, dict) else None
    if not isinstance(rows, list):
        raise SwitchUnreachable("what the switch lists as its channels cannot be read: see its log")
    uuids = [Said(row).verbatim("uuid") if isinstance(row, dict) else "" for row in rows]
    good = [uuid for uuid in uuids if is_uuid(uuid.lower())]
    if len(good) < len(uuids):
        _log.warning("left out of the channels a switch lists: %d without a uuid", len(uuids) - len(good))
    return good


def _dumped(text: str, placed: Placed) -> list[Notice]:
    """What a channel's dump tells; nothing if it cannot be read, though the channel is there."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        event = None
    if isinstance(event, dict):
        return notices(event, placed)
    _log.warning("a channel's dump cannot be read")
    return []


def _gone(what: What, leg_uuid: str, domain_uuid: str, at: str) -> Notice:
    """That a leg is gone, and nobody has told how."""
    return Notice(what=what, at=at, domain_uuid=domain_uuid, leg_uuid=leg_uuid, start_stamp=at)


def _failed(event: Mapping[str, Any]) -> list[Notice]:
    """That a call we placed came to nothing: none of A's phones has answered, if any rang."""
    job, at = originating.failed(event), _moment(Said(event), "Event-Date-Timestamp")
    domain = job and domain_uuid(job.said)
    if job is None or domain is None or at is None:
        return []
    said, head = job.said, Said(event)
    notice = Notice(
        what="failed",
        at=at,
        core=head.text("Core-UUID") or "",
        sequence=int(head.matching(_SEQUENCE, "Event-Sequence") or 0),
        domain_uuid=domain,
        leg_uuid=job.call_uuid,
        start_stamp=at,
        direction=direction(said, "", rung=False),
        extension=own_extension(said),
        number=said.number("ringpost_a"),
        caller_id_number=said.number("origination_caller_id_number"),
        dialled=said.number("ringpost_b"),
        cause=job.failure.cause,
        ended_by=job.failure.ended_by,
        placed=True,
    )
    return [notice]


def _seen(event: Mapping[str, Any]) -> list[What]:
    """What has happened to a channel so far, as it is now."""
    state = event.get("Answer-State")
    rings: list[What] = ["made"] if event.get("Call-Direction") == "inbound" else ["made", "ringing"]
    call_state = Said(event).verbatim("Channel-Call-State")
    if state == "answered":
        held: list[What] = ["held"] if call_state == "HELD" else []
        return [*rings, "answered", *held]
    return rings if state == "early" or call_state in _RINGING else ["made"]


def _notice(what: What, event: Mapping[str, Any]) -> Notice | None:
    head, said = Said(event), _variables(event)
    channel, domain = head.uuid("Unique-ID"), domain_uuid(said) or head.uuid("Channel-Presence-Data")
    at = next(filter(None, (_moment(head, name) for name in (*_STAMPS.get(what, ()), "Event-Date-Timestamp"))), None)
    leg = said.uuid(PLACED) or channel
    if channel is None or leg is None or domain is None or at is None:
        return None
    answered = _moment(head, "Caller-Channel-Answered-Time")
    is_late = head.verbatim("Hangup-Cause") in ANSWERED_ELSEWHERE
    if is_late and said.verbatim("cc_side") == "agent":
        answered = None
    in_vain = answered is None or is_late
    if what == "ended" and in_vain and said.uuid(PLACED):
        return None  # one of A's phones rings no more: another may, and if none does the job says so
    rung_for = leg_of(said, said.uuid("originating_leg_uuid"))
    source = rung_for or (taken_leg(said) if what == "ended" else None)
    extension = _extension(head, said, rung_for)
    is_rung, sent_to = rung_for is not None, head.number("Ringpost-Number")
    return Notice(
        what=what,
        at=at,
        core=head.text("Core-UUID") or "",
        sequence=int(head.matching(_SEQUENCE, "Event-Sequence") or 0),
        domain_uuid=domain,
        leg_uuid=leg,
        source_uuid=None if source == leg else source,
        source_dialled=head.text("Other-Leg-Destination-Number") if rung_for else None,
        start_stamp=_moment(head, "Caller-Channel-Created-Time") or at,
        answer_stamp=answered,
        direction=direction(said, head.verbatim("Caller-Context"), rung=is_rung or what != "ended"),
        extension=extension,
        number=extension or _number(head, said, rung_for),
        **_shown(head, said, rung_for),
        sent_to=sent_to,
        sent_to_extension=sent_to is not None and head.verbatim("Ringpost-Extension") == sent_to,
        reached=reached(said),
        placed=rung_for is None and said.number("ringpost_a") is not None,
        agent_uuid=said.uuid(AGENT) if is_rung else None,
        **(_end(head, said, failed_a=not is_rung and answered is None) if what == "ended" else {}),
    )


def _end(head: Said, said: Said, *, failed_a: bool) -> dict[str, Any]:
    """How a leg ended."""
    by = ended_by(said)
    return {
        "cause": cause(said, head.verbatim("Hangup-Cause"), failed_a=failed_a),
        "hung_up": by == "party",
        "ended_by": by,
        "to_voicemail": went_to_voicemail(said),
    }


def _variables(event: Mapping[str, Any]) -> Said:
    return Said(
        {name.removeprefix("variable_"): value for name, value in event.items() if name.startswith("variable_")}
    )


def _extension(head: Said, said: Said, source: str | None) -> str | None:
    """The phone of ours a leg is: who was rung, or who calls."""
    if source is None:
        return own_extension(said)
    user, _, domain = head.verbatim("Channel-Presence-ID").partition("@")
    if EXTENSION.fullmatch(user) and domain.lower() == said.verbatim("domain_name").lower():
        return user
    return rung_extension(said)


def _number(head: Said, said: Said, source: str | None) -> str | None:
    """Whose leg it is that is no phone of ours."""
    if source is not None:
        return head.number("Caller-Destination-Number") or head.number("Caller-Callee-ID-Number")
    return said.number("ringpost_a") or head.number("Caller-Caller-ID-Number")


def _shown(head: Said, said: Said, source: str | None) -> dict[str, str | None]:
    """Who calls, and what was dialled: of a call we placed, of one from outside, of one of our phones."""
    dialled = said.number("ringpost_dialled")
    if said.number("ringpost_b"):
        return {
            "caller_id_number": said.number("origination_caller_id_number"),
            "caller_id_name": said.text("origination_caller_id_name"),
            "dialled": said.number("ringpost_b"),
        }
    if source is None:
        dialled = dialled or said.number("sip_req_user") or head.number("Caller-Destination-Number")
    else:
        dialled = dialled or head.number("Caller-RDNIS") or head.number("Other-Leg-Destination-Number")
    return {
        "caller_id_number": head.number("Caller-Caller-ID-Number"),
        "caller_id_name": head.text("Caller-Caller-ID-Name"),
        "dialled": dialled,
    }


def _moment(head: Said, name: str) -> str | None:
    found = head.matching(_MICROSECONDS, name)
    return stamp(int(found) / 1_000_000) if found else None
