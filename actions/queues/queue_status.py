"""How queues are now: who waits, for how long, and what the members do. Without queue: all of them."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.queue import QueueStatus
from ringpost.model.requests import InDomain
from ringpost.model.values import Reference
from ringpost.services.queues import queues, supervising
from ringpost.services.switching import queueing
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "queue": "700"}


class Request(InDomain, Read):
    queue: Reference | None = Field(default=None, description="the queue, by number, name or UUID; left out: all")


class Response(Output):
    items: list[QueueStatus] = Field(description="by name")


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    some = queues.some(context, request, request.queue)
    some = queueing.everything(context, domain.domain_uuid) if some is None else some
    return Response(items=supervising.status(context, domain, some))
