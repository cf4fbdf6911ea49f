"""Log an agent in at an extension, for one of its queues or for all. Logged in elsewhere, it moves there.

With everybody instead of an agent, those that are logged in are told to the switch again: agentd's relog.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.agent import Agent
from ringpost.model.requests import OneAgent
from ringpost.model.values import ExtensionNumber, Reference
from ringpost.services.queues import agents, queues

EXAMPLE = {"domain_name": "fusionpbx.example.net", "agent": "7001", "extension": "101"}


class Request(OneAgent, Write):
    for_users = True

    extension: ExtensionNumber | None = Field(
        default=None, description="where its calls ring; required but for everybody"
    )
    queue: Reference | None = Field(default=None, description="one of its queues; left out: all of them")
    everybody: bool = Field(default=False, description="all agents that are logged in are logged in again")


class Response(Output):
    agents: list[Agent]


def handle(request: Request, context: Context) -> Response:
    if request.everybody:
        return Response(agents=agents.relog(context, request))
    some = queues.some(context, request, request.queue)
    return Response(agents=[agents.log_in(context, agents.found(context, request), request.extension, some)])
