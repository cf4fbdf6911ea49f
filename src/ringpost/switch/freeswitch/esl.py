"""A FreeSWITCH's event socket: one connection, one command at a time, time-outs on every step.

What is said here about the wire was captured from FreeSWITCH 1.11.2. Its answers carry no number, so a
late one would pass for the next command's: whatever goes wrong, the socket is closed and never used again.
It is plain text, passwords too: put a tunnel around it wherever it leaves the machine.
"""

import json
import re
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from ringpost.switch.line import in_words, reached

MOST_HEADERS = 64 * 1024
"""Bytes of headers in a frame; FreeSWITCH's own come to a few hundred."""
MOST_BODY = 16 * 1024 * 1024
"""Bytes of body in a frame; FreeSWITCH takes no more either."""
MOST_COMMAND = 1024 * 1024
"""Bytes of a command. FreeSWITCH cuts at 10 MiB, and takes the rest for the next command."""

_REPLY, _EVENT = "command/reply", "text/event-json"
_BREAKS = re.compile(r"[\r\n\0]")
_LENGTH = re.compile(r"[0-9]{1,9}")


class Denied(SwitchRefused):
    """The user that has logged in may not do or hear that."""


class BadFrame(Exception):
    """What arrived is not what an event socket would send."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Headers, and a body if they announced one."""

    headers: dict[str, str]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """Its content type."""
        return self.headers.get("Content-Type", "")

    @property
    def reply(self) -> str:
        """What a ``command/reply`` says: `+OK …` or `-ERR …`."""
        return self.headers.get("Reply-Text", "")

    @property
    def text(self) -> str:
        """The body; what is not UTF-8 in it becomes U+FFFD."""
        return self.body.decode(errors="replace")


