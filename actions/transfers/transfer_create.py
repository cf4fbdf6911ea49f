"""Transfer a call: put the other party through to another number, asking there first, or not.

With flow attended our party calls the destination while the other one hears music. transfer-complete puts the other one
through, and so does hanging up; transfer-cancel takes it back, and so does whoever was asked by hanging up, or by not
answering. With flow blind it is put through at once, as call-transfer does.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.requests import OneParty
from ringpost.model.transfer import Flow, Transfer
from ringpost.model.values import Number
from ringpost.services.calls import transfers

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "call_uuid": "b1b1b1b1-0000-4000-8000-000000000005",
    "destination": "100",
}


class Request(OneParty, Write):
    effects = ("costs",)

    destination: Number = Field(
        description="whom to ask: an extension, a ring group, a queue, a conference room, a number outside"
    )
    flow: Flow = Field(default="attended", description="attended: the destination is asked first; blind: not")


Response = Transfer


def handle(request: Request, context: Context) -> Response:
    return transfers.create(context, request, request.destination, request.flow)
