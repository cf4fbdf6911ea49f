"""A link's live connection: commands come down, answers go up. It is there all the time, or made anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from ringpost import __version__
from ringpost.link.beside import Pause
from ringpost.live import messages
from ringpost.live_client import PASSES, LiveClient, NoLive

if TYPE_CHECKING:
    from ringpost.link.beside import Beside
    from ringpost.switch.calls import Answer, Command

HEARTBEAT = 60.0
"""Seconds; API Gateway ends a connection that was silent for ten minutes."""
LASTS = 6600.0
"""Seconds until a connection is replaced by a new one: API Gateway ends it after two hours."""
_SILENT_FOR = 3 * HEARTBEAT
_DRAINS = 1.0
"""Seconds in which what was sent to the old connection still arrives."""
_ASKS_AGAIN = 60.0
_LISTENS = 0.5
_WELCOMED_WITHIN = 10.0


class Does(Protocol):
    """Who does what is asked."""

    def take(self, command: Command) -> None:
        """Have it done; returns at once."""


class Hears(Protocol):
    """Who is to know what changes in the domains of the switch."""

    def connected(self, *, is_told: bool) -> None:
        """There is a new connection, on which changes are told, or are not."""

    def cut(self) -> None:
        """There is none."""

    def told(self, event: Mapping[str, Any]) -> None:
        """That happened."""

    def left(self, domain_uuid: str) -> None:
        """That domain has left the switch."""

    def gap(self) -> None:
        """Something was not told."""


@dataclass(slots=True)
class Wire:
    """The work of being reachable. ``does`` is given once there is somebody who does what is asked.

    ``hears`` is told of changes, if the link keeps answers.
    """

    link: Beside
    connect: Callable[[], LiveClient]
    does: Does | None = None
    hears: Hears | None = None
    heartbeat: float = HEARTBEAT
    lasts: float = LASTS
    _line: LiveClient | None = None
    _lock: Lock = field(default_factory=Lock)
    _beat_at: float = 0.0
    _round_trip: float | None = None

    def answer(self, answer: Answer) -> None:
        """Send up what a command came to. ``OSError`` if there is no connection."""
        with self._lock:
            line = self._line
        if line is None:
            raise OSError("there is no live connection")
        line.say(messages.Answer(message="answer", answer=answer))

    def work(self) -> None:
        """Be reachable until the link is stopping."""
        pause = Pause(self.link.stopping)
        try:
            while not self.link.stopping.is_set():
                try:
                    self._follow(self._linked(), pause)
                except NoLive as problem:
                    self.link.say_once("live", f"{problem}; events go on all the same")
                    self.link.stopping.wait(_ASKS_AGAIN)
                except OSError as problem:
                    self.link.say_once("live", str(problem))
                    pause.wait()
        finally:
            self._put(None)

    def _linked(self) -> LiveClient:
        """A connection on which commands come. The one before hears what was sent to it, and ends then."""
        line = self.connect()
        said = messages.Link(
            message="link",
            switch=self.link.switch,
            link_uuid=self.link.buffer.link_uuid,
            version=__version__,
            changes=self.hears is not None,
        )
        line.say(said)
        try:
            linked, early = _welcomed(line)
        except OSError:
            line.close()
            raise
        self.link.say_once("live", f"reachable for commands to {self.link.switch}")
        self.link.begun.set()
        before = self._put(line)
        if self.hears is not None:
            self.hears.connected(is_told=linked.changes)
        for command in early:
            self._heed(command)
        if before is not None:
            self._drain(before)
        return line

    def _put(self, line: LiveClient | None) -> LiveClient | None:
        with self._lock:
            before, self._line = self._line, line
        if line is None and before is not None:
            before.close()
            if self.hears is not None:
                self.hears.cut()
        return before

    def _drain(self, line: LiveClient) -> None:
        until = time.monotonic() + _DRAINS
        try:
            while (left := until - time.monotonic()) > 0:
                self._heed(line.hear(left))
        except OSError:
            pass
        line.close()

    def _follow(self, line: LiveClient, pause: Pause) -> None:
        begun = heard_at = beat_at = time.monotonic()
        beat_at -= self.heartbeat  # the first at once: it measures the round trip
        while not self.link.stopping.is_set():
            now = time.monotonic()
            if now - begun > self.lasts:
                return
            if now - heard_at > _SILENT_FOR:
                self._put(None)
                raise OSError("the live connection was silent: connecting anew")
            if now - beat_at >= self.heartbeat:
                beat_at = self._beat_at = now
                line.say(messages.Heartbeat(message="heartbeat", round_trip_ms=self._round_trip))
            try:
                heard = line.hear(min(_LISTENS, self.heartbeat))
            except OSError:
                self._put(None)
                raise
            if heard is not None:
                heard_at = time.monotonic()
                pause.reset()
                self._heed(heard)

    def _heed(self, heard: messages.Heard | None) -> None:
        if isinstance(heard, messages.Command) and self.does is not None:
            self.does.take(heard.command)
        elif isinstance(heard, messages.Alive):
            self._round_trip = round((time.monotonic() - self._beat_at) * 1000, 1)
        elif isinstance(heard, messages.Refused):
            self.link.say_once("live", f"refused: {heard.error}")
        elif self.hears is not None and heard is not None:
            self._tell(self.hears, heard)

    def _tell(self, hears: Hears, heard: messages.Heard) -> None:
        if isinstance(heard, messages.Told):
            hears.told(heard.event)
        elif isinstance(heard, messages.Left):
            hears.left(heard.domain_uuid)
        elif isinstance(heard, messages.Gap):
            hears.gap()


def _welcomed(line: LiveClient) -> tuple[messages.Linked, list[messages.Command]]:
    """Wait until the endpoint says that commands come here; with those that came before. ``NoLive`` if it refuses.

    Whoever asks may see the link before it is told.
    """
    until, early = time.monotonic() + _WELCOMED_WITHIN, list[messages.Command]()
    while (left := until - time.monotonic()) > 0:
        heard = line.hear(left)
        if isinstance(heard, messages.Command):
            early.append(heard)
        if isinstance(heard, messages.Refused):
            kind, says = (OSError, "just now") if heard.status in PASSES else (NoLive, "here")
            raise kind(f"the endpoint takes no link {says}: {heard.error}")
        if isinstance(heard, messages.Linked):
            return heard, early
    raise OSError("the endpoint does not answer on the live connection")
