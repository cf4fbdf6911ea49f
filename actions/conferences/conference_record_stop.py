"""Record a conference room no more."""

from ringpost.context import Context
from ringpost.contract import InRoom, Write
from ringpost.model.requests import OneRoom
from ringpost.services.calls import rooms

EXAMPLE = {"domain_name": "fusionpbx.example.net", "conference": "880"}


class Request(OneRoom, Write):
    pass


class Response(InRoom):
    pass


def handle(request: Request, context: Context) -> Response:
    place = rooms.found(context, request)
    rooms.stop_recording(context, place, request)
    return Response.model_validate(place.answered())
