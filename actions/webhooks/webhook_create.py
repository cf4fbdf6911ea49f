"""Create a webhook: an address that is told what happens. Its secret is answered this once.

Every request is signed as Standard Webhooks says. Without a domain an operator's key makes one that is told of
all of them. A key needs no more than this scope to be told everything that happens in its domains.
"""

from typing import Annotated

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import AnsweredOnce, Write
from ringpost.model.requests import InDomain
from ringpost.model.values import Secret
from ringpost.model.webhook import Webhook, WebhookSettings
from ringpost.services.happenings import webhooks

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "url": "https://crm.example.net/hooks/calls",
    "events": ["call.*", "cdr.created"],
    "extensions": ["100", "101"],
}


class Request(WebhookSettings, InDomain, Write):
    url: str = Field(max_length=2048, description="https, on port 443, at a public address")


class Response(Webhook):
    secret: Annotated[Secret | None, AnsweredOnce] = Field(description="what requests are signed with: whsec_…")


def handle(request: Request, context: Context) -> Response:
    home = webhooks.home_of(context, request)
    return Response(**webhooks.create(context, home, request.url, request.given(WebhookSettings)).shown())
