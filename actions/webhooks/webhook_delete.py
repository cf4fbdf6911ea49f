"""Delete a webhook. What it has not been told yet, it will not be."""

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.event_requests import OneWebhook
from ringpost.model.values import Uuid
from ringpost.services.happenings import webhooks

EXAMPLE = {"domain_name": "fusionpbx.example.net", "webhook_uuid": "abababab-0000-4000-8000-000000000001"}


class Request(OneWebhook, VersionedRemoval):
    pass


class Response(Output):
    deleted: bool = True
    webhook_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    webhook = webhooks.found(context, request)
    webhooks.delete(context, webhook, request.if_version)
    return Response(webhook_uuid=webhook.webhook_uuid)
