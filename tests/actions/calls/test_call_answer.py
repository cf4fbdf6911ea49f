import pytest

from tests.actions.calls.live import CALL, record, states, talking
from tests.harness import Caller, House


def test_every_number_of_the_sandbox_answers_by_itself(house: House, tenant: Caller) -> None:
    call_uuid = tenant.call("originate", **CALL, wait=0).json["call_uuid"]
    answer = tenant.done("call-answer", call_uuid=call_uuid)
    assert answer == {"call_uuid": call_uuid, "leg_uuid": call_uuid, "sandbox": True}
    assert states(tenant, call_uuid) == [("100", "ringing")]
    house.clock.time += 1
    assert states(tenant, call_uuid)[0] == ("100", "answered")


def test_of_two_legs_it_is_our_phone(house: House, tenant: Caller) -> None:
    sent = {**CALL, "destination_a": "5550123", "destination_b": "101"}
    call_uuid = tenant.done("originate", **sent)["call_uuid"]
    answer = tenant.done("call-answer", call_uuid=call_uuid)
    assert answer["leg_uuid"] not in (call_uuid, None)


def test_a_call_that_was_answered_goes_on(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-answer", call_uuid=call_uuid)
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "answered")]


PATIENT = {"caller_id_number": "12025550153", "destination_a": "5550150", "wait": 0}


def rings(tenant: Caller, number: str = "12025550100") -> str:
    call_uuid: str = tenant.call("originate", **PATIENT, destination_b=number).json["call_uuid"]
    return call_uuid


def legs(tenant: Caller, call_uuid: str) -> dict[str, str]:
    return {one["number"]: one["leg_uuid"] for one in tenant.done("call-details", call_uuid=call_uuid)["legs"]}


def test_a_patient_caller_rings_until_somebody_answers_and_talks_until_somebody_hangs_up(
    house: House, tenant: Caller
) -> None:
    call_uuid = rings(tenant)
    house.clock.time += 59
    ringing = [("12025550153", "ringing"), ("100", "ringing"), ("101", "ringing")]
    assert states(tenant, call_uuid) == ringing
    tenant.done("call-answer", call_uuid=call_uuid, leg_uuid=legs(tenant, call_uuid)["101"])
    house.clock.time += 3000
    assert states(tenant, call_uuid) == [("12025550153", "answered"), ("101", "answered")]
    tenant.done("call-hangup", call_uuid=call_uuid)
    ended = record(tenant, call_uuid)
    assert ended["answered_by"] == "101"
    assert (ended["billsec"], ended["missed_call"]) == (3000, False)


def test_a_patient_caller_whom_nobody_answers_gives_up_after_a_minute(house: House, tenant: Caller) -> None:
    call_uuid = rings(tenant)
    house.clock.time += 60
    assert tenant.call("call-details", call_uuid=call_uuid).status == 404
    ended = record(tenant, call_uuid)
    assert (ended["hangup_cause"], ended["missed_call"]) == ("NO_ANSWER", True)
    assert tenant.call("call-answer", call_uuid=call_uuid).status == 404


def test_a_patient_caller_who_is_sent_on_rings_there_too(house: House, tenant: Caller) -> None:
    call_uuid = rings(tenant, "100")
    house.clock.time += 2
    tenant.done("call-answer", call_uuid=call_uuid)
    house.clock.time += 2
    tenant.done("call-transfer", call_uuid=call_uuid, destination="101")
    house.clock.time += 20
    assert states(tenant, call_uuid) == [("12025550153", "answered"), ("101", "ringing")]
    tenant.done("call-answer", call_uuid=call_uuid)
    slot = tenant.done("call-park", call_uuid=call_uuid)["slot"]
    tenant.done("call-unpark", slot=slot, extension="100")
    assert states(tenant, call_uuid) == [("12025550153", "answered"), ("100", "ringing")]
    tenant.done("call-answer", call_uuid=call_uuid)
    assert states(tenant, call_uuid) == [("12025550153", "answered"), ("100", "answered")]


def test_it_is_told_when_a_patient_caller_is_answered(house: House, tenant: Caller) -> None:
    call_uuid = rings(tenant)
    house.clock.time += 7.25
    tenant.done("call-answer", call_uuid=call_uuid)
    house.clock.time += 100
    told = tenant.done("event-list", types=["call.*"], **{"from": "2000-01-01T00:00:00Z"}, limit=1000)["items"]
    mine = [(one["type"], one["data"].get("extension")) for one in told if one["call_uuid"] == call_uuid]
    assert mine == [
        ("call.placed", None),
        ("call.ringing", "100"),
        ("call.ringing", "101"),
        ("call.answered", "100"),
        ("call.cancelled", "101"),
    ]


def test_an_extension_that_would_not_answer_anyhow_does_not_ring_a_minute(house: House, tenant: Caller) -> None:
    tenant.done("extension-dnd-set", extension="100", enabled=True)
    call_uuid = rings(tenant, "100")
    house.clock.time += 1
    assert record(tenant, call_uuid)["hangup_cause"] == "USER_BUSY"


def test_whoever_calls_and_shows_that_number_waits_to_be_answered(house: House, tenant: Caller) -> None:
    sent = {**CALL, "caller_id_number": "5550153", "destination_b": "101"}
    call_uuid = talking(tenant, **sent)
    assert states(tenant, call_uuid) == [("100", "answered"), ("101", "ringing")]
    tenant.done("call-answer", call_uuid=call_uuid)
    house.clock.time += 3000
    assert states(tenant, call_uuid) == [("100", "answered"), ("101", "answered")]


@pytest.mark.parametrize("number", ["101", "5550141"])
def test_an_extension_rings_as_long_as_it_is_to(house: House, tenant: Caller, number: str) -> None:
    if number != "101":
        tenant.done("extension-create", extension=number)
    tenant.done("extension-update", extension=number, call_timeout=4)
    call_uuid = talking(tenant, caller_id_number="5550153", destination_b=number)
    house.clock.time += 2.9
    assert states(tenant, call_uuid)[1] == (number, "ringing")
    house.clock.time += 0.2
    assert tenant.call("call-details", call_uuid=call_uuid).status == 404
    assert record(tenant, call_uuid)["hangup_cause"] == "NO_ANSWER"
