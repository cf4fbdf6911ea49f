from typing import Any

import pytest

from ringpost.entry import demo
from tests.actions.calls.live import record, talking
from tests.actions.parking.yard import LOT, Lot
from tests.harness import Caller, House


def test_has_what_was_sent_and_the_rest_as_usual(tenant: Caller) -> None:
    lot = tenant.done("parkinglot-create", **LOT, timeout_destination="600")
    assert (lot["timeout"], lot["timeout_destination"], lot["music"], lot["enabled"]) == (45, "600", None, True)
    found = [tenant.done("parkinglot-details", parkinglot=one) for one in ("850", "852", "garage")]
    assert found == [lot, lot, lot]


@pytest.mark.parametrize(
    ("instead", "parameter"),
    [
        ({"extension": "100"}, "extension"),
        ({"extension": "870"}, "extension"),
        ({"extension": "875"}, "extension"),
        ({"slots_start": "841", "slots_end": "880"}, "extension"),
        ({"slots_start": "878", "slots_end": "879"}, "slots_start"),
        ({"slots_start": "099", "slots_end": "101"}, "slots_start"),
        ({"name": "YARD"}, "name"),
    ],
)
def test_refuses_numbers_that_somebody_has_and_lots_that_overlap(
    tenant: Caller, instead: dict[str, Any], parameter: str
) -> None:
    reply = tenant.call("parkinglot-create", **{**LOT, **instead})
    status = 400 if instead.get("slots_end") == "880" else 409
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (status, parameter), reply


@pytest.mark.parametrize("number", ["850", "851", "853"])
def test_nobody_else_can_have_its_numbers(lot: Lot, number: str) -> None:
    assert lot.tenant.call("extension-create", extension=number).status == 409
    assert lot.tenant.call("conference-create", name="Planning", extension=number).status == 409


@pytest.mark.parametrize(
    ("instead", "status", "parameter"),
    [
        ({"slots_start": "854"}, 400, "slots_end"),
        ({"slots_end": "8530"}, 400, "slots_end"),
        ({"slots_start": "800", "slots_end": "840"}, 400, "slots_end"),
        ({"slots_start": "85a"}, 400, "slots_start"),
        ({"slots_start": "850"}, 400, "extension"),
        ({"timeout": -1}, 400, "timeout"),
        ({"timeout_destination": "851"}, 422, "timeout_destination"),
        ({"timeout_destination": "850"}, 422, "timeout_destination"),
        ({"timeout_destination": "199"}, 422, "timeout_destination"),
        ({"timeout_destination": "911"}, 422, "timeout_destination"),
        ({"extension": "911"}, 422, "extension"),
        ({"slots_start": "910", "slots_end": "912"}, 422, "slots_start"),
    ],
)
def test_refuses_what_is_none(tenant: Caller, instead: dict[str, Any], status: int, parameter: str) -> None:
    reply = tenant.call("parkinglot-create", **{**LOT, **instead})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (status, parameter), reply


def test_of_forty_slots_all_are_claimed(tenant: Caller) -> None:
    tenant.done("parkinglot-create", **{**LOT, "slots_start": "0801", "slots_end": "0840"})
    for number in ("0801", "0840"):
        assert tenant.call("extension-create", extension=number).status == 409
    assert tenant.call("extension-create", extension="0841").status == 200
    moved = tenant.done("parkinglot-update", parkinglot="850", slots_start="0901", slots_end="0940")
    assert moved["slots_start"] == "0901"
    assert tenant.call("extension-create", extension="0801").status == 200


def test_calls_wait_in_its_slots_and_in_no_others(lot: Lot) -> None:
    uuid = lot.lot["parkinglot_uuid"]
    assert [lot.parks()[1], lot.parks(slot="853")[1], lot.parks()[1]] == ["851", "853", "852"]
    call_uuid = talking(lot.tenant)
    reply = lot.tenant.call("call-park", call_uuid=call_uuid, parkinglot="850")
    assert (reply.status, "every parking slot is taken" in reply.text) == (422, True)
    assert lot.waiting(parkinglot="850") == [("851", uuid), ("852", uuid), ("853", uuid)]
    assert lot.waiting() == [("5901", None), ("851", uuid), ("852", uuid), ("853", uuid)]


def test_refuses_a_slot_that_is_taken_or_is_none(lot: Lot) -> None:
    lot.parks(slot="852")
    call_uuid = talking(lot.tenant)
    for sent, says in (
        ({"parkinglot": "850", "slot": "852"}, "waits in 852 already"),
        ({"parkinglot": "850", "slot": "854"}, "851 to 853"),
        ({"slot": "5900"}, "5901 to 5999"),
        ({"slot": "851"}, "name the parkinglot"),
        ({"slot": "5901"}, "waits in 5901 already"),
    ):
        reply = lot.tenant.call("call-park", call_uuid=call_uuid, **sent)
        assert (reply.status, says in reply.text) == (422, True), reply
    assert lot.tenant.call("call-park", call_uuid=call_uuid, parkinglot="nowhere").status == 404
    assert lot.tenant.done("call-park", call_uuid=call_uuid, slot="5907")["slot"] == "5907"


def test_who_waits_rings_whoever_takes_it(lot: Lot) -> None:
    call_uuid, slot = lot.parks()
    lot.passes(1)
    assert lot.tenant.done("call-unpark", slot=slot, extension="101")["slot"] == slot
    assert lot.story(call_uuid) == [
        "call.parked 851", "parking.parked 851", "call.unparked 851", "parking.taken 851",
    ]  # fmt: skip


