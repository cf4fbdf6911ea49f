"""The local server's connections, and how long whoever is at the other end may keep it waiting.

uvicorn bounds idle connections only. Here a head has a deadline from its first byte, an answer one for each piece
that is read, and each source a number of connections: one too many, and of those for whom we wait, not they for us,
the one that has kept us waiting longest gives way.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from uuid import uuid4

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from ringpost.dispatch.envelope import refusal
from ringpost.dispatch.limits import source_of
from ringpost.entry.live_line import LiveLine
from ringpost.model.errors import InvalidRequest, Problem, TooSlow

HEAD_BYTES = 16 << 10
_CRUMB = 128
_TLS_HANDSHAKE = b"\x16\x03"
_IN_TLS = "this server speaks http and was asked in https: call it as http://, or put TLS in front of it"
_log = logging.getLogger("ringpost")
_MOST_CRUMBS = 1000
"""Pieces of a body of so few bytes."""
_WORKED_ON = 128
"""Requests of one source that are worked on at once, half as many as there are threads: the others are for others."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds, and how much is kept, in connections and in bytes."""

    head: float = 10
    body: float = 30
    upload: float = 120
    reading: float = 60
    """For a piece of an answer, 256 KiB at most, to be taken."""
    idle: int = 75
    stopping: float = 3
    """For what is half sent, once the server is told to stop."""
    lingering: float = 5
    """For the rest of a body after an answer to its beginning."""
    connections: int = 4000
    of_one_source: int = 1000
    bytes_of_one_source: int = 32 << 20
    """In bodies that are not whole yet."""
    bytes_in_all: int = 256 << 20


class Source:
    """Where connections come from: an address, or an IPv6 network of 64 bits, which one machine has to itself."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.connections: dict[Connection, None] = {}
        """Those first that were heard from first."""
        self.lane = asyncio.Semaphore(_WORKED_ON)
        self.held = 0
        """Bytes of bodies that are not whole yet."""

    def slowest(self, choose: "Callable[[Connection], bool]" = lambda _: True) -> "Connection | None":
        """Of those for whom we wait, the one that was not heard from for the longest time."""
        return next((one for one in self.connections if one.is_awaited and choose(one)), None)


class Door:
    """Who is in. All of one thread."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._sources: dict[str, Source] = {}
        self._count = 0
        self._held = 0

    def enter(self, one: "Connection", address: str) -> Source:
        """Let a connection in; if that is one too many, another has to go, or it does itself."""
        name = source_of(address)
        source = self._sources.setdefault(name, Source(name))
        source.connections[one] = None
        self._count += 1
        if len(source.connections) > self.patience.of_one_source:
            crowded = source
        elif self._count > self.patience.connections:
            crowded = max(self._sources.values(), key=lambda each: len(each.connections))
        else:
            return source
        slowest = crowded.slowest()
        self._send_away(slowest, crowded) if slowest else self._send_away(one, source)
        return source

    def leave(self, one: "Connection", source: Source) -> None:
        """It is gone, if it was not before."""
        if one in source.connections:
            self._weigh(one, source, 0)
            del source.connections[one]
            self._count -= 1
        if not source.connections and self._sources.get(source.name) is source:
            del self._sources[source.name]

    def holds(self, one: "Connection", source: Source, size: int) -> None:
        """See to it that no source, nor all of them, have us hold too much of what is not whole."""
        if one in source.connections:
            self._weigh(one, source, size)
        while source.held > self.patience.bytes_of_one_source and self._lighten(source):
            pass
        while self._held > self.patience.bytes_in_all:
            heaviest = max(self._sources.values(), key=lambda each: each.held)
            if not self._lighten(heaviest):
                return

    def _weigh(self, one: "Connection", source: Source, size: int) -> None:
        source.held += size - one.held
        self._held += size - one.held
        one.held = size

    def _lighten(self, source: Source) -> bool:
        """Send away whoever of a source has been slowest with a body; whether there was one."""
        slowest = source.slowest(lambda each: each.held > 0)
        if slowest is not None:
            self._send_away(slowest, source)
        return slowest is not None

    def _send_away(self, one: "Connection", source: Source) -> None:
        self.leave(one, source)
        one.transport.abort()


