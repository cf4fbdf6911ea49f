"""Lock a conference room: whoever comes is turned away, until it is unlocked, or empty."""

from ringpost.context import Context
from ringpost.contract import InRoom, Write
from ringpost.model.requests import OneRoom
from ringpost.services.calls import rooms

EXAMPLE = {"domain_name": "fusionpbx.example.net", "conference": "880"}


class Request(OneRoom, Write):
    pass


class Response(InRoom):
    locked: bool


def handle(request: Request, context: Context) -> Response:
    place = rooms.found(context, request)
    room = rooms.lock(context, place, request, locked=True)
    return Response.model_validate({**place.answered(), "locked": room.locked})
