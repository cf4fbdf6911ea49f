"""Calls that come in, and ring groups, in the sandbox."""

from typing import Any

import pytest

from ringpost.entry import demo
from tests.actions.calls.live import placed, record, states
from tests.harness import Caller, House

FROM_OUTSIDE: dict[str, Any] = {"caller_id_number": "+12025550199", "destination_a": "5550150", "wait": 0}


def come_in(caller: Caller, destination: str = "12025550100", **more: Any) -> str:
    """A call from outside, just now."""
    call_uuid: str = caller.call("originate", **FROM_OUTSIDE, destination_b=destination, **more).json["call_uuid"]
    return call_uuid


def group_of(caller: Caller, strategy: str, *numbers: str) -> None:
    members = [{"number": number, "delay": delay} for delay, number in enumerate(reversed(numbers))]
    caller.done("ringgroup-update", extension="600", strategy=strategy, destinations=members[::-1])


def told(caller: Caller, call_uuid: str) -> list[dict[str, Any]]:
    """What was told of a call by the end."""
    caller.house.clock.time += 120
    found: list[dict[str, Any]] = caller.done("event-list", call_uuid=call_uuid, limit=500)["items"]
    return found


def in_words(events: list[dict[str, Any]]) -> list[str]:
    return [f"{event['type']} {event['data'].get('extension') or ''}".strip() for event in events]


def test_a_call_to_the_main_number_pops_up_on_every_screen_of_the_group(tenant: Caller) -> None:
    call_uuid = come_in(tenant, external_id="deal-1")
    assert states(tenant, call_uuid) == [("+12025550199", "ringing"), ("100", "ringing"), ("101", "ringing")]
    events = told(tenant, call_uuid)
    assert in_words(events) == [
        "call.placed",
        "call.ringing 100",
        "call.ringing 101",
        "call.answered 100",
        "call.cancelled 101",
        "call.ended",
        "cdr.created",
    ]
    ringing, cancelled, ended = events[1], events[4], events[5]
    assert ringing["data"]["user"]["username"] == "alice"
    assert ringing["data"]["contact"]["contact_uuid"] == demo.CONTACT_UUID
    assert cancelled["data"]["reason"] == "answered_elsewhere"
    call = ended["data"]["call"]
    assert (call["direction"], call["answered_by"], call["destination_number"]) == ("inbound", "100", "12025550100")
    assert call["external_id"] == "deal-1"


def test_its_record_is_one_of_a_call_that_came_in(house: House, tenant: Caller) -> None:
    call_uuid = come_in(tenant)
    house.clock.time += 5
    call = record(tenant, call_uuid)
    assert (call["direction"], call["missed_call"], call["extensions"]) == ("inbound", False, ["100", "101"])
    assert (call["caller_id_number"], call["destination_number"]) == ("+12025550199", "12025550100")
    assert (call["duration"], call["billsec"]) == (4, 3)


def test_one_that_nobody_takes_is_missed(house: House, tenant: Caller) -> None:
    for extension in ("100", "101"):
        tenant.done("extension-dnd-set", extension=extension, enabled=True)
    call_uuid = come_in(tenant)
    house.clock.time += 5
    call = record(tenant, call_uuid)
    assert (call["missed_call"], call["hangup_cause"], call["answer_stamp"]) == (True, "USER_BUSY", None)
    assert "call.ringing" not in in_words(told(tenant, call_uuid)), "a phone that is busy does not ring"


@pytest.mark.parametrize(
    ("strategy", "rung"),
    [("rollover", ["5550142", "101"]), ("random", ["5550142", "101"]), ("sequence", ["100"])],
)
def test_a_group_may_ring_one_after_the_other_until_somebody_answers(
    house: House, tenant: Caller, strategy: str, rung: list[str]
) -> None:
    group_of(tenant, strategy, "5550142", "101", "100")
    call_uuid = come_in(tenant, "600")
    house.clock.time += 20
    assert [leg["destination_number"] for leg in record(tenant, call_uuid)["legs"] if leg["leg"] == "b"] == rung


