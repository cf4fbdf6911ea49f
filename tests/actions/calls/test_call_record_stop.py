from tests.actions.calls.live import placed, talking
from tests.harness import Caller


def test_stops_what_was_started(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    started = tenant.done("call-record-start", call_uuid=call_uuid)
    stopped = tenant.done("call-record-stop", call_uuid=call_uuid)
    assert stopped == {"call_uuid": call_uuid, "leg_uuid": started["leg_uuid"], "sandbox": True}


def test_there_is_nothing_to_stop_before_our_party_has_answered(tenant: Caller) -> None:
    call_uuid = placed(tenant, destination_a="5550123", destination_b="101")
    assert tenant.call("call-record-stop", call_uuid=call_uuid).status == 422
