"""A link that stands in, told of changes by a real server: what is gone is kept no longer than it takes to say so."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ringpost.context import Moved
from ringpost.entry import demo
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.standing_in import StandingIn
from ringpost.link.wire import Wire
from ringpost.link.work import run
from ringpost.live.connections import Connections
from ringpost.live_client import LiveClient
from ringpost.store import keys
from ringpost.switch.asking import Posted
from ringpost.switch.freeswitch.standing import ASKS
from tests.actions.freeswitch.test_decided_by import QUESTIONS
from tests.link.standing import LINK
from tests.live_connections.test_on_the_local_server import Running, running
from tests.webhooks.receivers import until

__all__ = ["running"]
HERE = {"domain_name": demo.DOMAIN_NAME}
REGISTERS = Posted(QUESTIONS["registers"].encode())
NEVER = 3600.0


@dataclass
class Beside100:
    """A link that has what 100 registers with, and looks by itself for nothing."""

    running: Running
    folder: Path
    said: list[str] = field(default_factory=list)

    @contextmanager
    def at_work(self) -> Iterator[StandingIn]:
        client = self.running.client(*LINK, "switch.link", switch="lab")
        buffer = Buffer(self.folder / "link.sqlite3")
        beside = Beside("lab", client, buffer, self.running.clock, self.said.append)
        stands = StandingIn.beside(beside, ASKS, self.folder, ("127.0.0.1", 0), lambda _: None)
        stands.watching.if_told = NEVER
        wire = Wire(beside, lambda: LiveClient(client.url, client.token), hears=stands.watching, heartbeat=0.2)
        thread = threading.Thread(target=run, args=(beside, wire, stands.watching, stands.loopback), daemon=True)
        thread.start()
        try:
            until(lambda: "reachable for commands to lab" in self.said, 10)
            until(lambda: "all changes are known" in self.said, 10)
            yield stands
        finally:
            beside.stopping.set()
            thread.join(20)
            stands.close()
            buffer.close()


@pytest.fixture
def beside(running: Running, tmp_path: Path) -> Iterator[StandingIn]:
    running.client().done("domain-update", {**HERE, "switch": "lab"})
    with Beside100(running, tmp_path / "beside").at_work() as stands:
        yield stands


def is_kept(stands: StandingIn) -> bool:
    question = stands.standing.questions["freeswitch-xml"]
    return stands.standing.is_kept(question, question.read(REGISTERS)) is not None


def kept(stands: StandingIn) -> None:
    """100 has registered, and nothing is told meanwhile that would have it asked anew."""

    def has() -> bool:
        stands.standing.answer("freeswitch-xml", REGISTERS)
        return is_kept(stands)

    until(has, 10)


def test_what_is_gone_is_kept_no_more_a_second_later(running: Running, beside: StandingIn) -> None:
    kept(beside)
    running.client().done("extension-update", {**HERE, "extension": "100", "enabled": False})
    until(lambda: not is_kept(beside), 2)


def test_a_domain_that_leaves_the_switch_is_forgotten(running: Running, beside: StandingIn) -> None:
    kept(beside)
    running.client().done("switch-create", {"name": "pbx2", "kind": "freeswitch", "via": "link"})
    running.client().done("domain-update", {**HERE, "switch": "pbx2"})
    until(lambda: not is_kept(beside), 2)


def unpushed(running: Running, connection_id: str) -> None:
    """Let this connection be told nothing of changes, as if it were cut just then."""
    connections = Connections(running.store, running.clock)

    def write() -> bool:
        known = connections.get(connection_id)
        assert known is not None
        assert known.link is not None
        with suppress(Moved):  # a heartbeat was faster
            connections.changed(known, link=known.link.model_copy(update={"changes": False}))
            return True
        return False

    until(write)


def test_what_happens_while_there_is_no_connection_is_read_with_the_next(running: Running, beside: StandingIn) -> None:
    kept(beside)
    [connection] = running.store.query(keys.LIVE, limit=2)
    unpushed(running, connection.key.sort)
    running.client().done("extension-update", {**HERE, "extension": "100", "enabled": False})
    running.live.sockets.close(connection.key.sort)
    until(lambda: not is_kept(beside), 10)
