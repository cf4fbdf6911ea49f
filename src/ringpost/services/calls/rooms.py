"""Conference rooms that somebody is in: who, and what may be done about it."""

from typing import NamedTuple

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model import dialplan
from ringpost.model.call import CallOrder, RecordedTo, Wanted
from ringpost.model.conference import Conference, LiveRoom, Participant, ParticipantChange
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Forbidden, NotFound
from ringpost.model.requests import OneRoom
from ringpost.services.calls import placing
from ringpost.services.numbers import conferences
from ringpost.services.people import permissions
from ringpost.services.switching import lines
from ringpost.services.tenants import domains
from ringpost.store import Put, Row, keys
from ringpost.switch import Switch

_RECORDING_DAYS = 30 * 86_400


class Place(NamedTuple):
    """A conference room at its switch."""

    line: Switch
    domain: Domain
    room: str
    conference: Conference | None

    def told(self) -> dict[str, object]:
        """Which room it is, as events tell it."""
        one = self.conference
        return {
            "room": self.room,
            "conference_uuid": one.conference_uuid if one else None,
            "conference_name": one.name if one else None,
        }

    def answered(self) -> dict[str, object]:
        """The same, as answers have it."""
        return {**self.told(), "sandbox": self.line.is_sandbox}


def found(context: Context, request: OneRoom) -> Place:
    """The room a request means: one that has a number, or one that is made by dialling its code."""
    domain = domains.found(context, request)
    line, reference = lines.of(context, domain), request.conference
    if dialplan.is_on_the_spot(reference):
        return Place(line, domain, reference, None)
    one = conferences.named(context, domain.domain_uuid, reference)
    return Place(line, domain, one.extension, one)


def live(context: Context, place: Place, request: OneRoom) -> LiveRoom:
    """Who is in it now; of those whom the user it is for may see."""
    known = next((one for one in place.line.rooms(place.domain) if one.room == place.room), LiveRoom(room=place.room))
    sees = permissions.sees_calls(context, permissions.acting(context, place.domain.domain_uuid, request))
    shown = tuple(one for one in known.participants if sees({one.extension} if one.extension else set()))
    return known.model_copy(update={"participants": shown})


def participant(context: Context, place: Place, request: OneRoom, leg_uuid: str) -> Participant:
    """Somebody in it."""
    _check_is_in(context, place, request, leg_uuid)
    inside = live(context, place, request).participants
    one = next((one for one in inside if one.leg_uuid == leg_uuid), None)
    if one is None:
        raise NotFound("that one is not in the room" if inside else "nobody is in that room")
    return one


def change(context: Context, place: Place, request: OneRoom, leg_uuid: str, what: ParticipantChange) -> Participant:
    """Do something to somebody in it."""
    one = participant(context, place, request, leg_uuid)
    with lines.once(context, place.line, leg_uuid):
        place.line.change_participant(place.domain, place.room, leg_uuid, what)
    if what in ("deaf", "undeaf") and one.deaf != (what == "deaf"):  # no switch tells of these
        _happened(context, place, "conference.deafened" if what == "deaf" else "conference.undeafened", one)
    return one


def lock(context: Context, place: Place, request: OneRoom, *, locked: bool) -> LiveRoom:
    """Let nobody else in, or whoever comes. A room that nobody is in is not there to be locked."""
    known = _somebody_in(context, place, request)
    with lines.once(context, place.line, known.participants[0].leg_uuid):
        place.line.lock_room(place.domain, place.room, locked)
    if known.locked != locked:
        _happened(context, place, "conference.locked" if locked else "conference.unlocked")
    return known.model_copy(update={"locked": locked})


def record(context: Context, place: Place, request: OneRoom) -> str:
    """Record what is said in it, under the name of whoever is there longest; it is found under that call."""
    known = _somebody_in(context, place, request)
    leg_uuid = known.participants[0].leg_uuid
    with lines.once(context, place.line, leg_uuid):
        path = place.line.record_room(place.domain, place.room, leg_uuid)
    if not known.recorded:
        key = keys.recorded_to(place.domain.domain_uuid, leg_uuid, context.now, path)
        expires = int(seconds(context.now)) + _RECORDING_DAYS
        context.store.stage(Put(Row(key, RecordedTo(path=path).model_dump_json(), expires=expires)))
        _happened(context, place, "conference.record_started")
    return path


def stop_recording(context: Context, place: Place, request: OneRoom) -> None:
    """Record no more."""
    known = _somebody_in(context, place, request)
    with lines.once(context, place.line, known.participants[0].leg_uuid):
        place.line.stop_recording_room(place.domain, place.room)
    if known.recorded:
        _happened(context, place, "conference.record_stopped")


def invitation(context: Context, place: Place, request: OneRoom, number: str, *, moderator: bool) -> CallOrder:
    """The order of a call that brings somebody into it, unasked for a PIN."""
    if place.conference is not None and not place.conference.enabled:
        raise CannotComply(f"the conference room {place.conference.name} is disabled", parameter="conference")
    _check_is_in(context, place, request)
    permissions.check_number(
        context, permissions.acting(context, place.domain.domain_uuid, request), "originate_to", number
    )
    shown = place.conference.name if place.conference else f"Conference {place.room}"
    wanted = Wanted(caller_id_number=place.room, caller_id_name=shown, destination_a=number, destination_b=place.room)
    order = placing.ordered(context, place.domain, wanted)
    return order.model_copy(update={"room": place.room, "moderator": moderator})


def _check_is_in(context: Context, place: Place, request: OneRoom, leg_uuid: str | None = None) -> None:
    """Whoever acts for a user does something in a room only while that user is in it.

    In one that has moderators it is for those, but for what a participant does to itself.
    """
    acting = permissions.acting(context, place.domain.domain_uuid, request)
    if acting is None:
        return
    own = {one.extension for one in acting.user.extensions}
    mine = [one for one in live(context, place, request).participants if one.extension in own]
    if not mine:
        raise Forbidden("this user is not in that room")
    has_moderators = place.conference is not None and place.conference.moderator_pin is not None
    if has_moderators and not any(one.moderator or one.leg_uuid == leg_uuid for one in mine):
        raise Forbidden("this user is no moderator of that room")


def _somebody_in(context: Context, place: Place, request: OneRoom) -> LiveRoom:
    _check_is_in(context, place, request)
    known = live(context, place, request)
    if not known.participants:
        raise NotFound("nobody is in that room")
    return known


def _happened(context: Context, place: Place, what: str, one: Participant | None = None) -> None:
    about = one.model_dump(include={"leg_uuid", "extension", "number"}) if one else {}
    context.happened(what, place.domain.domain_uuid, {**place.told(), **about})