def test_when_its_time_is_over_a_call_goes_on(lot: Lot) -> None:
    lot.tenant.done("parkinglot-update", parkinglot="850", timeout=10, timeout_destination="101")
    call_uuid, _ = lot.parks()
    lot.passes(9.5)
    assert lot.waiting(parkinglot="850") != []
    lot.passes(1)
    assert lot.waiting(parkinglot="850") == []
    assert lot.tenant.done("extension-status", extension="101")["state"] == "ringing"
    assert lot.story(call_uuid) == [
        "call.parked 851", "parking.parked 851", "call.unparked 851", "parking.timed_out 851",
    ]  # fmt: skip
    assert record(lot.tenant, call_uuid)["answered_by"] == "101"


def test_or_back_to_whoever_has_parked_it(lot: Lot) -> None:
    call_uuid, _ = lot.parks()
    lot.passes(45.5)
    [call] = [one for one in lot.tenant.done("call-list")["items"] if one["call_uuid"] == call_uuid]
    assert [(leg["number"], leg["state"]) for leg in call["legs"]] == [("5550123", "answered"), ("100", "ringing")]


def test_as_long_as_they_like_if_it_has_no_time(lot: Lot) -> None:
    lot.tenant.done("parkinglot-update", parkinglot="850", timeout=0)
    call_uuid, _ = lot.parks()
    lot.passes(3000)
    assert len(lot.waiting(parkinglot="850")) == 1
    assert lot.story(call_uuid)[-1] == "parking.abandoned 851"


def test_another_domain_s_lot_is_another(lot: Lot, stranger: Caller) -> None:
    lot.parks(slot="852")
    stranger.done("parkinglot-create", **LOT)
    assert stranger.done("parked-call-list", parkinglot="850")["items"] == []
    reply = stranger.call("parkinglot-details", parkinglot=lot.lot["parkinglot_uuid"])
    assert (reply.status, reply.json["error"]) == (404, "parking lot not found")
    theirs = talking(stranger, destination_a="5550124")
    assert stranger.done("call-park", call_uuid=theirs, parkinglot="850", slot="852")["slot"] == "852"
    assert demo.PARKED_CALL_UUID not in stranger.call("parked-call-list").text


def test_one_that_is_disabled_takes_nobody(lot: Lot) -> None:
    lot.tenant.done("parkinglot-update", parkinglot="850", enabled=False)
    reply = lot.tenant.call("call-park", call_uuid=talking(lot.tenant), parkinglot="850")
    assert (reply.status, "disabled" in reply.text) == (422, True)


def test_who_hangs_up_in_a_slot_comes_back_no_more(lot: Lot) -> None:
    call_uuid, _ = lot.parks()
    lot.passes(5)
    lot.tenant.done("call-hangup", call_uuid=call_uuid)
    lot.passes(41)
    assert call_uuid not in lot.tenant.call("call-list").text
    assert lot.story(call_uuid) == ["call.parked 851", "parking.parked 851", "parking.abandoned 851"]


def test_lots_do_not_lead_into_each_other_for_ever(lot: Lot) -> None:
    other = {"name": "Other", "extension": "840", "slots_start": "841", "slots_end": "843"}
    lot.tenant.done("parkinglot-create", **other, timeout_destination="850")
    reply = lot.tenant.call("parkinglot-update", parkinglot="850", timeout_destination="840")
    assert (reply.status, "850 → 840 → 850" in reply.json["error"]) == (422, True), reply
    lot.tenant.done("extension-forward-set", extension="101", unconditional={"enabled": True, "destination": "852"})
    reply = lot.tenant.call("parkinglot-update", parkinglot="850", timeout_destination="101")
    assert (reply.status, "850 → 101 → 852" in reply.json["error"]) == (422, True), reply


def test_of_two_slots_of_one_number_the_lot_says_which(lot: Lot) -> None:
    old = lot.parks()[0]
    lot.tenant.done("parkinglot-delete", parkinglot="850")
    lot.tenant.done("parkinglot-create", **LOT)
    new = lot.parks()[0]
    reply = lot.tenant.call("call-unpark", slot="851", extension="101")
    assert (reply.status, "call_uuid" in reply.text) == (422, True)
    assert lot.tenant.done("call-unpark", slot="851", parkinglot="850", extension="101")["call_uuid"] == new
    assert lot.tenant.done("call-unpark", call_uuid=old, extension="101")["call_uuid"] == old


def test_a_slot_has_one_spelling(lot: Lot) -> None:
    reply = lot.tenant.call("call-transfer", call_uuid=talking(lot.tenant), destination="*05901")
    assert reply.status == 422


def test_when_its_time_is_over_a_call_may_go_on_to_a_queue(house: House, tenant: Caller) -> None:
    tenant.done("extension-create", extension="137")
    tenant.done("queue-create", name="Orders", extension="702", members=[{"extension": "137"}])
    lot = Lot(house, tenant, timeout=20, timeout_destination="702")
    call_uuid, _ = lot.parks()
    lot.passes(20.5)
    told = tenant.done("call-details", call_uuid=call_uuid)
    assert [(leg["number"], leg["state"]) for leg in told["legs"]][-1] == ("137", "ringing")
    lot.passes(30)
    [waited] = tenant.done("event-list", types=["queue.connected"], **{"from": lot.since})["items"]
    assert waited["data"]["visit"]["waited"] == 1
