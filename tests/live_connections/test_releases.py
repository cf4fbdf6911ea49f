"""A link of one release and an endpoint of another: neither is stopped by what only the other knows."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from ringpost.client import Client
from ringpost.clock import SystemClock
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.wire import Wire
from ringpost.live import messages
from ringpost.live_client import LiveClient
from ringpost.model.errors import InvalidRequest
from ringpost.switch.calls import Answer, Command, Outcome
from tests.webhooks.receivers import until

NEW = {"of_tomorrow": {"kind": 1}}
UUID = "00000000-0000-4000-8000-000000000001"
COMMAND = {
    "command_uuid": UUID,
    "switch_uuid": UUID,
    "switch_name": "pbx1",
    "asked": {"call": "status", "arguments": {}, **NEW},
    "seconds": 10,
    **NEW,
}


class NewerEndpoint:
    """It says what no link of today has heard of, around what one has to hear."""

    def __init__(self, *before: dict[str, Any]) -> None:
        self.before = before
        self.heard: list[dict[str, Any]] = []

    def __call__(self, line: ServerConnection) -> None:
        try:
            self.heard.append(json.loads(line.recv(10)))
            for message in (
                *self.before,
                {"message": "linked", "switch_uuid": UUID, **NEW},
                {"message": "of_tomorrow", **NEW},
                {"message": "command", "command": COMMAND, **NEW},
            ):
                line.send(json.dumps(message))
            for text in line:
                self.heard.append(json.loads(text))
        except (ConnectionClosed, TimeoutError):
            return

    @contextmanager
    def at_work(self) -> Iterator[str]:
        with serve(self, "127.0.0.1", 0) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/live"
            server.shutdown()
            thread.join(10)


class Answering:
    """Who does at once what is asked."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def take(self, command: Command) -> None:
        answer = Answer(command_uuid=command.command_uuid, switch_uuid=command.switch_uuid, outcome=Outcome())
        self.wire.answer(answer)


@pytest.mark.parametrize(
    "before",
    [
        (),
        ({"message": "of_tomorrow"},),
        ({"message": "welcome", **NEW}, {"message": "gap", **NEW}),
        ({"message": "heartbeat", "at": "2026-11-22T12:00:00.000Z", **NEW},),
    ],
)
def test_an_older_link_does_what_a_newer_endpoint_asks(before: tuple[dict[str, Any], ...], tmp_path: Path) -> None:
    endpoint, said = NewerEndpoint(*before), list[str]()
    with endpoint.at_work() as url:
        buffer = Buffer(tmp_path / "link.sqlite3")
        beside = Beside("pbx1", Client("http://127.0.0.1:9", "rp_x"), buffer, SystemClock(), said.append)
        wire = Wire(beside, lambda: LiveClient(url, "rp_x"))
        wire.does = Answering(wire)
        thread = threading.Thread(target=wire.work)
        thread.start()
        try:
            until(lambda: any(one["message"] == "answer" for one in endpoint.heard))
        finally:
            beside.stopping.set()
            thread.join(20)
            buffer.close()
    assert said == ["reachable for commands to pbx1"]
    assert [one["message"] for one in endpoint.heard if one["message"] == "link"] == ["link"]


@pytest.mark.parametrize(
    "said",
    [
        {"message": "link", "switch": "pbx1", "link_uuid": UUID, "version": "9.9.9"},
        {"message": "heartbeat", "round_trip_ms": 1.5},
        {"message": "answer", "answer": {"command_uuid": UUID, "switch_uuid": UUID, "outcome": NEW, **NEW}},
    ],
)
def test_an_older_endpoint_heeds_what_a_newer_link_says(said: dict[str, Any]) -> None:
    assert messages.read(json.dumps({**said, **NEW})).message == said["message"]


def test_what_only_a_newer_link_says_is_refused_and_no_more() -> None:
    with pytest.raises(InvalidRequest, match="no message"):
        messages.read(json.dumps({"message": "of_tomorrow"}))


@pytest.mark.parametrize(
    "wanted",
    [
        {"message": "subscribe", "subscription": "a"},
        {"message": "unsubscribe", "subscription": "a"},
        {"message": "authenticate", "token": "rp_x"},
    ],
)
def test_what_somebody_wants_has_no_member_that_is_misspelled(wanted: dict[str, Any]) -> None:
    assert messages.read(json.dumps(wanted))
    with pytest.raises(InvalidRequest, match="event Extra"):
        messages.read(json.dumps({**wanted, "event": ["call.*"]}))
