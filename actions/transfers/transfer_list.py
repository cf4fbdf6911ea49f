"""The transfers that are under way in a domain, the first first; with over true those of the last 30 days too."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.requests import ForUser, Listing, filtered_by
from ringpost.model.transfer import Transfer
from ringpost.services import pages
from ringpost.services.calls import transfers
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(Transfer)
class Request(ForUser, Listing, Read):
    over: bool = Field(default=False, description="those that are over too")


class Response(Items[Transfer]):
    pass


def handle(request: Request, context: Context) -> Response:
    found = transfers.listed(context, domains.found(context, request), request, over=request.over)
    listed = ((f"{one.created_at} {one.transfer_uuid}", one) for one in found)
    return Response.of(pages.arranged(context, listed, request))
