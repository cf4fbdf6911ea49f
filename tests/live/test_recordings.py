"""Recordings on a real switch: a file each, of the calls that are to be recorded, carried and told."""

import io
import re
import struct
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.conftest import SILENT, WILLING, House
from tests.live.patience import eventually
from tests.live.phones import Caller, Phone
from tests.live.under_test import IS_DIRECT_ASTERISK, KIND
from tests.webhooks.receiving import Received

Phones = tuple[Phone, Phone]
RECORDED, PLAIN, OUTSIDE = "12025550161", "12025550162", "12025550163"
Row = dict[str, Any]


def passes(seconds: float) -> None:
    """There is something to hear."""
    time_is_up = time.monotonic() + seconds
    eventually(lambda: time.monotonic() > time_is_up, "time passes")


def ready(house: House, call_uuid: str, count: int) -> list[Row]:
    """The recordings of a call once so many are ready."""

    def look() -> list[Row] | None:
        found: list[Row] = house.api.do("recording-list", call_uuid=call_uuid)["items"]
        return found if len(found) == count and all(one["state"] == "ready" for one in found) else None

    return eventually(look, f"{count} recordings of {call_uuid} are ready", 20)


def nothing_recorded(house: House, call_uuid: str) -> None:
    """The record is there, and the link is done: what is carried after this call is another's."""
    house.api.silence()
    house.api.record(call_uuid)
    passes(1.0)
    assert house.api.do("recording-list", call_uuid=call_uuid)["items"] == []


@pytest.fixture
def recording(house: House) -> Iterator[Callable[..., None]]:
    """Has an extension's calls recorded, until the test is over."""
    touched: set[str] = set()

    def record(number: str, which: str | None) -> None:
        touched.add(number)
        house.api.do("extension-update", extension=number, user_record=which)

    yield record
    for number in touched:
        house.api.do("extension-update", extension=number, user_record=None)


@pytest.fixture
def announcing(house: House) -> Iterator[None]:
    house.api.do("domain-update", record_announcement=True)
    yield
    house.api.do("domain-update", record_announcement=False)


def speaks(house: House, phones: Phones, number: str, seconds: float = 1.6) -> str:
    """100 calls a number and is answered; then it hangs up."""
    phones[0].dial(number)
    call = eventually(lambda: talking(house), f"{number} answers", 10)
    passes(seconds)
    phones[0].hang_up()
    house.api.silence()
    return str(call["call_uuid"])


def talking(house: House) -> Row | None:
    """A call in which two speak, if there is one; while members of a group ring there are others in the list."""
    calls = house.api.calls()
    return next((call for call in calls if call["state"] == "answered" and len(call["legs"]) == 2), None)


def rings_in(house: House, number: str, to: str) -> str:
    """A call from outside to a number that leads to an extension; its call."""
    house.api.ask("destination-create", number=number, extension=to)
    with Caller(number, house.trunk, talks=2) as caller:
        call = house.api.one_call()
        assert caller.was_answered()
    house.api.silence()
    return str(call["call_uuid"])


@pytest.mark.usefixtures("linked")
def test_a_second_recording_of_a_leg_is_one_of_its_own(house: House, phones: Phones):
    placed = house.api.do("originate", caller_id_number="5550100", destination_a="100", destination_b="101")
    call_uuid = placed["call_uuid"]
    legs = house.api.one_call()["legs"]
    paths = []
    for leg in (legs[0], legs[0], legs[1]):
        one = {"call_uuid": call_uuid, "leg_uuid": leg["leg_uuid"]}
        paths.append(house.api.do("call-record-start", **one)["recording"])
        assert house.api.do("call-record-start", **one)["recording"] == paths[-1], "it goes on"
        passes(1.0)
        house.api.do("call-record-stop", **one)
    assert len(set(paths)) == 3
    phones[0].hang_up()
    found = ready(house, call_uuid, 3)
    assert {one["file_name"] for one in found} == {Path(path).name for path in paths}
    events = eventually(lambda: _three_told(house, call_uuid), "three are told", 20)
    assert {event["data"]["recording"]["recording_uuid"] for event in events} == {
        one["recording_uuid"] for one in found
    }
    house.api.silence()
    legs_of_record = {leg["xml_cdr_uuid"]: leg for leg in house.api.record(call_uuid)["legs"]}
    first, second = legs_of_record[legs[0]["leg_uuid"]], legs_of_record[legs[1]["leg_uuid"]]
    assert (first["record_path"], first["record_paths"]) == (paths[0], paths[:2])
    assert (second["record_path"], second["record_name"]) == (paths[2], Path(paths[2]).name)


