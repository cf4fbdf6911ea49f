"""Answer a call that rings at a phone of ours, for whoever sits there.

The phone must be one that answers on command (the SIP event talk); one that cannot goes on
ringing, or, on an Asterisk, may stop: its call goes on as if it had declined.
"""

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
        context, request, "ringing", "command.answer_asked", lambda switch, domain, leg: switch.answer(domain, leg)
    )
    return Response(**party.told())
