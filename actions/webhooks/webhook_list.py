"""The webhooks of a domain, by name, page by page; without a domain an operator's own."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.model.webhook import Webhook
from ringpost.services.happenings import webhooks

EXAMPLE = {"domain_name": "fusionpbx.example.net", "enabled": True}


@filtered_by(Webhook)
class Request(InDomain, Listing, Read):
    pass


class Response(Items[Webhook]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(webhooks.listed(context, webhooks.home_of(context, request), request))
