"""The live suite's house: a FreeSWITCH or an Asterisk somebody has started, a Ringpost of our own, and phones.

docs/freeswitch.md and docs/asterisk.md say how to run it. Without ``FREESWITCH_ESL`` and ``ASTERISK_AMI`` everything
here is skipped.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest

from ringpost.auth.tokens import sha256
from ringpost.clock import SystemClock
from ringpost.entry.console import console
from ringpost.model.key import ApiKey, Limits, SecretHash
from ringpost.services import kept
from ringpost.store import keys
from ringpost.store.sqlite import SqliteStore
from tests.link.standing import stands_in
from tests.live.behind_nat import within
from tests.live.configuration import RINGPOST
from tests.live.leavings import taken_away
from tests.live.patience import eventually
from tests.live.phones import (
    ACCEPTING,
    RINGING,
    TONES,
    Answering,
    Caller,
    Phone,
    Process,
    free_port,
    refusing,
    registers,
)
from tests.live.played import PlayedCaller, PlayedPhone, PlayedProvider, PlayedToned, Sandbox, answering, by_hand
from tests.live.switch_log import Expected, SwitchLog, complaints
from tests.live.switches import SWITCHES, Switch, the_switch
from tests.live.told import ToldEvents
from tests.live.tones import Toned
from tests.live.under_test import (
    IS_SANDBOX,
    KIND,
    LINK_DOES_ALL,
    NAMESPACE,
    NEEDED,
    OURS,
    VIA_LINK,
    commanding,
    listening,
    setting,
    standing,
    way,
)
from tests.webhooks.receiving import Receiving

HERE, ELSEWHERE = "live.example.net", "other.example.net"
PREFIX = "1202555"
ABSENT, BUSY, SILENT, REFUSING, WILLING = "102", "103", "104", "105", "106"
if IS_SANDBOX:
    ABSENT, BUSY, SILENT, REFUSING = "5550143", "5550140", "5550141", "5550142"
"""Extensions that have no phone, or one that is busy, rings on and on, refuses, answers at once."""
_NUMBERS = ("100", "101", ABSENT, BUSY, SILENT, REFUSING, WILLING)
_MORE: dict[str, dict[str, Any]] = {
    "100": {"outbound_caller_id_number": "12025550100", "emergency_caller_id_number": "12025550110"},
    "101": {"effective_caller_id_name": "Back office", "effective_caller_id_number": "101"},
    SILENT: {"call_timeout": 2},
}
_ALWAYS = {
    BUSY: refusing("486 Busy Here"),
    SILENT: RINGING,
    REFUSING: refusing("603 Decline"),
    WILLING: ACCEPTING,
}
GROUPS = {"simultaneous": "600", "sequence": "601", "enterprise": "602", "rollover": "603", "random": "604"}
"""Ring groups with a phone that is busy and one that answers."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = _missing()
    # Before the suite has made extensions: on an Asterisk each number is asked ahead for each phone.
    items.sort(key=lambda item: item.path != Path(__file__).parent / "test_standing.py")
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.live)
            if missing:
                item.add_marker(pytest.mark.skip(reason=missing))


def _missing() -> str:
    if IS_SANDBOX:
        return ""
    if not {"FREESWITCH_ESL", "ASTERISK_AMI"} & os.environ.keys():
        return "FREESWITCH_ESL is not set: docs/freeswitch.md says how to run the live suite"
    needed = [*(f"{KIND.upper()}_{name}" for name in NEEDED), *OURS]
    absent = [name for name in needed if name not in os.environ]
    absent += [program for program in ("baresip", "sipp") if shutil.which(program) is None]
    return f"not here: {', '.join(absent)}" if absent else ""


class Told(NamedTuple):
    """What Ringpost answered."""

    status: int
    body: Any


