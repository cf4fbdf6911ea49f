"""Let our party be heard again."""

from ringpost.context import Context
from ringpost.contract import PartyActedOn, Write
from ringpost.model.requests import OneParty
from ringpost.services.calls import live_calls

EXAMPLE = {"domain_name": "fusionpbx.example.net", "call_uuid": "b1b1b1b1-0000-4000-8000-000000000001"}


class Request(OneParty, Write):
    pass


class Response(PartyActedOn):
    pass


def handle(request: Request, context: Context) -> Response:
    party, _ = live_calls.act(
        context, request, "own", "command.unmuted", lambda switch, domain, leg: switch.unmute(domain, leg)
    )
    return Response(**party.told())
