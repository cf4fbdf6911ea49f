"""Live connections on the local server: the ASGI side of them, and the thread that pushes and sweeps."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn, TypeVarTuple

from uvicorn.protocols.utils import ClientDisconnected

from ringpost.dispatch.envelope import refusal
from ringpost.dispatch.http import below
from ringpost.dispatch.limits import source_of
from ringpost.live.commands import AwaitedHere, LiveCommands
from ringpost.live.ports import Gone
from ringpost.live.pushing import Listeners, Pusher
from ringpost.live.talk import Talk
from ringpost.model.errors import NotFound, Problem, RateLimited
from ringpost.settings import Settings

if TYPE_CHECKING:
    from ringpost.clock import Clock
    from ringpost.dispatch.http import HttpAnswer
    from ringpost.dispatch.pipeline import Endpoint
    from ringpost.entry.exchange import Message, Receive, Send
    from ringpost.live.ports import Push
    from ringpost.store import Store

Given = TypeVarTuple("Given")

PATH = "/live"
MOST_CONNECTIONS = 4000
MOST_UNREAD = 1 << 20
"""Characters that are said to a connection and not taken yet: a slower reader is cut off."""
_MOST_WAITING = 10_000
"""Pushes that wait; more are lost, and found by whoever reads on."""
_SWEEPS_EVERY = 20.0
_LOOKS_FOR_STOP_EVERY = 0.5
_THREADS = 32
"""For messages alone: all those for requests may wait for what links answer, which comes in messages."""
_log = logging.getLogger("ringpost")


class _End:
    """One connection, as the thread of the server has it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.loop = asyncio.get_running_loop()
        self.to_say: asyncio.Queue[str | None] = asyncio.Queue()
        self.unread = 0

    def hang_up(self) -> None:
        """Say nothing more; what is under way is said."""
        self.loop.call_soon_threadsafe(self.to_say.put_nowait, None)


class LocalSockets:
    """``Sockets`` of this process, whose connections are known by their ids: a store may have several servers."""

    def __init__(self) -> None:
        self._here = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._ends: dict[str, _End] = {}
        self._of_source = Counter[str]()

    def enter(self, connection_id: str, end: _End, most_of_source: int) -> None:
        """A connection is there. ``RateLimited`` if it is one too many."""
        with self._lock:
            if len(self._ends) >= MOST_CONNECTIONS or self._of_source[end.source] >= most_of_source:
                raise RateLimited("there are too many live connections from here: close one first", retry_after=60)
            self._ends[connection_id] = end
            self._of_source[end.source] += 1

    def leave(self, connection_id: str) -> None:
        """It is gone."""
        with self._lock:
            end = self._ends.pop(connection_id, None)
            if end is not None:
                self._of_source -= Counter({end.source: 1})

    def count_of(self, source: str) -> int:
        """How many connections a source has."""
        with self._lock:
            return self._of_source[source]

    def new_id(self) -> str:
        """An id for a connection to this process."""
        return f"{self._here}-{uuid.uuid4().hex}"

    def send(self, connection_id: str, text: str) -> None:
        """Say something; whoever does not read what was said before is hung up on."""
        with self._lock:
            end = self._ends.get(connection_id)
            if end is None and not connection_id.startswith(self._here):
                raise OSError("it is connected to another server of this store")
            if end is None:
                raise Gone
            end.unread += len(text)
            is_slow = end.unread > MOST_UNREAD
        if is_slow:
            self.close(connection_id)
            raise Gone
        end.loop.call_soon_threadsafe(end.to_say.put_nowait, text)

    def close(self, connection_id: str) -> None:
        """Hang up, if it is there."""
        with self._lock:
            end = self._ends.get(connection_id)
        if end is not None:
            end.hang_up()

    def said(self, end: _End, text: str) -> None:
        """That was taken."""
        with self._lock:
            end.unread -= len(text)


