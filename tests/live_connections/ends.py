"""The other ends of live connections, in memory, and somebody at one of them."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ringpost.auth.tokens import token
from ringpost.live.ports import Gone, Push
from ringpost.live.pushing import Listeners, Pusher
from ringpost.live.talk import Talk
from tests.harness import Caller, House


class Ends:
    """``Sockets`` that keep what is said. Those in ``gone`` are not there, those in ``slow`` take nothing."""

    def __init__(self) -> None:
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.closed: set[str] = set()
        self.gone: set[str] = set()
        self.slow: set[str] = set()

    def send(self, connection_id: str, text: str) -> None:
        if connection_id in self.gone | self.closed:
            raise Gone
        if connection_id in self.slow:
            raise OSError("429 Too Many Requests")
        self.said.setdefault(connection_id, []).append(json.loads(text))

    def close(self, connection_id: str) -> None:
        self.closed.add(connection_id)


class Queue:
    """``Pushes`` that wait until they are worked off."""

    def __init__(self) -> None:
        self.waiting: list[Push] = []

    def put(self, pushes: list[Push]) -> None:
        self.waiting += pushes


@dataclass
class Line:
    """The live side of a house."""

    house: House
    ends: Ends = field(default_factory=Ends)
    heard: list[str] = field(default_factory=list)
    queue: Queue = field(default_factory=Queue)

    def __post_init__(self) -> None:
        ports, catalogue = self.house.endpoint.ports, self.house.catalogue
        self.talk = Talk(ports, catalogue, self.ends, self.heard.append)
        self.listeners = Listeners(self.house.store, self.house.clock, self.queue)
        self.pusher = Pusher(ports, catalogue, self.ends)

    def client(self, caller: Caller | None, headers: Mapping[str, str] | None = None) -> "Client":
        """Somebody connected: with a key in the headers, or nobody yet."""
        connection_id = uuid.uuid4().hex
        shown = {"authorization": f"Bearer {token(caller.key_uuid, caller.secret)}"} if caller else {}
        self.talk.opened(connection_id, {**shown, **(headers or {})}, "192.0.2.1")
        return Client(self, connection_id)

    def push(self) -> None:
        """Push all that waits."""
        waiting, self.queue.waiting = self.queue.waiting, []
        for push in waiting:
            self.pusher.push(push)


@dataclass
class Client:
    """Somebody at the other end."""

    line: Line
    connection_id: str

    @property
    def told(self) -> list[dict[str, Any]]:
        return self.line.ends.said.get(self.connection_id, [])

    @property
    def is_hung_up(self) -> bool:
        return self.connection_id in self.line.ends.closed

    def say(self, message: str, /, **members: Any) -> dict[str, Any]:
        """Say something: the answer, or nothing."""
        return self.say_text(json.dumps({"message": message, **members}))

    def say_text(self, text: str | bytes) -> dict[str, Any]:
        before = len(self.told)
        self.line.talk.received(self.connection_id, text)
        return self.told[before] if len(self.told) > before else {}

    def events(self) -> list[dict[str, Any]]:
        return [one["event"] for one in self.told if one["message"] == "event"]
