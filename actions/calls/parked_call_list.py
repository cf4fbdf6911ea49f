"""The calls that wait in a slot."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.live import LiveCall
from ringpost.model.requests import ForUser, Listing, filtered_by
from ringpost.model.values import Reference
from ringpost.services import pages
from ringpost.services.calls import live_calls
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(LiveCall)
class Request(ForUser, Listing, Read):
    parkinglot: Reference | None = Field(
        default=None, description="those of one parking lot, by number, name or UUID; left out: of all"
    )


class Response(Items[LiveCall]):
    pass


def handle(request: Request, context: Context) -> Response:
    parked = live_calls.parked(context, domains.found(context, request), request, request.parkinglot)
    return Response.of(pages.arranged(context, ((call.slot or "", call) for call in parked), request))
