"""A link: beside a switch, it listens to its event socket and hands in what happens, in order, nothing twice.

Three things go on side by side: hearing, which only writes to the buffer; telling, which hands in what is in it;
and carrying recordings. Each goes on by itself after whatever went wrong.
"""

import http.client
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from ringpost.client import Client
from ringpost.clock import Clock
from ringpost.link.buffer import Buffer, File
from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from ringpost.model.notices import Notice
from ringpost.switch.freeswitch.esl import EventSocket
from ringpost.switch.freeswitch.events import SUBSCRIPTION, CaughtUp, caught_up, notices, recorded

_AT_ONCE = 100
_LONGEST_SILENCE = 60.0
"""Seconds; a switch sends a heartbeat every 20."""
_LONGEST_PAUSE = 10.0
_FIRST_PAUSE = 0.2
_RESTS = 1.0
_LOOKS_EVERY = 0.05
_LOOKS_FOR_FILES_EVERY = 0.2
_PUT_SECONDS = 60.0
_NOTHING = CaughtUp([], [])
RECORDS_WITHIN = 30.0
"""Seconds; a switch posts a record four times, five seconds apart."""
_ASKS_AGAIN = (0.1, 0.25, 0.5, 1.0)
"""In parts of that time."""


@dataclass(slots=True)
class Pause:
    """Longer and longer waits while something does not go well."""

    stopping: threading.Event
    _next: float = _FIRST_PAUSE

    def wait(self) -> None:
        """Wait a while, or until told to stop."""
        self.stopping.wait(self._next)
        self._next = min(self._next * 2, _LONGEST_PAUSE)

    def reset(self) -> None:
        """It went well."""
        self._next = _FIRST_PAUSE


class Gone:
    """Legs that are gone without a word, told of again: their records may come yet. At last they are lost."""

    def __init__(self, gone: list[Notice], records_within: float) -> None:
        self._gone = [notice for notice in gone if notice.what == "gone"]
        self._since = time.monotonic()
        self._waits = [part * records_within for part in _ASKS_AGAIN]
        self._until = records_within
        self._is_over = False

    @property
    def is_over(self) -> bool:
        """Whether no record is waited for any more; said once."""
        if self._is_over or time.monotonic() - self._since < self._until:
            return False
        self._is_over = True
        return True

    def again(self) -> list[Notice]:
        """What is to be told once more by now."""
        if not self._gone or not self._waits or time.monotonic() - self._since < self._waits[0]:
            return []
        self._waits.pop(0)
        return self._gone if self._waits else [one.model_copy(update={"what": "lost"}) for one in self._gone]


