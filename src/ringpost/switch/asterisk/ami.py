"""An Asterisk's manager interface (AMI): one connection, one action at a time, time-outs on every step.

What is said here about the wire was captured from Asterisk 22.10.1. An answer carries the ``ActionID`` of what it
answers, so that events may come between; yet a connection on which something went wrong is closed and never used
again. It is plain text, passwords too, unless it is made with TLS.
"""

import math
import re
import secrets
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Self

from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from ringpost.switch.line import in_words, reached

MOST_MESSAGE = 256 * 1024
"""Bytes of one message; Asterisk's own come to a few thousand."""
MOST_LISTED = 100_000
"""Messages of one list."""
MOST_WAITING = 100_000
"""Events that nobody has taken yet."""
MOST_HELD = 32 * 1024 * 1024
"""Bytes of a list, and of events that nobody has taken yet: a row has a thousand, with all its variables."""
MOST_LINE = 1000
"""Bytes of a line that is sent. Asterisk (measured) takes none of more than 1024."""

_END = b"\r\n\r\n"
_GREETING = re.compile(rb"Asterisk Call Manager/[0-9.]{1,20}")
_BREAKS = re.compile(r"[\r\n\0]")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_MOST_OF_A_NUMBER = 79
_MOST_OF_A_CHANNEL = 4096
"""Bytes of what is said of a channel."""
_TOLD_TO_ALL = ",all"
"""How ``Privilege`` of an event ends."""
_TOLD_OF = "system,call,agent,user,reporting"
"""The classes of what is heard: each try of whoever tries passwords (``security``) would be an event."""
_WHO = (
    "CallerIDNum", "CallerIDName", "ConnectedLineNum", "ConnectedLineName", "Language", "AccountCode", "Context",
    "Exten", "Priority", "Uniqueid", "Linkedid",
)  # fmt: skip
"""What is said of a channel, in this order."""
_BROKEN = re.compile(
    (rb"(?s)\r\n((?:[A-Z][A-Za-z0-9]*)?)CallerIDNum: (.{0,%d}?)" % _MOST_OF_A_NUMBER)
    + b"".join(rb"\r\n\1%s: [^\r\n]*" % one.encode() for one in _WHO[1:])
    + rb"\r\n"
)
"""A number and all that is said after it of a channel, over 130 letters: they cannot be in the number."""
_LINE_BREAKS = re.compile(rb"[\r\n]+")


class BadMessage(Exception):
    """What arrived is not what a manager interface would send."""


@dataclass(frozen=True, slots=True)
class Message:
    """An answer or an event: members in their order, some of them more than once."""

    members: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """What the first member of that name says; empty if there is none."""
        return next((value for known, value in self.members if known == name), "")

    def all(self, name: str) -> list[str]:
        """What each member of that name says."""
        return [value for known, value in self.members if known == name]

    def variables(self, of: str = "") -> dict[str, str]:
        """The variables of the channel it is about (``channelvars``), or, with ``Dest``, of the other."""
        pairs = (value.partition("=") for value in self.all(f"{of}ChanVariable"))
        return {name: value for name, _, value in pairs}

    @property
    def size(self) -> int:
        """How long it is."""
        return sum(len(name) + len(value) for name, value in self.members)

    @property
    def event(self) -> str:
        """The event it is; empty for an answer."""
        return self.get("Event")

    @property
    def is_good(self) -> bool:
        """Whether an answer says that it was done."""
        return self.get("Response") in ("Success", "Goodbye")

    @property
    def says(self) -> str:
        """What an answer says in words."""
        return self.get("Message").strip()


