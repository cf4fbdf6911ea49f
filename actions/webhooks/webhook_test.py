"""Send a webhook.test event to a webhook, and say what became of it.

The delivery is made as every other, so this shows what a call would meet: address, signature, time-outs.
"""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.event_requests import OneWebhook
from ringpost.model.webhook import Delivery
from ringpost.services.happenings import webhooks

EXAMPLE = {"domain_name": "fusionpbx.example.net", "webhook_uuid": "abababab-0000-4000-8000-000000000001", "wait": 0}


class Request(OneWebhook, Write):
    wait: float = Field(default=10, ge=0, le=15, description="seconds to wait for the first try")


class Response(Output, Delivery):
    statuses: ClassVar[tuple[int, ...]] = (200, 202)

    @property
    def http_status(self) -> int:
        """202 while nothing has been tried."""
        return 200 if self.attempts else 202


def handle(request: Request, context: Context) -> Response:
    delivery = webhooks.test(context, webhooks.found(context, request), request.wait)
    return Response(**delivery.model_dump())
