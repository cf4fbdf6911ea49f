"""Conference rooms of an Asterisk: what they are called there, and the steps that lead into one.

Measured on app_confbridge of 22.10.1. A room is called by its domain's uuid: names have 79 bytes. A moderator is a
``marked`` user and no ``admin``, for whom a room that is locked or full would be neither.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from ringpost.clock import stamp
from ringpost.model import dialplan
from ringpost.model.conference import Conference, LiveRoom, Participant, ParticipantChange
from ringpost.model.domain import Domain
from ringpost.model.route import Room
from ringpost.switch.asterisk import lists, marks
from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.legs import FILE
from ringpost.switch.asterisk.lists import Party
from ringpost.switch.said import YEAR_2100

_MENU = "ringpost"
"""What keys do in a conference, in confbridge.conf."""
CHANGES: Mapping[ParticipantChange, str] = {
    "mute": "ConfbridgeMute",
    "unmute": "ConfbridgeUnmute",
    "kick": "ConfbridgeKick",
}
NOT_THERE = {
    "No Conference by that name found.": "nobody is in that room",
    "No active conferences.": "nobody is in that room",
    "No Channel by that name found in Conference.": "that one is not in the room",
}
"""What it says, and what that means."""
_SINCE_1970 = re.compile("[0-9]{1,10}")
ALREADY = frozenset({"Conference is already being recorded.", "Internal error while stopping recording."})
"""What it says of what is so already."""


def name(domain_uuid: str, room: str) -> str:
    """What the room is called there that is dialled so."""
    return dialplan.room_name(domain_uuid, room)


def named(said: str, domain_uuid: str | None) -> str | None:
    """What is dialled for the room of that name; None if it is none of that domain."""
    return dialplan.room_of(said, domain_uuid) if domain_uuid else None


def steps(domain: Domain, route: Room, *, file: str) -> Iterator[tuple[str, str]]:
    """The steps into a room; ``file`` is what it is recorded into, if it is to be and nobody is there yet."""
    one, its = route.conference, name(domain.domain_uuid, route.room)
    pins = f"{one.pin or ''},{one.moderator_pin or ''},{file if one.record else ''}" if one else ",,"
    yield "Gosub", f"{marks.ROOM},s,1({route.room},{its},{pins})"
    if one is not None:
        for member, value in _settings(one):
            yield "Set", f"CONFBRIDGE({member})={value}"
    yield "ConfBridge", f"{its},,,{_MENU}"


def _settings(one: Conference) -> Iterator[tuple[str, str]]:
    """What differs from an Asterisk's own."""
    if not one.announce:
        yield "user,quiet", "yes"
    if one.wait_for_moderator:
        yield "user,wait_marked", "yes"
    if one.end_with_moderator:
        yield "user,end_marked", "yes"
    yield "user,music_on_hold_when_empty", "yes"
    if one.music:
        yield "user,music_on_hold_class", one.music
    if one.most_participants is not None:
        yield "bridge,max_members", str(one.most_participants)


# what there is


def noted(its: str) -> str:
    """The global variable that says what a room of that name is recorded into, and for which leg."""
    return f"GLOBAL({marks.ROOM_FILE}{its})"


def file_of(said: str, domain_name: str | None = None) -> tuple[str, str] | None:
    """The file and the uniqueid of the leg, as that variable says them; None if it says none of that domain's."""
    path, _, uniqueid = said.partition(":")
    is_one = FILE.fullmatch(path) and (domain_name is None or path.startswith(f"{domain_name}/"))
    return (path, uniqueid) if is_one else None


def live(
    domain: Domain, room: str, row: Message, inside: Iterable[Message], legs: Iterable[Party], *, is_recorded: bool
) -> LiveRoom:
    """A room that somebody is in: its row in ``ConfbridgeListRooms``, those of who is in it, and the domain's legs."""
    known = {leg.channel.uniqueid: leg for leg in legs}
    here = [(known[row.get("Uniqueid")], row) for row in inside if row.get("Uniqueid") in known]
    people = [_participant(domain, leg, one) for leg, one in here]
    return LiveRoom(
        room=room,
        locked=row.get("Locked") == "Yes",
        recorded=is_recorded,
        participants=tuple(sorted(people, key=lambda one: one.since or "")),
    )


def _participant(domain: Domain, leg: Party, row: Message) -> Participant:
    channel = leg.channel
    own = lists.extension(domain, channel)
    since = int(channel.marked.matching(_SINCE_1970, marks.JOINED) or 0)
    return Participant(
        leg_uuid=leg.leg_uuid,
        call_uuid=marks.leg_uuid(channel.linkedid),
        extension=own,
        number=own or lists.outside(channel),
        name=lists.shown(leg),
        since=stamp(since) if 0 < since < YEAR_2100 else None,
        moderator=channel.marked.verbatim(marks.MODERATOR) == "yes",
        muted=row.get("Muted") == "Yes",
        deaf=channel.marked.verbatim(marks.DEAF) == "true",
    )
