"""Who dials a lot of the sandbox, or one of its slots, waits there."""

import pytest

from tests.actions.calls.live import talking
from tests.actions.parking.yard import LOT, Lot
from tests.fakes import Crowded
from tests.harness import Caller, House


def dials(lot: Lot, number: str, by: str = "101") -> str:
    """The call of somebody who has come there."""
    order = {"caller_id_number": by, "destination_a": by, "destination_b": number}
    call_uuid = str(lot.tenant.done("originate", **order, wait=5)["call_uuid"])
    lot.passes(1)
    return call_uuid


def here(lot: Lot) -> list[str]:
    """The slots of the lot in which somebody waits; in one of the demo domain's own somebody does all the time."""
    return sorted(slot for slot, _ in lot.waiting(parkinglot=LOT["extension"]))


@pytest.mark.parametrize(("number", "slot"), [("850", "851"), ("852", "852"), ("*5900", "5902"), ("*5907", "5907")])
def test_waits_in_a_free_slot_or_in_the_one_that_was_dialled(lot: Lot, number: str, slot: str) -> None:
    call_uuid = dials(lot, number)
    assert (slot, number.startswith("*")) in [(taken, of is None) for taken, of in lot.waiting()]
    assert lot.tenant.done("call-details", call_uuid=call_uuid)["slot"] == slot
    assert lot.story(call_uuid)[:2] == [f"call.parked {slot}", f"parking.parked {slot}"]


def test_nobody_waits_there_before_he_has_come(lot: Lot) -> None:
    order = {"caller_id_number": "101", "destination_a": "101", "destination_b": "850"}
    call_uuid = lot.tenant.call("originate", **order, wait=0).json["call_uuid"]
    assert not here(lot)
    assert lot.tenant.done("call-details", call_uuid=call_uuid)["slot"] is None
    assert lot.parks()[1] == "852", "but his slot is taken"


def test_two_are_never_in_one_slot(lot: Lot) -> None:
    dials(lot, "850")
    dials(lot, "850", by="100")
    assert here(lot) == ["851", "852"]
    assert lot.parks()[1] == "853"


def test_a_lot_in_which_there_is_no_room_is_busy(lot: Lot) -> None:
    for _ in range(3):
        dials(lot, "850")
    call_uuid = dials(lot, "850", by="100")
    lot.passes(1)
    assert len(here(lot)) == 3
    record = lot.tenant.done("cdr-details", xml_cdr_uuid=call_uuid)
    assert (record["hangup_cause"], record["legs"][-1]["destination_number"]) == ("USER_BUSY", "850")


def takes(lot: Lot, number: str, **order: object) -> str:
    """The call of 100, who dials a slot."""
    asked = {"caller_id_number": "100", "destination_a": "100", "destination_b": number, "wait": 5, **order}
    return str(lot.tenant.done("originate", **asked)["call_uuid"])


def spans(lot: Lot, call_uuid: str) -> list[tuple[str | None, int, int]]:
    """The legs of a record: whose, how long, and how long they talked."""
    legs = lot.tenant.done("cdr-details", xml_cdr_uuid=call_uuid)["legs"]
    return [(leg["extension"], leg["duration"], leg["billsec"]) for leg in legs]


@pytest.mark.parametrize(("number", "dialled"), [("851", "851"), ("850", "851"), ("*5907", "*5907")])
def test_who_dials_a_slot_takes_whoever_waits_there(lot: Lot, number: str, dialled: str) -> None:
    waits = dials(lot, number)
    taker = takes(lot, dialled)
    assert not here(lot)
    call = lot.tenant.done("call-details", call_uuid=taker)
    assert (call["call_uuid"], call["slot"]) == (waits, None)
    assert {(leg["extension"], leg["state"]) for leg in call["legs"]} == {("101", "answered"), ("100", "answered")}
    assert [one["call_uuid"] for one in lot.tenant.done("call-list")["items"]].count(taker) == 0
    slot = dialled.removeprefix("*")
    assert lot.story(waits) == [
        f"call.parked {slot}", f"parking.parked {slot}", f"call.unparked {slot}", f"parking.taken {slot}"
    ]  # fmt: skip
    assert not lot.story(taker)
    assert spans(lot, waits) == spans(lot, taker) == [("101", 6, 5), ("100", 4, 3)]


def test_both_are_one_call_until_one_hangs_up(lot: Lot) -> None:
    waits = dials(lot, "851")
    taker = takes(lot, "851", caller_id_number="12025550153")
    lot.passes(600)
    lot.tenant.done("call-hangup", call_uuid=taker)
    assert spans(lot, waits)[1:] == [("100", 601, 600)]
    assert lot.tenant.call("call-details", call_uuid=taker).status == 404


