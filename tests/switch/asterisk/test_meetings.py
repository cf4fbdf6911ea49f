"""What an Asterisk is told to do about rooms, lots and transfers, by what 22.10.1 answered."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound, SwitchRefused
from ringpost.model.parking import MOST_SLOTS, ParkingLot, ParkingPlace
from ringpost.model.transfer import Consultation
from ringpost.switch.asterisk import consulting, lots, marks, originating, rooms
from ringpost.switch.asterisk.lots import Waits
from tests.fakes import FakeClock
from tests.switch.asterisk.scripted import REFUSED, SUCCESS, ScriptedAsterisk, answered, listed, told
from tests.switch.asterisk.stage import A, AsteriskStage, B, at_home
from tests.switch.asterisk.test_driver import orders
from tests.switch.staging import CALL, HOME, NOBODY, order

TRANSFER = "eeeeeeee-0000-4000-8000-000000000001"
LOT = "70707070-7070-4070-8070-707070707070"
ITS = f"room-880-{HOME.domain_uuid}"
HERS = ("room", "ConfbridgeList")
"""The captured list of who is in 880: 100, and 101."""
ELSEWHERE = Domain(domain_uuid=NOBODY, domain_name=HOME.domain_name)
NO_ROOM = REFUSED.format("No Conference by that name found.")


@pytest.fixture
def stage(clock: FakeClock) -> Iterator[AsteriskStage]:
    with ScriptedAsterisk() as server:
        live = AsteriskStage(server, clock)
        server.answers |= {
            "ConfbridgeListRooms": at_home(answered("room", "ConfbridgeListRooms")),
            "ConfbridgeList": _inside(),
            "ConfbridgeMute": answered("room", "ConfbridgeMute"),
            "ConfbridgeUnmute": answered("room", "ConfbridgeUnmute"),
            "ConfbridgeKick": answered("room", "ConfbridgeKick"),
            "ConfbridgeLock": answered("room", "ConfbridgeLock"),
            "ConfbridgeUnlock": answered("room", "ConfbridgeUnlock"),
            "ConfbridgeStartRecord": SUCCESS.format("Conference Recording Started."),
            "ConfbridgeStopRecord": SUCCESS.format("Conference Recording Stopped."),
            "UserEvent": SUCCESS.format("Event Sent"),
            f"Getvar Variable={rooms.noted(ITS)}": _value(""),
            f"Setvar Variable=GLOBAL({marks.TAKES_BACK}{B})": SUCCESS.format("Variable Set"),
            f"Setvar Variable={rooms.noted(ITS)}": SUCCESS.format("Variable Set"),
        }
        yield live
        live.switch.close()


def _inside() -> str:
    """Who was in the room when it was listed, as the two of the stage."""
    ids = re.findall(r"Uniqueid: (\S+)\r\n", answered(*HERS))
    text = at_home(answered(*HERS))
    for known, one in zip(dict.fromkeys(ids), (A, B), strict=True):
        text = text.replace(known, one)
    return text


def _value(said: str) -> str:
    return f"Response: Success\r\nActionID: a\r\nVariable: x\r\nValue: {said}\r\n\r\n"


def consultation(stage: AsteriskStage, initiator: str, number: str = "105") -> Consultation:
    other = stage.a if initiator == stage.b else stage.b
    return Consultation(transfer_uuid=TRANSFER, initiator=initiator, transferred=other, number=number)


# transfers


def test_both_are_sent_on_at_once_and_the_initiator_says_why(stage: AsteriskStage) -> None:
    stage.switch.consult(HOME, consultation(stage, stage.b))
    extra = f"ExtraChannel={B} ExtraContext=ringpost-consults ExtraExten=105 ExtraPriority=1"
    assert orders(stage.server) == [
        f"Setvar Channel={B} Variable=RP_CONSULTS Value={TRANSFER}:105:{A}:{B}",
        f"Redirect Channel={A} Context=ringpost-waits Exten=s Priority=1 {extra}",
    ]


@pytest.mark.parametrize("missing", ["initiator", "transferred"])
def test_nobody_asks_of_a_leg_that_is_not_there_or_rings(stage: AsteriskStage, missing: str) -> None:
    one = consultation(stage, stage.b)
    with pytest.raises(NotFound):
        stage.switch.consult(HOME, one.model_copy(update={missing: CALL}))
    with pytest.raises(NotFound):
        stage.switch.consult(ELSEWHERE, one)
    stage.rows[A] = stage.rows[A].replace("ChannelState: 6", "ChannelState: 5")
    with pytest.raises(CannotComply):
        stage.switch.consult(HOME, one)
    assert orders(stage.server) == []


@pytest.mark.parametrize(("application", "joined"), [("Dial", True), ("Queue", True), ("ConfBridge", False)])
def test_who_puts_through_is_hung_up_and_the_plan_does_the_rest(
    stage: AsteriskStage, application: str, joined: bool
) -> None:
    """Of the two of the stage, who talk, one asks the other here."""
    one = consultation(stage, stage.b)
    stage.set[B][marks.CONSULTS] = f"{TRANSFER}:105:{A}:{B}"
    stage.rows[B] = re.sub(r"Application: \S+", f"Application: {application}", stage.rows[B])
    assert stage.switch.put_through(HOME, one) is joined
    assert orders(stage.server)[-1] == f"Hangup Channel={B} Cause=16"


def test_who_waits_still_though_the_initiator_is_gone_is_sent_on(stage: AsteriskStage) -> None:
    one = consultation(stage, stage.b)
    del stage.rows[B]
    assert not stage.switch.put_through(HOME, one), "who does not wait any more was sent on by the plan"
    assert orders(stage.server) == []
    stage.rows[A] = re.sub(r"Context: \S+", "Context: ringpost-waits", stage.rows[A])
    assert not stage.switch.put_through(HOME, one)
    assert orders(stage.server) == [f"Redirect Channel={A} Context=ringpost Exten=105 Priority=1"]


def test_nobody_is_put_through_who_talks_with_the_initiator(stage: AsteriskStage) -> None:
    with pytest.raises(CannotComply):
        stage.switch.put_through(HOME, consultation(stage, stage.b))
    assert orders(stage.server) == []


def test_who_takes_the_call_back_says_so_before(stage: AsteriskStage) -> None:
    stage.set[B][marks.CONSULTS] = f"{TRANSFER}:105:{A}:{B}"
    stage.switch.take_back(HOME, consultation(stage, stage.b))
    assert orders(stage.server) == [
        f"Setvar Variable=GLOBAL(RP_TAKES_BACK_{B}) Value=yes",
        f"Redirect Channel={B} Context=ringpost-back Exten=s Priority=1",
    ]
    stage.set[B][marks.CONSULTS] = f"{CALL}:105:{A}:{B}"
    stage.switch.take_back(HOME, consultation(stage, stage.b))
    assert len(orders(stage.server)) == 2, "this one is over: it asks somebody in another"


@given(st.text(max_size=300))
def test_a_mark_is_read_as_it_was_written_or_not_at_all(text: str) -> None:
    found = consulting.read(text)
    assert found is None or ":".join(found) == text
    one = Consultation(transfer_uuid=TRANSFER, initiator=CALL, transferred=NOBODY, number="*31")
    assert consulting.read(consulting.written(one, A, B)) == (TRANSFER, "*31", A, B)


# rooms


def test_who_is_in_a_room_is_listed(stage: AsteriskStage) -> None:
    stage.set[A] |= {marks.MODERATOR: "yes", marks.JOINED: "1795826400"}
    stage.set[B] |= {marks.DEAF: "true", marks.JOINED: "1795826300"}
    stage.server.answers[f"Getvar Variable={rooms.noted(ITS)}"] = _value(f"{HOME.domain_name}/x.wav:{A}")
    [room] = stage.switch.rooms(HOME)
    assert (room.room, room.locked, room.recorded) == ("880", False, True)
    first, second = room.participants
    assert (first.leg_uuid, first.deaf, first.moderator) == (stage.b, True, False)
    assert (second.leg_uuid, second.deaf, second.moderator) == (stage.a, False, True)
    assert stage.switch.rooms(ELSEWHERE) == []


def test_no_room_is_no_refusal(stage: AsteriskStage) -> None:
    stage.server.answers["ConfbridgeListRooms"] = REFUSED.format("No active conferences.")
    assert stage.switch.rooms(HOME) == []
    stage.server.answers["ConfbridgeListRooms"] = REFUSED.format("Permission denied")
    with pytest.raises(SwitchRefused):
        stage.switch.rooms(HOME)


def test_participants_are_called_by_their_channels(stage: AsteriskStage) -> None:
    name = re.search(r"Channel: (\S+)", stage.rows[B])
    assert name
    for change in ("mute", "unmute", "deaf", "undeaf", "kick"):
        stage.switch.change_participant(HOME, "880", stage.b, change)
    assert orders(stage.server) == [
        "ConfbridgeList " + f"Conference={ITS}",
        f"ConfbridgeMute Conference={ITS} Channel={name[1]}",
        "ConfbridgeList " + f"Conference={ITS}",
        f"ConfbridgeUnmute Conference={ITS} Channel={name[1]}",
        "ConfbridgeList " + f"Conference={ITS}",
        f"Setvar Channel={B} Variable=MUTEAUDIO(out) Value=on",
        f"Setvar Channel={B} Variable=RP_DEAF Value=true",
        "ConfbridgeList " + f"Conference={ITS}",
        f"Setvar Channel={B} Variable=MUTEAUDIO(out) Value=off",
        f"Setvar Channel={B} Variable=RP_DEAF Value=",
        "ConfbridgeList " + f"Conference={ITS}",
        f"Setvar Channel={B} Variable=RP_HUNG_UP Value=true",
        f"ConfbridgeKick Conference={ITS} Channel={name[1]}",
    ]


def test_whoever_is_not_in_the_room_is_left_alone(stage: AsteriskStage) -> None:
    for domain, leg in ((HOME, CALL), (ELSEWHERE, stage.b)):
        with pytest.raises(NotFound, match="not in the room"):
            stage.switch.change_participant(domain, "880", leg, "kick")
    stage.server.answers["ConfbridgeList"] = _inside().replace(f"Uniqueid: {B}\r\n", "Uniqueid: elsewhere\r\n")
    with pytest.raises(NotFound, match="not in the room"):
        stage.switch.change_participant(HOME, "880", stage.b, "kick")
    stage.server.answers["ConfbridgeList"] = NO_ROOM
    with pytest.raises(NotFound, match="nobody is in that room"):
        stage.switch.change_participant(HOME, "880", stage.b, "mute")
    stage.server.answers["ConfbridgeLock"] = NO_ROOM
    with pytest.raises(NotFound, match="nobody is in that room"):
        stage.switch.lock_room(HOME, "880", locked=True)
    assert not [one for one in orders(stage.server) if one.startswith(("ConfbridgeKick", "ConfbridgeMute"))]


def test_a_room_is_recorded_into_a_file_that_is_noted_before(stage: AsteriskStage) -> None:
    path = stage.switch.record_room(HOME, "880", stage.b)
    assert re.fullmatch(rf"{re.escape(HOME.domain_name)}/[0-9a-f]{{8}}-{stage.b}\.wav", path)
    assert orders(stage.server) == [
        f"Setvar Variable=GLOBAL(RP_ROOM_{ITS}) Value={path}:{B}",
        f"UserEvent UserEvent={marks.ROOM_RECORDED} Room={ITS} File={path} Leg={B}",
        f"ConfbridgeStartRecord Conference={ITS} RecordFile={path}",
    ]
    stage.server.answers[f"Getvar Variable={rooms.noted(ITS)}"] = _value(f"{path}:{B}")
    assert stage.switch.record_room(HOME, "880", stage.a) == path, "it is recorded already"
    stage.switch.stop_recording_room(HOME, "880")
    assert orders(stage.server)[-2:] == [
        f"ConfbridgeStopRecord Conference={ITS}",
        f"Setvar Variable=GLOBAL(RP_ROOM_{ITS}) Value=",
    ]


def test_a_room_that_is_not_recorded_is_not_stopped(stage: AsteriskStage) -> None:
    for said in ("", "other.example.net/x.wav:1", "../x.wav:1", "/etc/x.wav:1"):
        stage.server.answers[f"Getvar Variable={rooms.noted(ITS)}"] = _value(said)
        with pytest.raises(CannotComply):
            stage.switch.stop_recording_room(HOME, "880")


def test_what_cannot_be_recorded_is_noted_no_more(stage: AsteriskStage) -> None:
    stage.server.answers["ConfbridgeStartRecord"] = REFUSED.format("Internal error starting conference recording.")
    with pytest.raises(SwitchRefused):
        stage.switch.record_room(HOME, "880", stage.b)
    assert orders(stage.server)[-1] == f"Setvar Variable=GLOBAL(RP_ROOM_{ITS}) Value="


def test_who_is_invited_says_so_and_dials_the_room() -> None:
    invited = order().model_copy(update={"room": "880", "moderator": True})
    members = originating.members(invited, None)
    assert ("Exten", "880") in members
    assert ("Variable", "RP_INVITED=880:yes") in members
    guest = originating.members(invited.model_copy(update={"moderator": False}), None)
    assert ("Variable", "RP_INVITED=880") in guest


# lots


def lot(first: str = "0701", last: str = "0703") -> ParkingLot:
    return ParkingLot(
        parkinglot_uuid=LOT,
        domain_uuid=HOME.domain_uuid,
        name="Yard",
        extension="700",
        slots_start=first,
        slots_end=last,
    )


def test_who_is_parked_dials_what_parks_there(stage: AsteriskStage) -> None:
    event, row = (
        re.sub(r"ParkeeUniqueid: \S+", f"ParkeeUniqueid: {B}", at_home(block))
        for block in told("lot-taken", "ParkedCall")
    )
    stage.server.answers["Redirect"] = SUCCESS.format("Redirect successful") + event
    assert stage.switch.park(HOME, stage.b, ParkingPlace(slot="0702", lot=lot(), on_timeout="106")) == "0702"
    assert orders(stage.server) == [
        f"Setvar Channel={B} Variable=RP_PARKS Value=yes",
        f"Setvar Channel={B} Variable=RP_GOES_BACK_TO Value=106",
        f"Redirect Channel={B} Context=ringpost Exten=0702 Priority=1",
    ]
    stage.server.answers["ParkedCalls"] = listed([row], "ParkedCallsComplete")
    with pytest.raises(CannotComply, match="in that slot already"):
        stage.switch.park(HOME, stage.a, ParkingPlace(slot="0702", lot=lot()))
    assert len(orders(stage.server)) == 3


def test_whoever_talks_with_a_leg_has_it_parked(stage: AsteriskStage) -> None:
    stage.switch.park(HOME, stage.b, ParkingPlace())
    assert f"Setvar Channel={B} Variable=RP_GOES_BACK_TO Value=100" in orders(stage.server)


@given(st.integers(0, 9_999_999_900), st.integers(1, 10), st.integers(1, MOST_SLOTS), st.data())
def test_a_slot_is_found_again_by_its_lot_and_place(first: int, width: int, count: int, data: st.DataObject) -> None:
    one = lot(f"{first:0{width}}"[:10], f"{first + count - 1:0{width}}"[:10])
    place = data.draw(st.integers(1, count))
    if len(one.slots_start) == len(one.slots_end):
        assert lots.waits(lots.name(one), str(place)) == Waits(one.slots[place - 1], LOT)
        assert lots.waits(lots.name(one), str(count + 1)) is None


@given(st.text(max_size=100), st.text(max_size=12))
def test_any_other_lot_is_none_of_ours(name: str, place: str) -> None:
    assert lots.waits(name, place, HOME.domain_name) is None or name == f"park@{HOME.domain_name}"
