"""What a CRM is told, as it can see."""

import json
from dataclasses import dataclass
from typing import Any

from tests.live.patience import eventually
from tests.webhooks.receiving import Receiving


@dataclass
class ToldEvents:
    """What a CRM was told, in order, each event once."""

    receiving: Receiving
    secret: str

    def events(self, **about: Any) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for one in self.receiving.received:
            one.verify(self.secret)
            found.setdefault(one.headers["webhook-id"], json.loads(one.body))
        return [event for event in found.values() if all(event.get(name) == value for name, value in about.items())]

    def await_types(self, call_uuid: str | None, *types: str) -> list[dict[str, Any]]:
        """The events of a call once there are as many as these, which must be these."""
        look = {"call_uuid": call_uuid} if call_uuid else {}

        def enough() -> list[dict[str, Any]] | None:
            events = [event for event in self.events(**look) if event["type"].startswith(("call.", "recording."))]
            events = [event for event in events if event["type"] != "call.placed"]
            return events if len(events) >= len(types) else None

        events = eventually(enough, f"{types}", 20)
        assert [event["type"] for event in events] == list(types)
        return events
