"""The agents of a domain, by number, page by page."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.agent import Agent
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.services.queues import agents
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(Agent)
class Request(InDomain, Listing, Read):
    pass


class Response(Items[Agent]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(agents.listed(context, domains.uuid_of(context, request), request))