def test_who_has_taken_it_may_send_it_on(lot: Lot) -> None:
    waits = dials(lot, "851")
    taker = takes(lot, "851")
    lot.passes(1)
    lot.tenant.done("call-transfer", call_uuid=waits, leg_uuid=waits, destination="5550123")
    assert lot.tenant.call("call-details", call_uuid=taker).status == 404
    lot.passes(4)
    assert spans(lot, waits) == [("101", 8, 7), ("100", 2, 1), (None, 4, 3)]


def test_of_two_who_dial_it_the_second_waits_there(lot: Lot) -> None:
    waits = dials(lot, "851")
    takes(lot, "851")
    other = takes(lot, "851", caller_id_number="101", destination_a="5550123")
    assert lot.tenant.done("call-details", call_uuid=other)["slot"] == "851"
    assert lot.tenant.done("call-details", call_uuid=waits)["slot"] is None


def test_who_does_not_answer_takes_nobody(lot: Lot) -> None:
    dials(lot, "851")
    lot.tenant.done("extension-create", extension="5550140")
    lot.tenant.call("originate", caller_id_number="1", destination_a="5550140", destination_b="851", wait=5)
    lot.passes(5)
    assert here(lot) == ["851"]


def test_whose_time_is_over_before_is_taken_by_nobody(house: House, tenant: Caller) -> None:
    lot = Lot(house, tenant, timeout=3)
    waits = dials(lot, "851")
    lot.passes(1.5)
    takes(lot, "851")
    assert lot.story(waits)[-1] == "parking.timed_out 851"


def test_is_hung_up_when_the_time_is_over(house: House, tenant: Caller) -> None:
    lot = Lot(house, tenant, timeout=20)
    call_uuid = dials(lot, "850")
    lot.passes(18)
    assert here(lot)
    lot.passes(2)
    assert not here(lot)
    assert lot.story(call_uuid)[-2:] == ["call.unparked 851", "parking.timed_out 851"]


def test_or_goes_on_to_where_the_lot_leads(house: House, tenant: Caller) -> None:
    lot = Lot(house, tenant, timeout=20, timeout_destination="100")
    call_uuid = dials(lot, "850")
    lot.passes(20)
    call = tenant.done("call-details", call_uuid=call_uuid)
    assert {leg["extension"] for leg in call["legs"]} == {"101", "100"}
    assert call["slot"] is None


def test_is_taken_from_there_by_unparking(lot: Lot) -> None:
    call_uuid = dials(lot, "850")
    lot.tenant.done("call-unpark", slot="851", extension="100")
    lot.passes(1.5)
    assert not here(lot)
    call = lot.tenant.done("call-details", call_uuid=call_uuid)
    assert {leg["extension"] for leg in call["legs"]} == {"101", "100"}


def test_who_is_sent_there_waits(lot: Lot) -> None:
    call_uuid, _ = lot.parks()
    lot.tenant.done("call-unpark", slot="851", extension="100")
    lot.passes(1.5)
    lot.tenant.done("call-transfer", call_uuid=call_uuid, destination=LOT["extension"])
    assert len(here(lot)) == 1
    assert lot.tenant.done("call-details", call_uuid=call_uuid)["slot"] == "851"


def test_or_from_one_lot_to_the_next(house: House, tenant: Caller) -> None:
    about = {"name": "Roof", "extension": "860", "slots_start": "861", "slots_end": "862"}
    tenant.done("parkinglot-create", **about, timeout=30, timeout_destination="100")
    lot = Lot(house, tenant, timeout=20, timeout_destination="860")
    call_uuid = dials(lot, "850")
    lot.passes(25)
    assert (here(lot), lot.waiting(parkinglot="860")[0][0]) == ([], "861")
    lot.passes(26)
    legs = tenant.done("call-details", call_uuid=call_uuid)["legs"]
    assert {leg["extension"] for leg in legs} == {"101", "100"}


@pytest.mark.parametrize(
    ("action", "to"), [("call-transfer", {"destination": "850"}), ("call-park", {"parkinglot": "850"})]
)
def test_of_two_who_are_sent_there_at_once_each_has_a_slot(lot: Lot, action: str, to: dict[str, str]) -> None:
    one, other = talking(lot.tenant), talking(lot.tenant)
    lot.house.store = crowded = Crowded(lot.house.store)
    lot.house.restart()
    crowded.comes = lambda: lot.tenant.done(action, call_uuid=other, **to)
    lot.tenant.done(action, call_uuid=one, **to)
    assert crowded.comes is None
    assert here(lot) == ["851", "852"]


def test_or_goes_on_to_a_queue_and_joins_it_then(house: House, tenant: Caller) -> None:
    tenant.done("extension-create", extension="137")
    tenant.done("queue-create", name="Orders", extension="702", members=[{"extension": "137"}])
    lot = Lot(house, tenant, timeout=20, timeout_destination="702")
    dials(lot, "850")
    lot.passes(60)
    [taken] = tenant.done("event-list", types=["queue.connected"], **{"from": lot.since})["items"]
    assert (taken["data"]["extension"], taken["data"]["visit"]["waited"]) == ("137", 1)
