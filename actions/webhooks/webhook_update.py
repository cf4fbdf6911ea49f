"""Change a webhook. What is left out stays; enabled true also forgets what failed before."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.event_requests import OneWebhook
from ringpost.model.webhook import Webhook, WebhookSettings
from ringpost.services.happenings import webhooks

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "webhook_uuid": "abababab-0000-4000-8000-000000000001",
    "events": ["call.ended"],
}


class Address(WebhookSettings):
    url: str | None = Field(default=None, max_length=2048, description="https, on port 443, at a public address")


class Request(Address, OneWebhook, Versioned):
    pass


Response = Webhook


def handle(request: Request, context: Context) -> Response:
    webhook = webhooks.found(context, request)
    return webhooks.update(context, webhook, request.given(Address), request.if_version)
