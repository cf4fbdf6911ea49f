"""What a CRM is told, as it can see."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ringpost.live import messages
from ringpost.live_client import LiveClient
from tests.live.patience import eventually
from tests.live.under_test import IS_DIRECT_ASTERISK
from tests.webhooks.receiving import Receiving

_TIMES = ("start_stamp", "answer_stamp", "end_stamp", "duration", "billsec")
"""Those that a direct Asterisk hands in are in whole seconds."""
_ALIKE = (
    "hangup_cause", "missed_call", "direction", "answered_by", "hung_up_by", "extensions", "caller_id_number",
    "caller_destination",
)  # fmt: skip


def differences(call: dict[str, Any], record: dict[str, Any]) -> list[tuple[Any, ...]]:
    """In what the record of a call differs from what was told of it in the end: each name, and both."""
    names = _ALIKE if IS_DIRECT_ASTERISK else (*_TIMES, *_ALIKE)
    found = [(name, call.get(name), record.get(name)) for name in names if call.get(name) != record.get(name)]
    return [one for one in found if not (IS_DIRECT_ASTERISK and one[0] == "hung_up_by" and one[2] is None)]


class Told:
    """What somebody was told."""

    def all(self) -> Iterable[dict[str, Any]]:
        """The events so far, in order, each once."""
        raise NotImplementedError

    def events(self, **about: Any) -> list[dict[str, Any]]:
        return [event for event in self.all() if all(event.get(name) == value for name, value in about.items())]

    def await_types(self, call_uuid: str | None, *types: str) -> list[dict[str, Any]]:
        """The events of a call once there are as many as these, which must be these."""
        look = {"call_uuid": call_uuid} if call_uuid else {}

        def events() -> list[dict[str, Any]]:
            found = [event for event in self.events(**look) if event["type"].startswith(("call.", "recording."))]
            return [event for event in found if event["type"] != "call.placed"]

        try:
            eventually(lambda: len(events()) >= len(types), f"{types}", 20)
        except AssertionError as error:
            error.add_note(str([(event["type"], event["data"].get("extension")) for event in events()]))
            raise
        found = events()
        assert [event["type"] for event in found] == list(types)
        return found


@dataclass
class ToldEvents(Told):
    """What a CRM was told by a webhook."""

    receiving: Receiving
    secret: str

    def all(self) -> Iterable[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for one in self.receiving.received:
            one.verify(self.secret)
            found.setdefault(one.headers["webhook-id"], json.loads(one.body))
        return found.values()


@dataclass
class PushedEvents(Told):
    """What whoever subscribed to is told over a live connection."""

    line: LiveClient
    _found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def all(self) -> Iterable[dict[str, Any]]:
        while (heard := self.line.hear(0.01)) is not None:
            if isinstance(heard, messages.Told):
                self._found.setdefault(heard.event["id"], heard.event)
        return self._found.values()
