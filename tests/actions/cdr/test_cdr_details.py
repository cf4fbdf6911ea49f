from ringpost.entry import demo
from tests.harness import Caller


def test_finds_a_call_by_any_of_its_legs(tenant: Caller) -> None:
    call = tenant.done("cdr-details", xml_cdr_uuid=demo.CALL_UUID)
    assert call["xml_cdr_uuid"] == demo.CALL_UUID
    assert [leg["xml_cdr_uuid"] for leg in call["legs"]] == [demo.CALL_UUID, demo.CALL_B_UUID]
    assert tenant.done("cdr-details", xml_cdr_uuid=demo.CALL_B_UUID) == call


def test_a_strangers_call_is_not_there(stranger: Caller) -> None:
    reply = stranger.call("cdr-details", xml_cdr_uuid=demo.CALL_UUID)
    assert (reply.status, reply.json["error"]) == (404, "call record not found")


def test_a_call_that_has_not_ended_has_no_record(tenant: Caller) -> None:
    call = tenant.done("originate", caller_id_number="1", destination_a="100", destination_b="101")
    assert tenant.call("cdr-details", xml_cdr_uuid=call["call_uuid"]).status == 404