class LocalPushes:
    """``Pushes`` in this process. What does not fit is lost: it is read later, as after any gap."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[Push | None] = queue.Queue(_MOST_WAITING)
        """None: look whether it is over."""

    def put(self, pushes: list[Push]) -> None:
        """Have these pushed soon."""
        with suppress(queue.Full):
            for push in pushes:
                self.waiting.put_nowait(push)


class Live:
    """All that live connections need in this process. ``commands`` goes to whoever builds the endpoint.

    ``delivers`` says whether this process hands on what happens, and so pushes it.
    """

    def __init__(self, store: Store, clock: Clock, settings: Settings | None = None, *, delivers: bool = True) -> None:
        self._settings = settings or Settings()
        self._delivers = delivers
        self.sockets = LocalSockets()
        self._awaited = AwaitedHere()
        self.commands = LiveCommands(store, clock, self.sockets, self._awaited)
        self._pushes = LocalPushes()
        self.listeners = Listeners(store, clock, self._pushes)
        self._talk: Talk | None = None
        self._threads = ThreadPoolExecutor(_THREADS, "live")

    @contextmanager
    def working(self, endpoint: Endpoint) -> Iterator[None]:
        """Talk, push and sweep as long as this lasts."""
        self._talk = talk = Talk(
            endpoint.ports, endpoint.catalogue, self.sockets, self._awaited.heard, pushes=self._delivers
        )
        pusher, stopping = Pusher(endpoint.ports, endpoint.catalogue, self.sockets), threading.Event()
        threads = [
            threading.Thread(target=self._push, args=(pusher, stopping), daemon=True),
            threading.Thread(target=_sweep, args=(talk, stopping), daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopping.set()
            with suppress(queue.Full):
                self._pushes.waiting.put_nowait(None)
            for thread in threads:
                thread.join()
            self._threads.shutdown()

    def _push(self, pusher: Pusher, stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                push = self._pushes.waiting.get(timeout=_LOOKS_FOR_STOP_EVERY)
                if push is not None:
                    pusher.push(push)
            except queue.Empty:
                continue
            except Exception:  # noqa: BLE001 - a bug must not stop all pushes; the log has it
                _log.exception("live: not pushed")

    async def answer(self, scope: Message, receive: Receive, send: Send, headers: Mapping[str, str]) -> None:
        """One connection, from its handshake to its end."""
        await receive()
        connection_id, source = self.sockets.new_id(), (scope["client"] or ("",))[0]
        end = _End(source_of(source))
        try:
            try:
                talk = self._entered(connection_id, end, scope["path"])
                await self._in_a_thread(talk.opened, connection_id, headers, source)
            except Problem as problem:
                await refuse(send, refusal(problem, connection_id))
            await self._followed(connection_id, end, talk, receive, send)
        finally:
            self.sockets.leave(connection_id)

    def _entered(self, connection_id: str, end: _End, path: str) -> Talk:
        if below(path, self._settings.base_path) != PATH or self._talk is None:
            raise NotFound(f"live connections are at {PATH}")
        self.sockets.enter(connection_id, end, self._settings.connections_per_source)
        return self._talk

    async def _followed(self, connection_id: str, end: _End, talk: Talk, receive: Receive, send: Send) -> None:
        saying = asyncio.create_task(self._say(end, send))
        try:
            while (message := await receive())["type"] == "websocket.receive":
                await self._in_a_thread(talk.received, connection_id, message.get("text") or message.get("bytes") or "")
        finally:
            self.sockets.leave(connection_id)
            end.to_say.put_nowait(None)
            await self._in_a_thread(talk.closed, connection_id)
            await saying

    async def _in_a_thread(self, do: Callable[[*Given], object], *args: *Given) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, do, *args)

    async def _say(self, end: _End, send: Send) -> None:
        with suppress(OSError, RuntimeError):
            await send({"type": "websocket.accept"})
            while (text := await end.to_say.get()) is not None:
                await send({"type": "websocket.send", "text": text})
                self.sockets.said(end, text)
            await send({"type": "websocket.close", "code": 1008})


def _sweep(talk: Talk, stopping: threading.Event) -> None:
    while not stopping.wait(_SWEEPS_EVERY):
        try:
            talk.sweep()
        except Exception:  # noqa: BLE001 - the next may go well; the log has it
            _log.exception("live: not swept")


async def refuse(send: Send, answer: HttpAnswer) -> NoReturn:
    """Answer the handshake as any refused request, and be done: uvicorn would log that it was forgotten."""
    headers = [("content-type", answer.content_type), *answer.headers.items()]
    sent = [(name.lower().encode(), value.encode()) for name, value in headers]
    await send({"type": "websocket.http.response.start", "status": answer.status, "headers": sent})
    await send({"type": "websocket.http.response.body", "body": answer.body})
    raise ClientDisconnected
