"""A meeting in the sandbox: a room of its own, and who comes into it."""

from typing import Any

from ringpost.clock import stamp
from ringpost.entry import demo
from tests.harness import Caller, House, Reply


class Meeting:
    """The demo domain with a conference room, 850, and callers who dial it."""

    def __init__(self, house: House, tenant: Caller, **settings: Any) -> None:
        self.house, self.tenant = house, tenant
        self.since = stamp(house.clock.time)
        self.room = tenant.done("conference-create", **{"name": "Planning", "extension": "850", **settings})

    def passes(self, seconds: float) -> None:
        self.house.clock.time += seconds

    def comes(self, number: str = "100", room: str = "850") -> str:
        """Somebody dials the room; the call's uuid."""
        order = {"caller_id_number": number, "destination_a": number, "destination_b": room}
        reply = self.tenant.call("originate", **order, wait=0)
        assert reply.status in (200, 202), reply
        self.passes(2)
        return str(reply.json["call_uuid"])

    def says(self, call_uuid: str, digits: str) -> None:
        """What somebody who was asked for the PIN answers."""
        self.tenant.done("call-dtmf", call_uuid=call_uuid, digits=digits)

    def inside(self, room: str = "850") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tenant.done("conference-participant-list", conference=room)["items"]
        return found

    def numbers(self, room: str = "850") -> list[str]:
        return [one["number"] for one in self.inside(room)]

    def does(self, action: str, **more: Any) -> Reply:
        return self.tenant.call(action, **{"conference": "850", **more})

    def story(self) -> list[tuple[str, str | None]]:
        """What was told of rooms in the end, and of which number."""
        self.passes(8000)
        wanted = {"types": ["conference.*", "!conference.created"], "from": self.since, "limit": 1000}
        items = self.tenant.done("event-list", domain_name=demo.DOMAIN_NAME, **wanted)["items"]
        mine = [one for one in items if one["data"]["room"] == "850"]
        return [(one["type"].removeprefix("conference."), one["data"].get("number")) for one in mine]
