"""Let an agent get calls again, of one of its queues or of all."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.agent import Agent
from ringpost.model.requests import OneAgent
from ringpost.model.values import Reference
from ringpost.services.queues import agents, queues
from ringpost.services.switching import queueing

EXAMPLE = {"domain_name": "fusionpbx.example.net", "agent": "7001"}


class Request(OneAgent, Write):
    for_users = True

    queue: Reference | None = Field(default=None, description="one of its queues; left out: all of them")


Response = Agent


def handle(request: Request, context: Context) -> Response:
    some = queues.some(context, request, request.queue)
    return queueing.unpause(context, agents.found(context, request), some)
