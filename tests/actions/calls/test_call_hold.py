from ringpost.entry import demo
from tests.actions.calls.live import parties, placed, record, states, talking
from tests.harness import Caller, House


def test_our_party_holds_the_other(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-hold", call_uuid=call_uuid)
    assert states(tenant, call_uuid) == [("100", "held"), ("5550123", "answered")]
    assert tenant.done("call-details", call_uuid=call_uuid)["state"] == "held"


def test_who_is_on_hold_does_not_talk_for_an_hour_at_most(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-hold", call_uuid=call_uuid)
    assert tenant.call("cdr-details", xml_cdr_uuid=call_uuid).status == 404
    house.clock.time += 3602
    assert states(tenant, call_uuid)[0] == ("100", "held")
    house.clock.time += 1
    assert tenant.call("call-details", call_uuid=call_uuid).status == 404
    assert record(tenant, call_uuid)["duration"] == 3605


def test_holding_twice_is_holding_once(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-hold", call_uuid=call_uuid)
    house.clock.time += 10
    tenant.done("call-hold", call_uuid=call_uuid)
    house.clock.time += 3593
    assert record(tenant, call_uuid)["duration"] == 3605


def test_the_other_party_may_hold_too(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-hold", call_uuid=call_uuid, leg_uuid=parties(tenant, call_uuid)[1])
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "held")]


def test_a_party_that_rings_cannot_hold(tenant: Caller) -> None:
    reply = tenant.call("call-hold", call_uuid=placed(tenant, destination_a="5550123", destination_b="101"))
    assert (reply.status, reply.code) == (422, "cannot-comply")


def test_a_parked_call_waits_no_longer_than_an_hour(house: House, tenant: Caller) -> None:
    tenant.call("call-hold", call_uuid=demo.PARKED_CALL_UUID)
    house.clock.time += 3600
    assert tenant.call("call-details", call_uuid=demo.PARKED_CALL_UUID).status == 404


def test_a_busy_number_is_not_busy_for_an_hour(house: House, tenant: Caller) -> None:
    call_uuid = placed(tenant, destination_b="5550140")
    tenant.done("call-hold", call_uuid=call_uuid)
    house.clock.time += 1
    assert record(tenant, call_uuid)["hangup_cause"] == "USER_BUSY"
