"""Endpoint, worker and link as processes that can be killed at any time, between a switch and a receiver."""

import http.client
import json
import os
import sqlite3
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack, closing, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from ringpost.auth.tokens import token
from ringpost.client import Client
from ringpost.clock import SystemClock
from ringpost.entry.console import console
from ringpost.model.key import Limits
from ringpost.services.access import api_keys
from ringpost.store import keys
from ringpost.store.sqlite import SqliteStore
from ringpost.webhooks.outbox import Outbox
from tests.link.playing import HOME_NAME, Event, PlayingFreeSwitch
from tests.live.phones import Process, free_port
from tests.serving import Serving, reply
from tests.switch.freeswitch.scripted import PASSWORD
from tests.webhooks.receivers import until
from tests.webhooks.receiving import Received, Receiving

LONGEST = 20
"""Seconds everything may take to settle."""
_MONTHS_AHEAD = 1e7

Trouble = Literal["", "500", "401", "half a refusal", "page", "hangs", "reply is lost", "reply is cut"]
"""What a gate does instead of letting through; the last two once the endpoint has done what was asked."""


class Gate(Serving):
    """Between a link and its endpoint. It lets everything through, unless there is trouble."""

    def __init__(self, endpoint: int) -> None:
        self.endpoint = endpoint
        self.trouble: Trouble = ""
        self.troubled = 0
        self._over = threading.Event()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.makes("")
        super().__exit__(kind, error, at)

    def makes(self, trouble: Trouble) -> None:
        """Make trouble from now on, or none."""
        self.trouble, self.troubled = trouble, 0
        self._over.set() if not trouble else self._over.clear()

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> None:
        """Answer as the endpoint does; not at all if it does not."""
        trouble = self.trouble
        self.troubled += bool(trouble)
        asked.close_connection = True
        match trouble:
            case "hangs":
                self._over.wait(LONGEST)
                answer = None
            case "500":
                answer = 500, b"<html>oh dear</html>"
            case "401" | "half a refusal":
                answer = 401, b'{"detail": "not now"}'
            case "page":
                answer = 200, b"<html>Please log in</html>"
            case _:
                answer = self._asked(dict(asked.headers), body)
        if answer is not None and trouble != "reply is lost":
            status, said = answer
            half = len(said) // 2 if trouble in ("reply is cut", "half a refusal") else None
            with suppress(OSError):  # whoever asked may be dead by now
                reply(asked, status, said, half)

    def _asked(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes] | None:
        line = http.client.HTTPConnection("127.0.0.1", self.endpoint, timeout=LONGEST)
        with closing(line), suppress(OSError, http.client.HTTPException):
            line.request("POST", "/", body, headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        return None


class Part:
    """A process that may be killed and started again at any time."""

    def __init__(self, folder: Path, environment: dict[str, str], *arguments: str) -> None:
        self._folder = folder
        self._environment = environment
        self._command = [sys.executable, "-m", "ringpost.entry.cli.main", *arguments]
        self._starts = 0
        self._process: Process | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    def said(self) -> str:
        return self._process.said() if self._process else ""

    def start(self) -> None:
        if not self.is_running:
            self._starts += 1
            place = self._folder / str(self._starts)
            place.mkdir(parents=True)
            self._process = Process(self._command, place, self._environment)

    def kill(self) -> None:
        """As kill -9 does."""
        if self._process is not None:
            self._process.kill()


class Works:
    """Everything from a switch to a receiver of webhooks: three processes, and what is around them."""

    link_scopes: tuple[str, ...] = ("switch.event",)
    link_options: tuple[str, ...] = ()

    def __init__(self, folder: Path, switch: type[PlayingFreeSwitch] = PlayingFreeSwitch) -> None:
        self.folder = folder
        self.port = free_port()
        self.gate = Gate(self.port)
        self.switch = switch(folder / "recordings")
        self.receiving = Receiving(_takes_its_time)
        self.verified = 0
        self._told: dict[str, Event] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for helper in (self.gate, self.switch, self.receiving):
                stack.enter_context(helper)
            self.store = SqliteStore(self.folder / "data" / "ringpost.sqlite3")
            stack.callback(self.store.close)
            self.endpoint = self._part("endpoint", "serve", "--no-demo", "--no-deliver", "--port", str(self.port))
            self.worker = self._part("worker", "deliver")
            for part in (self.endpoint, self.worker):
                stack.callback(part.kill)
                part.start()
            until(lambda: "answers at" in self.endpoint.said(), LONGEST)
            self.operator = Client(f"http://127.0.0.1:{self.port}", self._key(Limits(scopes=("#",))))
            self._set_up(self.operator)
            self.link = self.new_link("link")
            stack.callback(self.link.kill)
            self.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def way(self) -> dict[str, str]:
        """How the switch is spoken to."""
        return {"address": f"{self.switch.host}:{self.switch.port}", "secret": "env:RINGPOST_SECRET_X"}

    def _set_up(self, operator: Client) -> None:
        operator.done("switch-create", {"name": "live", "kind": "freeswitch", **self.way})
        self.home: str = operator.done("domain-create", {"domain_name": HOME_NAME, "switch": "live"})["domain_uuid"]
        webhook = {"url": f"{self.receiving.url}/hook", "events": ["call.#", "parking.#", "recording.#"]}
        self.secret: str = operator.done("webhook-create", {"domain_name": HOME_NAME, **webhook})["secret"]
        self._links_key = self._key(Limits(scopes=self.link_scopes, switch="live"))

    def _key(self, limits: Limits) -> str:
        context = console(self.store, SystemClock(), "key-create")
        fresh = api_keys.create(context, "test", limits)
        context.commit()
        return token(fresh.key.key_uuid, fresh.secret)

    @property
    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RINGPOST_")}
        return {
            **clean,
            "RINGPOST_DATA": str(self.folder / "data"),
            "RINGPOST_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "RINGPOST_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }

    def _part(self, name: str, *arguments: str) -> Part:
        return Part(self.folder / "log" / name, self._environment, *arguments)

    @property
    def link_url(self) -> str:
        """Where a link finds the endpoint."""
        return self.gate.url

    def new_link(self, name: str) -> Part:
        """A link with a buffer of its own."""
        environment = {
            **self._environment,
            "RINGPOST_DATA": str(self.folder / name),
            "RINGPOST_URL": self.link_url,
            "RINGPOST_TOKEN": self._links_key,
            "RINGPOST_ESL_PASSWORD": PASSWORD,
        }
        address = f"{self.switch.host}:{self.switch.port}"
        return Part(
            self.folder / "log" / name,
            environment,
            "link",
            "--switch",
            "live",
            "--esl",
            address,
            "--records-within",
            "2",
            *self.link_options,
        )

    @property
    def parts(self) -> tuple[Part, Part, Part]:
        return self.endpoint, self.worker, self.link

    def start(self) -> None:
        """Start whatever does not run, and wait until the link listens."""
        for part in self.parts:
            part.start()
        until(lambda: self.switch.listeners and "listening to" in self.link.said(), LONGEST)

    def knows(self, legs: Iterable[str]) -> bool:
        """Whether the link or the endpoint has noted one of these legs."""
        return any(self.store.get(keys.tracked_call(self.home, leg)) for leg in legs) or bool(
            {leg for (leg,) in self._kept("SELECT leg FROM legs")} & set(legs)
        )

    def left_over(self, link: str = "link") -> dict[str, Any]:
        """What somebody still has to do."""
        outbox = Outbox(self.store, SystemClock())
        until_then = SystemClock().now() + _MONTHS_AHEAD
        left = {
            "due": [task.key.sort for each in keys.DUE_LISTS for task in outbox.due(each, until_then, limit=1000)],
            "notices": self._kept("SELECT body FROM notices", link),
            "files": self._kept("SELECT path FROM files", link),
            "legs": self._kept("SELECT leg FROM legs", link),
        }
        return {name: value for name, value in left.items() if value}

    def _kept(self, sql: str, link: str = "link") -> list[tuple[str, ...]]:
        file = self.folder / link / "link-live.sqlite3"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as buffer:
            return buffer.execute(sql).fetchall()

    def settle(self, calls: Iterable[str]) -> None:
        """Wait until these calls are told to the end, and nobody has anything left to do."""
        wanted = set(calls)
        try:
            until(lambda: wanted <= self._ended(), LONGEST)
            until(lambda: not self.left_over(), LONGEST)
        except AssertionError as error:
            error.add_note(f"not ended: {wanted - self._ended()}, left over: {self.left_over()}")
            for part in self.parts:
                error.add_note(part.said()[-2000:])
            raise

    def _ended(self) -> set[str]:
        return {event["call_uuid"] for event in self.told("call.ended")}

    def told(self, *types: str) -> list[Event]:
        """The events the receiver has had, each once, in the order in which they came first."""
        for one in self.receiving.received[self.verified :]:
            one.verify(self.secret)
            self._told.setdefault(one.id, json.loads(one.body))
            self.verified += 1
        return [event for event in self._told.values() if not types or event["type"] in types]

    def by_call(self) -> dict[str, list[Event]]:
        """The events of each call while it was up."""
        found: dict[str, list[Event]] = defaultdict(list)
        for event in self.told():
            if event["type"].startswith(("call.", "parking.")):
                found[event["call_uuid"]].append(event)
        return found


def _takes_its_time(_: Received) -> int:
    """So that who posts is now and then killed while it waits."""
    threading.Event().wait(0.05)
    return 204


def in_words(event: Event) -> str:
    """An event in the words of the stories."""
    data, call = event["data"], event["data"]["call"]
    if event["type"] == "call.ended":
        parties = f"{call['direction']} {call['caller_id_number']} {call['destination_number']}"
        ends = f"ended by {call['hung_up_by']} {call['hangup_cause']}"
        return f"{ends} {parties} answered by {call['answered_by']}"
    about = [data["extension"] or data["number"], data.get("reason"), data.get("slot")]
    return " ".join([event["type"].removeprefix("call."), *(str(one) for one in about if one)])
