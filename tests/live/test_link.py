"""What happens on a switch reaches a CRM: by the link, the endpoint, the worker, to a receiver."""

import time
from collections.abc import Iterator

import pytest

from tests.live.conftest import BUSY, SILENT, WILLING, House, Link
from tests.live.patience import eventually
from tests.live.phones import Caller, Phone, Process
from tests.live.told import ToldEvents
from tests.webhooks.receiving import Received

Phones = tuple[Phone, Phone]
INBOUND, GROUP, PATIENT = "12025550151", "651", "108"


@pytest.mark.usefixtures("linked")
def test_click_to_call_is_told_from_the_first_ring_to_the_end(
    house: House, phones: Phones, told: ToldEvents, linked: Process
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


@pytest.fixture
def patient(house: House) -> Iterator[Phone]:
    """A phone that is answered once its owner says so: by then all the others of a group ring, too."""
    password = house.api.do("extension-create", extension=PATIENT)["password"]
    with house.phone(PATIENT, answers=False, password=password) as phone:
        yield phone
    house.api.do("extension-delete", extension=PATIENT)


@pytest.mark.usefixtures("linked")
def test_the_pop_comes_within_a_second_of_the_ring_on_every_phone_that_rings(
    house: House, patient: Phone, told: ToldEvents, linked: Process
):
    members = [{"number": number, "timeout": 20} for number in (PATIENT, SILENT, BUSY)]
    house.api.do("ringgroup-create", name="pop", extension=GROUP, strategy="simultaneous", destinations=members)
    house.api.do("destination-create", number=INBOUND, extension=GROUP)
    with Caller(INBOUND, house.trunk, talks=3) as caller:
        eventually(lambda: len(told.events(type="call.ringing")) == 2, "two ring")
        patient.command("accept")
        events = told.await_types(None, "call.ringing", "call.ringing", "call.answered", "call.cancelled", "call.ended")
        assert caller.was_answered()
    ringing = events[:2]
    assert {event["data"]["extension"] for event in ringing} == {PATIENT, SILENT}, "the busy one did not ring"
    for event in ringing:
        call = event["data"]["call"]
        assert (call["direction"], call["caller_id_number"], call["destination_number"]) == (
            "inbound", "12025550199", INBOUND
        )  # fmt: skip
    answered, cancelled, ended = (event["data"] for event in events[2:])
    assert cancelled["reason"] == "answered_elsewhere"
    assert (answered["extension"], cancelled["extension"]) == (PATIENT, SILENT)
    assert (ended["call"]["hung_up_by"], ended["call"]["answered_by"]) == ("caller", answered["extension"])
    for event in ringing:
        [received] = [one for one in told.receiving.received if one.headers["webhook-id"] == event["id"]]
        assert received.seconds_after(event["data"]["at"]) < 1.0


@pytest.mark.usefixtures("linked")
def test_a_call_that_the_api_ends_says_so(house: House, phones: Phones, told: ToldEvents):
    placed = house.api.do("originate", caller_id_number="5550100", destination_a="100", destination_b=WILLING)
    house.api.one_call()
    house.api.do("call-hangup", call_uuid=placed["call_uuid"])
    events = told.await_types(
        placed["call_uuid"], "call.ringing", "call.answered", "call.ringing", "call.answered", "call.ended"
    )
    assert events[-1]["data"]["call"]["hung_up_by"] == "api"


@pytest.mark.expects_complaint(r"func_curl\.c: Failed to connect", "a phone may ask while the link is away")
def test_what_the_link_misses_while_it_is_away_is_told_when_it_is_back(
    house: House, phones: Phones, told: ToldEvents, linking: Link
):
    link = linking.goes_on()
    placed = house.api.do("originate", caller_id_number="5550100", destination_a="100", destination_b="101")
    house.api.one_call()
    link.kill()
    house.switch.hush(house.domain_uuid)
    linking.goes_on()
    events = told.await_types(
        placed["call_uuid"], "call.ringing", "call.answered", "call.ringing", "call.answered", "call.ended"
    )
    assert events[-1]["data"]["call"]["state"] == "ended"


@pytest.mark.usefixtures("linked")
def test_a_recording_is_ready_and_can_be_heard(house: House, phones: Phones, told: ToldEvents):
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
