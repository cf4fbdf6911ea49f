"""Give a webhook a new secret, answered this once. For overlap_seconds requests are signed with both."""

from typing import Annotated

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import AnsweredOnce, Write
from ringpost.model.event_requests import OneWebhook
from ringpost.model.values import Secret
from ringpost.model.webhook import Webhook
from ringpost.services.happenings import webhooks

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "webhook_uuid": "abababab-0000-4000-8000-000000000001",
    "overlap_seconds": 86_400,
}


class Request(OneWebhook, Write):
    effects = ("secrets",)

    overlap_seconds: int = Field(default=86_400, ge=0, le=30 * 86_400, description="how long both are signed with")


class Response(Webhook):
    secret: Annotated[Secret | None, AnsweredOnce] = Field(description="what requests are signed with: whsec_…")


def handle(request: Request, context: Context) -> Response:
    webhook = webhooks.found(context, request)
    return Response(**webhooks.rotate(context, webhook, request.overlap_seconds).shown())
