"""One destination, by its number or by destination_uuid."""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.destination import Destination
from ringpost.model.requests import OneDestination
from ringpost.services.numbers import destinations

EXAMPLE = {"number": "12025550100"}


class Request(OneDestination, Read):
    pass


Response = Destination


def handle(request: Request, context: Context) -> Response:
    return destinations.found(context, request)