class Frames:
    """Bytes in, frames out: `Name: value` lines, an empty line, then `Content-Length` bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._headers: dict[str, str] | None = None  # of the frame whose body is under way
        self._length = 0

    def feed(self, data: bytes) -> None:
        """Add what arrived, cut anywhere."""
        self._buffer += data

    def take(self) -> Frame | None:
        """The next frame, or None if it is not whole yet. Raises ``BadFrame``, then for ever."""
        if self._headers is None and not self._take_headers():
            return None
        if len(self._buffer) < self._length:
            return None
        frame = Frame(self._headers or {}, bytes(self._buffer[: self._length]))
        del self._buffer[: self._length]
        self._headers = None
        return frame

    def _take_headers(self) -> bool:
        end = self._buffer.find(b"\n\n")
        if end > MOST_HEADERS or (end < 0 and len(self._buffer) >= MOST_HEADERS + 2):
            raise BadFrame(f"over {MOST_HEADERS} bytes of headers")
        if end < 0:
            return False
        headers = dict(_header(line) for line in self._buffer[:end].decode(errors="replace").split("\n"))
        self._length = _length(headers.get("Content-Length", "0"))
        self._headers = headers
        del self._buffer[: end + 2]
        return True


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise BadFrame("a header without a colon")
    return name.strip(), value.strip()


def _length(text: str) -> int:
    if not _LENGTH.fullmatch(text) or int(text) > MOST_BODY:
        raise BadFrame(f"a body of {text[:20]!r} bytes")
    return int(text)


class EventSocket:
    """One connection to a FreeSWITCH, from greeting to close. Not to be shared between threads.

    Any method raises ``SwitchUnreachable`` or ``SwitchRefused``; after either the connection is closed, and
    every further call raises ``SwitchUnreachable``. After ``SwitchUnreachable`` nobody knows whether the
    switch has done what it was told. A ``ValueError`` is a bug of ours; then nothing was sent.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        user: str | None,
        password: str,
        connect_seconds: float = 3.0,
        answer_seconds: float = 5.0,
    ) -> None:
        """Connect and log in: with ``user`` ("name@domain") as that directory user, else as the one who may do all.

        ``connect_seconds`` is for each address of the host; ``answer_seconds`` for the greeting and for every
        reply, however slowly it dribbles in. A user whose `esl-allowed-api` and `esl-allowed-events` come to over
        400 characters cannot log in: FreeSWITCH (so its source) cuts its welcome at 511 bytes, and it never ends.
        """
        login = _login(user, password)
        self.answer_seconds = answer_seconds
        self._frames = Frames()
        self._results: dict[str, str | None] = {}
        self._subscribed = False
        self._events: deque[dict[str, Any]] | None = None
        self._socket = reached(host, port, connect_seconds)
        self._open = True
        with self._step():
            self._greet(login)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close it. To close it again is no mistake."""
        self._open = False
        self._socket.close()

    def api(self, command: str) -> str:
        """What the switch answers to a quick command, as it is: `-ERR …` and `-USAGE …` are answers too.

        While it works on it, the switch sends nothing else; what may take seconds is for ``background``.
        """
        lines = _lines(f"api {command}")
        with self._step():
            return self._ask(lines, "api/response").text

    def background(self, command: str, job_uuid: str) -> None:
        """Have the switch start a command under a UUID of ours; ``result`` has what became of it."""
        lines = _lines(f"bgapi {command}", f"Job-UUID: {job_uuid}")
        if str(uuid.UUID(job_uuid)) != job_uuid.lower():  # the switch would cut a longer one
            raise ValueError("a job is named by a UUID")
        with self._step():
            self._subscribe()
            self._results[job_uuid] = None
            if self._order(lines) != f"+OK Job-UUID: {job_uuid}":
                raise BadFrame("a reply about another job")

    def result(self, job_uuid: str, seconds: float) -> str | None:
        """What a background command came to, as the switch says it; other jobs' results are passed over.

        None if it is not there within ``seconds``. Then the connection is closed: a late result reaches nobody.
        """
        with self._step():
            deadline = time.monotonic() + seconds
            try:
                while self._results.setdefault(job_uuid, None) is None:
                    self._keep(self._frame(deadline))
            except TimeoutError:
                self.close()
                return None
            return self._results.pop(job_uuid)

    def listen(self, names: str) -> None:
        """Have the switch tell of these events from now on: names with spaces between, as ``event json`` takes them.

        Raises ``Denied`` if its user may not hear one of them; the connection outlasts that.
        """
        lines = _lines(f"event json {names}")
        with self._step(but=(Denied,)):
            self._events = deque()
            self._order(lines)

    def event(self, seconds: float) -> dict[str, Any] | None:
        """The next event that was told, in its order; None if none came within ``seconds``. The connection stays."""
        with self._step():
            if not self._events:
                try:
                    self._keep(self._frame(time.monotonic() + seconds))
                except TimeoutError:
                    return None
            return self._events.popleft() if self._events else None

    @contextmanager
    def _step(self, *, but: tuple[type[Exception], ...] = ()) -> Iterator[None]:
        if not self._open:
            raise SwitchUnreachable("the connection to the switch is closed: open another")
        with in_words(self.close, BadFrame, "a FreeSWITCH's event socket", but=but):
            yield

    def _greet(self, login: bytes) -> None:
        greeting = self._frame(time.monotonic() + self.answer_seconds)
        if greeting.kind == "text/rude-rejection":
            raise SwitchRefused("the switch takes no connections from here: add our address to its event socket's ACL")
        if greeting.kind != "auth/request":
            raise BadFrame(f"a greeting of {greeting.kind!r}")
        if not self._ask(login, _REPLY).reply.startswith("+OK"):
            raise SwitchRefused("the switch refused the password: check the switch's user and secret")

    def _subscribe(self) -> None:
        if not self._subscribed:
            self._order(_lines("event json BACKGROUND_JOB"))
            self._subscribed = True

    def _order(self, lines: bytes) -> str:
        reply = self._ask(lines, _REPLY).reply
        if not reply.startswith("+OK"):
            raise SwitchRefused("the switch did not take the command: check its log")
        return reply

    def _ask(self, lines: bytes, kind: str) -> Frame:
        """Send a command and read its answer; events may come first."""
        deadline = time.monotonic() + self.answer_seconds
        self._socket.settimeout(self.answer_seconds)
        self._socket.sendall(lines)
        while (frame := self._frame(deadline)).kind == _EVENT:
            self._keep(frame)
        if frame.kind == _REPLY and frame.reply.startswith("-ERR permission denied"):
            raise Denied(
                "the switch's user may not do that: allow it in the user's esl-allowed-api and esl-allowed-events"
            )
        if frame.kind != kind:
            raise BadFrame(f"{frame.kind!r} instead of {kind!r}")
        return frame

    def _keep(self, frame: Frame) -> None:
        """Keep a job's result if the job is ours. An event is about anybody's: all the switch's listeners get it."""
        if frame.kind != _EVENT:
            raise BadFrame(f"{frame.kind!r} instead of an event")
        try:
            event = json.loads(frame.text)
        except (ValueError, RecursionError) as error:
            raise BadFrame("an event that is not JSON") from error
        if not isinstance(event, dict):
            raise BadFrame("an event that is no object")
        if self._events is not None:
            self._events.append(event)
        job, body = str(event.get("Job-UUID")), str(event.get("_body", ""))
        if event.get("Event-Name") == "BACKGROUND_JOB" and job in self._results:
            self._results[job] = body

    def _frame(self, deadline: float) -> Frame:
        while (frame := self._frames.take()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionResetError("it hung up")
            self._frames.feed(data)
        if frame.kind == "text/disconnect-notice":
            raise ConnectionResetError("it said goodbye")
        return frame


def _login(user: str | None, password: str) -> bytes:
    try:
        return _lines(f"auth {password}" if user is None else f"userauth {user}:{password}")
    except ValueError:
        # its cause would show the password
        raise SwitchRefused("the switch's secret holds a line break or is not text: store it anew") from None


def _lines(*lines: str) -> bytes:
    """A command as it is sent. One line break in it would add a header, two would add a command."""
    if any(_BREAKS.search(line) for line in lines):
        raise ValueError("a command holds a line break or a NUL")
    data = "".join(f"{line}\n" for line in lines).encode() + b"\n"
    if len(data) > MOST_COMMAND:
        raise ValueError("a command is too long")
    return data
