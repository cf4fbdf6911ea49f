"""Record a call: what our party hears and says, from now on."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import PartyActedOn, Write
from ringpost.model.requests import OneParty
from ringpost.services.calls import live_calls

EXAMPLE = {"domain_name": "fusionpbx.example.net", "call_uuid": "b1b1b1b1-0000-4000-8000-000000000001"}


class Request(OneParty, Write):
    pass


class Response(PartyActedOn):
    recording: str = Field(description="where it is kept, on the switch")


def handle(request: Request, context: Context) -> Response:
    party, recording = live_calls.record(context, request)
    return Response(**party.told(), recording=recording)
