"""Deliver again: one delivery, or all of a range of time. The webhook-id is the same as before.

A range means what has not been delivered, unless states says otherwise; ten tries begin anew. It goes in steps of
up to 15 seconds: call again with after, as long as it is answered.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.errors import InvalidRequest
from ringpost.model.event_requests import OneWebhook, Span
from ringpost.model.webhook import DeliveryId, DeliveryState
from ringpost.services.happenings import webhooks

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "webhook_uuid": "abababab-0000-4000-8000-000000000001",
    "from": "2026-11-20T00:00:00Z",
}


class Request(Span, OneWebhook, Write):
    delivery_id: DeliveryId | None = Field(default=None, description="one, as delivery-list answers it")
    states: tuple[DeliveryState, ...] = Field(
        default=("failed", "waiting"),
        description="of a range: those in these states; delivered ones too, for whoever lost them",
    )
    after: DeliveryId | None = Field(default=None, description="where to go on, as the last call answered it")


class Response(Output):
    deliveries: int = Field(description="how many are tried again")
    after: str | None = Field(description="null: that was all")


def handle(request: Request, context: Context) -> Response:
    webhook = webhooks.found(context, request)
    if request.delivery_id is not None:
        webhooks.retry(context, webhook, request.delivery_id)
        return Response(deliveries=1, after=None)
    if request.from_ is None and request.until is None:
        raise InvalidRequest("delivery_id is required, or from and until", parameter="delivery_id")
    wanted = webhooks.Wanted(request.from_, request.until, frozenset(request.states))
    count, after = webhooks.retry_all(context, webhook, wanted, request.after)
    return Response(deliveries=count, after=after)
