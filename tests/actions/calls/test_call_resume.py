from tests.actions.calls.live import parties, record, states, talking
from tests.harness import Caller, House


def test_they_talk_on_for_what_was_left(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    house.clock.time += 1
    tenant.done("call-hold", call_uuid=call_uuid)
    house.clock.time += 100
    tenant.done("call-resume", call_uuid=call_uuid)
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "answered")]
    house.clock.time += 1.5
    assert tenant.call("call-details", call_uuid=call_uuid).status == 200
    house.clock.time += 0.5
    assert tenant.call("call-details", call_uuid=call_uuid).status == 404
    assert record(tenant, call_uuid)["duration"] == 105


def test_both_must_take_back_what_both_hold(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    a, b = parties(tenant, call_uuid)
    for leg in (a, b):
        tenant.done("call-hold", call_uuid=call_uuid, leg_uuid=leg)
    tenant.done("call-resume", call_uuid=call_uuid, leg_uuid=a)
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "held")]
    house.clock.time += 100
    tenant.done("call-resume", call_uuid=call_uuid, leg_uuid=b)
    house.clock.time += 3
    assert record(tenant, call_uuid)["duration"] == 105


def test_may_be_held_and_resumed_again(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    for _ in range(3):
        tenant.done("call-hold", call_uuid=call_uuid)
        house.clock.time += 10
        tenant.done("call-resume", call_uuid=call_uuid)
    house.clock.time += 3
    assert record(tenant, call_uuid)["duration"] == 35


def test_the_events_move_with_the_end(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-hold", call_uuid=call_uuid)
    house.clock.time += 100
    tenant.done("call-resume", call_uuid=call_uuid)
    assert tenant.done("cdr-search", updated_since="2026-11-22T12:00:01Z")["items"] == []
    house.clock.time += 3
    since = tenant.done("cdr-search", updated_since="2026-11-22T12:01:45Z")["items"]
    assert [call["xml_cdr_uuid"] for call in since] == [call_uuid]


def test_a_call_that_is_not_on_hold_cannot_be_taken_back(tenant: Caller) -> None:
    reply = tenant.call("call-resume", call_uuid=talking(tenant))
    assert (reply.status, reply.json.get("error")) == (422, "this party does not hold the call")


def test_only_who_holds_takes_back(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-hold", call_uuid=call_uuid)
    b = parties(tenant, call_uuid)[1]
    assert tenant.call("call-resume", call_uuid=call_uuid, leg_uuid=b).status == 422
    assert states(tenant, call_uuid)[0] == ("100", "held")


def test_a_retry_answers_the_same(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-hold", call_uuid=call_uuid)
    first = tenant.call("call-resume", call_uuid=call_uuid, idempotency_key="k")
    assert first.json == {"call_uuid": call_uuid, "leg_uuid": call_uuid, "sandbox": True}
    again = tenant.call("call-resume", call_uuid=call_uuid, idempotency_key="k")
    assert (again.status, again.json) == (200, first.json)
