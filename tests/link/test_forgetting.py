"""Having a switch forget what it was answered, once that has changed."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from ringpost.client import Client
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.forgetting import Forgetting
from ringpost.model.errors import SwitchUnreachable
from ringpost.switch.asking import Fields
from tests.fakes import FakeClock
from tests.harness import Caller
from tests.link.standing import Lab
from tests.link.test_standing import HERE, REGISTERS
from tests.webhooks.receivers import until

PHONE = {"table": "ps_auths/single", "id": "100@example.net"}


class Remembering:
    """A switch that is told what to forget, unless it is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.tries = 0
        self.told: list[Sequence[Fields] | None] = []

    def forget(self, asked: Sequence[Fields] | None) -> None:
        self.tries += 1
        if self.is_away:
            raise SwitchUnreachable("nobody answers there")
        self.told.append(asked)


@pytest.fixture
def switch() -> Remembering:
    return Remembering()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def forgetting(switch: Remembering, said: list[str], tmp_path: Path) -> Iterator[Forgetting]:
    beside = Beside("pbx1", Client("http://127.0.0.1:1", "t"), Buffer(tmp_path / "l.sqlite3"), FakeClock(), said.append)
    found = Forgetting(beside, switch.forget, and_again=0.05)
    with working(found):
        yield found


@contextmanager
def working(found: Forgetting) -> Iterator[None]:
    thread = threading.Thread(target=found.work)
    thread.start()
    try:
        yield
    finally:
        found.link.stopping.set()
        thread.join(10)


def test_is_told_at_once_and_once_more(forgetting: Forgetting, switch: Remembering) -> None:
    forgetting.these([PHONE])
    until(lambda: len(switch.told) == 2, 10)
    assert switch.told == [[PHONE], [PHONE]]


def test_is_told_of_nothing_where_nothing_is_touched(forgetting: Forgetting, switch: Remembering) -> None:
    forgetting.these([])
    forgetting.these(None)
    until(lambda: len(switch.told) == 2, 10)
    assert switch.told == [None, None]


def test_is_told_when_it_is_there_again(forgetting: Forgetting, switch: Remembering, said: list[str]) -> None:
    switch.is_away = True
    forgetting.these([PHONE])
    until(lambda: switch.tries > 2, 10)  # at once, once more, and again
    assert any("is not told what has changed" in words for words in said)
    switch.is_away = False
    until(lambda: [PHONE] in switch.told, 10)


def test_a_change_has_the_switch_forget_what_it_touches_and_nothing_else(lab: Lab, operator: Caller) -> None:
    with lab.link(works=True) as asked:
        lab.says("all changes are known")
        asked.ask(REGISTERS)
        lab.forgot.clear()
        lab.clock.time += 1
        operator.done("extension-password-reset", **HERE, extension="100")
        lab.clock.time += 1
        until(lambda: lab.forgot, 20)
        assert {one.get("user") or "100" for told in lab.forgot for one in told} == {"100"}


def test_after_a_gap_the_switch_forgets_all(lab: Lab) -> None:
    with lab.link(works=True) as asked:
        lab.says("all changes are known")
        asked.stands.standing.gap()
        until(lambda: None in lab.forgot, 20)
