"""A link beside an Asterisk: what its ear hears and writes is handed in, with or without standing in."""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from ringpost.auth.tokens import token
from ringpost.client import Client
from ringpost.entry import demo
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.handing_in import HandingIn, put_aside_in
from ringpost.link.hearing import Hearing
from ringpost.link.telling import Telling
from ringpost.link.work import run
from ringpost.model.errors import SwitchUnreachable
from ringpost.switch.asterisk.ami import Manager, Message
from ringpost.switch.asterisk.ear import AsteriskEar
from ringpost.switch.hearing import Ear, PostedRecord
from tests.entry.answering import listening
from tests.fakes import FakeClock
from tests.harness import Caller, House
from tests.link.test_work import Today
from tests.switch.asterisk.captured import DOMAIN, events
from tests.switch.asterisk.test_ear import Played
from tests.webhooks.receivers import until


class Paced(Played):
    """A manager connection on which nothing more happens, until it is cut."""

    def __init__(self, told: Sequence[Message]) -> None:
        super().__init__(told)
        self.lists = {}
        self.is_cut = threading.Event()

    def event(self, seconds: float) -> Message | None:
        if self.told:
            return self.told.popleft()
        if self.is_cut.wait(min(seconds, 0.05)):
            raise SwitchUnreachable("cut")
        return None


@pytest.fixture
def clock() -> FakeClock:
    return Today()


@pytest.fixture(autouse=True)
def _pbx2(operator: Caller) -> None:
    operator.done("switch-create", name="pbx2", kind="asterisk", via="link")
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="pbx2")


def of_the_demo(event: Message) -> Message:
    return Message(tuple((name, value.replace(DOMAIN, demo.DOMAIN_UUID)) for name, value in event.members))


@contextmanager
def linked(house: House, file: Path, *lines: Paced) -> Iterator[Beside]:
    key = house.key("switch.event", "asterisk.cdr", switch="pbx2")
    left = deque(lines)

    def listen() -> Ear:
        if not left:
            raise SwitchUnreachable("away")
        return AsteriskEar(cast("Manager", left.popleft()))

    with listening(house.endpoint) as address:
        buffer = Buffer(file / "link.sqlite3")
        link = Beside("pbx2", Client(address, token(key.key_uuid, key.secret)), buffer, Today(), lambda _: None, file)
        works = (Hearing(link, listen, records_within=0.2), Telling(link), HandingIn(link, put_aside_in(file, "pbx2")))
        thread = threading.Thread(target=run, args=(link, *works), daemon=True)
        thread.start()
        try:
            yield link
        finally:
            link.stopping.set()
            for line in lines:
                line.is_cut.set()
            thread.join(30)
            buffer.close()


def ended(operator: Caller) -> list[str]:
    asked = {"domain_name": demo.DOMAIN_NAME, "types": ["call.ended"], "fresh": True}
    return [event["data"]["call"]["call_uuid"] for event in operator.done("event-list", **asked)["items"]]


def recorded(operator: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = operator.done("cdr-search", domain_name=demo.DOMAIN_NAME)["items"]
    return [call for call in found if call["xml_cdr_uuid"] != demo.CALL_UUID]


def test_a_call_is_told_to_its_end_and_its_record_is_one(house: House, operator: Caller, tmp_path: Path) -> None:
    told = [of_the_demo(one) for one in events("ev-call-ring-group")]
    with linked(house, tmp_path, Paced(told)):
        until(lambda: ended(operator) and len(recorded(operator)) == 1 and len(recorded(operator)[0]["legs"]) == 3, 20)
    [call] = recorded(operator)
    assert (call["answered_by"], call["hung_up_by"], [call["xml_cdr_uuid"]]) == ("105", "caller", ended(operator))


def test_a_call_whose_end_nobody_heard_is_recorded_once_that_is_sure(
    house: House, operator: Caller, tmp_path: Path
) -> None:
    told = [of_the_demo(one) for one in events("ev-call-answered") if one.event != "Hangup"]
    first, second = Paced(told), Paced([])
    with linked(house, tmp_path, first, second) as link:
        until(lambda: len(link.buffer.legs()) == 2, 20)
        first.is_cut.set()
        until(lambda: len(recorded(operator)) == 1 and ended(operator), 20)
    [call] = recorded(operator)
    assert (call["heard"], call["answered_by"]) == (True, "101")


def test_what_was_heard_and_its_records_are_kept_together(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path / "link.sqlite3")
    record = PostedRecord("asterisk-cdr", "", "text/plain", b"x")
    buffer.keep([], [], [record, record])
    found = buffer.first_record()
    assert found == (1, record)
    buffer.close()
