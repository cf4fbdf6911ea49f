from tests.actions.calls.live import placed, states, talking
from tests.harness import Caller


def test_may_be_said_of_a_party_that_was_muted_or_not(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    first = tenant.done("call-unmute", call_uuid=call_uuid)
    tenant.done("call-mute", call_uuid=call_uuid)
    assert tenant.done("call-unmute", call_uuid=call_uuid) == first
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "answered")]


def test_a_phone_that_rings_was_never_mute(tenant: Caller) -> None:
    reply = tenant.call("call-unmute", call_uuid=placed(tenant, destination_a="5550123", destination_b="101"))
    assert (reply.status, reply.code) == (422, "cannot-comply")
