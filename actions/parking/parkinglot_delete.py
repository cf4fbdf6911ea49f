"""Delete a parking lot. Who waits there waits until the time is over."""

from typing import Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneParkingLot
from ringpost.model.values import Uuid
from ringpost.services.numbers import parking_lots

EXAMPLE = {"domain_name": "fusionpbx.example.net", "parkinglot": "870"}


class Request(OneParkingLot, VersionedRemoval):
    pass


class Response(Output):
    deleted: Literal[True] = True
    parkinglot_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    lot = parking_lots.found(context, request)
    parking_lots.delete(context, lot, request.if_version)
    return Response(parkinglot_uuid=lot.parkinglot_uuid)
