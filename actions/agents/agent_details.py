"""One agent, by number or UUID."""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.agent import Agent
from ringpost.model.requests import OneAgent
from ringpost.services.queues import agents

EXAMPLE = {"domain_name": "fusionpbx.example.net", "agent": "7001"}


class Request(OneAgent, Read):
    for_users = True


Response = Agent


def handle(request: Request, context: Context) -> Response:
    return agents.found(context, request)