@dataclass(frozen=True)
class Api:
    """Ringpost, asked with a key about a domain."""

    url: str
    token: str
    domain: str = HERE
    has_all: Callable[[], bool] = lambda: True
    """Whether it was handed what the switch has to hand in."""

    def ask(self, action: str, **members: Any) -> Told:
        body = json.dumps({"action": action, "domain_name": self.domain, **members}).encode()
        return self._post(body)

    def operate(self, action: str, **members: Any) -> Told:
        """An action that is about no domain."""
        return self._post(json.dumps({"action": action, **members}).encode())

    def do(self, action: str, **members: Any) -> Any:
        """Ask what must go well."""
        told = self.ask(action, **members)
        assert told.status in (200, 202), f"{action} {members}: {told}"
        return told.body

    def __getitem__(self, domain: str) -> "Api":
        return Api(self.url, self.token, domain, self.has_all)

    def _post(self, body: bytes) -> Told:
        request = urllib.request.Request(self.url, body, {"Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(request, timeout=35) as answer:
                return Told(answer.status, json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                return Told(error.code, json.load(error))

    # what tests look for

    def calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.do("call-list")["items"]
        return found

    def one_call(self, *, state: str = "answered", legs: int = 2) -> dict[str, Any]:
        """The only call there is, once it has come that far."""

        def look() -> dict[str, Any] | None:
            calls = self.calls()
            assert len(calls) < 2, f"more than one call: {calls}"
            return next((call for call in calls if call["state"] == state and len(call["legs"]) == legs), None)

        return eventually(look, f"a call that is {state} with {legs} legs")

    def silence(self) -> None:
        eventually(lambda: not self.calls(), "no call is up any more")
        eventually(self.has_all, "its records are handed in")

    def reaches_the_switch(self, seconds: float = 90) -> None:
        """A link that was away, or had nobody to tell, is there again a while later."""
        status = {"switch": "live"}
        eventually(
            lambda: self.operate("switch-status", **status).body.get("reachable"), "the switch is reached", seconds
        )

    def record(self, call_uuid: str, seconds: float = 15) -> dict[str, Any]:
        """The record of a call, once it is there."""

        def look() -> dict[str, Any] | None:
            told = self.ask("cdr-details", xml_cdr_uuid=call_uuid)
            return told.body if told.status == 200 else None

        found: dict[str, Any] = eventually(look, f"the record of {call_uuid}", seconds)
        return found

    def records(self, **filters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.do("cdr-search", **filters)["items"]
        return found


@dataclass(frozen=True)
class House:
    """What every test finds."""

    api: Api
    domain_uuid: str
    switch: Switch
    passwords: dict[str, str]
    provider: Answering
    always: dict[str, Answering]
    """The phones that do always the same, by their numbers."""
    sip: str = setting("SIP")
    trunk: str = setting("TRUNK")

    def applications(self) -> set[str]:
        """What the legs that are up are doing."""
        return self.switch.applications(self.domain_uuid)

    def registers(self, number: str, seconds: int = 3600) -> bool:
        """Whether the switch lets one of those that do always the same register."""
        return registers(number, HERE, self.passwords[number], self.sip, self.always[number].port, seconds=seconds)

    def phone(self, number: str, *, answers: bool = True, password: str | None = None, tone: int = TONES[0]) -> Any:
        return Phone(number, HERE, password or self.passwords[number], self.sip, answers=answers, tone=tone)

    def toned(self, number: str, password: str, place: int, domain: str = HERE) -> Any:
        """A phone that says one tone, and knows those of others."""
        return Toned(number, domain, password, self.sip, place)

    def caller(self, number: str, **about: Any) -> Any:
        """Somebody who calls from outside."""
        return Caller(number, self.trunk, **about)

    def shown(self, number: str) -> str:
        """What somebody who calls shows, if that may be this number."""
        return number


class PlayedHouse(House):
    """The same in the sandbox: who has a phone there, or calls, is played."""

    def phone(self, number: str, *, answers: bool = True, password: str | None = None, tone: int = TONES[0]) -> Any:
        return PlayedPhone(self.api, number, answers=answers, tone=tone)

    def toned(self, number: str, password: str, place: int, domain: str = HERE) -> Any:
        return PlayedToned(self.api[domain], number)

    def caller(self, number: str, **about: Any) -> Any:
        return PlayedCaller(self.api, number, **about)

    def shown(self, number: str) -> str:
        """Another each time, so that calls are told apart by it; answered by hand."""
        return by_hand()


class Serving:
    """A Ringpost with a store of its own, where the switch looks for it; or elsewhere, and it looks for its link."""

    link: "Link"
    """What is beside the switch all the time, if Ringpost is elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        where = f"127.0.0.1:{free_port()}" if IS_SANDBOX else os.environ[OURS[-1]]
        host, _, port = where.rpartition(":")
        self.url = f"http://{host}:{port}/"
        self._where = ["--host", host, "--port", port]
        self._before = within(NAMESPACE) if NAMESPACE else []
        self.environment = {
            **os.environ,
            "RINGPOST_DATA": str(folder / "data"),
            **{f"RINGPOST_SECRET_{kind.upper()}": setting("PASSWORD", kind) for kind in SWITCHES},
            "RINGPOST_CALLS_PER_MINUTE": "1000",
            "RINGPOST_WEBHOOK_NETWORKS": "127.0.0.0/8",
        }
        self.environment.pop("RINGPOST_STORE", None)

    def __enter__(self) -> Self:
        self._process = Process(
            [*self._before, sys.executable, "-m", "ringpost.entry.cli.main", "serve", "--no-demo", *self._where],
            self.folder,
            self.environment,
        )
        eventually(lambda: "answers at" in self._process.said() or not self._process.is_running, "Ringpost starts")
        assert self._process.is_running, self._process.said()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    @contextmanager
    def elsewhere(self, address: str) -> Iterator["Serving"]:
        """The same at another address, so that a link can be where the switch looks for it; then back again."""
        url, where = self.url, self._where
        self.__exit__()
        host, _, port = address.rpartition(":")
        self.url, self._where = f"http://{address}/", ["--host", host, "--port", port]
        try:
            self.__enter__()
            yield self
        finally:
            self.__exit__()
            self.url, self._where = url, where
            self.__enter__()

    def pause(self) -> None:
        """Let it hang, as an endpoint that is out of reach."""
        self._process.pause()

    def go_on(self) -> None:
        self._process.go_on()

    def kill(self) -> None:
        self._process.kill()

    def has_all_records(self) -> bool:
        """Whether none waits in the link that stands between."""
        if not LINK_DOES_ALL:
            return True
        file = self.link.folder / "link-live.sqlite3"
        end = time.monotonic() + 0.3  # what was told a moment ago is heard by then
        eventually(lambda: time.monotonic() > end, "it hears")
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as buffer:
            return not buffer.execute("SELECT 1 FROM records").fetchone()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command line, on the same store."""
        command = [sys.executable, "-m", "ringpost.entry.cli.main", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def key(self) -> str:
        """The token of a new operator's key."""
        token: str = json.loads(self.run("key", "create", "--name", "live", "--scope", "#", "--json").stdout)["token"]
        return token

    def take_key(self, key: str, switch_uuid: str, kind: str = KIND) -> None:
        """Make the key the switch has already: no action takes a secret from outside."""
        key_uuid, _, secret = key.partition(":")
        clock = SystemClock()
        store = SqliteStore(self.folder / "data" / "ringpost.sqlite3", clock.now)
        try:
            context = console(store, clock, "key-create")
            limits = Limits(scopes=(f"{kind}.#",), switch=switch_uuid)
            hashes = (SecretHash(sha256=sha256(secret)),)
            made = ApiKey(key_uuid=key_uuid, key_name="switch", limits=limits, hashes=hashes, cursor_seed="00" * 16)
            kept.create(context, made, keys.api_key_layout)
            context.commit()
        finally:
            store.close()


@pytest.fixture(scope="session")
def serving() -> Iterator[Serving]:
    with tempfile.TemporaryDirectory() as folder, Serving(Path(folder)) as started:
        yield started


@pytest.fixture(scope="session")
def api(serving: Serving) -> Iterator[Api]:
    """Ringpost with the switch and two domains on it; with ``…_VIA=link`` it speaks to it through a link only."""
    operator = Api(serving.url, serving.key(), has_all=serving.has_all_records)
    if IS_SANDBOX:
        for name in (HERE, ELSEWHERE):
            operator[name].do("domain-create", outbound_gateway="trunk", outbound_prefixes=[PREFIX])
        yield operator
        return
    switch = operator.operate("switch-create", name="live", kind=KIND, **way())
    assert switch.status == 200, switch
    serving.take_key(setting("KEY"), switch.body["switch_uuid"])
    for name in (HERE, ELSEWHERE):
        operator[name].do("domain-create", switch="live", outbound_gateway="trunk", outbound_prefixes=[PREFIX])
    with _reachable(serving, operator) if VIA_LINK else nullcontext():
        yield operator


@contextmanager
def _reachable(serving: Serving, operator: Api) -> Iterator[None]:
    """A link through which the switch is spoken to. What happens is told by the links of tests, unless it does all."""
    folder = serving.folder / "commands"
    link = Link.standing_in(serving, folder) if LINK_DOES_ALL else Link(serving, folder, commanding(), "switch.link")
    serving.link = link
    try:
        link.goes_on()
        operator.reaches_the_switch(30)
        yield
    finally:
        link.stop()


class Link:
    """A link beside the switch, always the same one however often it is started."""

    def __init__(
        self,
        serving: Serving,
        folder: Path,
        does: tuple[list[str], dict[str, str]],
        *scopes: str,
        switch: str = "live",
    ) -> None:
        options, passwords = does
        words = [word for scope in scopes for word in ("--scope", scope)]
        made = serving.run("key", "create", "--name", "link", "--switch", switch, *words, "--json")
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._switch = switch
        self.command = [sys.executable, "-m", "ringpost.entry.cli.main", "link", "--switch", switch, *options]
        self.environment = {
            **serving.environment,
            "RINGPOST_DATA": str(folder),
            "RINGPOST_URL": serving.url,
            "RINGPOST_TOKEN": json.loads(made.stdout)["token"],
            **passwords,
        }
        self._process: Process | None = None

    @classmethod
    def standing_in(cls, serving: Serving, folder: Path) -> Self:
        """One that is where the switch looks for Ringpost, and does all there is to do."""
        return cls(serving, folder, standing(), "switch.link", *stands_in(KIND))

    def goes_on(self) -> Process:
        """The link, started anew if it has ended."""
        if self._process is None or not self._process.is_running:
            self._process = Process(self.command, self.folder, self.environment)
            eventually(lambda: f"listening to {self._switch}" in self.said(), "the link listens")
        return self._process

    def said(self) -> str:
        """What it has said since it was started last."""
        return self._process.said() if self._process else ""

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()


@pytest.fixture(scope="session")
def house(api: Api) -> Iterator[House]:
    """Extensions with passwords of Ringpost's making, a provider, and phones that do always the same."""
    passwords = {
        number: api.do("extension-create", extension=number, **_MORE.get(number, {}))["password"] for number in _NUMBERS
    }
    for strategy, number in GROUPS.items():
        members = [{"number": BUSY, "timeout": 3}, {"number": WILLING, "timeout": 10}]
        api.do("ringgroup-create", name=strategy, extension=number, strategy=strategy, destinations=members)
    if IS_SANDBOX:
        sandbox: Any = Sandbox(api)
        provider: Any = PlayedProvider(api)
        with answering(api, WILLING):
            yield PlayedHouse(api, api.do("domain-details")["domain_uuid"], sandbox, passwords, provider, {})
        return
    outside, _, port = setting("PROVIDER").rpartition(":")
    with ExitStack() as stack:
        switch = stack.enter_context(the_switch())
        switch.forget_everything()
        provider = stack.enter_context(Answering(ACCEPTING, int(port), at=outside))
        always = {number: stack.enter_context(Answering(scenario)) for number, scenario in _ALWAYS.items()}
        house = House(api, api.do("domain-details")["domain_uuid"], switch, passwords, provider, always)
        for number in always:
            assert house.registers(number), f"{number} registers"
        yield house
        switch.forget_everything()


AT_START = (
    Expected(
        rf"mod_xml_curl\.c:\d+ Received HTTP error 0 trying to fetch http://{RINGPOST}/freeswitch-xml",
        "the switch is started first, and asks for its domains' gateways before the suite's Ringpost is there",
    ),
    Expected(
        r"mod_json_cdr\.c:\d+ (?:Got error \[0\]|Retry will be|Unable to post)",
        "the last calls of an earlier run ended as its Ringpost was stopped",
    ),
    Expected(
        r"func_curl\.c: Failed to connect .*voicemail/require",
        "an Asterisk asks at its start, too, before anybody is there",
    ),
)


class Silent(SwitchLog):
    """The log of a switch that has none."""

    def __init__(self) -> None:
        pass

    def lines(self) -> list[str]:
        return []


@pytest.fixture(scope="session")
def switch_log(house: House) -> Iterator[SwitchLog]:
    """The switch's log; nothing was wrong with it up to here."""
    if IS_SANDBOX:
        yield Silent()
        return
    with closing(SwitchLog(Path(setting("LOG")), house.switch.say)) as log:
        assert not complaints(log.lines(), AT_START), "the switch starts without complaint"
        yield log


@pytest.fixture(autouse=True)
def _no_complaint(request: pytest.FixtureRequest, switch_log: SwitchLog) -> Iterator[None]:
    """What the switch complains of meanwhile fails the test, unless it says ``expects_complaint(pattern, reason)``."""
    yield
    expected = [Expected(*mark.args) for mark in request.node.iter_markers("expects_complaint")]
    assert not complaints(switch_log.lines(), expected), "the switch complains"


@pytest.fixture(scope="session")
def phones(house: House) -> Iterator[tuple[Phone, Phone]]:
    """Two people: 100 and 101."""
    with house.phone("100") as one, house.phone("101") as other:
        yield one, other


@pytest.fixture(autouse=True)
def _hush(house: House, _no_complaint: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """A test ends in silence: a phone that has not heard so on a busy machine would hang up this call in the next."""
    yield
    house.switch.hush(house.domain_uuid)
    for phone in request.node.funcargs.get("phones", ()):
        phone.falls_silent()


@pytest.fixture
def call(house: House, phones: tuple[Phone, Phone]) -> dict[str, Any]:
    """100 speaks with 101."""
    placed = house.api.do(
        "originate", caller_id_number=house.shown("5550100"), destination_a="100", destination_b="101"
    )
    call = house.api.one_call()
    assert call["call_uuid"] == placed["call_uuid"]
    return call


@pytest.fixture(scope="session", autouse=True)
def unanswered(api: Api, house: House) -> Iterator[Told]:
    """A call that rings for half a minute, in the other domain, while the other tests run."""
    there = api[ELSEWHERE]
    password = there.do("extension-create", extension=SILENT)["password"]
    there.do("extension-create", extension="100")
    with nullcontext() if IS_SANDBOX else Answering(RINGING) as phone:
        assert phone is None or registers(SILENT, ELSEWHERE, password, house.sip, phone.port)
        yield there.ask("originate", caller_id_number="5550100", destination_a=SILENT, destination_b="100", wait=1)


@pytest.fixture(scope="module", autouse=True)
def _takes_away(api: Api, unanswered: Told) -> Iterator[None]:
    """A module finds what the house has, and no number of another module."""
    assert unanswered.status == 202, "the house is complete"
    with taken_away(api, api[ELSEWHERE]):
        yield


@pytest.fixture(autouse=True)
def _nobody_has_called(house: House) -> None:
    """Tests share numbers of the world outside, of which there are a hundred."""
    house.provider.forget()


# what a link tells


class NoLink(Link):
    """The sandbox tells by itself what happens."""

    is_running = True

    def __init__(self) -> None:
        pass

    def goes_on(self) -> Any:
        return self


@pytest.fixture
def linking(serving: Serving, house: House, tmp_path: Path) -> Iterator[Link]:
    """A link that tells what happens, for the test to start; the one that does all goes on after the test."""
    if IS_SANDBOX:
        yield NoLink()
        return
    if LINK_DOES_ALL:
        yield serving.link
        serving.link.goes_on()
        return
    link = Link(serving, tmp_path, listening(), "switch.event")
    yield link
    link.stop()


@pytest.fixture
def linked(linking: Link) -> Process:
    """A link that listens."""
    return linking.goes_on()


@pytest.fixture
def told(house: House) -> Iterator[ToldEvents]:
    """A CRM that is told everything of the domain."""
    with Receiving() as receiving:
        made = house.api.do("webhook-create", url=f"{receiving.url}/hook", events=["call.#", "recording.#"])
        yield ToldEvents(receiving, made["secret"])
        house.api.do("webhook-delete", webhook_uuid=made["webhook_uuid"])
