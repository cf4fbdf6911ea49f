"""Conference rooms of the sandbox: who is in them now, and what was done to them since they were empty."""

from collections.abc import Iterable, Sequence

from ringpost.clock import stamp
from ringpost.model.conference import LiveRoom, Participant
from ringpost.switch.sandbox.play import InRoom, Play
from ringpost.switch.scripts import Script, Turn

_RECORDS = ("record_room", "stop_recording_room")


def live(plays: Sequence[Play], now: float) -> list[LiveRoom]:
    """The rooms that somebody is in at a moment, of calls as they are then."""
    inside: dict[str, list[tuple[Play, InRoom]]] = {}
    for play in plays:
        for one in play.met:
            if _is_in(one, now):
                inside.setdefault(one.room, []).append((play, one))
    return [_room(room, plays, some, now) for room, some in sorted(inside.items())]


def had_moderator(room: str, plays: Sequence[Play], now: float) -> bool:
    """Whether a moderator has been there since it was empty."""
    since = _not_empty_since(room, plays, now)
    stays = (one for play in plays for one in play.met if one.room == room and one.moderator)
    return any(since <= one.joins <= now for one in stays)


def recordings(scripts: Iterable[Script], room: str) -> list[Turn]:
    """The turns by which recordings of a room were begun and stopped, in the calls that were in it, the first first."""
    its = (script for script in scripts if room in _rooms(Play(script)))
    return sorted((turn for script in its for turn in script.turns if turn.what in _RECORDS), key=lambda turn: turn.at)


def _room(room: str, plays: Sequence[Play], some: Iterable[tuple[Play, InRoom]], now: float) -> LiveRoom:
    since = _not_empty_since(room, plays, now)
    done = [turn for play in plays if room in _rooms(play) for turn in play.script.turns if turn.at >= since]
    done.sort(key=lambda turn: turn.at)
    locks = [turn.what for turn in done if turn.what in ("lock", "unlock")]
    records = [turn.what for turn in done if turn.what in _RECORDS]
    as_set = any(one.is_recorded and one.joins >= since for play in plays for one in play.met if one.room == room)
    there = sorted(some, key=lambda one: (one[1].joins, one[1].party.leg_uuid))
    return LiveRoom(
        room=room,
        locked=locks[-1:] == ["lock"],
        recorded=records[-1] == "record_room" if records else as_set,
        participants=tuple(_participant(play, one) for play, one in there),
    )


def _participant(play: Play, one: InRoom) -> Participant:
    party, order = one.party, play.script.order
    mine = [turn.what for turn in play.script.turns if turn.leg_uuid == party.leg_uuid and turn.at >= one.joins]
    return Participant(
        leg_uuid=party.leg_uuid,
        call_uuid=order.call_uuid,
        extension=party.number if party.number in play.script.extensions else None,
        number=party.number,
        name=order.caller_id_name or None if party.calls else None,
        since=stamp(one.joins),
        moderator=one.moderator,
        muted=[what for what in mine if what in ("mute", "unmute")][-1:] == ["mute"],
        deaf=[what for what in mine if what in ("deaf", "undeaf")][-1:] == ["deaf"],
    )


def _not_empty_since(room: str, plays: Iterable[Play], now: float) -> float:
    """Since when somebody has been in it without a break."""
    stays = sorted(
        (one.joins, min(one.leaves, one.party.ends)) for play in plays for one in play.met if one.room == room
    )
    since = until = 0.0
    for joins, leaves in stays:
        if joins > until:
            since = joins
        if joins <= now:
            until = max(until, leaves)
    return since


def _rooms(play: Play) -> set[str]:
    return {one.room for one in play.met}


def _is_in(one: InRoom, now: float) -> bool:
    return one.joins <= now < min(one.leaves, one.party.ends)