class _Reader(h11.Connection):
    """h11's, which bounds a head only while it is not whole, and does not count the pieces of a body."""

    _crumbs = 0
    is_asked_in_tls = False

    def receive_data(self, data: bytes) -> None:
        """Take what came; a TLS handshake begins as no HTTP does."""
        self.is_asked_in_tls = self.is_asked_in_tls or data.startswith(_TLS_HANDSHAKE)
        super().receive_data(data)

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """What comes next; ``RemoteProtocolError`` if it costs more to read than it can be worth."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._crumbs = 0
            if len(event.target) + sum(len(name) + len(value) + 4 for name, value in event.headers) > HEAD_BYTES:
                raise h11.RemoteProtocolError("the head is too large")
        elif isinstance(event, h11.Data) and len(event.data) < _CRUMB:
            self._crumbs += 1
            if self._crumbs > _MOST_CRUMBS:
                raise h11.RemoteProtocolError("the body comes in too small pieces")
        return event


class Connection(H11Protocol):
    """One connection, with deadlines."""

    door: ClassVar[Door]
    source: Source
    held = 0
    """Bytes of a body that is not whole yet."""
    _is_live = False
    _clock: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """As uvicorn makes one."""
        super().__init__(config, server_state, {**app_state, "connection": self}, _loop)
        self.conn = self._reader = _Reader(h11.SERVER, HEAD_BYTES)

    @property
    def is_under_way(self) -> bool:
        """Whether there is a request that is not answered yet."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def is_awaited(self) -> bool:
        """Whether we wait for whoever is at the other end: to send, or to read."""
        return not self.is_under_way or self.cycle.more_body or self.flow.write_paused

    def holds(self, size: int) -> None:
        """So many bytes of a body are here, and it is not whole."""
        self.door.holds(self, self.source, size)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As uvicorn narrows it."""
        super().connection_made(transport)
        self._watch_head()
        self.source = self.door.enter(self, self.client[0] if self.client else "")
        if self.client is None:  # it has gone already
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self.door.leave(self, self.source)
        self._stop_clock()
        self._take_up_reading()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A piece of a request, or several requests."""
        super().data_received(data)
        self._watch_head()

    def on_response_complete(self) -> None:
        """It is idle from now on, or in the middle of the next request."""
        super().on_response_complete()
        if self in self.source.connections:
            self.source.connections[self] = self.source.connections.pop(self)
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self.loop.call_later(self.door.patience.reading, self.transport.abort)
        elif self.conn.trailing_data[0]:
            self._watch_head()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """From now on it is a live connection, with limits of its own."""
        self._is_live = True
        self._stop_clock()
        self.door.leave(self, self.source)
        super().handle_websocket_upgrade(event)
        if not cast(LiveLine, self.transport.get_protocol()).is_understood:
            self._refuse(
                InvalidRequest("this is no handshake of a WebSocket: a body, a header over 8 KiB, or over 128")
            )

    def timeout_keep_alive_handler(self) -> None:
        """It was idle for too long, and has perhaps not even read its answer."""
        self.transport.abort() if self.transport.get_write_buffer_size() else super().timeout_keep_alive_handler()

    def pause_writing(self) -> None:
        """What is sent is not read."""
        super().pause_writing()
        self._take_up_reading()
        self._reading = self.loop.call_later(self.door.patience.reading, self.transport.abort)

    def resume_writing(self) -> None:
        """It is read again."""
        self._take_up_reading()
        super().resume_writing()

    def shutdown(self) -> None:
        """What is asked is answered; what is half asked has little time left."""
        if self.is_awaited:
            self.loop.call_later(self.door.patience.stopping, self.transport.abort)
        super().shutdown()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words, of which we have our own
        """Say what could not be read, and hang up."""
        if self._reader.is_asked_in_tls:  # whoever asks so reads no answer in HTTP: who runs the server is told too
            _log.warning(_IN_TLS)
            self._refuse(InvalidRequest(_IN_TLS))
            return
        self._refuse(
            InvalidRequest(
                "this is no HTTP/1.1 request, or one that is sent as none should be:"
                " its head over 16 KiB, its body in a great many pieces"
            )
        )

    def _watch_head(self) -> None:
        if self._is_live or self.is_under_way or self.transport.is_closing():
            self._stop_clock()
        elif self._clock is None:
            self._clock = self.loop.call_later(self.door.patience.head, self._head_is_late)

    def _head_is_late(self) -> None:
        if self.conn.trailing_data[0]:
            self._refuse(TooSlow("the head of the request did not arrive in time"))
        self.transport.close()

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _take_up_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _refuse(self, problem: Problem) -> None:
        """Answer what is no request, and hang up."""
        answer = refusal(problem, str(uuid4()))
        headers = [*answer.headers.items(), ("Content-Type", answer.content_type), ("Connection", "close")]
        with suppress(h11.LocalProtocolError):  # an answer is under way already
            head = h11.Response(
                status_code=answer.status, headers=[*headers, ("Content-Length", str(len(answer.body)))]
            )
            for event in (head, h11.Data(data=answer.body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def at(door: Door) -> type[Connection]:
    """Connections through this door, as uvicorn makes them."""
    return type("ConnectionHere", (Connection,), {"door": door})
