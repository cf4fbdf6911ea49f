"""A parking lot of the demo domain in the sandbox, and calls that wait in it."""

from typing import Any

from ringpost.clock import stamp
from ringpost.entry import demo
from tests.actions.calls.live import talking
from tests.harness import Caller, House

LOT: dict[str, Any] = {"name": "Garage", "extension": "850", "slots_start": "851", "slots_end": "853"}


class Lot:
    """A lot of three slots, 851 to 853, and who waits there."""

    def __init__(self, house: House, tenant: Caller, **settings: Any) -> None:
        self.house, self.tenant = house, tenant
        self.since = stamp(house.clock.time)
        self.lot = tenant.done("parkinglot-create", **{**LOT, **settings})

    def passes(self, seconds: float) -> None:
        self.house.clock.time += seconds

    def parks(self, **more: Any) -> tuple[str, str]:
        """A call of 100's is parked; its uuid and its slot."""
        call_uuid = talking(self.tenant)
        self.passes(1)
        sent = {"call_uuid": call_uuid, "parkinglot": "850", **more}
        return call_uuid, self.tenant.done("call-park", **sent)["slot"]

    def waiting(self, **wanted: Any) -> list[tuple[str, str | None]]:
        items = self.tenant.done("parked-call-list", **wanted)["items"]
        return [(one["slot"], one["parkinglot_uuid"]) for one in items]

    def story(self, call_uuid: str) -> list[str]:
        """What was told of a call's slots in the end."""
        self.passes(8000)
        wanted = {"types": ["parking.*", "call.parked", "call.unparked"], "call_uuid": call_uuid, "from": self.since}
        items = self.tenant.done("event-list", domain_name=demo.DOMAIN_NAME, **wanted)["items"]
        return [f"{one['type']} {one['data']['slot']}" for one in items]
