"""Create a queue. What the domain's switch cannot do of it is refused: see its capabilities in switch-status."""

from typing import Annotated

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.queue import MOST_MEMBERS, Queue, QueueMember, QueueName, QueueSettings
from ringpost.model.requests import InDomain
from ringpost.model.values import ExtensionNumber
from ringpost.services import kept
from ringpost.services.queues import queues
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "name": "Billing",
    "extension": "701",
    "strategy": "leastrecent",
    "members": [{"agent": "7001"}, {"extension": "101", "penalty": 1}],
    "longest_wait": 120,
    "timeout_destination": "600",
}


class Request(QueueSettings, InDomain, Write):
    name: QueueName = Field(description="unique in the domain, in any case of letters")
    extension: ExtensionNumber = Field(description="the number that is dialled")
    members: Annotated[tuple[QueueMember, ...], Field(max_length=MOST_MEMBERS)] = Field(
        default=(), description="who is rung: [{agent or extension, penalty}]"
    )


Response = Queue


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    settings = kept.cleared(Queue, request.given(QueueSettings))
    named = {"name": request.name, "extension": request.extension, "members": request.members}
    return queues.create(context, domain, named | settings)
