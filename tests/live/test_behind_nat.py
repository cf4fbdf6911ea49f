"""A switch that nobody reaches from where Ringpost is: all of it goes through one link, also while Ringpost is away.

``make test-behind-nat``; ``RINGPOST_AWAY_SECONDS`` says for how long Ringpost is.
"""

import itertools
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from ringpost.clock import stamp
from ringpost.live import messages
from ringpost.live_client import LiveClient
from tests.live.behind_nat import OFFICE, ROUTER, within
from tests.live.conftest import BUSY, GROUPS, HERE, WILLING, Api, House, Serving
from tests.live.patience import eventually
from tests.live.phones import Caller, Phone
from tests.live.told import PushedEvents
from tests.live.under_test import NAMESPACE, setting
from tests.webhooks.receiving import Received

pytestmark = pytest.mark.skipif(not NAMESPACE, reason="RINGPOST_NAMESPACE is not set: make test-behind-nat sets it")
Phones = tuple[Phone, Phone]
AWAY = float(os.environ.get("RINGPOST_AWAY_SECONDS", "600"))
EXPIRES = 20
"""Seconds for which the phones register."""
INBOUND = "12025550171"
_TELLS = ("import socket, sys; line = socket.socket(type=socket.SOCK_DGRAM); line.settimeout(2);"
          "line.sendto(sys.argv[3].encode(), (sys.argv[1], int(sys.argv[2]))); line.recv(9)")  # fmt: skip
