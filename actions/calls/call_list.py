"""The calls of the domain that are up now, as its switch says."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.live import LiveCall
from ringpost.model.requests import ForUser, Listing, filtered_by
from ringpost.services import pages
from ringpost.services.calls import live_calls
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(LiveCall)
class Request(ForUser, Listing, Read):
    pass


class Response(Items[LiveCall]):
    pass


def handle(request: Request, context: Context) -> Response:
    calls = live_calls.listed(context, domains.found(context, request), request)
    rows = ((f"{call.start_stamp}#{call.call_uuid}", call) for call in calls)
    return Response.of(pages.arranged(context, rows, request))