def _three_told(house: House, call_uuid: str) -> list[Row] | None:
    page: Row = {"more": True, "next_cursor": None}
    events: list[Row] = []
    while page["more"]:
        about = {"call_uuid": call_uuid, "types": ["recording.ready"], "fresh": True}
        page = house.api.do("event-list", **about, cursor=page["next_cursor"])
        events += page["items"]
    told = {event["id"]: event for event in events}  # what is fresh comes again
    return list(told.values()) if len(told) == 3 else None


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize(
    ("which", "recorded"),
    [
        ("all", {"local", "inbound", "outbound"}),
        ("local", {"local"}),
        ("inbound", {"inbound"}),
        ("outbound", {"outbound"}),
        (None, set()),
    ],
)
def test_an_extensions_calls_are_recorded_as_it_says(
    house: House, phones: Phones, recording: Callable[..., None], which: str | None, recorded: set[str]
):
    recording("100", which)
    recording(WILLING, which)
    calls = {
        "local": speaks(house, phones, WILLING),
        "outbound": speaks(house, phones, OUTSIDE),
        "inbound": rings_in(house, PLAIN, WILLING),
    }
    for direction, call_uuid in calls.items():
        if direction in recorded:
            [one] = ready(house, call_uuid, 1)
            assert 1 <= one["seconds"] <= 4
            has_sound = one["bytes"] > 8000 or (KIND == "asterisk" and direction == "inbound")  # nobody speaks there
            assert (one["leg_uuid"], has_sound) == (call_uuid, True)
            leg = house.api.record(call_uuid)["legs"][0]
            assert leg["record_name"] == one["file_name"]
        else:
            nothing_recorded(house, call_uuid)


@pytest.mark.usefixtures("linked")
def test_a_destinations_calls_are_recorded(house: House):
    house.api.ask("destination-create", number=RECORDED, extension=WILLING, destination_record=True)
    [one] = ready(house, rings_in(house, RECORDED, WILLING), 1)
    assert one["extensions"] == [WILLING]


@pytest.mark.usefixtures("linked")
def test_both_legs_of_originate_are_recorded_once(house: House, phones: Phones, recording: Callable[..., None]):
    for a, b in (("100", "101"), ("101", "100")):
        recording("100", "all")
        recording("101", None)
        placed = house.api.do("originate", caller_id_number="5550100", destination_a=a, destination_b=b)
        house.api.one_call()
        passes(1.5)
        phones[0].hang_up()
        house.api.silence()
        [one] = ready(house, placed["call_uuid"], 1)
        assert one["extensions"] == ["100", "101"]


@pytest.mark.usefixtures("linked")
def test_a_forwarded_call_and_a_ring_groups_are_recorded(house: House, phones: Phones, recording: Callable[..., None]):
    recording(SILENT, "all")
    house.api.do("extension-forward-set", extension=SILENT, noanswer={"enabled": True, "destination": WILLING})
    try:
        assert len(ready(house, speaks(house, phones, SILENT), 1)) == 1
    finally:
        house.api.do("extension-forward-set", extension=SILENT, noanswer=None)
    recording(WILLING, "local")
    members = [{"number": SILENT, "timeout": 9}, {"number": WILLING, "timeout": 9}]
    for strategy, number in (("simultaneous", "661"), ("enterprise", "662"), ("sequence", "663")):
        few = members if strategy != "sequence" else members[1:]
        house.api.ask("ringgroup-create", name=strategy, extension=number, strategy=strategy, destinations=few)
        [one] = ready(house, speaks(house, phones, number), 1)
        assert one["extension"] == WILLING
        recording("100", "all")
        [one] = ready(house, speaks(house, phones, number), 1)
        assert one["extension"] == "100", "once, though both want it"
        recording("100", None)


@pytest.mark.usefixtures("linked")
def test_ringing_and_voicemail_are_not_recorded(house: House, phones: Phones, recording: Callable[..., None]):
    recording("100", "all")
    phones[0].dial(SILENT)
    call = house.api.one_call(state="ringing")
    eventually(lambda: house.applications() == {"voicemail"}, "voicemail answers", 10)
    passes(1.5)
    phones[0].hang_up()
    nothing_recorded(house, call["call_uuid"])


@pytest.mark.usefixtures("linked")
def test_a_recorded_call_that_is_transferred_is_recorded_in_one(
    house: House, phones: Phones, recording: Callable[..., None]
):
    recording(WILLING, "all")
    house.api.ask("destination-create", number=PLAIN, extension=WILLING)
    with Caller(PLAIN, house.trunk, talks=5) as caller:
        call = house.api.one_call()
        passes(1.0)
        house.api.do("call-transfer", call_uuid=call["call_uuid"], destination="101")
        assert caller.was_answered()
    house.api.silence()
    [one] = ready(house, call["call_uuid"], 1)
    assert one["seconds"] >= 3


