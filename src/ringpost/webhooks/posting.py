"""One HTTP POST to a webhook's receiver, who may do his worst: it costs a bounded time and bounded memory.

A receiver is never believed: no redirect is followed, nothing is kept from one post to the next, the
environment's proxies are not asked, and what he answers is read up to ``MOST_ANSWER``.
"""

import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import Any, Protocol, cast

from ringpost.webhooks.addresses import Address, Reach, Refused, Resolve, Target

MOST_ANSWER = 64 * 1024
"""Bytes of an answer that are read, headers and body together."""
MOST_RETRY_AFTER = 86400.0
"""Seconds."""
EXCERPT = 200
"""Characters of a failure's body that are kept."""

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_OURS = frozenset({"host", "content-length", "connection", "transfer-encoding", "expect"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a post. Either ``status`` or ``error`` is None: with an error nobody answered.

    ``error`` is one of "timeout", "name not found", "connection refused", "connection closed", "no connection",
    "not http", "too long", or begins with "refused address: " or "tls: ". ``retry_after`` and ``seconds`` (what
    the post took) are seconds; ``excerpt`` is the beginning of a failure's body, in printable characters.
    """

    status: int | None = None
    error: str | None = None
    retry_after: float | None = None
    seconds: float = 0.0
    excerpt: str = ""


class Posting(Protocol):
    """The port."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post it once. What a receiver does, or fails to do, is in the answer.

        Raises ``ValueError`` for headers that cannot be sent: a bug of ours; then nothing was sent.
        """


class HttpsPosting:
    """By the standard library. It has no state: threads may share it."""

    def __init__(
        self,
        reach: Reach,
        *,
        seconds: float = 15.0,
        now: Callable[[], float] = time.time,
        resolve: Resolve = socket.getaddrinfo,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """``seconds`` is for a post as a whole, from the name to the answer's last byte.

        Only ``resolve`` cannot be interrupted: what it takes counts, but the resolver's own time-outs end it.
        ``now`` is the time since 1970. Without a ``context`` the machine's CAs are trusted, which takes milliseconds.
        """
        self._reach = reach
        self._seconds = seconds
        self._now = now
        self._resolve = resolve
        self._context = context or ssl.create_default_context()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """As the port says."""
        fields = _fields(headers)
        started = time.monotonic()
        try:
            answer, excerpt = self._exchange(url, fields, body, started + self._seconds)
        except (Refused, OSError, HTTPException, ValueError) as error:
            return Answer(error=_why(error), seconds=time.monotonic() - started)
        return Answer(
            status=answer.status,
            retry_after=_retry_after(answer.headers.get("Retry-After", "").strip(), self._now),
            seconds=time.monotonic() - started,
            excerpt=excerpt,
        )

    def _exchange(self, url: str, fields: str, body: bytes, end: float) -> tuple[HTTPResponse, str]:
        target = _checked(self._reach, url)
        address = self._reach.resolved(target, self._resolve)
        with self._connected(target, address, end) as link:
            with suppress(ConnectionError):  # he may have answered before he had heard it all
                _send(link, _head(target, fields, len(body)) + body, end)
            answer = _answer(_Wire(link, end))
            text = _body(answer)
        return answer, "" if 200 <= answer.status < 300 else _excerpt(text)

    def _connected(self, target: Target, address: Address, end: float) -> socket.socket:
        link = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6)
        try:
            link.settimeout(_left(end))
            link.connect((str(address), target.port))
            link.settimeout(_left(end))
            return self._context.wrap_socket(link, server_hostname=target.host) if target.secure else link
        except BaseException:
            link.close()
            raise


class _TooLong(OSError):
    """More than ``MOST_ANSWER``."""


class _Wire(io.RawIOBase):
    """What a receiver sends, up to a moment and up to ``MOST_ANSWER``. It stands in for the socket too."""

    def __init__(self, link: socket.socket, end: float) -> None:
        self._link = link
        self._end = end
        self._most = MOST_ANSWER
        self._reader = _Reader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._most == 0:
            raise _TooLong
        self._link.settimeout(_left(self._end))
        count = self._link.recv_into(memoryview(buffer)[: self._most])
        self._most -= count
        return count

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 HTTPResponse asks for "rb"
        return self._reader


class _Reader(io.BufferedReader):
    def close(self) -> None:
        """Stay open. ``HTTPResponse`` closes what it has read, and the next answer may be in it already."""


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _checked(reach: Reach, url: str) -> Target:
    try:
        return reach.check(url)
    except ValueError as error:
        raise Refused(f"it {error}") from error


def _fields(headers: Mapping[str, str]) -> str:
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or name.lower() in _OURS:
            raise ValueError(f"a header cannot be named {name[:40]!r}")
        if not _VALUE.fullmatch(value):
            raise ValueError(f"the header {name[:40]} holds a line break, or is not printable ASCII")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


def _head(target: Target, fields: str, length: int) -> bytes:
    return (
        f"POST {target.path} HTTP/1.1\r\nHost: {target.authority}\r\n{fields}"
        f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


def _send(link: socket.socket, data: bytes, end: float) -> None:
    """``SSLSocket.sendall`` would have the whole time anew for every piece."""
    rest = memoryview(data)
    while rest:
        link.settimeout(_left(end))
        rest = rest[link.send(rest) :]


def _answer(wire: _Wire) -> HTTPResponse:
    """The answer's status and headers; those before it that only inform (1xx) are passed over."""
    while True:
        answer = HTTPResponse(cast("socket.socket", wire), method="POST")
        answer.begin()
        if answer.status >= 200:
            return answer


def _body(answer: HTTPResponse) -> bytes:
    """What there is of it. Read after a success too: some receivers stop their work when we hang up.

    The status is known already; a body that does not end properly takes nothing from it.
    """
    body = bytearray()
    with suppress(OSError, HTTPException, ValueError):
        while data := answer.read1(4096):
            body += data
    return bytes(body)


def _excerpt(body: bytes) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in body.decode(errors="replace"))
    return " ".join(text.split())[:EXCERPT]


def _retry_after(text: str, now: Callable[[], float]) -> float | None:
    """Seconds, from seconds or from a date; None if it is neither."""
    if re.fullmatch("[0-9]{1,20}", text):
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now()
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), MOST_RETRY_AFTER)


def _why(error: Exception) -> str:
    match error:
        case Refused():
            return f"refused address: {error}"
        case ssl.SSLCertVerificationError():
            return f"tls: {error.verify_message}"
        case ssl.SSLError():
            return f"tls: {(error.reason or 'failed').replace('_', ' ').lower()}"
    return next((word for kind, word in _WORDS.items() if isinstance(error, kind)), "not http")


_WORDS: dict[type[Exception], str] = {  # the first that fits
    TimeoutError: "timeout",
    _TooLong: "too long",
    socket.gaierror: "name not found",
    ConnectionRefusedError: "connection refused",
    ConnectionError: "connection closed",
    OSError: "no connection",
}
