"""Park a call: let the other party wait in a slot, a free one unless it is named. Ours is released.

Any phone of the domain takes the call back by dialling the slot, those of the domain's own lot with * in front;
call-unpark brings it to one.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import PartyActedOn, Write
from ringpost.model.parking import SlotNumber
from ringpost.model.requests import OneParty
from ringpost.model.values import Reference
from ringpost.services.calls import live_calls

EXAMPLE = {"domain_name": "fusionpbx.example.net", "call_uuid": "b1b1b1b1-0000-4000-8000-000000000001"}


class Request(OneParty, Write):
    parkinglot: Reference | None = Field(
        default=None, description="the parking lot, by number, name or UUID; left out: the domain's own"
    )
    slot: SlotNumber | None = Field(default=None, description="the slot, such as 5901; left out: a free one")


class Response(PartyActedOn):
    slot: str = Field(description="where the call waits")


def handle(request: Request, context: Context) -> Response:
    party, slot = live_calls.park(context, request, request.parkinglot, request.slot)
    return Response(**party.told(), slot=slot)