@dataclass(slots=True)
class Link:
    """One switch's link. ``connect`` logs in to its event socket, ``say`` is told what an operator should know."""

    switch: str
    connect: Callable[[], EventSocket]
    client: Client
    buffer: Buffer
    clock: Clock
    say: Callable[[str], None]
    recordings: Path | None = None
    longest_silence: float = _LONGEST_SILENCE
    records_within: float = RECORDS_WITHIN
    stopping: threading.Event = field(default_factory=threading.Event)
    _said: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Work until ``stopping`` is set."""
        works = (self._hear, self._tell, self._carry)
        threads = [threading.Thread(target=self._go_on, args=(work,), daemon=True) for work in works]
        for thread in threads:
            thread.start()
        try:
            while not self.stopping.wait(0.5):
                pass
        finally:
            self.stopping.set()
            for thread in threads:
                thread.join(_LONGEST_PAUSE)

    def _go_on(self, work: Callable[[], None]) -> None:
        """Work until ``stopping`` is set, whatever goes wrong."""
        while not self.stopping.is_set():
            try:
                work()
            except Exception as error:  # noqa: BLE001 - a bug must not stop the link
                self._say_once("bug", f"something broke here: {error!r}")
                self.stopping.wait(_RESTS)

    # hearing

    def _hear(self) -> None:
        pause = Pause(self.stopping)
        while not self.stopping.is_set():
            try:
                with self.connect() as line:
                    self._listen(line, pause)
            except (SwitchUnreachable, SwitchRefused) as problem:
                self._say_once("switch", problem.detail)
            except (sqlite3.Error, ValueError) as error:
                self._say_once("switch", f"what the switch told cannot be kept: {error}")
            pause.wait()

    def _listen(self, line: EventSocket, pause: Pause) -> None:
        line.listen(SUBSCRIPTION)
        folder = line.api("global_getvar recordings_dir").strip()
        self.recordings = self.recordings or (Path(folder) if folder.startswith("/") and folder.strip("/") else None)
        if self.recordings is None:
            self._say_once("recordings", "the switch does not say where its recordings are: --recordings does")
        known = self.buffer.known(self.clock.now())
        caught = caught_up(line, known)
        if known.core:
            self.buffer.was_away(known.heard_at, self.clock.now())
        self._keep(list(iter(lambda: line.event(0.0), None)), caught)
        self.buffer.heard_of(caught.core, self.clock.now())
        gone = Gone(caught.gone, self.records_within)
        self._say_once("switch", f"listening to {self.switch}")
        pause.reset()
        heard = time.monotonic()
        while not self.stopping.is_set():
            events = self._heard(line, caught.core)
            if events:
                heard = time.monotonic()
            elif time.monotonic() - heard > self.longest_silence:
                raise SwitchUnreachable(f"the switch was silent for {self.longest_silence:g} seconds: connecting anew")
            self._keep(events, CaughtUp([], gone.again()))
            if gone.is_over:
                self.buffer.tell_away()

    def _heard(self, line: EventSocket, core: str) -> list[dict[str, Any]]:
        """What the switch tells; if it hangs up instead, it was there until now."""
        try:
            return _waiting(line)
        except SwitchUnreachable:
            self.buffer.heard_of(core, self.clock.now())
            raise

    def _keep(self, events: list[dict[str, Any]], caught: CaughtUp = _NOTHING) -> None:
        told = [*caught.there, *(notice for event in events for notice in notices(event)), *caught.gone]
        files = [one for event in events if (one := recorded(event))]
        if told or files:
            self.buffer.keep(told, files)
        if events and (core := str(events[-1].get("Core-UUID", ""))):
            self.buffer.heard_of(core, self.clock.now())

    # telling

    def _tell(self) -> None:
        pause = Pause(self.stopping)
        while not self.stopping.is_set():
            waiting = self.buffer.first(_AT_ONCE)
            if not waiting:
                self.stopping.wait(_LOOKS_EVERY)
                continue
            answer = self._hand_in(notices=[one.model_dump(exclude_none=True) for one in waiting])
            if answer is None:
                pause.wait()
                continue
            pause.reset()
            self.buffer.forget(answer["taken"])
            if answer["refused"]:
                self.say(f"{answer['refused']} notices were refused: is it this switch's key, and its clock right?")

    def _hand_in(self, **what: Any) -> Any:
        """What ``switch-event`` answers; None if it did not take it."""
        members = {"switch": self.switch, "link_uuid": self.buffer.link_uuid, **what}
        try:
            answer = self.client.call("switch-event", members)
        except click.ClickException as error:
            self._say_once("endpoint", error.message)
            return None
        if not answer.is_good:
            self._say_once("endpoint", f"not taken: {answer.why}")
            return None
        try:
            taken = answer.json
        except ValueError:
            self._say_once("endpoint", f"what answers at {self.client.url} is not Ringpost: is RINGPOST_URL right?")
            return None
        self._say_once("endpoint", f"handing in at {self.client.url}")
        return taken

    # carrying recordings

    def _carry(self) -> None:
        pause = Pause(self.stopping)
        while not self.stopping.is_set():
            files = self.buffer.files()
            done = [self._carried(file) for file in files]
            if files and not any(done):
                pause.wait()
            else:
                pause.reset()
                self.stopping.wait(_LOOKS_FOR_FILES_EVERY)

    def _carried(self, file: File) -> bool:
        """Hand in one recording; whether that is done with."""
        if self.recordings is None:  # nobody has said yet
            return False
        try:
            return self._handed_in(file, Path(file.path), self.recordings)
        except (OSError, RuntimeError, http.client.HTTPException) as error:  # a loop of links is a RuntimeError
            self._say_once("recordings", f"{file.path} cannot be handed in: {error}")
            return False

    def _handed_in(self, file: File, path: Path, folder: Path) -> bool:
        if not path.resolve().is_relative_to(folder.resolve()):
            self.buffer.forget_file(file.path)  # a voicemail message, or what a dialplan of its own has recorded
            return True
        if not path.is_file() or not path.stat().st_size:
            self.say(f"{path} is not there any more, or empty")
            self.buffer.forget_file(file.path)
            return True
        answer = self._hand_in(recordings=[file.about.model_dump()])
        if answer is None:
            return False
        [place] = answer["recordings"]
        if place["url"] is not None:
            put(place["url"], path, place["part_bytes"])
            answer = self._hand_in(recordings=[{**file.about.model_dump(), "uploaded": True}])
            if answer is None or answer["recordings"][0]["url"] is not None:
                return False
        self.buffer.forget_file(file.path)
        return True

    def _say_once(self, about: str, words: str) -> None:
        if self._said.get(about) != words:
            self._said[about] = words
            self.say(words)


def _waiting(line: EventSocket) -> list[dict[str, Any]]:
    """The events that are there, or the next one that comes within a second."""
    event = line.event(1.0)
    found: list[dict[str, Any]] = []
    while event is not None and len(found) < _AT_ONCE:
        found.append(event)
        event = line.event(0.0) if len(found) < _AT_ONCE else None
    return found


def put(url: str, path: Path, part_bytes: int | None) -> None:
    """Put a file there, whole or in parts. Raises ``OSError`` if it was not taken."""
    total = path.stat().st_size
    with path.open("rb") as file:
        if part_bytes is None:
            _put(url, file, total, {})
            return
        for start in range(0, max(total, 1), part_bytes):
            part = file.read(part_bytes)
            end = max(start + len(part) - 1, 0)
            _put(url, part, len(part), {"Content-Range": f"bytes {start}-{end}/{total}"})


def _put(url: str, body: Any, length: int, headers: dict[str, str]) -> None:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.netloc, timeout=_PUT_SECONDS)
    try:
        line.request(
            "PUT", parts._replace(scheme="", netloc="").geturl(), body, {"Content-Length": str(length), **headers}
        )
        answer = line.getresponse()
        answer.read()
        if answer.status >= 300:
            raise OSError(f"{answer.status} {answer.reason}")
    finally:
        line.close()
