"""End a call. The other parties are hung up too."""

from ringpost.context import Context
from ringpost.contract import PartyActedOn, Removal
from ringpost.model.requests import OneParty
from ringpost.services.calls import live_calls

EXAMPLE = {"domain_name": "fusionpbx.example.net", "call_uuid": "b1b1b1b1-0000-4000-8000-000000000001"}


class Request(OneParty, Removal):
    pass


class Response(PartyActedOn):
    pass


def handle(request: Request, context: Context) -> Response:
    party, _ = live_calls.act(
        context, request, "first", "command.hung_up", lambda switch, domain, leg: switch.hang_up(domain, leg)
    )
    return Response(**party.told())
