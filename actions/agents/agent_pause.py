"""Let an agent get no calls for a while, of one of its queues or of any."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.agent import Agent
from ringpost.model.requests import OneAgent
from ringpost.model.values import Reference, ShortText
from ringpost.services.queues import agents, queues
from ringpost.services.switching import queueing

EXAMPLE = {"domain_name": "fusionpbx.example.net", "agent": "7001", "reason": "lunch"}


class Request(OneAgent, Write):
    for_users = True

    queue: Reference | None = Field(default=None, description="one of its queues; left out: all of them")
    reason: ShortText | None = Field(default=None, description="why, as a supervisor sees it")


Response = Agent


def handle(request: Request, context: Context) -> Response:
    some = queues.some(context, request, request.queue)
    return queueing.pause(context, agents.found(context, request), some, request.reason)
