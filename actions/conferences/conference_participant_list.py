"""Who is in a conference room now, who came first first; and whether it is locked, and recorded."""

from ringpost.context import Context
from ringpost.contract import InRoom, Items, Read
from ringpost.model.conference import Participant
from ringpost.model.requests import Listing, OneRoom, filtered_by
from ringpost.services import pages
from ringpost.services.calls import rooms

EXAMPLE = {"domain_name": "fusionpbx.example.net", "conference": "880"}


@filtered_by(Participant)
class Request(OneRoom, Listing, Read):
    pass


class Response(InRoom, Items[Participant]):
    locked: bool
    recorded: bool


def handle(request: Request, context: Context) -> Response:
    place = rooms.found(context, request)
    room = rooms.live(context, place, request)
    listed = ((f"{one.since} {one.leg_uuid}", one) for one in room.participants)
    page = pages.arranged(context, listed, request)
    about = {**place.answered(), "locked": room.locked, "recorded": room.recorded}
    return Response.model_validate(page._asdict() | about)
