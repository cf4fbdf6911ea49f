"""Transfer a call, blind: connect the other party with another number. Ours is released.

The destination is an extension, a ring group, a number outside that the domain may call, or with
voicemail true an extension's voicemail.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import PartyActedOn, Write
from ringpost.model.requests import OneParty
from ringpost.model.values import Number
from ringpost.services.calls import live_calls

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "call_uuid": "b1b1b1b1-0000-4000-8000-000000000001",
    "destination": "101",
}


class Request(OneParty, Write):
    effects = ("costs",)

    destination: Number
    voicemail: bool = Field(default=False, description="leave a message for that extension, without ringing it")


class Response(PartyActedOn):
    destination: str


def handle(request: Request, context: Context) -> Response:
    party = live_calls.party(context, request, "far")
    live_calls.transfer(context, party, request.destination, to_voicemail=request.voicemail)
    return Response(**party.told(), destination=request.destination)
