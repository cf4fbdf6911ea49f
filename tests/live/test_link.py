"""What happens on a FreeSWITCH reaches a CRM: by the link, the endpoint, the worker, to a receiver."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.live.conftest import BUSY, SILENT, WILLING, House, Serving
from tests.live.patience import eventually
from tests.live.phones import Caller, Phone, Process
from tests.webhooks.receiving import Received, Receiving

Phones = tuple[Phone, Phone]
INBOUND, GROUP = "12025550151", "651"


@dataclass
class Told:
    """What a CRM was told, in order, each event once."""

    receiving: Receiving
    secret: str

    def events(self, **about: Any) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for one in self.receiving.received:
            one.verify(self.secret)
            found.setdefault(one.headers["webhook-id"], json.loads(one.body))
        return [event for event in found.values() if all(event.get(name) == value for name, value in about.items())]

    def await_types(self, call_uuid: str | None, *types: str) -> list[dict[str, Any]]:
        """The events of a call once there are as many as these, which must be these."""
        look = {"call_uuid": call_uuid} if call_uuid else {}

        def enough() -> list[dict[str, Any]] | None:
            events = [event for event in self.events(**look) if event["type"].startswith(("call.", "recording."))]
            events = [event for event in events if event["type"] != "call.placed"]
            return events if len(events) >= len(types) else None

        events = eventually(enough, f"{types}", 20)
        assert [event["type"] for event in events] == list(types)
        return events


@pytest.fixture
def linking(serving: Serving, house: House, tmp_path: Path) -> Callable[[], AbstractContextManager[Process]]:
    """Start a link beside the switch, always the same one."""
    key = serving.run("key", "create", "--name", "link", "--switch", "live", "--scope", "switch.event", "--json")
    environment = {
        **serving.environment,
        "RINGPOST_DATA": str(tmp_path),
        "RINGPOST_URL": serving.url,
        "RINGPOST_TOKEN": json.loads(key.stdout)["token"],
        "RINGPOST_ESL_PASSWORD": serving.environment["FREESWITCH_LINK_PASSWORD"],
    }
    where = ["--switch", "live", "--esl", serving.environment["FREESWITCH_ESL"], "--user", "link@ringpost.internal"]

    @contextmanager
    def start() -> Iterator[Process]:
        process = Process([sys.executable, "-m", "ringpost.entry.cli", "link", *where], tmp_path, environment)
        try:
            eventually(lambda: "listening to live" in process.said(), "the link listens")
            yield process
        finally:
            process.stop()

    return start


@pytest.fixture
def linked(linking: Callable[[], AbstractContextManager[Process]]) -> Iterator[Process]:
    """A link that listens."""
    with linking() as process:
        yield process


@pytest.fixture
def told(house: House) -> Iterator[Told]:
    """A CRM that is told everything of the domain."""
    with Receiving() as receiving:
        made = house.api.do("webhook-create", url=f"{receiving.url}/hook", events=["call.#", "recording.#"])
        yield Told(receiving, made["secret"])
        house.api.do("webhook-delete", webhook_uuid=made["webhook_uuid"])


@pytest.mark.usefixtures("linked")
def test_click_to_call_is_told_from_the_first_ring_to_the_end(
    house: House, phones: Phones, told: Told, linked: Process
):
    call = house.api.do(
        "originate", caller_id_number="5550100", destination_a="100", destination_b="101", external_id="deal-1"
    )
    house.api.one_call()
    phones[1].hang_up()
    events = told.await_types(
        call["call_uuid"], "call.ringing", "call.answered", "call.ringing", "call.answered", "call.ended"
    )
    assert [event["data"].get("extension") for event in events] == ["100", "100", "101", "101", None]
    ended = events[-1]["data"]["call"]
    assert (ended["hung_up_by"], ended["answered_by"], ended["external_id"]) == ("callee", "101", "deal-1")
    assert [event["sequence"] for event in events] == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("linked")
def test_the_pop_comes_within_a_second_of_the_ring_on_every_phone_that_rings(
    house: House, phones: Phones, told: Told, linked: Process
):
    members = [{"number": number, "timeout": 20} for number in ("101", SILENT, BUSY)]
    house.api.ask("ringgroup-create", name="pop", extension=GROUP, strategy="simultaneous", destinations=members)
    house.api.ask("destination-create", number=INBOUND, extension=GROUP)
    with Caller(INBOUND, house.trunk, talks=3) as caller:
        events = told.await_types(None, "call.ringing", "call.ringing", "call.answered", "call.cancelled", "call.ended")
        assert caller.was_answered()
    ringing = events[:2]
    assert {event["data"]["extension"] for event in ringing} == {"101", SILENT}, "the busy one did not ring"
    for event in ringing:
        call = event["data"]["call"]
        assert (call["direction"], call["caller_id_number"], call["destination_number"]) == (
            "inbound", "12025550199", INBOUND
        )  # fmt: skip
    answered, cancelled, ended = (event["data"] for event in events[2:])
    assert cancelled["reason"] == "answered_elsewhere"
    assert (answered["extension"], cancelled["extension"]) == ("101", SILENT)
    assert (ended["call"]["hung_up_by"], ended["call"]["answered_by"]) == ("caller", answered["extension"])
    for event in ringing:
        [received] = [one for one in told.receiving.received if one.headers["webhook-id"] == event["id"]]
        assert received.seconds_after(event["data"]["at"]) < 1.0


@pytest.mark.usefixtures("linked")
def test_a_call_that_the_api_ends_was_ended_by_the_switch(house: House, phones: Phones, told: Told):
    placed = house.api.do("originate", caller_id_number="5550100", destination_a="100", destination_b=WILLING)
    house.api.one_call()
    house.api.do("call-hangup", call_uuid=placed["call_uuid"])
    events = told.await_types(
        placed["call_uuid"], "call.ringing", "call.answered", "call.ringing", "call.answered", "call.ended"
    )
    assert events[-1]["data"]["call"]["hung_up_by"] == "switch"


def test_what_the_link_misses_while_it_is_away_is_told_when_it_is_back(
    house: House, phones: Phones, told: Told, linking: Callable[[], AbstractContextManager[Process]]
):
    with linking() as link:
        placed = house.api.do("originate", caller_id_number="5550100", destination_a="100", destination_b="101")
        house.api.one_call()
        link.kill()
    house.api.do("call-hangup", call_uuid=placed["call_uuid"])
    house.api.silence()
    with linking():
        events = told.await_types(
            placed["call_uuid"], "call.ringing", "call.answered", "call.ringing", "call.answered", "call.ended"
        )
    assert events[-1]["data"]["call"]["state"] == "ended"


@pytest.mark.usefixtures("linked")
def test_a_recording_is_ready_and_can_be_heard(house: House, phones: Phones, told: Told):
    placed = house.api.do("originate", caller_id_number="5550100", destination_a="100", destination_b="101")
    house.api.one_call()
    house.api.do("call-record-start", call_uuid=placed["call_uuid"])
    time_is_up = time.monotonic() + 1.5
    eventually(lambda: time.monotonic() > time_is_up, "there is something to hear")
    house.api.do("call-hangup", call_uuid=placed["call_uuid"])
    ready = eventually(lambda: told.events(type="recording.ready", call_uuid=placed["call_uuid"]), "it is ready", 20)
    recording_uuid = ready[0]["data"]["recording"]["recording_uuid"]
    details = house.api.do("recording-details", recording_uuid=recording_uuid)
    assert details["state"] == "ready"
    sound = Received.read(details["url"])
    assert sound[:4] == b"RIFF"
    assert len(sound) == details["bytes"] > 8000
    assert Received.read(details["url"], {"Range": "bytes=0-3"}) == b"RIFF"
