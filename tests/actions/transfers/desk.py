"""A desk in the sandbox: 100 talks with somebody outside who stays, and may put that one through."""

from typing import Any

from ringpost.clock import stamp
from ringpost.entry import demo
from tests.actions.calls.live import placed
from tests.harness import Caller, House

STAYS = "12025550152"
"""Somebody who does not hang up."""


class Desk:
    """A call of 100's, and a transfer of it."""

    def __init__(self, house: House, tenant: Caller) -> None:
        self.house, self.tenant = house, tenant
        self.since = stamp(house.clock.time)
        self.call_uuid = placed(tenant, destination_b=STAYS)
        self.passes(5)

    def passes(self, seconds: float) -> None:
        self.house.clock.time += seconds

    def asks(self, destination: str = "101", **more: Any) -> dict[str, Any]:
        sent = {"call_uuid": self.call_uuid, "destination": destination, **more}
        transfer: dict[str, Any] = self.tenant.done("transfer-create", **sent)
        return transfer

    def says_pin(self, room: str, leg_uuid: str) -> None:
        """What is asked of whoever comes to the demo domain's room; nobody is where one is made on the spot."""
        if room == "880":
            self.tenant.done("call-dtmf", call_uuid=self.call_uuid, leg_uuid=leg_uuid, digits="4711#")

    def status(self, transfer: dict[str, Any]) -> str:
        return str(self.tenant.done("transfer-details", transfer_uuid=transfer["transfer_uuid"])["status"])

    def up(self) -> list[str]:
        """The numbers of those who are in the call."""
        calls = self.tenant.done("call-list")["items"]
        return next(([leg["number"] for leg in one["legs"]] for one in calls if one["call_uuid"] == self.call_uuid), [])

    def story(self) -> list[str]:
        """What was told of transfers in the end, and of who was put through."""
        self.passes(8000)
        wanted = {"types": ["transfer.*", "call.transferred"], "from": self.since, "limit": 1000}
        items = self.tenant.done("event-list", domain_name=demo.DOMAIN_NAME, **wanted)["items"]
        mine = [one for one in items if one["call_uuid"] == self.call_uuid]
        return [one["type"].removeprefix("transfer.") for one in mine]

    def record(self) -> dict[str, Any]:
        self.passes(8000)
        record: dict[str, Any] = self.tenant.done("cdr-details", xml_cdr_uuid=self.call_uuid)
        return record
