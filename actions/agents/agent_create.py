"""Create an agent. It is logged in nowhere, and in no queue: agent-login and queue-member-add do that."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.agent import Agent, AgentSettings
from ringpost.model.queue import AgentNumber
from ringpost.model.requests import InDomain
from ringpost.model.values import Name, Reference
from ringpost.services import kept
from ringpost.services.queues import agents
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "number": "7002", "firstname": "Bob", "user": "bob"}


class Request(AgentSettings, InDomain, Write):
    number: AgentNumber = Field(description="unique among the domain's agents; it stays")
    firstname: Name
    user: Reference | None = Field(default=None, description="the user it is, by username or UUID")


Response = Agent


def handle(request: Request, context: Context) -> Response:
    settings = kept.cleared(Agent, request.given(AgentSettings))
    members = {"number": request.number, "firstname": request.firstname}
    return agents.create(context, domains.found(context, request), members | settings, request.user)
