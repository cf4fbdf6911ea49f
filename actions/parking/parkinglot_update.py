"""Change a parking lot. What is left out stays; who waits in a slot it has no more waits until the time is over."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.parking import LotName, LotSettings, ParkingLot, SlotNumber
from ringpost.model.requests import OneParkingLot
from ringpost.model.values import ExtensionNumber
from ringpost.services.numbers import parking_lots

EXAMPLE = {"domain_name": "fusionpbx.example.net", "parkinglot": "870", "timeout": 120}


class Request(LotSettings, OneParkingLot, Versioned):
    effects = ("costs",)

    name: LotName | None = None
    new_extension: ExtensionNumber | None = Field(default=None, description="the number it shall have")
    slots_start: SlotNumber | None = None
    slots_end: SlotNumber | None = None


Response = ParkingLot

_RENAMED = {"name": "name", "new_extension": "extension", "slots_start": "slots_start", "slots_end": "slots_end"}


def handle(request: Request, context: Context) -> Response:
    renamed = {_RENAMED[name]: getattr(request, name) for name in request.model_fields_set & _RENAMED.keys()}
    changes = request.given(LotSettings) | renamed
    return parking_lots.update(context, parking_lots.found(context, request), changes, request.if_version)
