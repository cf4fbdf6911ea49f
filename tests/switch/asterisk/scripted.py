"""An Asterisk's manager interface on loopback that answers what Asterisk 22.10.1 answered.

``captures/asterisk/*.ami.txt`` are what was recorded, byte for byte. Of an answer only the ActionID is another's. It
never makes up an answer: what the test has not set ends the connection, and fails the test when the server is left.
"""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, Self

CAPTURES = Path(__file__).parents[2] / "captures" / "asterisk"
USER, PASSWORD = "ringpost", "ami-secret"
Mode = Literal["well", "refuse", "hang", "hang after login", "half", "dribble", "late", "close", "other id", "flood"]
"""How it behaves, after the login but for ``hang`` and ``refuse``. ``half`` sends part of an answer and closes;
``dribble`` a byte at a time, for ever; ``late`` keeps every answer back until ``go_on`` is set; ``other id`` answers
somebody else; ``flood`` tells events without end instead."""

_HEAD = re.compile(r"(?m)^##### (C|S|EOF|NEW CONNECTION)([^\n]*)\n")
_ACTION_ID = re.compile(rb"(?m)^ActionID: [^\r\n]*")
_END = b"\r\n\r\n"
_OTHERS = b"Event: OriginateResponse"
"""It has the ActionID of whoever has placed the call, and is told to everybody."""


class Block(NamedTuple):
    """Members that were sent (``C``) or received (``S``) together, as they were."""

    side: str
    text: str

    def get(self, name: str) -> str:
        found = re.search(rf"(?m)^{name}: ([^\r\n]*)", self.text)
        return found[1] if found else ""


@cache
def blocks(capture: str) -> tuple[Block, ...]:
    """All that went over one recorded connection."""
    parts = _HEAD.split((CAPTURES / f"{capture}.ami.txt").read_bytes().decode(errors="replace"))
    return tuple(Block(side, text) for side, _, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True))


def answered(capture: str, action: str, number: int = 0) -> str:
    """All blocks that answered an action the n-th time it was asked."""
    asked = [block for block in blocks(capture) if block.side == "C" and block.get("Action") == action][number]
    mine = [block for block in blocks(capture) if block.side == "S" and block.get("ActionID") == asked.get("ActionID")]
    return "".join(block.text for block in mine if block.get("Event") != "OriginateResponse")


def told(capture: str, *events: str) -> list[str]:
    """The events of these names that were told, in their order."""
    return [block.text for block in blocks(capture) if block.side == "S" and block.get("Event") in events]


class Asked(NamedTuple):
    """An action as it arrived."""

    members: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        return next((value for known, value in self.members if known == name), "")

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.members if known == name]

    @property
    def action(self) -> str:
        return self.get("Action")

    @property
    def words(self) -> str:
        """Without its ActionID, in a line."""
        return " ".join(f"{name}={value}" for name, value in self.members if name != "ActionID")


Answer = str | Callable[[Asked], str]
"""Blocks; or what tells them from the action."""

SUCCESS = "Response: Success\r\nActionID: a\r\nMessage: {}\r\n\r\n"
REFUSED = "Response: Error\r\nActionID: a\r\nMessage: {}\r\n\r\n"


