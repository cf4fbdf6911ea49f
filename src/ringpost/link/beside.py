"""What the works of a link share: whom it is for, what was heard, the endpoint, and saying what is wrong once."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from ringpost.client import Client
from ringpost.clock import Clock
from ringpost.link.buffer import Buffer

LONGEST_PAUSE = 10.0
_FIRST_PAUSE = 0.2
_LOOKS_EVERY = 0.2


@dataclass(slots=True)
class Pause:
    """Longer and longer waits while something does not go well."""

    stopping: threading.Event
    _next: float = _FIRST_PAUSE

    def wait(self) -> None:
        """Wait a while, or until told to stop."""
        self.stopping.wait(self._next)
        self._next = min(self._next * 2, LONGEST_PAUSE)

    def reset(self) -> None:
        """It went well."""
        self._next = _FIRST_PAUSE


@dataclass(slots=True)
class Beside:
    """One switch's link. ``say`` is told what an operator should know; ``recordings`` is where they are, once known.

    ``begun`` is set whenever the link hears its switch, or is reached, after a break.
    """

    switch: str
    client: Client
    buffer: Buffer
    clock: Clock
    say: Callable[[str], None]
    recordings: Path | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    _said: dict[str, str] = field(default_factory=dict)

    def hand_in(self, **what: Any) -> Any:
        """What ``switch-event`` answers; None if it did not take it."""
        return self.call("switch-event", {"link_uuid": self.buffer.link_uuid, **what})

    def call(self, action: str, members: dict[str, Any]) -> Any:
        """What an action about this switch answers; None if it did not take it."""
        try:
            answer = self.client.call(action, {"switch": self.switch, **members})
        except click.ClickException as error:
            self.say_once("endpoint", error.message)
            return None
        if not answer.is_good:
            self.say_once("endpoint", f"not taken: {answer.why}")
            return None
        try:
            taken = answer.json
        except ValueError:
            self.say_once("endpoint", f"what answers at {self.client.url} is not Ringpost: is RINGPOST_URL right?")
            return None
        self.say_once("endpoint", f"handing in at {self.client.url}")
        return taken

    def wait(self, event: threading.Event, seconds: float) -> None:
        """Wait for something, so long at most, or until told to stop."""
        until = time.monotonic() + seconds
        while not self.stopping.is_set() and (left := until - time.monotonic()) > 0:
            if event.wait(min(left, _LOOKS_EVERY)):
                return

    def say_once(self, about: str, words: str) -> None:
        """Say it, unless it was the last that was said about that."""
        if self._said.get(about) != words:
            self._said[about] = words
            self.say(words)
