"""Log an agent out, of one of its queues or of all. A call it is in goes on.

With everybody instead of an agent all agents of the domain are logged out: agentd's logoff all.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.agent import Agent
from ringpost.model.requests import OneAgent
from ringpost.model.values import Reference
from ringpost.services.queues import agents, queues
from ringpost.services.switching import queueing

EXAMPLE = {"domain_name": "fusionpbx.example.net", "agent": "7001"}


class Request(OneAgent, Write):
    for_users = True

    queue: Reference | None = Field(default=None, description="one of its queues; left out: all of them")
    everybody: bool = Field(default=False, description="all agents of the domain")


class Response(Output):
    agents: list[Agent]


def handle(request: Request, context: Context) -> Response:
    if request.everybody:
        return Response(agents=agents.log_out_everybody(context, request))
    some = queues.some(context, request, request.queue)
    return Response(agents=[queueing.log_out(context, agents.found(context, request), some)])
