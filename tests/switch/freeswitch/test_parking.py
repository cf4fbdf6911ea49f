"""Parking lots on a FreeSWITCH: names, dialplan, what is told and listed, and what mod_valet_parking tells."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.errors import CannotComply
from ringpost.model.parking import ParkingLot, ParkingPlace
from ringpost.model.route import Slot
from ringpost.switch.freeswitch import parking
from ringpost.switch.freeswitch.driver import FreeSwitch
from ringpost.switch.freeswitch.events import notices
from ringpost.switch.freeswitch.parking import Place
from tests.fakes import FakeClock
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch
from tests.switch.freeswitch.stage import switch_at
from tests.switch.freeswitch.test_conferences import channel
from tests.switch.freeswitch.test_events import events
from tests.switch.staging import HOME, OTHER

LOT = ParkingLot(
    parkinglot_uuid="12f7b757-bece-4d76-bc19-17f2ec95a0e9",
    domain_uuid=HOME.domain_uuid,
    name="Warehouse",
    extension="860",
    slots_start="0861",
    slots_end="0863",
    timeout=45,
)
NAME = f"{LOT.parkinglot_uuid}.4@live.example.net"
ANN, BOB = "2d5e52aa-0000-4000-8000-00000000000a", "2d5e52aa-0000-4000-8000-00000000000b"


def info(*waiting: tuple[str, str, str]) -> str:
    """What ``valet_info`` answers, as 1.11.3 wrote it; the lot of another tenant is always there."""
    rows = [("park@other.example.net", "5901", BOB), *waiting]
    lots = "".join(
        f'  <lot name="{lot}">\n    <extension uuid="{uuid}">{slot}</extension>\n  </lot>\n' for lot, slot, uuid in rows
    )
    return f"<lots>\n{lots}</lots>\n"


class Lab:
    """A FreeSWITCH on which Ann talks with Bob, 101."""

    def __init__(self, server: ScriptedFreeSwitch, clock: FakeClock) -> None:
        self.server = server
        self.switch = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock)
        dump = {
            "Answer-State": "answered",
            "variable_domain_uuid": HOME.domain_uuid,
            "variable_bridge_uuid": BOB,
        }
        rows = [channel(ANN, HOME.domain_uuid, "100"), channel(BOB, HOME.domain_uuid, "101")]
        server.answers |= {
            f"uuid_dump {ANN} json": json.dumps(dump),
            "show": json.dumps({"row_count": 2, "rows": rows}),
            "valet_info": info(),
        }
        self.comes_to_wait(NAME, "862")

    def comes_to_wait(self, lot: str, slot: str) -> None:
        def transferred(_: str) -> str:
            self.server.answers["valet_info"] = info((lot, slot, ANN))
            return "+OK\n"

        self.server.answers["uuid_transfer"] = transferred

    def told(self) -> list[str]:
        commands = [line.removeprefix("api ") for line in self.server.heard]
        return [line for line in commands if line.startswith(("uuid_setvar", "uuid_transfer"))]


@pytest.fixture
def lab(clock: FakeClock) -> Iterator[Lab]:
    with ScriptedFreeSwitch() as server:
        lab = Lab(server, clock)
        yield lab
        lab.switch.close()


def test_parks_in_a_slot_of_a_lot_and_says_who_has_parked(lab: Lab) -> None:
    assert lab.switch.park(HOME, ANN, ParkingPlace(slot="0862", lot=LOT)) == "0862"
    assert lab.told() == [
        f"uuid_setvar {ANN} ringpost_parks true",
        f"uuid_setvar {ANN} ringpost_parked_by 101",
        f"uuid_transfer {ANN} 0862 XML live.example.net",
    ]


def test_parks_in_a_free_slot_of_a_lot_that_knows_where_to_go_on(lab: Lab) -> None:
    assert lab.switch.park(HOME, ANN, ParkingPlace(lot=LOT, on_timeout="600")) == "0862"
    assert lab.told() == [f"uuid_transfer {ANN} 860 XML live.example.net"]


def test_parks_in_a_slot_of_the_domains_own_lot(lab: Lab) -> None:
    lab.comes_to_wait("park@live.example.net", "5905")
    assert lab.switch.park(HOME, ANN, ParkingPlace(slot="5905")) == "5905"
    assert lab.told()[-1] == f"uuid_transfer {ANN} *5905 XML live.example.net"


def test_a_slot_that_is_taken_is_refused_and_nobody_is_moved(lab: Lab) -> None:
    lab.server.answers["valet_info"] = info((NAME, "862", BOB))
    with pytest.raises(CannotComply, match="taken"):
        lab.switch.park(HOME, ANN, ParkingPlace(slot="0862", lot=LOT))
    assert lab.told() == []


def test_the_same_number_in_another_tenants_lot_is_not_taken(lab: Lab) -> None:
    lab.comes_to_wait("park@live.example.net", "5901")
    assert lab.switch.park(HOME, ANN, ParkingPlace(slot="5901")) == "5901", "though one waits in 5901 of the other"


def test_whoever_was_faster_is_not_taken_but_waited_beside(lab: Lab) -> None:
    lab.comes_to_wait(NAME, "863")
    assert lab.switch.park(HOME, ANN, ParkingPlace(slot="0862", lot=LOT)) == "0863"


def test_lists_who_waits_in_the_lots_of_a_domain_only() -> None:
    text = info((NAME, "861", ANN), ("park@live.example.net", "5902", BOB))
    found = parking.waiting(text, "live.example.net")
    assert found == {ANN: Place("0861", LOT.parkinglot_uuid), BOB: Place("5902")}
    assert parking.waiting(text, "example.net") == {}
    assert parking.waiting(text, OTHER.domain_name) == {BOB: Place("5901")}


# the dialplan


def steps(route: Slot, *, parks: bool = False, spoke: bool = False, by: str | None = None) -> list[tuple[str, str]]:
    return parking.waits(HOME, route, parks=parks, has_spoken=spoke, parked_by=by)


def variables(route: Slot, by: str | None = None) -> dict[str, str]:
    return dict(data.partition("=")[::2] for application, data in steps(route, by=by) if application == "set")


def test_who_dials_a_lot_waits_in_a_free_slot() -> None:
    assert steps(Slot(None, LOT))[-1] == ("valet_park", f"{NAME} auto in 861 863")
    assert steps(Slot(None))[-1] == ("valet_park", "park@live.example.net auto in 5901 5999")


def test_who_dials_a_slot_takes_who_waits_there_and_nobody_who_has_left() -> None:
    assert steps(Slot("0862", LOT))[-2:] == [("set", "valet_ticket=none"), ("valet_park", f"{NAME} 862")]


def test_who_is_sent_to_a_slot_by_a_phone_is_not_turned_away_from_it() -> None:
    assert ("set", "valet_ticket=") in steps(Slot("0862", LOT), spoke=True)


def test_who_is_to_wait_in_a_slot_takes_nobody_and_another_if_need_be() -> None:
    places = [data for application, data in steps(Slot("0862", LOT), parks=True) if application == "valet_park"]
    assert places == [f"{NAME} auto in 862 862", f"{NAME} auto in 861 863"]


@pytest.mark.parametrize(
    ("on", "by", "goes"),
    [
        ("600", None, "transfer:600 XML live.example.net"),
        ("600", "101", "transfer:600 XML live.example.net"),
        (None, "101", "transfer:101 XML live.example.net"),
        (None, None, "hangup:NORMAL_CLEARING"),
    ],
)
def test_when_the_time_is_over_it_goes_on_or_back(on: str | None, by: str | None, goes: str) -> None:
    found = variables(Slot(None, LOT, on), by=by)
    assert found["valet_parking_timeout"] == "45"
    assert found["valet_parking_orbit_exten"] == f"m:^:set:ringpost_timed_out=true^{goes}"
    assert found["valet_parking_orbit_dialplan"] == "inline"


@pytest.mark.parametrize("lot", [None, LOT.model_copy(update={"timeout": 0})])
def test_in_a_lot_without_a_time_one_waits_as_long_as_one_likes(lot: ParkingLot | None) -> None:
    found = variables(Slot(None, lot, "600"), by="101")
    names = ("valet_parking_timeout", "valet_parking_orbit_exten", "valet_parking_orbit_dialplan")
    assert [found[name] for name in names] == ["", "", ""], "nor what an earlier lot has left"


def test_music_has_a_name() -> None:
    jazz = LOT.model_copy(update={"music": "jazz"})
    assert variables(Slot(None, jazz))["valet_hold_music"] == "local_stream://jazz"
    assert variables(Slot(None, LOT))["valet_hold_music"] == "${hold_music}"


# what is told


def test_who_waits_is_taken_or_has_waited_for_too_long() -> None:
    found = [one for event in events("parking") for one in notices(event)]
    assert [(one.what, one.slot, one.timed_out, bool(one.taken_by)) for one in found] == [
        ("parked", "0862", False, False),
        ("unparked", "0862", True, False),
        ("unparked", "0861", False, True),
        ("parked", "0861", False, False),
        ("unparked", "0861", False, False),
        ("parked", "0862", False, False),
        ("unparked", "0862", True, False),
    ]
    assert {one.parkinglot_uuid for one in found} == {LOT.parkinglot_uuid}


def test_who_hangs_up_in_a_slot_is_taken_by_nobody() -> None:
    event = events("parking")[1] | {"Answer-State": "hangup"}
    assert notices(event) == []


def test_after_a_break_it_is_seen_who_waits() -> None:
    dumped = {
        **events("parking")[0],
        "Event-Name": "CHANNEL_DATA",
        "Channel-State": "CS_EXECUTE",
        "variable_domain_name": "live.example.net",
        "variable_valet_lot_extension": "862",
        "variable_current_application": "valet_park",
        "variable_current_application_data": f"{NAME} auto in 862 862",
    }
    assert [(one.what, one.slot, one.parkinglot_uuid) for one in notices(dumped)][-1] == (
        "parked",
        "0862",
        LOT.parkinglot_uuid,
    )
    assert notices({**dumped, "Channel-State": "CS_SOFT_EXECUTE"})[-1].what == "unparked", "somebody talks with it"
    assert notices({**dumped, "variable_current_application": "bridge"})[-1].what == "unparked"


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_whatever_a_lot_is_called_it_is_one_of_the_domain_or_none(name: str, slot: str, domain: str) -> None:
    found = parking.place(name, slot, domain)
    assert found is None or name.endswith(f"@{domain}")


@given(st.text(st.sampled_from('<lot name="park@live.example.net">extension uuid=5901/\n\x00٣'), max_size=200))
def test_whatever_is_listed_it_can_be_read(text: str) -> None:
    parking.waiting(text, "live.example.net")
