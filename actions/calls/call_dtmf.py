"""Play digits to the other party, as if ours had dialled them."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import PartyActedOn, Write
from ringpost.model.requests import OneParty
from ringpost.model.values import Digits
from ringpost.services.calls import live_calls

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "call_uuid": "b1b1b1b1-0000-4000-8000-000000000001",
    "digits": "123#",
}


class Request(OneParty, Write):
    digits: Digits = Field(description="up to 32 of 0-9, * and #")


class Response(PartyActedOn):
    pass


def handle(request: Request, context: Context) -> Response:
    party, _ = live_calls.act(
        context,
        request,
        "far",
        "command.dtmf_sent",
        lambda switch, domain, leg: switch.send_digits(domain, leg, request.digits),
    )
    return Response(**party.told())
