"""Live connections for real: the local server, its worker, a client, and a link with a played FreeSWITCH beside it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner

from ringpost.auth.tokens import token
from ringpost.client import Client
from ringpost.clock import SystemClock
from ringpost.entry import demo, wiring, worker
from ringpost.entry.cli.listening import Listening, Pushed
from ringpost.entry.cli.main import main
from ringpost.entry.connections import Patience
from ringpost.entry.console import console
from ringpost.entry.live import MOST_UNREAD, Live
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.doing import Doing
from ringpost.link.journal import Journal
from ringpost.link.posting import Posting
from ringpost.link.wire import Wire
from ringpost.link.work import run
from ringpost.live import messages
from ringpost.live_client import LiveClient, NoLive, live_url
from ringpost.model.key import Limits
from ringpost.services.access import api_keys
from ringpost.settings import Settings
from ringpost.store import keys
from ringpost.store.sqlite import SqliteStore
from ringpost.switch import Switch, calls
from tests.entry.answering import listening
from tests.fakes import FakeClock
from tests.switch.freeswitch.scripted import ScriptedFreeSwitch
from tests.switch.freeswitch.stage import FreeSwitchStage
from tests.switch.staging import HOME
from tests.webhooks.receivers import until

HERE = {"domain_name": demo.DOMAIN_NAME}


class Running:
    """A server with live connections on a store of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, SystemClock()
        self.settings = Settings(data=folder, store=f"sqlite:{folder / 'ringpost.sqlite3'}")
        self.store = SqliteStore(folder / "ringpost.sqlite3")
        demo.seed(self.store, self.clock)
        self.live = Live(self.store, self.clock, self.settings)
        self.endpoint = wiring.build(
            self.settings, lambda _: None, clock=self.clock, store=self.store, commands=self.live.commands
        )
        self.url = ""

    def token(self, *scopes: str, switch: str | None = None) -> str:
        context = console(self.store, self.clock, "key-create")
        fresh = api_keys.create(context, "test", Limits(scopes=scopes or ("#",), switch=switch))
        context.commit()
        return token(fresh.key.key_uuid, fresh.secret)

    def client(self, *scopes: str, switch: str | None = None) -> Client:
        return Client(self.url, self.token(*scopes, switch=switch))


@contextmanager
def at_work(folder: Path) -> Iterator[Running]:
    """A server that works."""
    server = Running(folder)
    with ExitStack() as stack:
        stack.enter_context(server.live.working(server.endpoint))
        server.url = stack.enter_context(listening(server.endpoint, live=server.live))
        stack.enter_context(worker.beside(server.settings, server.store, server.clock, None, server.live.listeners))
        yield server
    server.store.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with at_work(tmp_path) as server:
        yield server


M = TypeVar("M", bound=messages.Message)


def heard(line: LiveClient, kind: type[M], seconds: float = 10) -> M:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        message = line.hear(deadline - time.monotonic())
        if isinstance(message, kind):
            return message
    raise AssertionError(f"no {kind.__name__} was heard")


def test_what_happens_is_pushed(running: Running) -> None:
    client = running.client()
    with LiveClient(running.url, client.token) as line:
        line.say(messages.Subscribe(message="subscribe", subscription="a", **HERE, events=("extension.*",)))
        heard(line, messages.Subscribed)
        client.done("extension-create", {**HERE, "extension": "177"})
        while heard(line, messages.Told).event["data"]["extension"] != "177":
            pass  # what the demo tenant was made with
    until(lambda: not running.store.query(keys.LIVE, limit=10))


def test_a_wrong_key_gets_the_one_answer_in_the_handshake(running: Running) -> None:
    with pytest.raises(NoLive, match="401, is the key one"):
        LiveClient(running.url, "rp_wrong")


def test_whoever_does_not_answer_is_said_to_be_no_live_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = line.getsockname()[1]
    with pytest.raises(OSError, match=r"no live connection to the endpoint: .*refused"):
        LiveClient(f"http://127.0.0.1:{port}/", "rp_x")


def test_other_paths_have_none(running: Running) -> None:
    with pytest.raises(NoLive, match="404"):
        LiveClient(live_url(running.url).replace("/live", "/elsewhere"), running.token())


def test_a_server_without_has_none(running: Running) -> None:
    with listening(running.endpoint) as url, pytest.raises(NoLive, match="404"):
        LiveClient(url, running.token())


def test_somebody_elses_name_is_refused(running: Running) -> None:
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as line:
        head = "GET /live HTTP/1.1\r\nHost: attacker.example.net\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        line.sendall((head + key).encode())
        assert line.recv(4096).startswith(b"HTTP/1.1 421")


