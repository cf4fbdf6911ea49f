"""Hang up a caller who waits. queue-status has those who wait."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Removal
from ringpost.model.requests import InDomain
from ringpost.model.values import Uuid
from ringpost.services.queues import supervising
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "call_uuid": "b1b1b1b1-0000-4000-8000-000000000003"}


class Request(InDomain, Removal):
    call_uuid: Uuid = Field(description="the call that waits, by the uuid of any of its legs")


class Response(Output):
    queue_uuid: Uuid
    call_uuid: Uuid
    leg_uuid: Uuid
    sandbox: bool


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    waiting, party = supervising.remove(context, domain, request.call_uuid)
    return Response(queue_uuid=waiting.queue_uuid, **party.told())
