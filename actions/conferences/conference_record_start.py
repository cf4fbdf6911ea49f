"""Record what is said in a conference room, from now on, until it is stopped or the room is empty."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import InRoom, Write
from ringpost.model.requests import OneRoom
from ringpost.services.calls import rooms

EXAMPLE = {"domain_name": "fusionpbx.example.net", "conference": "880"}


class Request(OneRoom, Write):
    pass


class Response(InRoom):
    recording: str = Field(description="where it is kept, on the switch")


def handle(request: Request, context: Context) -> Response:
    place = rooms.found(context, request)
    recording = rooms.record(context, place, request)
    return Response.model_validate({**place.answered(), "recording": recording})
