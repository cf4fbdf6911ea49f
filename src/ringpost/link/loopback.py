"""The door on loopback through which the switch asks, and hands in its records: no key, and nobody else."""

import io
import json
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from ringpost.link.beside import Beside
from ringpost.link.standing import Given, Standing
from ringpost.switch.asking import Posted
from ringpost.switch.hearing import PostedRecord

_MOST_AT_ONCE = 256
_LONGEST = 1 << 20
"""Bytes that may be posted."""
_DIGITS = 20
"""Of a length: thousands of them are a number that Python does not read."""
_PATIENCE = 10.0
"""Seconds in which a question must have come, and its answer be taken."""
_LOOKS_EVERY = 0.2


def is_loopback(host: str) -> bool:
    """Whether an address is one that only this machine reaches."""
    try:
        return ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return False


class Timely(io.RawIOBase):
    """What comes on a connection, read to the end of its patience and not a moment longer."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line = line
        self._until = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("it did not come in time")
        self._line.settimeout(left)
        return self._line.recv_into(buffer)


@dataclass(slots=True)
class Loopback:
    """The work of answering the switch at an address, ``(host, port)``."""

    link: Beside
    standing: Standing
    records: Collection[str]
    address: tuple[str, int]
    patience: float = _PATIENCE
    most_at_once: int = _MOST_AT_ONCE
    server: "Bounded | None" = None

    def open(self) -> "Bounded":
        """Listen. ``OSError`` if the port is taken."""
        self.server = Bounded(self, self._handler())
        return self.server

    def work(self) -> None:
        """Answer until the link is stopping."""
        server = self.server or self.open()
        threading.Thread(target=self._stop, args=(server,), daemon=True).start()
        try:
            server.serve_forever(_LOOKS_EVERY)
        finally:
            server.server_close()
            self.server = None

    def _stop(self, server: "Bounded") -> None:
        self.link.stopping.wait()
        server.shutdown()

    def posted(self, path: str, content_type: str, body: bytes) -> Given:
        """The answer to what was posted."""
        parts = urlsplit(path)
        action = parts.path.rpartition("/")[2]
        if action in self.records:
            return self._taken(PostedRecord(action, parts.query, content_type, body))
        if action in self.standing.questions:
            return self.standing.answer(action, Posted(body, parts.query))
        return _said(404, "a link answers only what its switch asks")

    def _taken(self, record: PostedRecord) -> Given:
        try:
            self.link.buffer.keep_record(record)
        except sqlite3.Error as error:
            self.link.say_once("records", f"a record cannot be kept, and stays with the switch: {error}")
            return _said(503, "not kept")
        return _said(200, "kept: it is handed in once the endpoint is there")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        here = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = default_request_version = "HTTP/1.1"
            timeout = here.patience

            def setup(self) -> None:
                super().setup()
                self.rfile = io.BufferedReader(Timely(self.connection, here.patience))

            def do_POST(self) -> None:
                self.close_connection = True
                self._give(_refused(self.headers) or self._answered(int(self.headers["Content-Length"])))

            def _answered(self, length: int) -> Given:
                body = self.rfile.read(length)
                if len(body) < length:  # a record is taken as the whole of it
                    return _said(400, "it is not whole")
                kind = self.headers.get("Content-Type", "application/octet-stream")
                return here.posted(self.path, kind, body)

            def _give(self, given: Given) -> None:
                self.connection.settimeout(here.patience)
                self.send_response(given.status)
                sizes = {"Content-Type": given.content_type, "Content-Length": str(len(given.body))}
                for name, value in {**sizes, **given.headers, "Connection": "close"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(given.body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


class Bounded(ThreadingHTTPServer):
    """No more connections at once than so many, and only from this machine: one more waits, and none stays for ever."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024  # as many callers may come in one second

    def __init__(self, loopback: Loopback, handler: type[BaseHTTPRequestHandler]) -> None:
        self._loopback = loopback
        self.address_family = socket.AF_INET6 if ":" in loopback.address[0] else socket.AF_INET
        self._room = threading.BoundedSemaphore(loopback.most_at_once)
        super().__init__(loopback.address, handler)

    def verify_request(self, _: Any, client_address: Any) -> bool:
        return is_loopback(client_address[0]) and self._has_room()

    def _has_room(self) -> bool:
        while not self._room.acquire(timeout=_LOOKS_EVERY):
            if self._loopback.link.stopping.is_set():
                return False
        return True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, *_: Any) -> None:
        """Whoever hangs up or is too slow is no news; a bug is."""
        error = sys.exception()
        if not isinstance(error, OSError):
            self._loopback.link.say_once("bug", f"something broke here: {error!r}")


def _refused(headers: Message) -> Given | None:
    """Why a question is not even read. A page in a browser on this machine could post too."""
    host = headers.get("Host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name != "localhost" and not is_loopback(name):
        return _said(421, "only by an address of loopback")
    if "Origin" in headers:
        return _said(403, "not from a page")
    lengths = headers.get_all("Content-Length", [])
    if "Transfer-Encoding" in headers or len(lengths) != 1 or not lengths[0].isdecimal():
        return _said(411, "with Content-Length")
    is_large = len(lengths[0]) > _DIGITS or int(lengths[0]) > _LONGEST
    return _said(413, "too large") if is_large else None


def _said(status: int, words: str) -> Given:
    return Given(status, json.dumps({"detail": words}).encode(), "application/json", {})
