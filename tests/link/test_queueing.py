"""A link has its switch know its queues after each break."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from ringpost.client import Client
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.queueing import Away, Queueing
from ringpost.model.domain import Domain
from ringpost.model.errors import SwitchUnreachable
from ringpost.model.queue import Queue, QueueMemberOrder, QueueOrder
from tests.fakes import FakeClock, RecordingSwitch
from tests.webhooks.receivers import until

HOME, OTHER = "d0d0d0d0-0000-4000-8000-000000000001", "d0d0d0d0-0000-4000-8000-000000000002"


def row(home: str = HOME, queue: str = "1", *extensions: str) -> dict[str, Any]:
    its = Queue(queue_uuid=f"e0e0e0e0-0000-4000-8000-00000000000{queue}", domain_uuid=home, name="x", extension="700")
    members = tuple(QueueMemberOrder(extension=one, name=one) for one in extensions)
    order = QueueOrder(queue=its, members=members).model_dump(mode="json")
    return {"domain_uuid": home, "domain_name": f"{home[-1]}.example.net", "order": order}


class Endpoint(Client):
    """Answers which queues there are to be, a page after the other, unless it is away."""

    __setattr__ = object.__setattr__  # the real one is frozen

    def __init__(self, *rows: dict[str, Any]) -> None:
        super().__init__("http://127.0.0.1:1", "t")
        self.rows = list(rows)
        self.is_away = False
        self.asked = 0
        self.then: Callable[[], object] = lambda: None

    def done(self, action: str, members: Mapping[str, Any]) -> dict[str, Any]:
        assert action == "switch-link-queue-list"
        self.asked += 1
        if self.is_away:
            raise click.ClickException("nobody answers there")
        at = int(members.get("cursor", 0))
        page = json.loads(json.dumps(self.rows[at : at + 2]))
        self.then()
        return {"items": page, "next_cursor": str(at + 2) if at + 2 < len(self.rows) else None}


class Switch(RecordingSwitch):
    """Remembers what it was told, a domain at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, list[list[str]]]] = []
        self.is_away = False
        self.closed = 0

    def set_queues(self, domain: Domain, queues: Sequence[QueueOrder]) -> None:
        if self.is_away:
            raise SwitchUnreachable("it does not answer")
        members = [[member.extension for member in order.members] for order in queues]
        self.told.append((domain.domain_name, members))

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def queueing(switch: Switch, endpoint: Endpoint, said: list[str], tmp_path: Path) -> Iterator[Queueing]:
    buffer = Buffer(tmp_path / "link.sqlite3")
    beside = Beside("pbx", endpoint, buffer, FakeClock(), said.append)
    yield Queueing(beside, lambda: switch, tmp_path / "queues.json")
    buffer.close()


def test_each_domain_s_queues_are_told_at_once(queueing: Queueing, endpoint: Endpoint, switch: Switch) -> None:
    endpoint.rows = [row(HOME, "1", "100"), row(HOME, "2"), row(OTHER, "3", "100", "101")]
    queueing.arrange()
    assert switch.told == [("1.example.net", [["100"], []]), ("2.example.net", [["100", "101"]])]
    assert switch.closed == len(switch.told)


def test_what_changes_meanwhile_is_told_too(queueing: Queueing, endpoint: Endpoint, switch: Switch) -> None:
    """A command that came in between may have been undone by what was read before it."""
    endpoint.rows = [row(HOME, "1", "100")]

    def logs_in() -> None:
        if endpoint.asked == 1:
            endpoint.rows = [row(HOME, "1", "100", "101")]

    endpoint.then = logs_in
    queueing.arrange()
    assert switch.told[-1] == ("1.example.net", [["100", "101"]])


def test_while_the_endpoint_is_away_it_is_what_was_read_last(
    queueing: Queueing, endpoint: Endpoint, switch: Switch
) -> None:
    endpoint.rows = [row(HOME, "1", "100")]
    queueing.arrange()
    before = list(switch.told)
    endpoint.is_away = True
    with pytest.raises(Away, match="nobody answers"):
        queueing.arrange()
    assert switch.told == [*before, ("1.example.net", [["100"]])]


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"order": {}}]', "null"])
def test_a_file_that_is_damaged_is_as_good_as_none(
    queueing: Queueing, endpoint: Endpoint, switch: Switch, text: str
) -> None:
    queueing.file.write_text(text)
    endpoint.is_away = True
    with pytest.raises(Away):
        queueing.arrange()
    assert switch.told == []


def test_it_is_done_after_every_break_and_until_it_is_done(
    queueing: Queueing, endpoint: Endpoint, switch: Switch, said: list[str]
) -> None:
    endpoint.rows = [row(HOME, "1", "100")]
    switch.is_away = True
    thread = threading.Thread(target=queueing.work, daemon=True)
    thread.start()
    try:
        queueing.link.begun.set()
        until(lambda: any("does not take its queues" in words for words in said), 10)
        switch.is_away = False
        until(lambda: len(switch.told) == 1, 10)
        queueing.link.begun.set()
        until(lambda: len(switch.told) == 2, 10)
    finally:
        queueing.link.stopping.set()
        thread.join(10)
    assert "the switch knows its queues: 1" in said
