"""How agents are now: logged in where, paused, ringing, in a call. Without agent: all of them."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.agent import AgentStatus
from ringpost.model.requests import OneAgent
from ringpost.services.queues import agents, supervising
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "agent": "7001"}


class Request(OneAgent, Read):
    for_users = True


class Response(Output):
    items: list[AgentStatus] = Field(description="by number")


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    some = [agents.found(context, request)] if request.agent else agents.everything(context, domain.domain_uuid)
    return Response(items=supervising.agents_status(context, domain, some))
