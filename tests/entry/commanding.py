"""A switch behind a link in the works, that is given commands and hands in records while whatever else happens."""

import itertools
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from ringpost.client import Answer, Client
from tests.entry.crashing import Works
from tests.link.playing import HOME_NAME, PlayingFreeSwitch
from tests.link.standing import LINK
from tests.live.phones import free_port
from tests.webhooks.receivers import until

DEADLINE = 20.0
"""Seconds in which a command has come to something, or to nothing."""
_LATE = 5.0
"""Seconds more that a machine with other things to do may take."""
_AT_ONCE = 12
_LEG = "7e1e0000-0000-4000-8000-000000000001"


class CommandedFreeSwitch(PlayingFreeSwitch):
    """Has one call that stays up, and notes the digits it is told to send there."""

    def __init__(self, recordings: Path) -> None:
        super().__init__(recordings)
        self.sent: list[str] = []
        self.home = ""
        self.answers |= {
            "show calls as json": self._listed,
            f"uuid_dump {_LEG} json": self._standing,
            "uuid_send_dtmf": self._sends,
        }

    def _listed(self, _command: str) -> str:
        row = {
            "uuid": _LEG,
            "direction": "inbound",
            "created_epoch": str(int(time.time())),
            "state": "CS_EXECUTE",
            "callstate": "ACTIVE",
            "presence_data": f"{self.home}:inbound",
            "cid_num": "12025550199",
            "dest": "101",
            "name": "sofia/internal/100@live.example.net",
            "b_uuid": str(uuid.uuid4()),
        }
        return json.dumps({"row_count": 1, "rows": [row]}) + "\n"

    def _standing(self, _command: str) -> str:
        return json.dumps({"variable_domain_uuid": self.home, "Answer-State": "answered"})

    def _sends(self, command: str) -> str:
        """It is done before that can be said: whoever asked may be dead by then."""
        self.sent.append(command.rpartition(" ")[2])
        self.stopping.wait(0.01)
        return "+OK\n"


class CommandedWorks(Works):
    """The works with a switch that only its link reaches, and that asks and hands in at its link's door."""

    link_scopes = (*LINK, "switch.link")

    @property
    def way(self) -> dict[str, str]:
        return {"via": "link"}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, CommandedFreeSwitch)
        self.door = free_port()
        live = f"ws://127.0.0.1:{self.port}/live"
        self.link_options = ("--listen", f"127.0.0.1:{self.door}", "--live-url", live)

    def _set_up(self, operator: Client) -> None:
        super()._set_up(operator)
        self.switch.home = self.home

    @property
    def link_url(self) -> str:
        """Without a gate, which only passes what is said to the endpoint's root."""
        return self.operator.url

    def is_reachable(self) -> bool:
        """Whether commands go through."""
        with suppress(click.ClickException):
            answer = self.operator.call("call-list", {"domain_name": HOME_NAME})
            return answer.is_good and bool(answer.json["items"])
        return False


class Commands:
    """Clients that have digits sent, each its own, and ask again with the same key if nobody knows what came of it."""

    def __init__(self, works: CommandedWorks) -> None:
        self.works = works
        self.acknowledged: list[str] = []
        self.refused: Counter[str] = Counter()
        self.longest = 0.0
        self._stopping = threading.Event()
        self._numbers = map(str, itertools.count(100_000))
        self._lock = threading.Lock()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Command side by side; at the end each has come to something."""
        threads = [threading.Thread(target=self._go_on, daemon=True) for _ in range(_AT_ONCE)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join(3 * (DEADLINE + _LATE))
                assert not thread.is_alive(), "none hangs"

    def _go_on(self) -> None:
        while not self._stopping.is_set():
            with self._lock:
                digits = next(self._numbers)
            first = self._asked(digits)
            if first is None or first.status == 503:
                self._stopping.wait(1.0)
                self._asked(digits)
            self._stopping.wait(0.05)

    def _asked(self, digits: str) -> Answer | None:
        about = {"domain_name": HOME_NAME, "call_uuid": _LEG, "leg_uuid": _LEG, "idempotency_key": digits}
        began = time.monotonic()
        try:
            answer = self.works.operator.call("call-dtmf", {**about, "digits": digits})
        except click.ClickException:
            answer = None
        with self._lock:
            self.longest = max(self.longest, time.monotonic() - began)
            if answer is not None and answer.is_good:
                self.acknowledged.append(digits)
            else:
                self.refused["nobody answered" if answer is None else answer.code] += 1
        return answer

    def were_done(self) -> None:
        """None was done twice, all that were acknowledged are done and told, and none took longer than it may."""
        sent = Counter(self.works.switch.sent)
        assert not [digits for digits, times in sent.items() if times > 1], "none is done twice"
        assert set(self.acknowledged) <= set(sent), "none that was acknowledged is lost"
        assert self.longest < DEADLINE + _LATE
        until(lambda: len(_events(self.works, "command.dtmf_sent")) >= len(set(self.acknowledged)), DEADLINE)
        assert len(_events(self.works, "command.dtmf_sent")) <= len(sent)


class Records:
    """The switch's records of calls that nobody saw, posted until they are taken."""

    def __init__(self, works: CommandedWorks) -> None:
        self.works = works
        self.taken: list[str] = []
        self._stopping = threading.Event()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Hand in one after the other."""
        thread = threading.Thread(target=self._go_on, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(DEADLINE)
            assert not thread.is_alive()

    def _go_on(self) -> None:
        door = Client(f"http://127.0.0.1:{self.works.door}", "")
        leg = str(uuid.uuid4())
        while not self._stopping.is_set():
            with suppress(click.ClickException):
                if door.post("freeswitch-cdr", self._record(leg), "application/json", urlencode({"uuid": leg})).is_good:
                    self.taken.append(leg)
                    leg = str(uuid.uuid4())
            self._stopping.wait(0.1)

    def _record(self, leg: str) -> bytes:
        now = int(time.time())
        variables = {
            "uuid": leg,
            "domain_uuid": self.works.home,
            "domain_name": HOME_NAME,
            "call_direction": "inbound",
            "start_epoch": str(now - 20),
            "answer_epoch": str(now - 10),
            "end_epoch": str(now),
            "hangup_cause": "NORMAL_CLEARING",
        }
        caller = {
            "caller_id_name": "Example caller",
            "caller_id_number": "5550199",
            "destination_number": "12025550100",
        }
        return json.dumps({"variables": variables, "callflow": [{"caller_profile": caller}]}).encode()

    def are_there(self) -> None:
        """Each that was taken is there, once, and was told once."""

        def told() -> Counter[str]:
            return Counter(event["call_uuid"] for event in _events(self.works, "cdr.created"))

        until(lambda: set(self.taken) <= set(told()), DEADLINE)
        assert not [leg for leg, times in told().items() if times > 1]


def _events(works: Works, *types: str) -> list[dict[str, Any]]:
    """All events of these types, as ``event-list`` has them once they have settled."""
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"from": "2026-01-01T00:00:00Z"}
    while True:
        about = {"domain_name": HOME_NAME, "types": types, "limit": 200, **asked}
        page = works.operator.done("event-list", about)
        found += page["items"]
        if not page["more"]:
            return found
        asked["cursor"] = page["next_cursor"]
