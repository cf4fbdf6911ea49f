"""Parking lots on a real switch: who waits where, who takes them, and where they go when the time is over."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.live.conftest import ELSEWHERE, WILLING, Api, House, Process
from tests.live.patience import eventually
from tests.live.phones import Phone
from tests.live.told import ToldEvents
from tests.live.tones import Toned
from tests.webhooks.receiving import Receiving

_LOTS = itertools.count(500, 10)
TAKER = "159"
Call = dict[str, Any]


@dataclass
class Yard:
    """Lots of the live domain, two who talk, a third who takes one of them, and what a CRM is told."""

    house: House
    told: ToldEvents
    phones: tuple[Phone, Phone]
    taker: Toned
    lots: list[str] = field(default_factory=list)
    slots: set[str] = field(default_factory=set)

    @property
    def api(self) -> Api:
        return self.house.api

    def lot(self, slots: int = 3, api: Api | None = None, **settings: Any) -> tuple[str, list[str]]:
        """A new lot: its number, and those of its slots."""
        first = next(_LOTS)
        numbers = [str(first + at) for at in range(1, slots + 1)]
        about = {"name": f"lot {first}", "extension": str(first), "slots_start": numbers[0], "slots_end": numbers[-1]}
        (api or self.api).do("parkinglot-create", **about, **{"timeout": 0, **settings})
        if api is None:
            self.lots.append(str(first))
            self.slots.update(numbers)
        return str(first), numbers

    def parked(self, lot: str | None = None, api: Api | None = None) -> list[Call]:
        about = {"parkinglot": lot} if lot else {}
        return list((api or self.api).do("parked-call-list", **about)["items"])

    def park(self, call: Call, lot: str, slot: str | None = None) -> str:
        """101 waits, and 100, whose call it is, is released."""
        members = {"call_uuid": call["call_uuid"], "parkinglot": lot, **({"slot": slot} if slot else {})}
        return str(self.api.do("call-park", **members)["slot"])

    def events(self, *about: str) -> list[tuple[str, Any]]:
        """What was told of slots: what, and of which; the end of a call of the test before may be told late."""
        told = (event for event in self.told.all() if event["type"].startswith("parking."))
        told = (event for event in told if event["data"]["slot"] in self.slots)
        return [(event["type"].removeprefix("parking."), event["data"]["slot"]) for event in told]

    def is_told(self, *expected: tuple[str, str]) -> None:
        """Just these, each once."""
        try:
            eventually(lambda: len(self.events()) >= len(expected), f"{expected}", 25)
        finally:
            found = Counter(self.events())
        assert found == Counter(expected)

    def waits(self, phone: Phone) -> None:
        """It hears music."""
        eventually(lambda: phone.hears(1).anything_else >= 0.5, f"{phone.number} hears music", 20)


@pytest.fixture(scope="module")
def taker(house: House) -> Iterator[Toned]:
    password = house.api.do("extension-create", extension=TAKER)["password"]
    with house.toned(TAKER, password, 6) as phone:
        yield phone
    house.api.do("extension-delete", extension=TAKER)


@pytest.fixture
def yard(house: House, phones: tuple[Phone, Phone], taker: Toned, linked: Process) -> Iterator[Yard]:
    assert linked.is_running
    with Receiving() as receiving:
        made = house.api.do("webhook-create", url=f"{receiving.url}/hook", events=["parking.#"])
        yard = Yard(house, ToldEvents(receiving, made["secret"]), phones, taker)
        yield yard
        taker.hangs_up_all()
        house.switch.hush(house.domain_uuid)
        for lot in yard.lots:
            house.api.do("parkinglot-delete", parkinglot=lot)
        house.api.do("webhook-delete", webhook_uuid=made["webhook_uuid"])


def test_a_call_waits_in_a_lot_and_is_taken_by_dialling_its_slot(yard: Yard, call: Call):
    lot, slots = yard.lot()
    slot = yard.park(call, lot)
    assert slot in slots
    yard.waits(yard.phones[1])
    eventually(lambda: not yard.phones[0].is_in_a_call(), "who has parked is released")
    [waits] = yard.parked(lot)
    assert (waits["slot"], waits["state"], waits["call_uuid"]) == (slot, "parked", call["call_uuid"])
    assert waits["parkinglot_uuid"] == yard.api.do("parkinglot-details", parkinglot=lot)["parkinglot_uuid"]
    yard.taker.speaks(slot)
    eventually(lambda: not yard.parked(lot), "nobody waits")
    eventually(lambda: yard.taker.hears([yard.taker]) == (set(), True), "the taker hears who has waited")
    yard.phones[1].hang_up()
    yard.is_told(("parked", slot), ("taken", slot))
    yard.api.silence()
    record = yard.api.record(call["call_uuid"])
    assert TAKER in record["extensions"]


def test_a_slot_that_is_named_is_taken_once(yard: Yard, call: Call):
    lot, slots = yard.lot()
    assert yard.park(call, lot, slots[1]) == slots[1]
    yard.phones[0].dial(WILLING)
    eventually(lambda: len(yard.api.calls()) == 2, "another call is up")
    [other] = [one for one in yard.api.calls() if not one["slot"]]
    eventually(
        lambda: yard.api.do("call-details", call_uuid=other["call_uuid"])["state"] == "answered", "it is answered"
    )
    asked = {"call_uuid": other["call_uuid"], "parkinglot": lot}
    assert yard.api.ask("call-park", slot=slots[1], **asked).status == 422
    assert yard.api.ask("call-park", slot="999", **asked).status == 422
    assert yard.api.do("call-details", call_uuid=other["call_uuid"])["state"] == "answered", "nothing has happened"
    assert yard.park(other, lot) == slots[0]
    assert {one["slot"] for one in yard.parked(lot)} == {slots[0], slots[1]}
    yard.is_told(("parked", slots[1]), ("parked", slots[0]))


@pytest.mark.expects_complaint(r"mod_valet_parking\.c:\d+ \S+ lot is full", "it says so at level ERR")
def test_a_full_lot_takes_nobody(yard: Yard, call: Call):
    lot, [slot] = yard.lot(1)
    assert yard.park(call, lot) == slot
    dialog = yard.taker.calls(lot)
    eventually(lambda: dialog.state == "ended", "there is no slot left")
    assert [one["slot"] for one in yard.parked()] == [slot]


def test_who_waits_too_long_goes_where_the_lot_says(yard: Yard, call: Call):
    lot, _ = yard.lot(timeout=2, timeout_destination=WILLING)
    slot = yard.park(call, lot)
    talks = yard.api.one_call()
    assert {leg["extension"] for leg in talks["legs"]} == {"101", WILLING}
    yard.phones[1].hang_up()
    yard.is_told(("parked", slot), ("timed_out", slot))
    yard.api.silence()
    assert WILLING in yard.api.record(call["call_uuid"])["extensions"]


def test_who_waits_too_long_comes_back_to_who_has_parked(yard: Yard, call: Call):
    lot, _ = yard.lot(timeout=2)
    slot = yard.park(call, lot)
    talks = yard.api.one_call()
    assert {leg["extension"] for leg in talks["legs"]} == {"100", "101"}
    eventually(lambda: yard.phones[0].hears(0.6).tone > 0.3, "they hear each other again")
    yard.phones[0].hang_up()
    yard.is_told(("parked", slot), ("timed_out", slot))


def test_who_parks_himself_and_is_taken_by_nobody_is_hung_up(yard: Yard):
    lot, slots = yard.lot(timeout=2)
    dialog = yard.taker.speaks(lot)
    eventually(lambda: yard.parked(lot), "he waits")
    eventually(lambda: dialog.state == "ended", "nobody knows who has parked him", 20)
    yard.is_told(("parked", slots[0]), ("timed_out", slots[0]))


def test_a_parked_call_is_brought_to_a_phone(yard: Yard, call: Call):
    lot, _ = yard.lot()
    slot = yard.park(call, lot)
    eventually(lambda: not yard.phones[0].is_in_a_call(), "who has parked is released")
    yard.api.do("call-unpark", slot=slot, extension="100")
    talks = yard.api.one_call()
    found = yard.api.do("call-details", call_uuid=call["call_uuid"])
    assert (found["call_uuid"], found["slot"]) == (talks["call_uuid"], None), "by the uuid it began with"
    assert not yard.parked()


def test_who_hangs_up_in_a_slot_is_taken_by_nobody(yard: Yard, call: Call):
    lot, _ = yard.lot()
    slot = yard.park(call, lot)
    yard.waits(yard.phones[1])
    yard.phones[1].hang_up()
    yard.is_told(("parked", slot), ("abandoned", slot))


def test_other_slots_are_another_lot_on_the_switch(yard: Yard, call: Call):
    lot, slots = yard.lot(2)
    slot = yard.park(call, lot)
    yard.api.do("parkinglot-update", parkinglot=lot, slots_start=slots[1], slots_end=str(int(slots[1]) + 3))
    yard.taker.speaks(lot)
    eventually(lambda: len(yard.parked()) == 2, "both wait")
    assert {one["slot"] for one in yard.parked()} == {slot, slots[1]}
    yard.taker.hangs_up_all()
    eventually(lambda: len(yard.api.calls()) == 1, "the other one waits alone")
    yard.api.do("call-unpark", call_uuid=call["call_uuid"], extension="100")
    yard.api.one_call()


def test_slots_may_begin_with_a_zero(yard: Yard, call: Call):
    about = {"name": "zero", "extension": "0500", "slots_start": "0501", "slots_end": "0503", "timeout": 0}
    yard.api.do("parkinglot-create", **about)
    yard.lots.append("0500")
    assert yard.park(call, "0500", "0502") == "0502"
    [waits] = yard.parked("0500")
    assert waits["slot"] == "0502"
    yard.taker.speaks("0502")
    eventually(lambda: not yard.parked("0500"), "it is taken")


def test_two_tenants_do_not_see_each_others_lots(yard: Yard, call: Call):
    there = yard.api[ELSEWHERE]
    lot, slots = yard.lot()
    about = {"name": "theirs", "extension": lot, "slots_start": slots[0], "slots_end": slots[-1], "timeout": 0}
    there.do("parkinglot-create", **about)
    password = there.do("extension-create", extension=TAKER)["password"]
    try:
        slot = yard.park(call, lot)
        with yard.house.toned(TAKER, password, 2, ELSEWHERE) as other:
            other.speaks(slot)
            eventually(lambda: yard.parked(api=there), "he waits in their lot, and has taken nobody from ours")
            [ours], [theirs] = yard.parked(), yard.parked(api=there)
            assert (ours["slot"], theirs["slot"]) == (slot, slot)
            assert ours["parkinglot_uuid"] != theirs["parkinglot_uuid"]
            assert ours["call_uuid"] != theirs["call_uuid"]
            assert there.ask("call-unpark", call_uuid=call["call_uuid"], extension="100").status == 404
    finally:
        there.do("parkinglot-delete", parkinglot=lot)
        there.do("extension-delete", extension=TAKER)
    yard.is_told(("parked", slot))
