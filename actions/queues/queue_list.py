"""The queues of a domain, by name, page by page."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.queue import Queue
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.services.queues import queues
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(Queue)
class Request(InDomain, Listing, Read):
    pass


class Response(Items[Queue]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(queues.listed(context, domains.uuid_of(context, request), request))
