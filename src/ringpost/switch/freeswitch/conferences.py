"""Conference rooms on a FreeSWITCH: what comes with the dialplan, what mod_conference is told, and what it lists.

All settings of a room come with the dialplan: of a profile that cannot be had FreeSWITCH makes a room without any, the
PIN included. So the PIN is asked before the room is entered, and the two profiles say only what is heard there.
"""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ringpost.clock import stamp
from ringpost.model import dialplan
from ringpost.model.conference import Conference, LiveRoom, Participant, ParticipantChange
from ringpost.model.domain import Domain
from ringpost.model.route import Room
from ringpost.model.values import is_uuid
from ringpost.switch.freeswitch import queues
from ringpost.switch.freeswitch.recording import RECORDING_STARTED
from ringpost.switch.said import Said

INVITED = "ringpost_invited"
"""The variable of a leg that is to come into a room unasked: which, and whether as a moderator."""
MODERATOR = "conference_moderator"
"""mod_conference's variable of a leg that is in a room, or was."""
MUTED = "ringpost_muted"
"""The variable of a leg that we have muted in its room."""
NAME = "conference_name"
"""mod_conference's variable of the room a leg is in, or was."""
MAINTENANCE = "conference::maintenance"
"""The events of mod_conference."""
APPLICATION = "conference"
NOT_THERE = ("-ERR Conference ", "-ERR Non-Existant ID")
"""How an answer begins about a room that nobody is in, or somebody who is not in it."""

Step = tuple[str, str]
_AS_MODERATOR = "moderator"
_PIN = "ringpost_pin"
_IS_MODERATOR = "ringpost_moderator"
_MODERATORS = "moderator|mandatory_member_endconf"
_TRIES, _SECONDS = 3, 10


def invited(room: str, *, moderator: bool) -> str:
    """What a leg carries that is to come into a room unasked."""
    return f"{room}:{_AS_MODERATOR}" if moderator else room


# what the dialplan has


def enters(domain: Domain, route: Room, invitation: str, leg_uuid: str) -> list[Step]:
    """What a leg does that comes to a room.

    ``invitation`` is what it carries; ``leg_uuid`` is said if its channel is not it.
    """
    number, _, role = invitation.partition(":")
    is_invited = number == route.room
    is_moderator = is_invited and role == _AS_MODERATOR
    room, one = dialplan.room_name(domain.domain_name, route.room), route.conference
    steps: list[Step] = [("answer", ""), ("set", f"conference_enforce_security={_word(not is_invited)}")]
    if one is None:
        return [*steps, (APPLICATION, f"{room}@default")]
    asked = bool(one.pin) and not is_invited
    if asked:
        steps += _asks_pin(one)
    return [
        *steps,
        *(("set", f"{name}={value}") for name, value in _settings(domain, one, leg_uuid).items()),
        ("set", f"conference_member_flags={_flags(one, is_asked=asked, is_moderator=is_moderator)}"),
        *([("playback", RECORDING_STARTED)] if one.record and domain.record_announcement else []),
        (APPLICATION, f"{room}@{'default' if one.announce else 'quiet'}"),
    ]


def _asks_pin(one: Conference) -> Iterator[Step]:
    """The PIN is asked three times; whoever says the moderators' is one. What was said stays nowhere."""
    pins = [pin for pin in (one.pin, one.moderator_pin) if pin]
    most = max(map(len, pins))
    sounds = "conference/conf-pin.wav conference/conf-bad-pin.wav"
    yield (
        "play_and_get_digits",
        f"1 {most} {_TRIES} {_SECONDS}000 # {sounds} {_PIN} ^(?:{'|'.join(pins)})$ 4000 'hangup:CALL_REJECTED inline'",
    )
    if one.moderator_pin:
        yield "set", f"{_IS_MODERATOR}=${{regex(${{{_PIN}}}|^{one.moderator_pin}$)}}"
    yield "unset", _PIN


def _settings(domain: Domain, one: Conference, leg_uuid: str) -> dict[str, str]:
    """What the first who comes in makes the room with. Said either way: it stays on a leg that goes on to another."""
    file = f"{secrets.token_hex(4)}-{leg_uuid or '${uuid}'}.wav"
    return {
        "conference_max_members": str(one.most_participants or ""),
        "conference_flags": "wait-mod" if one.wait_for_moderator else "",
        "conference_moh_sound": queues.music(one.music),
        "conference_auto_record": f"${{recordings_dir}}/{domain.domain_name}/{file}" if one.record else "",
    }