def test_a_click_to_call_rings_a_group_too(house: House, tenant: Caller) -> None:
    call_uuid = placed(tenant, destination_a="5550123", destination_b="600")
    assert states(tenant, call_uuid) == [("5550123", "answered"), ("100", "ringing"), ("101", "ringing")]
    house.clock.time += 1
    assert states(tenant, call_uuid) == [("5550123", "answered"), ("100", "answered")]


def test_a_group_nobody_is_in_is_busy(house: House, tenant: Caller) -> None:
    tenant.done("ringgroup-update", extension="600", destinations=[{"number": "100", "enabled": False}])
    call_uuid = come_in(tenant)
    house.clock.time += 5
    assert record(tenant, call_uuid)["hangup_cause"] == "USER_BUSY"


def test_a_caller_who_is_hung_up_on_leaves_no_phone_ringing(house: House, tenant: Caller) -> None:
    call_uuid = come_in(tenant)
    house.clock.time += 0.5
    tenant.done("call-hangup", call_uuid=call_uuid)
    words = in_words(told(tenant, call_uuid))
    assert words[-4:] == ["call.cancelled 100", "call.cancelled 101", "call.ended", "cdr.created"]


def test_an_extension_may_be_called_from_outside_and_forward(house: House, tenant: Caller) -> None:
    tenant.done("extension-dnd-set", extension="100", enabled=True)
    tenant.done("extension-forward-set", extension="100", busy={"enabled": True, "destination": "101"})
    call_uuid = come_in(tenant, "100")
    house.clock.time += 10
    assert [leg["hangup_cause"] for leg in record(tenant, call_uuid)["legs"]] == [
        "NORMAL_CLEARING",
        "USER_BUSY",
        "NORMAL_CLEARING",
    ]


def test_a_number_that_is_nobodys_is_not_called_from_outside(tenant: Caller, stranger: Caller) -> None:
    for caller, number in ((tenant, "12025550177"), (stranger, "12025550100")):
        reply = caller.call("originate", **FROM_OUTSIDE, destination_b=number)
        assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "destination_b"), reply


def test_of_a_group_of_very_many_five_are_rung(house: House, tenant: Caller) -> None:
    numbers = [str(number) for number in range(300, 315)]
    for number in numbers:
        tenant.done("extension-create", extension=number)
    group_of(tenant, "simultaneous", *numbers)
    call_uuid = come_in(tenant, tags=["a"] * 10, idempotency_key="k")
    tenant.done("call-transfer", call_uuid=tenant.done("call-list")["items"][0]["call_uuid"], destination="600")
    house.clock.time += 1
    tenant.done("call-transfer", call_uuid=call_uuid, destination="600")
    rung = [word for word in in_words(told(tenant, call_uuid)) if word.startswith("call.ringing")]
    assert rung == [f"call.ringing {number}" for number in numbers[:5]] * 2


def test_what_was_called_stands_before_the_callers_name(tenant: Caller) -> None:
    tenant.done("destination-update", number="12025550100", destination_cid_name_prefix="Berlin:")
    tenant.done("ringgroup-update", extension="600", ring_group_cid_name_prefix="[Sales]")
    call_uuid = come_in(tenant, caller_id_name="Ann")
    tenant.house.clock.time += 120
    legs = record(tenant, call_uuid)["legs"]
    assert [leg["caller_id_name"] for leg in legs] == ["Ann", "Berlin: [Sales] Ann", "Berlin: [Sales] Ann"]
    by_phone = placed(tenant, destination_a="101", destination_b="600", caller_id_name="Ann")
    tenant.house.clock.time += 120
    assert record(tenant, by_phone)["legs"][1]["caller_id_name"] == "[Sales] Ann"
