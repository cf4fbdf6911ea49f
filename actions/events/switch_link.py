"""What a command that went over a switch's link came to, handed in by that link (ringpost link) over HTTPS.

Links answer on their live connection; what is too large for it comes here. The first answer counts, and none that
comes after whoever asked has stopped waiting.
"""

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.requests import OneSwitch
from ringpost.services.switching import commands, links

EXAMPLE = {
    "switch": "lab",
    "answer": {
        "command_uuid": "c3c3c3c3-0000-4000-8000-000000000001",
        "switch_uuid": "5a5a5a5a-0000-4000-8000-000000000001",
        "outcome": {"result": []},
    },
}


class Request(OneSwitch, Write):
    answer: commands.Answer


class Response(Output):
    taken: bool


def handle(request: Request, context: Context) -> Response:
    switch = links.switch_of(context, request.switch)
    return Response(taken=commands.answered(context, switch.switch_uuid, request.answer))
