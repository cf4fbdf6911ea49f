"""Details of a webhook, and how it fares: failing_since, disabled_because."""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.event_requests import OneWebhook
from ringpost.model.webhook import Webhook
from ringpost.services.happenings import webhooks

EXAMPLE = {"domain_name": "fusionpbx.example.net", "webhook_uuid": "abababab-0000-4000-8000-000000000001"}


class Request(OneWebhook, Read):
    pass


Response = Webhook


def handle(request: Request, context: Context) -> Response:
    return webhooks.found(context, request)
