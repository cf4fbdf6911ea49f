"""Say how soon an agent is rung, in one of its queues or in all: those of a lower penalty come first."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.agent import AgentQueue
from ringpost.model.queue import Penalty
from ringpost.model.requests import OneAgent
from ringpost.model.values import Reference, Uuid
from ringpost.services.queues import agents, queues
from ringpost.services.switching import queueing

EXAMPLE = {"domain_name": "fusionpbx.example.net", "agent": "7001", "penalty": 2}


class Request(OneAgent, Write):
    penalty: Penalty
    queue: Reference | None = Field(default=None, description="one of its queues; left out: all of them")


class Response(Output):
    agent_uuid: Uuid
    queues: list[AgentQueue]


def handle(request: Request, context: Context) -> Response:
    agent = agents.found(context, request)
    some = queues.some(context, request, request.queue) or queueing.queues_of(context, agent)
    changed = queues.set_penalty(context, some, agent.number, request.penalty)
    return Response(agent_uuid=agent.agent_uuid, queues=agents.places(agent, changed))
