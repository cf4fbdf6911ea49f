"""A request and its answer on the local server, as ASGI has them."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, TypeVar, TypeVarTuple
from urllib.parse import parse_qsl

from ringpost.dispatch.http import HttpAnswer
from ringpost.entry.connections import Connection
from ringpost.model.errors import InvalidRequest, TooLarge, TooSlow

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]
Given = TypeVarTuple("Given")
Answer = TypeVar("Answer")

_PIECE = 256 << 10
_READ_PAST = 8 << 20
"""Bytes of a body that are read past after an answer to its beginning: whoever sends first and reads then, reads it."""


class GoneError(Exception):
    """Whoever asked hung up before the request was whole."""


class Exchange:
    """One request, and its answer."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        self.headers = headers_of(scope["headers"])
        self.source_ip: str = (scope["client"] or ("",))[0]
        self.request_id = str(uuid.uuid4())
        self.connection: Connection = scope["state"]["connection"]
        self.also_said: Mapping[str, str] = {}
        """Headers of whatever is answered."""
        self._patience = self.connection.door.patience
        self._receive = receive
        self._send = send
        self._has_more = self.length != 0

    @property
    def length(self) -> int | None:
        """How long the body is; None: it is sent in chunks."""
        if "transfer-encoding" in self.headers:
            return None
        return int(self.headers.get("content-length", "0"))

    def check_framing(self) -> None:
        """Refuse what a proxy in front may end elsewhere than we do."""
        if {"content-length", "transfer-encoding"} <= self.headers.keys():
            raise InvalidRequest("send Content-Length or Transfer-Encoding, not both")

    async def body(self, most: int) -> bytes:
        """The whole body. ``TooLarge`` as soon as it is known to be over so many bytes; ``TooSlow`` after its time."""
        whole = bytearray()
        async for piece in self._pieces(most, self._patience.body):
            whole += piece
            self.connection.holds(len(whole) if self._has_more else 0)
        return bytes(whole)

    def uploaded(self, most: int) -> AsyncIterator[bytes]:
        """The body as it comes, within the time that an upload may take; raises as ``body`` does."""
        return self._pieces(most, self._patience.upload)

    async def _pieces(self, most: int, seconds: float) -> AsyncIterator[bytes]:
        if (self.length or 0) > most:
            raise TooLarge(f"the body is larger than {most} bytes")
        size, end = 0, _in(seconds)
        while self._has_more:
            piece = await self._piece(end)
            size += len(piece)
            if size > most:
                raise TooLarge(f"the body is larger than {most} bytes")
            yield piece

    async def _piece(self, end: float) -> bytes:
        try:
            async with asyncio.timeout_at(end):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow("the body of the request did not arrive in time") from None
        if message["type"] == "http.disconnect":
            raise GoneError
        self._has_more = message["more_body"]
        piece: bytes = message["body"]
        return piece

    async def run(self, do: Callable[[*Given], Answer], *args: *Given) -> Answer:
        """Do it in a thread, when it is this source's turn."""
        async with self.connection.source.lane:
            return await asyncio.get_running_loop().run_in_executor(None, do, *args)

    async def answer(self, answered: HttpAnswer) -> None:
        """Send an answer."""
        body = answered.body + b"\n" if answered.content_type.endswith("json") else answered.body
        length = str(len(body))
        await self.begin(
            answered.status, {"Content-Type": answered.content_type, "Content-Length": length, **answered.headers}
        )
        for start in range(0, len(body) - _PIECE, _PIECE):
            await self.write(body[start : start + _PIECE])
        await self.end(body[(len(body) - 1) // _PIECE * _PIECE :] if body else b"")

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the head of an answer."""
        self.connection.holds(0)
        said = [*headers.items(), *self.also_said.items()]
        sent = _sent([*said, *([("connection", "close")] if self._has_more else [])])
        await self._send({"type": "http.response.start", "status": status, "headers": sent})

    async def write(self, piece: bytes) -> None:
        """Send a piece of its body, once the one before is under way."""
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self, piece: bytes = b"") -> None:
        """Send the last piece."""
        if self._has_more:
            await self.write(piece)
            await self._read_past()
            piece = b""
        await self._send({"type": "http.response.body", "body": piece})

    async def _read_past(self) -> None:
        """Hanging up on somebody who still sends would take the answer away from him."""
        size, end = 0, _in(self._patience.lingering)
        with suppress(TooSlow, GoneError):
            while self._has_more and size < _READ_PAST:
                size += len(await self._piece(end))


def _in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """By their names in lower case; those that are there several times in one."""
    found: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _sent(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