def _flags(one: Conference, *, is_asked: bool, is_moderator: bool) -> str:
    flags = _MODERATORS if one.end_with_moderator else _AS_MODERATOR
    if is_asked and one.moderator_pin:
        return f"${{cond(${{{_IS_MODERATOR}}} == true ? {flags} : )}}"
    return flags if is_moderator else ""


def _word(flag: bool) -> str:
    return "true" if flag else "false"


# what mod_conference lists


class Member(NamedTuple):
    """Somebody in a room: by its number there, and its channel. ``seconds``: how long."""

    number: int
    channel: str
    seconds: int
    moderator: bool
    muted: bool
    deaf: bool


class Meeting(NamedTuple):
    """A room that somebody is in."""

    room: str
    name: str
    locked: bool
    recorded_to: tuple[str, ...]
    members: tuple[Member, ...]

    def live(self, parties: Mapping[str, Participant], now: float) -> LiveRoom:
        """The room as it is answered; ``parties`` are those of its domain who are on a channel."""
        inside = [one for one in self.members if one.channel in parties]
        inside.sort(key=lambda one: (-one.seconds, one.number))
        participants = tuple(
            parties[one.channel].model_copy(
                update={
                    "since": stamp(now - one.seconds),
                    "moderator": one.moderator,
                    "muted": one.muted,
                    "deaf": one.deaf,
                }
            )
            for one in inside
        )
        recorded = bool(self.recorded_to)
        return LiveRoom(room=self.room, locked=self.locked, recorded=recorded, participants=participants)


def meetings(text: str, domain_name: str) -> list[Meeting]:
    """The rooms of a domain in what ``conference json_list`` lists; what cannot be read is left out."""
    try:
        listed = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return []
    found = listed if isinstance(listed, list) else []
    rooms = (_meeting(one, domain_name) for one in found if isinstance(one, dict))
    return [one for one in rooms if one is not None]


def _meeting(listed: Mapping[str, Any], domain_name: str) -> Meeting | None:
    name = Said(listed).verbatim("conference_name")
    room = dialplan.room_of(name, domain_name)
    if room is None:
        return None
    members = listed.get("members")
    inside = [one for one in members if isinstance(one, dict)] if isinstance(members, list) else []
    paths = (Said(one).verbatim("record_path") for one in inside)
    return Meeting(room, name, listed.get("locked") is True, tuple(filter(None, paths)), tuple(_members(inside)))


def _members(listed: Iterable[Mapping[str, Any]]) -> Iterator[Member]:
    for one in listed:
        said, flags = Said(one), one.get("flags")
        number, channel = said.whole("id"), said.verbatim("uuid")
        if number is None or not is_uuid(channel) or not isinstance(flags, dict):
            continue
        yield Member(
            number,
            channel,
            said.whole("join_time") or 0,
            moderator=flags.get("is_moderator") is True,
            muted=flags.get("can_speak") is False,
            deaf=flags.get("can_hear") is False,
        )


# what mod_conference is told


def changes(meeting: Meeting, member: Member, change: ParticipantChange) -> str:
    """The command that does something to somebody in a room."""
    return f"conference {meeting.name} {change} {member.number}"


# what it tells

_NAME = re.compile(r"(?:room-[^-]*|[0-9]{1,6})-([a-z0-9.-]{1,253})")


def room_of(name: str) -> str | None:
    """What is dialled for a room, in the domain it is of; None: it is none of ours."""
    found = _NAME.fullmatch(name)
    return dialplan.room_of(name, found[1]) if found else None


_LEG_OF_FILE = re.compile(r"/[0-9a-f]{8}-([0-9a-f-]{36})\.wav")


def leg_of_file(path: str) -> str | None:
    """Under which leg a room is recorded, by the name of the file; None: it is none of ours."""
    found = _LEG_OF_FILE.fullmatch(path[path.rfind("/") :])
    return found[1] if found and is_uuid(found[1]) else None
