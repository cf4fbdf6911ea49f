from tests.actions.calls.live import placed, record, states, talking
from tests.harness import Caller, House


def test_nothing_else_changes(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    for _ in range(2):
        tenant.done("call-mute", call_uuid=call_uuid)
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "answered")]
    house.clock.time += 3
    assert (record(tenant, call_uuid)["duration"], record(tenant, call_uuid)["version"]) == (5, 1)


def test_a_phone_that_rings_says_nothing_yet(tenant: Caller) -> None:
    reply = tenant.call("call-mute", call_uuid=placed(tenant, destination_a="5550123", destination_b="101"))
    assert (reply.status, reply.code) == (422, "cannot-comply")
