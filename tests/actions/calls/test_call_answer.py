from tests.actions.calls.live import CALL, states, talking
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
