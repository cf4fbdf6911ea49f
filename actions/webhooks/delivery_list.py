"""What was and is to be delivered to a webhook, with every try, newest event first.

A page that is filtered by state may be short, or empty, and still have a next one.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.event_requests import DeliveriesWanted
from ringpost.model.webhook import Delivery, DeliveryState
from ringpost.services.happenings import webhooks

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "webhook_uuid": "abababab-0000-4000-8000-000000000001",
    "state": "failed",
}


class Request(DeliveriesWanted, Read):
    state: DeliveryState | None = Field(
        default=None, description="waiting for its first or next try, delivered, or failed for good"
    )


class Response(Items[Delivery]):
    pass


def handle(request: Request, context: Context) -> Response:
    states = frozenset((request.state,) if request.state else ())
    wanted = webhooks.Wanted(request.from_, request.until, states)
    return Response.of(webhooks.deliveries(context, webhooks.found(context, request), request, wanted))
