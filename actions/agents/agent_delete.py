"""Delete an agent, out of its queues too. Refused while it is logged in."""

from typing import Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneAgent
from ringpost.model.values import Uuid
from ringpost.services.queues import agents

EXAMPLE = {"domain_name": "fusionpbx.example.net", "agent": "7003"}


class Request(OneAgent, VersionedRemoval):
    pass


class Response(Output):
    deleted: Literal[True] = True
    agent_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    agent = agents.found(context, request)
    agents.delete(context, agent, request.if_version)
    return Response(agent_uuid=agent.agent_uuid)
