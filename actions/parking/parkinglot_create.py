"""Create a parking lot. Its number parks in a free slot; a slot takes who waits there, or waits there."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.parking import LotName, LotSettings, ParkingLot, SlotNumber
from ringpost.model.requests import InDomain
from ringpost.model.values import ExtensionNumber
from ringpost.services import kept
from ringpost.services.numbers import parking_lots
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "name": "Warehouse",
    "extension": "860",
    "slots_start": "861",
    "slots_end": "868",
    "timeout": 90,
    "timeout_destination": "600",
}


class Request(LotSettings, InDomain, Write):
    effects = ("costs",)

    name: LotName = Field(description="unique among the lots of the domain, in any case of letters")
    extension: ExtensionNumber = Field(description="the number that parks in a free slot")
    slots_start: SlotNumber = Field(description="the first slot: a number nobody has")
    slots_end: SlotNumber = Field(description="the last one; there are at most 40")


Response = ParkingLot


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    named = request.model_dump(include={"name", "extension", "slots_start", "slots_end"})
    settings = kept.cleared(ParkingLot, request.given(LotSettings))
    return parking_lots.create(context, domain, named | settings)
