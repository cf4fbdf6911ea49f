"""A FreeSWITCH's event socket on loopback that answers byte for byte what FreeSWITCH 1.11.2 answered.

It never makes up an answer: what was neither recorded nor set by the test ends the connection, and fails
the test when the server is left. Recordings that were shortened are not replayed; in four a path was
changed afterwards, so their length is counted anew.
"""

import ast
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

CAPTURE = Path(__file__).parents[2] / "captures" / "esl.txt"
PASSWORD = "ClueCon"
CORE = "844a6b50-4f95-4643-905d-62735f69ebb2"
"""The run of the switch that the captured events are of."""
USER, USER_PASSWORD = "100@fusion.example.net", "sippass100"

Mode = Literal["well", "acl", "refuse", "hang", "hang after login", "half", "dribble", "late"]
"""How it behaves. ``half`` sends part of an answer and closes; ``dribble`` sends a byte at a time, for ever;
``late`` keeps every answer back until ``go_on`` is set. All three, and ``hang after login``, log in as they should."""

Answer = str | bytes | Callable[[str], str | bytes]
"""A body; or bytes, sent as they are instead of the whole frame; or what tells them from the command."""

_LENGTH = re.compile(r"(?<=Content-Length: )\d+")
_END = re.compile(rb"\n\r*\n")


@cache
def recorded() -> dict[str, list[bytes]]:
    """What was answered to each command, once for every time it was asked: all frames of an answer in one."""
    answers: dict[str, list[bytes]] = {}
    for command, frames in _exchanges():
        answers.setdefault(command, []).append(frames)
    return answers


def bodies(command: str) -> list[str]:
    """The bodies that were answered to an api command, in their order: ``bodies("status")[0]``."""
    answers = recorded().get(f"api {command}", [])
    return [_body(frames) for frames in answers if frames.startswith(b"Content-Type: api/response\n")]


def response(body: str) -> bytes:
    """An api/response, as recorded."""
    data = body.encode()
    return b"Content-Type: api/response\nContent-Length: %d\n\n" % len(data) + data


def job_done(job_uuid: str, command: str, body: str) -> bytes:
    """The event of a background job that is done, as recorded, with this job's own values."""
    name, _, argument = command.partition(" ")
    event = _recorded_job() | {"Job-UUID": job_uuid, "Job-Command": name, "Job-Command-Arg": argument}
    event |= {"Content-Length": str(len(body.encode())), "_body": body}
    if not argument:
        del event["Job-Command-Arg"]
    return as_sent(event)


def as_sent(event: dict[str, Any]) -> bytes:
    """An event as it is sent."""
    data = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n" % len(data) + data


def _exchanges() -> Iterator[tuple[str, bytes]]:
    """Command and answer. The greeting is an answer to the empty command."""
    command, frames, whole = "", b"", True
    for line in [*CAPTURE.read_text(encoding="utf-8").splitlines(), "[end] C: ''"]:
        said = re.fullmatch(r"\[\w+\] ([CSB]): (['\"].*)", line)
        if said and said[1] == "C":
            if frames and whole:
                yield command, frames
            command, frames, whole = ast.literal_eval(said[2]), b"", True
        elif said and said[2].endswith("..."):
            whole = False
        elif said and ast.literal_eval(said[2]) == "Content-Type: auth/request\n\n":
            if frames and whole:
                yield command, frames
            command, frames, whole = "", ast.literal_eval(said[2]).encode(), True
        elif said:
            frames = _joined(frames, ast.literal_eval(said[2]), is_body=said[1] == "B")


def _joined(frames: bytes, text: str, *, is_body: bool) -> bytes:
    if not is_body:
        return frames + text.encode()
    length = str(len(text.encode()))
    return _LENGTH.sub(length, frames.decode()).encode() + text.encode()


def _body(frames: bytes) -> str:
    return frames.partition(b"\n\n")[2].decode()


