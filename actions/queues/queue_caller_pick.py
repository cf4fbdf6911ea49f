"""Let a caller who waits ring an extension, before its turn. queue-status has those who wait."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.requests import InDomain
from ringpost.model.values import ExtensionNumber, Uuid
from ringpost.services.queues import supervising
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "call_uuid": "b1b1b1b1-0000-4000-8000-000000000003",
    "extension": "100",
}


class Request(InDomain, Write):
    call_uuid: Uuid = Field(description="the call that waits, by the uuid of any of its legs")
    extension: ExtensionNumber = Field(description="whose phones ring")


class Response(Output):
    queue_uuid: Uuid
    call_uuid: Uuid
    leg_uuid: Uuid
    sandbox: bool


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    waiting, party = supervising.pick(context, domain, request.call_uuid, request.extension)
    return Response(queue_uuid=waiting.queue_uuid, **party.told())
