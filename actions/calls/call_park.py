"""Park a call: let the other party wait in a free slot. Ours is released.

Any phone of the domain takes the call back by dialling * and the slot; call-unpark brings it to one.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import PartyActedOn, Write
from ringpost.model.requests import OneParty
from ringpost.services.calls import live_calls

EXAMPLE = {"domain_name": "fusionpbx.example.net", "call_uuid": "b1b1b1b1-0000-4000-8000-000000000001"}


class Request(OneParty, Write):
    pass


class Response(PartyActedOn):
    slot: str = Field(description="where the call waits")


def handle(request: Request, context: Context) -> Response:
    party, slot = live_calls.park(context, request)
    return Response(**party.told(), slot=slot)
