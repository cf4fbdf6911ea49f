"""A place of SIP phones: whoever registers sends from where calls come to, as behind a router."""

import queue
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

_OF_A_REGISTER = re.compile(r"^CSeq:\s*\d+ REGISTER\r?$", re.MULTILINE | re.IGNORECASE)
_COPIED = re.compile(r"^(?:Via|From|To|Call-ID|CSeq):.*$", re.MULTILINE | re.IGNORECASE)
_TOLD = re.compile(r"^Event:\s*(talk|hold)\r?$", re.MULTILINE | re.IGNORECASE)
_OF_AN_INVITE = re.compile(rb"^CSeq:\s*\d+ INVITE\r?$", re.MULTILINE | re.IGNORECASE)
PLACES: dict[int, "Line"] = {}
"""The lines of this process that are open, by their ports."""


def _copied(request: str) -> str:
    """What an answer has of its request."""
    return "\r\n".join(line.rstrip("\r") for line in _COPIED.findall(request))


class Line:
    """A UDP port. Calls go on to ``within``, another port there; an answer to a REGISTER is kept, OPTIONS answered."""

    def __init__(self, at: str, port: int = 0, within: int = 0) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((at, port))
        self._socket.settimeout(0.2)
        self.at, self.port = at, int(self._socket.getsockname()[1])
        self._within = (at, within)
        self._outside: tuple[str, int] | None = None
        self._answers: queue.Queue[str] = queue.Queue()
        self._is_over = threading.Event()
        self._work = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self) -> Self:
        PLACES[self.port] = self
        self._work.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_over.set()
        self._work.join()
        self._socket.close()
        PLACES.pop(self.port, None)

    def asks(self, request: str, switch: tuple[str, int], seconds: float = 5) -> str:
        """The final answer to a REGISTER. ``queue.Empty`` if there is none in time."""
        while not self._answers.empty():
            self._answers.get_nowait()
        self._socket.sendto(request.encode(), switch)
        while (answer := self._answers.get(timeout=seconds)).startswith("SIP/2.0 1"):
            pass
        return answer

    def _carry(self) -> None:
        while not self._is_over.is_set():
            with suppress(OSError):  # nothing came, or nobody is there
                data, sender = self._socket.recvfrom(65_535)
                self._take(data, sender)

    def _take(self, data: bytes, sender: tuple[str, int]) -> None:
        if sender == self._within:
            if self._outside is not None:
                self._socket.sendto(data, self._outside)
            return
        text = data.decode(errors="replace")
        if text.startswith("SIP/2.0") and _OF_A_REGISTER.search(text):
            self._answers.put(text)
        elif text.startswith("OPTIONS "):
            self._socket.sendto(f"SIP/2.0 200 OK\r\n{_copied(text)}\r\nContent-Length: 0\r\n\r\n".encode(), sender)
        elif self._within[1]:
            self._outside = sender
            self._socket.sendto(data, self._within)


def _with_its_orders(data: bytes) -> bytes:
    """What a phone says at the beginning of a call, with the orders that it takes."""
    head, end, rest = data.partition(b"\r\n")
    begins = head.startswith(b"INVITE ") or (head.startswith(b"SIP/2.0 ") and _OF_AN_INVITE.search(rest))
    return head + end + (b"Allow-Events: talk, hold\r\n" if begins else b"") + rest


class Obeying(Line):
    """In front of a phone: it does what the switch tells it by a NOTIFY with ``Event: talk`` or ``hold``.

    Everything goes through here: the switch is shown to the phone at this port, and the phone to the switch.
    """

    def __init__(self, at: str, within: int, switch: tuple[str, int], obey: Callable[[str], object]) -> None:
        super().__init__(at, 0, within)
        self._outside = self._switch = switch
        self._obey = obey

    def _take(self, data: bytes, sender: tuple[str, int]) -> None:
        if sender == self._within:
            self._socket.sendto(_with_its_orders(data), self._switch)
            return
        text = data.decode(errors="replace")
        told = _TOLD.search(text) if text.startswith("NOTIFY ") else None
        if told:
            self._socket.sendto(f"SIP/2.0 200 OK\r\n{_copied(text)}\r\nContent-Length: 0\r\n\r\n".encode(), sender)
            threading.Thread(target=self._obey, args=(told[1],), daemon=True).start()
            return
        host, port = self._switch
        shown = re.sub(rf"(?m)^(Contact:.*@?){host}:{port}", rf"\g<1>{self.at}:{self.port}", text, count=1)
        self._socket.sendto(shown.encode(), self._within)
