"""What hostile ends of live connections cost: nobody is waited for without end, nothing is kept without bound."""

import asyncio
import base64
import logging
import socket
import struct
import threading
from collections.abc import Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from uvicorn.protocols.utils import ClientDisconnected

from ringpost.dispatch.limits import source_of
from ringpost.entry.connections import Patience
from ringpost.store import keys
from tests.entry.answering import listening
from tests.live_connections.test_on_the_local_server import Running, running
from tests.webhooks.receivers import until

__all__ = ["running"]
WAIT = 10
UPGRADE = (
    "GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
PING, TEXT = 0x9, 0x1


def frame(kind: int, data: bytes) -> bytes:
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
    return bytes([0x80 | kind]) + size + b"\0\0\0\0" + data


@contextmanager
def raw(url: str, *headers: str) -> Iterator[socket.socket]:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(WAIT)
        line.connect((host, int(port)))
        line.sendall((UPGRADE + "".join(f"{header}\r\n" for header in headers) + "\r\n").encode())
        yield line


def bearer(running: Running) -> str:
    return f"Authorization: Bearer {running.token()}"


def head(line: socket.socket) -> bytes:
    """The head of the answer to a handshake, byte by byte, so that nothing else is read."""
    got = b""
    while not got.endswith(b"\r\n\r\n"):
        got += line.recv(1)
    return got


@pytest.mark.parametrize(
    "header",
    [
        "X-Long: " + "x" * 9000,
        "\r\n".join(f"X-{number}: x" for number in range(200)),
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
    ],
)
def test_a_handshake_that_cannot_be_read_is_refused_and_not_kept(running: Running, header: str) -> None:
    with raw(running.url, header) as line:
        assert head(line).startswith(b"HTTP/1.1 400")
        while line.recv(4096):
            pass


def test_pings_of_whoever_reads_nothing_are_not_answered_without_bound(running: Running) -> None:
    with listening(running.endpoint, patience=Patience(reading=0.5), live=running.live) as url:
        with raw(url, bearer(running)) as line:
            assert head(line).startswith(b"HTTP/1.1 101")
            with pytest.raises(ConnectionError):
                line.sendall(frame(PING, b"x" * 125) * 500_000)
        until(lambda: not running.live.sockets.count_of(source_of("127.0.0.1")))


def test_a_message_that_is_no_text_ends_the_connection_and_is_no_news(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), raw(running.url, bearer(running)) as line:
        head(line)
        line.sendall(frame(TEXT, b"\xff\xfe"))
        assert line.recv(4096)[2:4] == struct.pack(">H", 1007)
    assert "Traceback" not in caplog.text


def test_a_password_that_a_browser_keeps_is_no_key_of_a_page(running: Running) -> None:
    _, uuid, secret = running.token().split("_")
    basic = "Authorization: Basic " + base64.b64encode(f"{uuid}:{secret}".encode()).decode()
    with raw(running.url, basic) as line:
        assert head(line).startswith(b"HTTP/1.1 101")
    with raw(running.url, basic, "Origin: https://evil.example.net") as line:
        assert head(line).startswith(b"HTTP/1.1 403")


def test_whoever_is_gone_before_it_is_let_in_is_not_counted(running: Running) -> None:
    received = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(received)

    async def send(_: object) -> None:
        raise ClientDisconnected

    asyncio.run(running.live.answer({"path": "/live", "client": ("192.0.2.1", 1)}, receive, send, {}))
    assert running.live.sockets.count_of("192.0.2.1") == 0
    assert not running.store.query(keys.LIVE, limit=10)


def test_messages_are_heard_while_all_threads_for_requests_wait(running: Running) -> None:
    told: list[str] = []
    waiting, received = threading.Event(), iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(received)

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message["type"])

    async def connected() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        loop.run_in_executor(None, waiting.wait, WAIT)
        try:
            async with asyncio.timeout(WAIT / 2):
                await running.live.answer({"path": "/live", "client": ("192.0.2.1", 1)}, receive, send, {})
        finally:
            waiting.set()

    asyncio.run(connected())
    assert told == ["websocket.accept", "websocket.close"]