class Messages:
    """Bytes in, messages out: ``Name: value`` lines, then an empty one. Lines end in CR LF."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._looked = 0  # how much of it has no end
        self._greeted = False

    def feed(self, data: bytes) -> None:
        """Add what arrived, cut anywhere."""
        self._buffer += data

    def take(self) -> Message | None:
        """The next message, or None if it is not whole yet. Raises ``BadMessage``, then for ever."""
        if not self._greeted and not self._take_greeting():
            return None
        while True:
            end = self._buffer.find(_END, max(self._looked - len(_END) + 1, 0))
            if end > MOST_MESSAGE or (end < 0 and len(self._buffer) >= MOST_MESSAGE + len(_END)):
                raise BadMessage(f"a message of over {MOST_MESSAGE} bytes")
            if end < 0:
                self._looked = len(self._buffer)
                return None
            lines = self._buffer[:end].decode(errors="replace").split("\r\n")
            members = tuple(_member(line) for line in lines if line)
            if _names_another(members):
                raise BadMessage("a line break in whom a phone has named instead of itself")
            if _says_who(members):
                del self._buffer[: end + len(_END)]
                self._looked = 0
                return Message(members)
            self._looked = 0
            if not self._mend(end):
                return None

    def _mend(self, end: int) -> bool:
        """Put a number that has line breaks in it on one line; False if what follows it has not come yet."""
        for found in _BROKEN.finditer(bytes(self._buffer[: end + _MOST_OF_A_CHANNEL])):
            if found.start() > end:
                break
            if b"\r\n" in found[2]:
                start, stop = found.span(2)
                self._buffer[start:stop] = _LINE_BREAKS.sub(b"?", found[2])
                return True
        if len(self._buffer) < end + _MOST_OF_A_CHANNEL:
            return False
        raise BadMessage("a line break in what is said of a channel")

    def _take_greeting(self) -> bool:
        line, end, _ = bytes(self._buffer[:64]).partition(b"\r\n")
        if end or len(line) == 64:
            if not _GREETING.fullmatch(line):
                raise BadMessage("another greeting than a manager interface's")
            del self._buffer[: len(line) + 2]
            self._greeted = True
        return self._greeted


def _says_who(members: Sequence[tuple[str, str]]) -> bool:
    """Whether what is said of a channel is so as Asterisk says it, without a break.

    A number of a caller, or of what was dialled, may have line breaks in it, which Asterisk passes on (tried):
    then what follows is that one's own. A number has 79 letters, in which not all can be said that has to follow.
    """
    names = [name for name, _ in members]
    for at, name in enumerate(names):
        if name.endswith(_WHO[0]):
            who = name.removesuffix(_WHO[0])
            wanted = len(_WHO) if f"{who}ChannelState" in names else 2
            if names[at : at + wanted] != [f"{who}{one}" for one in _WHO[:wanted]] or names.count(name) > 1:
                return False
    return True


def _names_another(members: Sequence[tuple[str, str]]) -> bool:
    """Whether a phone has named another instead of itself (a 302), and with a break.

    Of 302s ``eventfilter`` in manager.conf keeps away whatever would be told.
    """
    names = [name for name, _ in members]
    others = [at for at, name in enumerate(names) if name == "Forward"]
    return any(names[at + 1 : at + 2] != ["DialStatus"] or "DestLinkedid" not in names[:at] for at in others)


def _member(line: str) -> tuple[str, str]:
    """Name and value. A line without a colon is the rest of a value with a line break in it: it has no name."""
    name, colon, value = line.partition(":")
    return (name, value.removeprefix(" ")) if colon else ("", line)


class Manager:
    """One connection to an Asterisk, from greeting to close. Not to be shared between threads.

    Any method raises ``SwitchUnreachable`` or ``SwitchRefused`` (the user may not do that). After
    ``SwitchUnreachable`` the connection is closed, every further call raises it again, and nobody knows whether the
    switch has done what it was told. A ``ValueError`` is a bug of ours; then nothing was sent.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        user: str,
        password: str,
        is_encrypted: bool = False,
        hears: bool = False,
        connect_seconds: float = 3.0,
        answer_seconds: float = 5.0,
    ) -> None:
        """Connect and log in; ``hears``: and be told events, which ``event`` has.

        ``connect_seconds`` is for each address of the host; ``answer_seconds`` for the greeting and for every answer,
        however slowly it dribbles in. A wrong password is answered after a second.
        """
        self.answer_seconds = answer_seconds
        self._messages = Messages()
        self._mine = secrets.token_hex(4)  # events repeat the numbers of other connections' actions to everybody
        self._numbers = count(1)
        self._events: deque[Message] = deque()
        self._held = 0  # bytes of them
        self._hears = hears
        line = reached(host, port, connect_seconds)
        self._socket = _encrypted(line, host) if is_encrypted else line
        self._open = True
        self._log_in(user, password)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close it. To close it again is no mistake."""
        self._open = False
        self._socket.close()

    def ask(self, action: str, *more: tuple[str, str], **members: str) -> Message:
        """What the switch answers to an action; that it did not do it is an answer too. ``more`` may repeat names.

        Raises ``SwitchRefused`` if the user's classes do not allow it.
        """
        with self._step():
            number = self._send(action, (*members.items(), *more))
            return self._answer(number, time.monotonic() + self.answer_seconds)

    def listed(self, action: str, *more: tuple[str, str], **members: str) -> list[Message]:
        """What an action lists. Raises ``Unlisted`` with what the switch says if it lists nothing."""
        with self._step():
            number = self._send(action, (*members.items(), *more))
            deadline = time.monotonic() + self.answer_seconds
            answer = self._answer(number, deadline)
            if not answer.is_good:
                raise Unlisted(answer)
            return list(self._list(number, deadline))

    def hear(self, what: str = "call") -> None:
        """Be told events of that class from now on."""
        if not self._hears:
            self._hears = True
            self.ask("Events", EventMask=what)

    def event(self, seconds: float) -> Message | None:
        """The next event that was told, in its order; None if none came within ``seconds``. The connection stays."""
        with self._step():
            if not self._events:
                try:
                    self._keep(self._message(time.monotonic() + seconds), math.inf)
                except TimeoutError:
                    return None
            if not self._events:
                return None
            event = self._events.popleft()
            self._held -= event.size
            return event

    def awaited(self, is_it: Callable[[Message], bool], seconds: float) -> Message | None:
        """The next event of which that is true, within ``seconds``; those before it are passed over."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 or self._events:
            event = self.event(max(left, 0.0))
            if event is not None and is_it(event):
                return event
        return None

    @contextmanager
    def _step(self) -> Iterator[None]:
        """What the switch has said itself leaves the connection open."""
        if not self._open:
            raise SwitchUnreachable("the connection to the switch is closed: open another")
        with in_words(self.close, BadMessage, "an Asterisk's manager", but=(SwitchRefused, Unlisted)):
            yield

    def _log_in(self, user: str, password: str) -> None:
        members = {"Username": user, "Secret": password, "Events": _TOLD_OF if self._hears else "off"}
        try:
            lines = _lines("Login", members.items(), self._mine)
        except ValueError:  # its cause would show the password
            self.close()
            raise SwitchRefused("the switch's user or secret is no single line of text: store it anew") from None
        with self._step():
            deadline = time.monotonic() + self.answer_seconds
            self._write(lines)
            answer = self._answer(self._mine, deadline)
        if not answer.is_good:
            self.close()
            raise SwitchRefused("the switch refused the password: check the switch's user and secret")

    def _send(self, action: str, members: Iterable[tuple[str, str]]) -> str:
        number = f"{self._mine}-{next(self._numbers)}"
        self._write(_lines(action, members, number))
        return number

    def _write(self, lines: bytes) -> None:
        self._socket.settimeout(self.answer_seconds)
        self._socket.sendall(lines)

    def _answer(self, number: str, deadline: float) -> Message:
        """The answer to an action; events may come first. An answer to another action is nobody's."""
        while (message := self._message(deadline)).event or not message.get("Response"):
            self._keep(message, deadline)
        if message.get("ActionID") != number:
            raise BadMessage(f"an answer to {message.get('ActionID')[:20]!r} instead of {number!r}: {message.says}")
        if message.says == "Permission denied":
            raise SwitchRefused("the switch's user may not do that: add the class to its write= in manager.conf")
        return message

    def _list(self, number: str, deadline: float) -> Iterator[Message]:
        size = 0
        for _ in range(MOST_LISTED):
            message = self._message(deadline)
            if message.get("ActionID") != number:
                self._keep(message, deadline)
                continue
            if message.get("EventList"):
                return
            size += message.size
            if size > MOST_HELD:
                raise BadMessage(f"a list of over {MOST_HELD} bytes")
            yield message
        raise BadMessage(f"a list of over {MOST_LISTED} messages")

    def _keep(self, message: Message, deadline: float) -> None:
        """Keep an event that came instead of an answer, for which is waited until then, however many come."""
        if not message.event:
            raise BadMessage("an answer that nobody has asked for")
        if not message.get("Privilege").endswith(_TOLD_TO_ALL):
            raise BadMessage("an event that is none of the switch's")
        if self._hears:
            self._events.append(message)
            self._held += message.size
        if len(self._events) > MOST_WAITING or self._held > MOST_HELD:
            raise BadMessage(f"over {MOST_WAITING} events, or {MOST_HELD} bytes of them, before an answer")
        if time.monotonic() > deadline:
            raise TimeoutError

    def _message(self, deadline: float) -> Message:
        while (message := self._messages.take()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionResetError("it hung up")
            self._messages.feed(data)
        return message


class Unlisted(Exception):
    """The switch lists nothing, and says why."""

    def __init__(self, answer: Message) -> None:
        super().__init__(answer.says)
        self.answer = answer


def _encrypted(line: socket.socket, host: str) -> socket.socket:
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        line.close()
        says = f"the switch's certificate is not to be trusted: {error.verify_message}"
        raise SwitchUnreachable(says) from error
    except (OSError, ValueError) as error:
        line.close()
        raise SwitchUnreachable("the switch does not speak TLS there: check its address and port") from error


def _lines(action: str, members: Iterable[tuple[str, str]], number: str) -> bytes:
    """An action as it is sent. One line break in it would add a member, two would add an action."""
    pairs = [("Action", action), ("ActionID", number), *members]
    if any(not _NAME.fullmatch(name) or _BREAKS.search(value) for name, value in pairs):
        raise ValueError("an action holds a line break or a NUL")
    lines = [f"{name}: {value}\r\n".encode() for name, value in pairs]
    if any(len(line) > MOST_LINE for line in lines):
        raise ValueError("a line of an action is too long")
    return b"".join(lines) + b"\r\n"


def variables(of: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """Variables for a new channel: a member each, for a comma would begin another. ``ValueError`` if one holds it."""
    if any(set(value) & set(',"\\') for value in of.values()):
        raise ValueError("a variable holds what parts variables")
    return [("Variable", f"{name}={value}") for name, value in of.items()]