@cache
def _recorded_job() -> dict[str, Any]:
    for line in CAPTURE.read_text(encoding="utf-8").splitlines():
        if line.startswith("[EV] FULL") and '"Event-Name": "BACKGROUND_JOB"' in line:
            event: dict[str, Any] = json.loads(line.partition(" json=")[2])
            return event
    raise AssertionError("no job was recorded")


class ScriptedFreeSwitch:
    """The server. ``answers`` and ``gates`` go by an api command's whole text or by its first word."""

    host = "127.0.0.1"

    def __init__(
        self,
        mode: Mode = "well",
        *,
        greeting: bytes | None = None,
        allowed_api: frozenset[str] | None = None,
        allowed_events: frozenset[str] | None = None,
    ) -> None:
        self.mode = mode
        self.greeting = recorded()[""][0] if greeting is None else greeting
        self.allowed_api = allowed_api
        self.allowed_events = allowed_events
        self.answers: dict[str, Answer] = {"uuid_setvar": "+OK\n", "global_getvar core_uuid": CORE}
        self.gates: dict[str, threading.Event] = {}
        self.reply_to_bgapi: bytes | None = None  # instead of the right one
        self.go_on = threading.Event()
        self.heard: list[str] = []
        self.unscripted: list[str] = []
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._connections: list[_Connection] = []
        self._listener = socket.socket()
        self._listener.bind((self.host, 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        if self.mode != "refuse":
            self._listener.listen()
            self.start(self._accept)
        return self

    def __exit__(self, *exc: object) -> None:
        self.stopping.set()
        for event in (self.go_on, *self.gates.values()):
            event.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:  # the list may grow meanwhile, at its end
            for connection in self._connections:
                connection.hang_up()
            thread.join(10)
            assert not thread.is_alive()
        assert not self.unscripted, f"neither recorded nor set: {self.unscripted}"

    def start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def body(self, command: str) -> str | bytes | None:
        """What an api command comes to."""
        answer = self.answers.get(command, self.answers.get(command.partition(" ")[0]))
        if callable(answer):
            return answer(command)
        if answer is None:
            return next(iter(bodies(command)), None)
        return answer

    def wait_at_gate(self, command: str) -> None:
        gate = self.gates.get(command) or self.gates.get(command.partition(" ")[0])
        if gate is not None:
            gate.wait()

    def tell_listeners(self, event: bytes) -> None:
        """Send an event to all who listen: a switch does not ask whose job it was."""
        for connection in list(self._connections):
            if connection.listens:
                connection.send(event)

    def cut(self) -> None:
        """Break every connection there is."""
        for connection in list(self._connections):
            connection.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            connection = _Connection(self, accepted)
            self._connections.append(connection)
            self.start(connection.serve)


class _Connection:
    def __init__(self, switch: ScriptedFreeSwitch, accepted: socket.socket) -> None:
        self.switch = switch
        self.socket = accepted
        self.sending = threading.Lock()
        self.buffer = b""
        self.is_in = False
        self.as_user = False
        self.listens = False
        self.is_open = True

    def serve(self) -> None:
        with self.socket, suppress(OSError):
            if self.switch.mode == "hang":
                self.switch.stopping.wait()
            elif self.switch.mode == "acl":
                self.send(b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n")
            else:
                self.send(self.switch.greeting)
                while (command := self.next_command()) is not None and self.obey(command):
                    pass
        self.is_open = False

    def hang_up(self) -> None:
        self.is_open = False
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def send(self, data: bytes) -> None:
        with self.sending, suppress(OSError):
            self.socket.sendall(data)

    def next_command(self) -> str | None:
        """As FreeSWITCH reads: line ends before a command are skipped, a blank line ends it, CRs do not count."""
        while True:
            self.buffer = self.buffer.lstrip(b"\r\n")
            if end := _END.search(self.buffer):
                command = self.buffer[: end.start()].decode(errors="surrogateescape")
                self.buffer = self.buffer[end.end() :]
                self.switch.heard.append(command)
                return command
            data = self.socket.recv(65536)
            if not data:
                return None
            self.buffer += data

    def obey(self, command: str) -> bool:
        """Do it; whether the connection stays."""
        line, _, headers = command.partition("\n")
        verb, _, rest = line.partition(" ")
        if not self.is_in:
            return self.log_in(line)
        if verb == "api":
            return self.api(rest)
        if verb == "bgapi" and rest:
            return self.bgapi(rest, headers)
        if line.startswith("event json "):
            return self.listen(line.removeprefix("event json "))
        if command not in recorded():
            self.switch.unscripted.append(command)
            return False
        self.answer(recorded()[command][0])
        return verb != "exit"

    def log_in(self, line: str) -> bool:
        self.is_in = line in {f"auth {PASSWORD}", f"userauth {USER}:{USER_PASSWORD}"}
        self.as_user = line.startswith("userauth ")
        if not self.is_in:
            wrong = "auth wrong" if line.startswith(("auth ", "userauth ")) else "api status"
            self.send(recorded()[wrong][0])  # the first `api status` came before the password
            return wrong == "api status"
        if self.as_user:  # read in the source, not recorded
            events = b",".join(name.encode() for name in sorted(self.switch.allowed_events or {"all"}))
            commands = b",".join(name.encode() for name in sorted(self.switch.allowed_api or {"all"}))
            allowed = b"Allowed-Events: %s\nAllowed-API: %s\nAllowed-LOG: true\n\n" % (events, commands)
            self.send(b"Content-Type: command/reply\nReply-Text: +OK accepted\n" + allowed)
        else:
            self.send(recorded()["auth ClueCon"][0])
        return True

    def may(self, name: str, allowed: frozenset[str] | None) -> bool:
        return not self.as_user or allowed is None or name in allowed

    def deny(self) -> bool:
        """As in the source; not recorded."""
        return self.answer(b"Content-Type: command/reply\nReply-Text: -ERR permission denied\n\n")

    def api(self, command: str) -> bool:
        if not self.may(command.partition(" ")[0], self.switch.allowed_api):
            return self.deny()
        body = self.switch.body(command)
        if body is None:
            self.switch.unscripted.append(f"api {command}")
            return False
        return self.answer(body if isinstance(body, bytes) else response(body or "-ERR no reply\n"))

    def bgapi(self, command: str, headers: str) -> bool:
        if not self.may(command.partition(" ")[0], self.switch.allowed_api):
            return self.deny()
        if self.switch.reply_to_bgapi is not None:
            return self.answer(self.switch.reply_to_bgapi)
        _, _, job_uuid = headers.partition("Job-UUID: ")
        reply = recorded()["bgapi originate loopback/102/default &echo"][0]
        replied = self.answer(re.sub(rb"(?<=Job-UUID: )[^\n]+", job_uuid.encode(), reply))
        self.switch.start(self.work, command, job_uuid)
        return replied

    def work(self, command: str, job_uuid: str) -> None:
        self.switch.wait_at_gate(command)
        body = self.switch.body(command)
        if body is None:
            self.switch.unscripted.append(f"bgapi {command}")
            self.hang_up()
        else:
            self.switch.tell_listeners(body if isinstance(body, bytes) else job_done(job_uuid, command, body))

    def listen(self, names: str) -> bool:
        if not all(self.may(name, self.switch.allowed_events) for name in names.split()):
            return self.deny()
        self.listens = True
        return self.answer(b"Content-Type: command/reply\nReply-Text: +OK event listener enabled json\n\n")

    def answer(self, frame: bytes) -> bool:
        """Send it as the mode has it; whether the connection stays."""
        match self.switch.mode:
            case "hang after login":
                self.switch.stopping.wait()
            case "half":
                self.send(frame[: len(frame) // 2])
                return False
            case "dribble":
                while not self.switch.stopping.wait(0.01):
                    self.send(frame[:1])
                    frame = frame[1:] or b"x"
            case "late":
                self.switch.go_on.wait()
                self.send(frame)
            case _:
                self.send(frame)
        return True
