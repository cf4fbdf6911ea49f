"""Change who an agent is. What is left out stays."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.agent import Agent, AgentSettings
from ringpost.model.requests import OneAgent
from ringpost.model.values import Name, Reference
from ringpost.services.queues import agents

EXAMPLE = {"domain_name": "fusionpbx.example.net", "agent": "7001", "description": "Speaks French"}


class Request(AgentSettings, OneAgent, Versioned):
    firstname: Name | None = None
    user: Reference | None = Field(default=None, description="the user it is, by username or UUID; null: none")


Response = Agent


def handle(request: Request, context: Context) -> Response:
    named = {name: getattr(request, name) for name in ("firstname", "user") if name in request.model_fields_set}
    changes = request.given(AgentSettings) | named
    return agents.update(context, agents.found(context, request), changes, request.if_version)