@pytest.mark.usefixtures("linked", "announcing")
def test_both_parties_hear_that_they_are_recorded(house: House, phones: Phones, recording: Callable[..., None]):
    recording("100", "all")
    phones[0].dial("101")
    call_uuid = house.api.one_call()["call_uuid"]
    eventually(lambda: is_announced(house, call_uuid), "the prompt is played", 3)
    passes(3.5)
    phones[0].hang_up()
    house.api.silence()
    [one] = ready(house, call_uuid, 1)
    if KIND == "asterisk":  # before they are connected, which is not recorded
        heard = [phone.heard_last() for phone in phones]
        assert all(one.anything_else > 0.5 for one in heard), heard
        return
    url = house.api.do("recording-details", recording_uuid=one["recording_uuid"])["url"]
    peaks = loudness(Received.read(url))
    talk = sorted(peaks[-10:])[5]
    assert min(peaks[2:12]) < talk / 2, f"somebody speaks where two phones sound on and on: {peaks}"


@pytest.mark.usefixtures("linked", "announcing")
def test_a_recording_that_is_begun_by_hand_is_announced_too(house: House, call: Row):
    house.api.do("call-record-start", call_uuid=call["call_uuid"])
    eventually(lambda: is_announced(house, call["call_uuid"]), "the prompt is played", 3)


@pytest.mark.usefixtures("linked")
def test_what_is_recorded_already_is_not_recorded_twice(house: House, phones: Phones, recording: Callable[..., None]):
    recording("100", "all")
    phones[0].dial("101")
    the_call = {"call_uuid": house.api.one_call()["call_uuid"]}
    running = house.api.do("call-record-start", **the_call)["recording"]
    passes(1.2)
    house.api.do("call-record-stop", **the_call)
    after = house.api.do("call-record-start", **the_call)["recording"]
    passes(1.2)
    phones[0].hang_up()
    found = ready(house, the_call["call_uuid"], 2)
    assert {one["file_name"] for one in found} == {Path(path).name for path in (running, after)}
    [leg, _] = house.api.record(the_call["call_uuid"])["legs"]
    paths = [after, running] if IS_DIRECT_ASTERISK else [running, after]  # its leg names the last
    assert (leg["record_path"], leg["record_paths"]) == (paths[0], paths)


@pytest.mark.usefixtures("linked")
def test_what_is_said_in_a_conference_is_recorded(house: House, phones: Phones, recording: Callable[..., None]):
    recording("100", "local")
    phones[0].dial("*3077")
    call = house.api.one_call(legs=1)
    passes(1.5)
    phones[0].hang_up()
    assert len(ready(house, call["call_uuid"], 1)) == 1


# other limits


def test_an_extension_with_as_many_calls_as_it_may_have_is_busy(house: House, phones: Phones):
    one = {"caller_id_number": "5550100", "destination_a": "100", "destination_b": WILLING}
    for number in ("100", WILLING):
        house.api.do("extension-update", extension=number, limit_max=1)
    try:
        placed = house.api.do("originate", **one)
        house.api.one_call()
        phones[1].dial(WILLING)
        eventually(lambda: "voicemail" in house.applications(), "who is called has enough")
        phones[1].hang_up()
        more = house.api.do("originate", **{**one, "destination_b": "101"})
        assert house.api.record(more["call_uuid"])["hangup_cause"] == "USER_BUSY", "who calls has enough"
        house.api.do("call-hangup", call_uuid=placed["call_uuid"])
        house.api.silence()
        again = house.api.do("originate", **one)
        assert house.api.one_call()["call_uuid"] == again["call_uuid"], "one that has ended counts no more"
    finally:
        for number in ("100", WILLING):
            house.api.do("extension-update", extension=number, limit_max=5)


@pytest.mark.skipif(KIND != "freeswitch", reason="an Asterisk has them of its machine")
def test_the_switch_knows_the_time_zones_of_boxes(house: House):
    assert re.fullmatch(r"\d\d:\d\d", house.switch.api("strftime_tz Europe/Paris %H:%M").strip())


def is_announced(house: House, leg_uuid: str) -> bool:
    return house.switch.is_announcing(leg_uuid)


def loudness(sound: bytes) -> list[int]:
    """The loudest of each tenth of a second."""
    with wave.open(io.BytesIO(sound)) as read:
        frames = read.readframes(read.getnframes())
    samples = struct.unpack(f"<{len(frames) // 2}h", frames)
    return [max(map(abs, samples[start : start + 800])) for start in range(0, len(samples), 800)]