_CONNECTS = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)"
_OPTIONS = (
    "OPTIONS sip:{host} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKnat;rport\r\nFrom: <sip:a@{host}>;tag=1\r\n"
    "To: <sip:{host}>\r\nCall-ID: {call}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


def reaches(before: list[str], address: str, port: int, *, asks: bool = False) -> bool:
    """Whether somebody there can connect to a port, or is answered who sends it what a SIP phone does."""
    said = _OPTIONS.format(host=address, call=os.urandom(4).hex())
    command = [*before, sys.executable, "-c", _TELLS if asks else _CONNECTS, address, str(port), said]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_nobody_where_ringpost_is_reaches_a_port_of_the_switch(house: House):
    there = within(NAMESPACE)
    sip = [int(address.rpartition(":")[2]) for address in (house.sip, house.trunk)]
    for port in (int(setting("ESL").rpartition(":")[2]), *sip):
        assert reaches([], OFFICE, port), "it is there"
        for address in (OFFICE, ROUTER):
            assert not reaches(there, address, port)
    for port in sip:
        assert reaches([], OFFICE, port, asks=True)
        for address in (OFFICE, ROUTER):
            assert not reaches(there, address, port, asks=True)


@pytest.fixture(scope="module")
def phones(house: House) -> Iterator[Phones]:
    """Two people, whose phones register again and again."""

    def phone(number: str) -> Phone:
        return Phone(number, HERE, house.passwords[number], house.sip, expires=EXPIRES)

    with phone("100") as one, phone("101") as other:
        yield one, other


@pytest.fixture
def pushed(house: House) -> Iterator[PushedEvents]:
    """Somebody who is told over a live connection what happens in the domain."""
    with LiveClient(house.api.url, house.api.token) as line:
        line.say(
            messages.Subscribe(
                message="subscribe", subscription="all", domain_name=HERE, events=("call.#", "recording.#")
            )
        )
        assert isinstance(line.hear(5), messages.Subscribed)
        yield PushedEvents(line)


def test_a_tenant_is_served_through_one_link(house: House, serving: Serving, phones: Phones, pushed: PushedEvents):
    api = house.api
    link = api.operate("switch-status", switch="live").body
    assert (link["reachable"], link["link"]["connected"]) == (True, True)
    placed = api.do("originate", caller_id_number="5550100", destination_a="100", destination_b="101")
    the_call = {"call_uuid": placed["call_uuid"]}
    assert [leg["number"] for leg in api.one_call()["legs"]] == ["100", "101"]
    api.do("call-hold", **the_call)
    api.one_call(state="held")
    api.do("call-resume", **the_call)
    api.do("call-record-start", **the_call)
    listening = api.do("call-monitor", **the_call, extension=WILLING, mode="listen")
    eventually(lambda: "eavesdrop" in house.applications(), "106 listens")
    api.do("call-hangup", call_uuid=listening["call_uuid"])
    eventually(lambda: len(api.calls()) == 1, "they speak on")
    slot = api.do("call-park", **the_call)["slot"]
    eventually(lambda: api.do("parked-call-list")["items"], "101 waits")
    api.do("call-unpark", slot=slot, extension="100")
    [call] = eventually(
        lambda: [one for one in api.calls() if sorted(leg["number"] for leg in one["legs"]) == ["100", "101"]],
        "they speak again",
    )
    api.do("call-transfer", call_uuid=call["call_uuid"], destination=WILLING)
    eventually(
        lambda: [WILLING in [leg["number"] for leg in one["legs"]] for one in api.calls()] == [True], "106 has it"
    )
    house.switch.hush(house.domain_uuid)
    assert {"100", "101", WILLING} <= set(
        eventually(lambda: api.record(placed["call_uuid"]), "it is recorded")["extensions"]
    )
    types = (
        "call.ringing",
        "call.answered",
        "call.held",
        "call.resumed",
        "call.parked",
        "call.transferred",
        "call.ended",
    )
    eventually(
        lambda: set(types) <= {one["type"] for one in pushed.events(call_uuid=placed["call_uuid"])}, "it is told"
    )
    [ready] = eventually(lambda: pushed.events(type="recording.ready"), "the recording is carried", 20)
    details = api.do("recording-details", recording_uuid=ready["data"]["recording"]["recording_uuid"])
    assert Received.read(details["url"])[:4] == b"RIFF"


def is_kept(serving: Serving, *numbers: str) -> bool:
    """Whether the link has an answer for whoever dials one of these numbers, and is done with asking."""
    file = serving.link.folder / "standing-live.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as kept:
        rows = kept.execute("SELECT question, body IS NULL FROM answers WHERE is_ahead").fetchall()
    dialled = {json.loads(question).get("Hunt-Destination-Number") for question, _ in rows}
    is_done = f"what phones may ask for is kept: {len(rows)} answers" in serving.link.said()
    return is_done and set(numbers) <= dialled and not any(is_lapsed for _, is_lapsed in rows)


class Office:
    """An office at work: whoever calls whom is over soon, and noted."""

    def __init__(self, house: House, phones: Phones) -> None:
        self.house = house
        self.one, self.other = phones
        self.calls: list[str] = []

    def works(self, strategy: str) -> None:
        """A call to a colleague, one to a group of that strategy, and one from outside."""
        for member in (BUSY, WILLING):
            assert self.house.registers(member, seconds=60)
        self.calls_a_colleague()
        self.calls_a_group(strategy)
        self.is_called()

    def calls_a_colleague(self) -> None:
        self.one.dial("101")
        eventually(lambda: self.one.is_in_a_call() and self.other.is_in_a_call(), "100 speaks with 101")
        eventually(self._are_connected, "they are connected")
        self._over("101")

    def calls_a_group(self, strategy: str) -> None:
        self.one.dial(GROUPS[strategy])
        eventually(self._are_connected, f"somebody of {strategy} answers")
        self._over(GROUPS[strategy])

    def is_called(self) -> None:
        with Caller(INBOUND, self.house.trunk, talks=1) as caller:
            assert caller.was_answered()
        self._quiet(INBOUND)

    def _are_connected(self) -> bool:
        return "1 total" in self.house.switch.api("show bridged_calls count")

    def _over(self, number: str) -> None:
        self.one.hang_up()
        self._quiet(number)

    def _quiet(self, number: str) -> None:
        eventually(lambda: not self.house.switch.legs(self.house.domain_uuid), "it is over")
        self.calls.append(number)


def let_in_by_what_was_kept(serving: Serving) -> Counter[str]:
    """How often each phone was let in by an answer that was kept."""
    kept = re.findall(r"^kept: .* directory (\S+) \S+ REGISTER$", serving.link.said(), re.MULTILINE)
    return Counter(kept)


class Afterwards:
    """What Ringpost has of the calls of a while."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._since = stamp(time.time())
        self._before = {row["xml_cdr_uuid"] for row in api.records(limit=1000)}

    def records(self) -> dict[str, dict[str, Any]]:
        """The records, each of which is there once."""
        rows = self.api.records(limit=1000)
        found = {row["xml_cdr_uuid"]: row for row in rows if row["xml_cdr_uuid"] not in self._before}
        assert len(rows) == len(found) + len(self._before)
        return found

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """The events of each of these calls, as ``event-list`` has them once they have settled."""
        by_call: dict[str, list[dict[str, Any]]] = {uuid: [] for uuid in self.records()}
        asked: dict[str, Any] = {"from": self._since}
        while True:
            page = self.api.do("event-list", types=["call.*"], limit=200, **asked)
            for event in page["items"]:
                by_call[event["call_uuid"]].append(event)
            if not page["more"]:
                return by_call
            asked["cursor"] = page["next_cursor"]

    def await_all(self, office: Office) -> None:
        """All of it is there, each once."""
        eventually(lambda: len(self.records()) >= len(office.calls), f"{len(office.calls)} have their records", 60)
        ended = ["call.ended"] * len(office.calls)
        eventually(lambda: [events[-1]["type"] for events in self.told().values() if events] == ended, "all ended", 60)
        records = self.records()
        assert Counter(row["caller_destination"] for row in records.values()) == Counter(office.calls)
        for uuid, events in self.told().items():
            assert len({event["id"] for event in events}) == len(events)
            assert [event["sequence"] for event in events] == list(range(1, len(events) + 1)), events
            assert Counter(event["type"] for event in events)["call.ended"] == 1
            answered = {event["data"]["extension"] for event in events if event["type"] == "call.answered"}
            assert records[uuid]["answered_by"] in answered


def test_an_office_works_on_while_ringpost_is_away_and_all_of_it_is_there_afterwards(
    house: House, serving: Serving, phones: Phones
):
    house.api.ask("destination-create", number=INBOUND, extension="101")
    eventually(lambda: is_kept(serving, "101", *GROUPS.values(), INBOUND), "the link is warm", 120)
    office, afterwards = Office(house, phones), Afterwards(house.api)
    serving.kill()
    until = time.monotonic() + AWAY
    for strategy in itertools.cycle(GROUPS):
        office.works(strategy)
        if time.monotonic() > until:
            break
    let_in = let_in_by_what_was_kept(serving)
    serving.__enter__()
    assert min(let_in["100"], let_in["101"]) >= AWAY // EXPIRES, let_in
    afterwards.await_all(office)
    sys.stdout.write(f"{AWAY:g} seconds away: {len(office.calls)} calls, phones let in {dict(let_in)}\n")
