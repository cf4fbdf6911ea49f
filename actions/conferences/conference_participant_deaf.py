"""Let a participant hear nobody in the conference room; with deaf false, everybody again."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import InRoom, Write
from ringpost.model.conference import Participant
from ringpost.model.requests import OneParticipant
from ringpost.services.calls import rooms

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "conference": "880",
    "leg_uuid": "b1b1b1b1-0000-4000-8000-000000000004",
}


class Request(OneParticipant, Write):
    deaf: bool = Field(default=True, description="false: it hears everybody again")


class Response(InRoom):
    participant: Participant


def handle(request: Request, context: Context) -> Response:
    place = rooms.found(context, request)
    one = rooms.change(context, place, request, request.leg_uuid, "deaf" if request.deaf else "undeaf")
    return Response.model_validate({**place.answered(), "participant": one})
