"""Let an extension listen to a call, whisper to our party, or take part.

Rings the extension's phone first, and answers as originate does: call_uuid is the listener's own call.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import CallPlaced, Write
from ringpost.model.call import MonitorMode
from ringpost.model.requests import OneParty
from ringpost.model.values import ExtensionNumber, Uuid
from ringpost.services.calls import live_calls, placing

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "call_uuid": "b1b1b1b1-0000-4000-8000-000000000001",
    "extension": "101",
}


class Request(OneParty, Write):
    extension: ExtensionNumber = Field(description="who listens")
    mode: MonitorMode = "listen"
    wait: float = Field(default=10, ge=0, le=25, description="seconds to wait for that phone's answer")


class Response(CallPlaced):
    leg_uuid: Uuid = Field(description="the leg that is listened to")
    mode: MonitorMode


def handle(request: Request, context: Context) -> Response:
    party = live_calls.party(context, request, "own")
    order = placing.monitoring(context, party, request.extension, request.mode)
    placed = placing.originate(context, party.domain, order, request.wait)
    return Response(**placed.told(), leg_uuid=party.leg.leg_uuid, mode=request.mode)
