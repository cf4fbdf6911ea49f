"""One parking lot, by number, name or UUID."""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.parking import ParkingLot
from ringpost.model.requests import OneParkingLot
from ringpost.services.numbers import parking_lots

EXAMPLE = {"domain_name": "fusionpbx.example.net", "parkinglot": "870"}


class Request(OneParkingLot, Read):
    pass


Response = ParkingLot


def handle(request: Request, context: Context) -> Response:
    return parking_lots.found(context, request)
