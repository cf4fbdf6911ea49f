"""A FreeSWITCH on which captured calls happen again: with uuids of their own, at the present time."""

import json
import re
import threading
import time
import uuid
from collections import deque
from pathlib import Path
from typing import Any

from tests.services.happenings.test_call_events import CAPTURES, STORIES
from tests.switch.freeswitch.scripted import ScriptedFreeSwitch, as_sent

Event = dict[str, Any]

HOME_NAME = "live.example.net"
"""The domain of the captures."""
_RECORDINGS = "/var/lib/freeswitch/recordings/"
_TIMES = (
    "Event-Date-Timestamp",
    *(f"Caller-Channel-{what}-Time" for what in ("Created", "Progress", "Progress-Media", "Answered", "Hangup")),
)
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STATES = {
    event: {"Channel-Call-State": call_state, "Answer-State": answer_state}
    for event, call_state, answer_state in (
        ("CHANNEL_CREATE", "DOWN", "ringing"),
        ("CHANNEL_PROGRESS", "RINGING", "ringing"),
        ("CHANNEL_PROGRESS_MEDIA", "EARLY", "early"),
        ("CHANNEL_ANSWER", "ACTIVE", "answered"),
        ("CHANNEL_BRIDGE", "ACTIVE", "answered"),
        ("CHANNEL_UNBRIDGE", "ACTIVE", "answered"),
        ("CHANNEL_HOLD", "HELD", "answered"),
        ("CHANNEL_UNHOLD", "ACTIVE", "answered"),
    )
}
"""What a channel is once that was told: the event itself goes out before its call state changes."""
SOUND = b"RIFF" + bytes(4092)


class Played:
    """What is to happen of a capture, in its order. ``legs`` are those of each call in it, by the call's uuid."""

    def __init__(self, scenario: str, home: str) -> None:
        self.scenario = scenario
        text = (CAPTURES / f"{scenario}.jsonl").read_text()
        fresh = dict.fromkeys(re.findall('(?<="variable_domain_uuid":")[^"]+', text), home)

        def anew(found: re.Match[str]) -> str:
            return fresh.setdefault(found[0], str(uuid.uuid4()))

        events: list[Event] = [json.loads(line) for line in _UUID.sub(anew, text).splitlines()]
        late = int(time.time() * 1_000_000) - int(events[-1]["Event-Date-Timestamp"])
        self.left = deque({**event, **_later(event, late)} for event in events)
        sources = {event["Unique-ID"]: event["Unique-ID"] for event in events}
        for event in events:
            sources[event["Unique-ID"]] = event.get("variable_originating_leg_uuid", sources[event["Unique-ID"]])
        self.legs: dict[str, set[str]] = {}
        for leg in sources:
            self.legs.setdefault(_root(leg, sources), set()).add(leg)

    @property
    def story(self) -> list[str]:
        return [line.strip() for line in STORIES[self.scenario].strip().splitlines()]

    @property
    def ends_next(self) -> str | None:
        """The call that is over with the next event."""
        if self.left[0]["Event-Name"] != "CHANNEL_HANGUP_COMPLETE":
            return None
        [call] = [call for call, legs in self.legs.items() if self.left[0]["Unique-ID"] in legs]
        later = {event["Unique-ID"] for event in list(self.left)[1:] if event["Event-Name"].startswith("CHANNEL_")}
        return None if later & self.legs[call] else call


def _later(event: Event, late: int) -> Event:
    return {name: str(int(event[name]) + late) for name in _TIMES if event.get(name, "0") != "0"}


def _root(leg: str, sources: dict[str, str]) -> str:
    while sources.get(leg, leg) != leg:
        leg = sources[leg]
    return leg


class PlayingFreeSwitch(ScriptedFreeSwitch):
    """Tells those who listen what happens, and whoever asks what is up."""

    def __init__(self, recordings: Path) -> None:
        super().__init__()
        self.recordings = recordings
        self.core = str(uuid.uuid4())
        self._channels: dict[str, Event] = {}
        self._sequence = 0
        self._lock = threading.Lock()
        self.answers = {"show": self._shown, "uuid_dump": self._dumped, "global_getvar": str(recordings)}
        self.answers["global_getvar core_uuid"] = self.core

    @property
    def listeners(self) -> int:
        """How many connections it has that listen."""
        return sum(connection.listens and connection.is_open for connection in list(self._connections))

    def happens(self, event: Event) -> None:
        """Let that happen now."""
        with self._lock:
            event = {**event, **self._stamped()}
            leg, name = event.get("Unique-ID", ""), event["Event-Name"]
            if name == "CHANNEL_HANGUP_COMPLETE":
                self._channels.pop(leg, None)
            elif name.startswith("CHANNEL_"):
                self._channels[leg] = event
            elif name == "RECORD_STOP":
                event = self._recorded(event)
            self.tell_listeners(as_sent(event))

    def _stamped(self) -> Event:
        self._sequence += 1
        return {"Core-UUID": self.core, "Event-Sequence": str(self._sequence)}

    def _recorded(self, event: Event) -> Event:
        """The event, with the file where our recordings are; one that was given another path is none of ours."""
        if not event["Record-File-Path"].startswith(_RECORDINGS):
            return event
        path = self.recordings / event["Record-File-Path"].removeprefix(_RECORDINGS)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SOUND)
        return {**event, "Record-File-Path": str(path)}

    def _shown(self, _command: str) -> str:
        with self._lock:
            rows = [{"uuid": leg} for leg in self._channels]
        return json.dumps({"row_count": len(rows), **({"rows": rows} if rows else {})}) + "\n"

    def _dumped(self, command: str) -> str:
        with self._lock:
            event = self._channels.get(command.split()[1])
            if event is None:
                return "-ERR No such channel!\n"
            state = _STATES[event["Event-Name"]]
            return json.dumps({**event, **self._stamped(), **state, "Event-Name": "CHANNEL_DATA"})
