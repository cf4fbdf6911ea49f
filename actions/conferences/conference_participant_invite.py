"""Call somebody into a conference room. Once the phone answers it is in the room, and asked for no PIN.

Answers as originate does: success true once it has answered, 202 with success null while it still rings after wait
seconds.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import CallPlaced, Write
from ringpost.model.requests import OneRoom
from ringpost.model.values import Number
from ringpost.services.calls import placing, rooms

EXAMPLE = {"domain_name": "fusionpbx.example.net", "conference": "880", "destination": "101"}


class Request(OneRoom, Write):
    effects = ("costs",)

    destination: Number = Field(description="whom to call: an extension, or a number outside")
    moderator: bool = Field(default=False, description="it is a moderator of the room")
    wait: float = Field(default=10, ge=0, le=25, description="seconds to wait for the answer")


class Response(CallPlaced):
    room: str


def handle(request: Request, context: Context) -> Response:
    place = rooms.found(context, request)
    order = rooms.invitation(context, place, request, request.destination, moderator=request.moderator)
    placed = placing.originate(context, place.domain, order, request.wait)
    return Response(**placed.told(), room=place.room)
