"""Have a participant leave the conference room: its call ends."""

from ringpost.context import Context
from ringpost.contract import InRoom, Removal
from ringpost.model.conference import Participant
from ringpost.model.requests import OneParticipant
from ringpost.services.calls import rooms

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "conference": "880",
    "leg_uuid": "b1b1b1b1-0000-4000-8000-000000000004",
}


class Request(OneParticipant, Removal):
    pass


class Response(InRoom):
    participant: Participant


def handle(request: Request, context: Context) -> Response:
    place = rooms.found(context, request)
    one = rooms.change(context, place, request, request.leg_uuid, "kick")
    return Response.model_validate({**place.answered(), "participant": one})
