"""Conference rooms of the sandbox, as the table says they are: who is let in, and who has to leave."""

from ringpost.context import Context
from ringpost.model.conference import Conference, LiveRoom, Participant
from ringpost.model.domain import Domain
from ringpost.services.numbers import numbering
from ringpost.store import keys
from ringpost.switch.sandbox import rooms
from ringpost.switch.sandbox.play import Play
from ringpost.switch.scripts import Knows, Script


def who_knows(context: Context, home: str, room: str, pin: str) -> Knows | None:
    """What somebody is in a conference room who says that PIN; None: it is not that room's."""
    found = numbering.holder(context, home, room)
    if not isinstance(found, Conference) or not pin:
        return None
    if pin == found.moderator_pin:
        return "moderator"
    return "participant" if pin == found.pin else None


def without_moderator(context: Context, domain: Domain) -> list[Participant]:
    """Who is in a room still that ends with its last moderator, who was there and is gone."""
    now = context.clock.now()
    scripts = context.store.everything(keys.scripts(domain.domain_uuid), Script)
    plays = [Play(script, now) for _, script in scripts]
    ended = [room for room in rooms.live(plays, now) if rooms.had_moderator(room.room, plays, now)]
    return [one for room in ended if _ends(context, domain, room) for one in room.participants]


def _ends(context: Context, domain: Domain, room: LiveRoom) -> bool:
    found = numbering.holder(context, domain.domain_uuid, room.room)
    is_wanted = isinstance(found, Conference) and found.end_with_moderator
    return is_wanted and not any(one.moderator for one in room.participants)