def test_a_client_that_reads_nothing_is_cut(running: Running) -> None:
    client = running.client()
    with LiveClient(running.url, client.token) as line:
        line.say(messages.Subscribe(message="subscribe", subscription="a", **HERE))
        heard(line, messages.Subscribed)
        [connection] = running.store.query(keys.LIVE, limit=10)
        text = "x" * (MOST_UNREAD // 4)

        def is_cut() -> bool:
            with suppress(Exception):
                running.live.sockets.send(connection.key.sort, text)
                return False
            return True

        until(is_cut)


def test_it_outlasts_every_patience_with_requests(running: Running) -> None:
    impatient = Patience(head=0.05, body=0.05, reading=0.05)
    with (
        listening(running.endpoint, patience=impatient, live=running.live) as url,
        LiveClient(url, running.token()) as line,
    ):
        assert line.hear(0.3) is None
        line.say(messages.Heartbeat(message="heartbeat"))
        heard(line, messages.Alive)


def test_one_source_has_so_many_and_no_more(tmp_path: Path) -> None:
    server = Running(tmp_path)
    server.live = Live(server.store, server.clock, Settings(connections_per_source=2))
    with server.live.working(server.endpoint), listening(server.endpoint, live=server.live) as url:
        lines = [LiveClient(url, server.token()) for _ in range(2)]
        with pytest.raises(OSError, match="429") as refused:
            LiveClient(url, server.token())
        assert not isinstance(refused.value, NoLive), "there may be room at once"
        lines.pop().close()
        until(lambda: len(server.store.query(keys.LIVE, limit=10)) == 1)
        lines.append(LiveClient(url, server.token()))
        for line in lines:
            line.close()
    server.store.close()


class Linked:
    """A link beside a played FreeSWITCH."""

    def __init__(self, running: Running, connect: Callable[[], Switch]) -> None:
        self.said: list[str] = []
        self.client = running.client("switch.event", "switch.link", switch="pbx1")
        self.buffer = Buffer(running.folder / "link.sqlite3")
        self.journal = Journal(running.folder / "commands.sqlite3")
        self.beside = Beside("pbx1", self.client, self.buffer, running.clock, self.said.append)
        self.wire = Wire(self.beside, lambda: LiveClient(self.client.url, self.client.token), heartbeat=0.2)
        self.doing = Doing("pbx1", connect, self.journal, self.wire, Posting(self.beside))
        self.wire.does = self.doing

    @contextmanager
    def at_work(self) -> Iterator[None]:
        thread = threading.Thread(target=run, args=(self.beside, self.wire), daemon=True)
        thread.start()
        try:
            until(lambda: "reachable for commands to pbx1" in self.said, 10)
            yield
        finally:
            self.beside.stopping.set()
            thread.join(20)
            self.doing.close()
            self.journal.close()
            self.buffer.close()


@pytest.fixture
def linked(running: Running) -> Iterator[Linked]:
    operator = running.client()
    operator.done("switch-create", {"name": "pbx1", "kind": "freeswitch", "via": "link"})
    operator.done("domain-create", {"domain_name": HOME.domain_name, "switch": "pbx1"})
    with ScriptedFreeSwitch() as server:
        stage = FreeSwitchStage(server, FakeClock())
        link = Linked(running, lambda: stage.switch)
        with link.at_work():
            yield link


def test_the_doctor_in_the_operators_shell_says_how_the_link_is_and_where_each_step_is_tried(
    running: Running, linked: Linked
) -> None:
    until(lambda: running.client().done("switch-status", {"switch": "pbx1"})["link"]["round_trip_ms"] is not None)
    here = {"RINGPOST_STORE": running.settings.store}
    words = ["doctor", "--switch", "pbx1", "--domain", HOME.domain_name]
    told = CliRunner().invoke(main, words, env=here).output
    assert "ok   link: release" in told
    assert "ok   each step: tried beside pbx1: `ringpost link --doctor --switch pbx1`" in told
    linked.beside.stopping.set()
    until(lambda: not running.client().done("switch-status", {"switch": "pbx1"})["link"]["connected"])
    gone = CliRunner().invoke(main, words, env=here)
    assert gone.exit_code == 1
    assert "BAD  link: the link of pbx1 was last seen at" in gone.output


def test_a_switch_nobody_can_reach_is_asked_through_its_link(running: Running, linked: Linked) -> None:
    status = running.client().done("switch-status", {"switch": "pbx1"})
    assert status["reachable"], status
    assert status["link"]["connected"]
    phones = running.client().done("registration-list", {"domain_name": HOME.domain_name})
    assert "items" in phones


def test_how_its_link_is_can_be_asked(running: Running, linked: Linked) -> None:
    def trip() -> bool:
        status = running.client().done("switch-status", {"switch": "pbx1"})
        return status["link"]["round_trip_ms"] is not None

    until(trip, 10)


def test_a_link_that_is_gone_is_503_at_once(running: Running, linked: Linked) -> None:
    linked.beside.stopping.set()
    until(lambda: not running.store.query(keys.LIVE, limit=10), 10)
    answer = running.client().call("registration-list", {"domain_name": HOME.domain_name})
    assert answer.status == 503
    assert "was last seen at" in answer.why


def test_a_connection_is_replaced_before_it_ends_and_nothing_is_lost(running: Running, linked: Linked) -> None:
    linked.wire.lasts = 0.3
    operator = running.client()
    until(lambda: sum("reachable" in one for one in linked.said) >= 1)
    for _ in range(30):
        assert operator.call("switch-status", {"switch": "pbx1"}).json["reachable"]


def test_it_is_there_again_when_the_endpoint_is(running: Running, linked: Linked, tmp_path: Path) -> None:
    [connection] = running.store.query(keys.LIVE, limit=10)
    running.live.sockets.close(connection.key.sort)
    until(lambda: any("cut" in one for one in linked.said), 10)
    until(lambda: running.client().done("switch-status", {"switch": "pbx1"})["reachable"], 20)


def test_listening_shows_what_is_pushed_once_and_goes_on_after_a_cut(running: Running) -> None:
    client = running.client()
    pushed = Pushed(lambda: LiveClient(client.url, client.token), HERE)
    listening_on = Listening(client, dict(HERE), lambda _: None, pushed)
    shown: list[str] = []
    over = threading.Event()

    def show() -> None:
        made = (one for one in listening_on.events(over.is_set) if one["type"] == "extension.created")
        numbers = (event["data"]["extension"] for event in made)
        shown.extend(number for number in numbers if number.startswith("17"))

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    until(lambda: bool(running.store.query(keys.listeners(demo.DOMAIN_UUID), limit=10)))
    client.done("extension-create", {**HERE, "extension": "171"})
    until(lambda: shown == ["171"], 10)
    [connection] = running.store.query(keys.LIVE, limit=10)
    running.live.sockets.close(connection.key.sort)
    client.done("extension-create", {**HERE, "extension": "172"})
    until(lambda: shown == ["171", "172"], 10)
    client.done("extension-create", {**HERE, "extension": "173"})
    until(lambda: shown == ["171", "172", "173"], 10)
    over.set()
    thread.join(10)
    pushed.close()
    assert not thread.is_alive()


def test_listening_goes_on_without_live_connections(running: Running) -> None:
    with listening(running.endpoint) as url:
        client = Client(url, running.token())
        pushed = Pushed(lambda: LiveClient(url, client.token), HERE)
        listener = Listening(client, dict(HERE), lambda _: None, pushed)
        found = listener.events()
        client.done("extension-create", {**HERE, "extension": "174"})
        assert any(event["data"].get("extension") == "174" for event in found)


class Played(LiveClient):
    """A line on which this is heard, one after the other."""

    def __init__(self, *heard: messages.Heard) -> None:
        self.to_hear = list(heard)

    def say(self, message: object) -> None:
        pass

    def hear(self, _seconds: float) -> messages.Heard | None:
        if self.to_hear:
            return self.to_hear.pop(0)
        raise OSError("cut")

    def close(self) -> None:
        pass


class Taking:
    """``Does`` that ends the link with its first command."""

    def __init__(self, link: Beside) -> None:
        self.link = link
        self.taken: list[str] = []

    def take(self, command: calls.Command) -> None:
        self.taken.append(command.command_uuid)
        self.link.stopping.set()


def played(running: Running, *lines: LiveClient) -> tuple[Taking, list[str]]:
    """What a link took, and said, that was connected so."""
    said: list[str] = []
    beside = Beside("pbx1", running.client(), Buffer(running.folder / "link.sqlite3"), running.clock, said.append)
    does, left = Taking(beside), list(lines)
    thread = threading.Thread(target=Wire(beside, lambda: left.pop(0), does).work, daemon=True)
    thread.start()
    thread.join(20)
    beside.stopping.set()
    beside.buffer.close()
    assert not thread.is_alive()
    return does, said


COMMAND = messages.Command(
    command=calls.Command(
        command_uuid=demo.DOMAIN_UUID,
        switch_uuid=demo.DOMAIN_UUID,
        switch_name="pbx1",
        asked=calls.Asked(call="status"),
        seconds=5,
    )
)


def test_a_command_that_comes_before_the_link_is_told_that_it_is_one_is_done(running: Running) -> None:
    linked = messages.Linked(switch_uuid=demo.DOMAIN_UUID)
    does, said = played(running, Played(COMMAND, linked))
    assert (does.taken, said) == ([demo.DOMAIN_UUID], ["reachable for commands to pbx1"])


def test_what_is_refused_for_the_moment_is_tried_again_soon(running: Running) -> None:
    busy = messages.Refused(code="unavailable", error="the store is busy", status=503)
    linked = messages.Linked(switch_uuid=demo.DOMAIN_UUID)
    does, _ = played(running, Played(busy), Played(linked, COMMAND))
    assert does.taken


def test_another_server_of_the_store_leaves_a_link_alone(running: Running, linked: Linked) -> None:
    other = Live(running.store, running.clock, running.settings)
    endpoint = wiring.build(
        running.settings, lambda _: None, clock=running.clock, store=running.store, commands=other.commands
    )
    with other.working(endpoint), listening(endpoint, live=other) as url:
        status = Client(url, running.token()).done("switch-status", {"switch": "pbx1"})
    assert "another server of this store" in status["last_error"]
    assert status["link"]["connected"]
    assert running.client().done("switch-status", {"switch": "pbx1"})["reachable"]
