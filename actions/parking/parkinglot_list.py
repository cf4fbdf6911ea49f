"""The parking lots of a domain, by name, page by page."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.parking import ParkingLot
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.services.numbers import parking_lots
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(ParkingLot)
class Request(InDomain, Listing, Read):
    pass


class Response(Items[ParkingLot]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(parking_lots.listed(context, domains.uuid_of(context, request), request))
