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


def test_refuses_what_is_not_recorded_or_no_more(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    assert tenant.call("call-record-stop", call_uuid=call_uuid).status == 422
    tenant.done("call-record-start", call_uuid=call_uuid)
    tenant.done("call-record-stop", call_uuid=call_uuid)
    reply = tenant.call("call-record-stop", call_uuid=call_uuid)
    assert (reply.status, reply.json["detail"]) == (422, "this call is not being recorded")