class ScriptedAsterisk:
    """Answers each action with what ``answers`` has for ``Action Channel=x`` … or for the action alone."""

    def __init__(self, mode: Mode = "well", *, tls: ssl.SSLContext | None = None) -> None:
        self.mode: Mode = mode
        self.answers: dict[str, Answer] = {"Events": answered("ami-eventfilter", "Events", 2)}
        self.denied: set[str] = set()
        """Actions its user may not do."""
        self.heard: list[Asked] = []
        self.unscripted: list[str] = []
        self.go_on = threading.Event()
        self.stopping = threading.Event()
        self.connections = 0
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listening.getsockname()[:2]
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.go_on.set()
        for one in [self._listening, *self._sockets]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)
        assert not self.unscripted, f"nobody has recorded what Asterisk answers to {self.unscripted}"

    @property
    def actions(self) -> list[str]:
        """What was asked after the login."""
        return [asked.words for asked in self.heard if asked.action != "Login"]

    def answer_to(self, asked: Asked) -> str | None:
        """What is answered; None if nobody knows."""
        if asked.action in self.denied:
            return REFUSED.format("Permission denied")
        words = asked.words.removeprefix("Action=")
        known = [key for key in self.answers if words == key or words.startswith(f"{key} ")]
        if not known:
            return None
        answer = self.answers[max(known, key=len)]
        return answer if isinstance(answer, str) else answer(asked)

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                line = self._listening.accept()[0]
            except OSError:
                return
            self._sockets.append(line)
            self.connections += 1
            self._start(lambda line=line: self._serve(line))  # type: ignore[misc]

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError, EOFError):
            if self._tls:
                line = self._tls.wrap_socket(line, server_side=True)
                self._sockets.append(line)
            _Session(self, line).run()
        line.close()


class _Session:
    def __init__(self, switch: ScriptedAsterisk, line: socket.socket) -> None:
        self.switch, self.line, self.buffer = switch, line, b""

    def run(self) -> None:
        if self.switch.mode == "hang":
            self.switch.stopping.wait()
        self.line.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        if not self._log_in(self._next()):
            return
        while self._obey(self._next()):
            pass

    def _next(self) -> Asked:
        while b"\r\n\r\n" not in self.buffer:
            data = self.line.recv(65536)
            if not data:
                raise EOFError
            self.buffer += data
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        asked = Asked(tuple((name, value[1:]) for name, _, value in (line.partition(":") for line in lines)))
        self.switch.heard.append(asked)
        return asked

    def _log_in(self, asked: Asked) -> bool:
        is_good = (asked.get("Username"), asked.get("Secret")) == (USER, PASSWORD) and self.switch.mode != "refuse"
        self._send(answered("ami-login", "Login", 1 if is_good else 0), asked)
        return is_good

    def _obey(self, asked: Asked) -> bool:
        answer = self.switch.answer_to(asked)
        if answer is None:
            self.switch.unscripted.append(asked.words)
            return False
        match self.switch.mode:
            case "hang after login":
                self.switch.stopping.wait()
            case "close":
                return False
            case "half":
                self.line.sendall(answer.encode()[: len(answer) // 2])
                return False
            case "dribble":
                self._dribble((answer * 1000).encode())
            case "late":
                self.switch.go_on.wait()
                self._send(answer, asked)
            case "other id":
                self.line.sendall(answer.encode())
            case "flood":
                self._flood()
            case _:
                self._send(answer, asked)
        return True

    def _send(self, answer: str, asked: Asked) -> None:
        number = f"ActionID: {asked.get('ActionID')}".encode()
        whole = answer.encode().split(_END)
        mine = (part if part.startswith(_OTHERS) else _ACTION_ID.sub(number, part) for part in whole)
        self.line.sendall(_END.join(mine))

    def _dribble(self, data: bytes) -> None:
        for byte in data:
            if self.switch.stopping.wait(0.01):
                return
            self.line.sendall(bytes([byte]))

    def _flood(self) -> None:
        while not self.switch.stopping.is_set():
            self.line.sendall(b"Event: Newexten\r\nPrivilege: call,all\r\nChannel: PJSIP/x-00000001\r\n\r\n" * 1000)


def then(*answers: str) -> Callable[[Asked], str]:
    """One answer after the other; the last for ever."""
    left: Iterator[str] = iter(answers[:-1])
    return lambda _: next(left, answers[-1])


def listed(rows: Iterable[str], complete: str = "CoreShowChannelsComplete") -> str:
    """A list of recorded rows, as Asterisk frames one."""
    found = list(rows)
    start = "Response: Success\r\nActionID: a\r\nEventList: start\r\nMessage: will follow\r\n\r\n"
    end = f"Event: {complete}\r\nActionID: a\r\nEventList: Complete\r\nListItems: {len(found)}\r\n\r\n"
    return start + "".join(found) + end
