"""A link that stands in, beside a real endpoint that can be away, slow or broken."""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ringpost.auth.tokens import token
from ringpost.client import Answer, Client
from ringpost.dispatch.http import HttpRequest
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.standing_in import StandingIn
from ringpost.switch.asking import Asks
from ringpost.switch.freeswitch.standing import ASKS
from tests.fakes import FakeClock
from tests.harness import Caller, House
from tests.serving import Serving, reply
from tests.webhooks.receivers import until


def stands_in(kind: str) -> tuple[str, ...]:
    """The scopes of a link that stands in beside a switch of that kind."""
    return ("switch.event", f"{kind}.#", "switch.link.#", "domain.list", "event.list")


LINK = stands_in("freeswitch")


class Endpoint(Serving):
    """The house over HTTP, as long as it is ``there``; otherwise as ``how`` says."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.how: str | int = "there"
        self.asked: list[str] = []
        """The actions that were asked, also those of many questions in one request."""
        self.at_once: list[int] = []
        """How many questions were in such a request."""
        self.instead: dict[str, tuple[int, bytes]] = {}
        """What is answered to an action instead."""
        self.breaks_on = ""
        self.before_answering = threading.Event()
        self.before_answering.set()

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> None:
        parts = urlsplit(asked.path)
        self.asked.append(parts.path.strip("/"))
        if b"switch-link-answer-lookup" in body:
            questions = json.loads(body)["questions"]
            self.at_once.append(len(questions))
            self.asked += [one["action"] for one in questions]
        how = self.how
        if how == "away":
            return
        if self.breaks_on and self.breaks_on in body.decode(errors="replace"):
            how = 500
        if isinstance(how, int):
            reply(asked, how, b"{}")
            return
        headers = {name.lower(): value for name, value in asked.headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        given = self.house.endpoint.answer(
            HttpRequest("POST", parts.path, headers, body, "127.0.0.1", str(uuid.uuid4()), query)
        )
        if parts.path.strip("/") in self.instead:
            given.status, given.body = self.instead[parts.path.strip("/")]
        self.before_answering.wait(30)
        asked.send_response(given.status)
        for name, value in {**given.headers, "Content-Type": given.content_type}.items():
            asked.send_header(name, value)
        asked.send_header("Content-Length", str(len(given.body)))
        asked.end_headers()
        asked.wfile.write(given.body)


class Passing:
    """Time as a link counts it, which passes when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Lab:
    """An endpoint, a switch's key, and links that stand in with it, one after the other."""

    endpoint: Endpoint
    key: Caller
    folder: Path
    switch: str = "lab"
    asks: Asks = ASKS
    url: str = ""
    """Another endpoint, if it is to be one."""
    clock: FakeClock = field(default_factory=FakeClock)
    passing: Passing = field(default_factory=Passing)
    said: list[str] = field(default_factory=list)
    forgot: list[Any] = field(default_factory=list)

    @contextmanager
    def link(self, works: bool = False, **members: Any) -> Iterator["Asked"]:
        client = Client(self.url or self.endpoint.url, token(self.key.key_uuid, self.key.secret))
        self.folder.mkdir(exist_ok=True)
        buffer = Buffer(self.folder / "link.sqlite3")
        beside = Beside(self.switch, client, buffer, self.clock, self.said.append)
        members = {"elapsed": self.passing, "a_second": 1000.0, **members}
        stands = StandingIn.beside(beside, self.asks, self.folder, ("127.0.0.1", 0), self.forgot.append, **members)
        stands.watching.every = 0.05
        running = stands.works if works else (stands.loopback,)
        threads = [threading.Thread(target=one.work, daemon=True) for one in running]
        for thread in threads:
            thread.start()
        try:
            yield Asked(beside, stands)
        finally:
            beside.stopping.set()
            stands.standing.stirred.set()
            for thread in threads:
                thread.join(30)
                assert not thread.is_alive()
            stands.close()
            buffer.close()

    def says(self, words: str) -> None:
        """Wait until it has said that."""
        until(lambda: any(words in one for one in list(self.said)), 10)


@dataclass
class Asked:
    """What a switch asks of a link on loopback."""

    link: Beside
    stands: StandingIn

    @property
    def url(self) -> str:
        server = self.stands.loopback.server
        assert server is not None
        return f"http://127.0.0.1:{server.server_address[1]}"

    def post(self, body: str | bytes, path: str = "freeswitch-xml", query: str = "") -> Answer:
        raw = body.encode() if isinstance(body, str) else body
        return Client(self.url, "").post(path, raw, "application/x-www-form-urlencoded", query)

    def ask(self, body: str) -> str:
        answer = self.post(body)
        assert answer.status == 200, answer
        return answer.body.decode()

    def is_known(self, body: str) -> bool:
        return 'status="not found"' not in self.ask(body)
