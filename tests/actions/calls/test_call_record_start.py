from tests.actions.calls.live import parties, placed, record, talking
from tests.harness import Caller, House


def test_says_where_the_recording_is_kept(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    for leg in parties(tenant, call_uuid):
        answer = tenant.done("call-record-start", call_uuid=call_uuid, leg_uuid=leg)
        assert (answer["leg_uuid"], answer["recording"]) == (leg, f"sandbox/{leg}.wav")


def test_the_sandbox_has_no_file_and_says_so_in_the_record(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    assert tenant.done("call-record-start", call_uuid=call_uuid)["sandbox"] is True
    house.clock.time += 3
    assert [leg["record_name"] for leg in record(tenant, call_uuid)["legs"]] == [None, None]


def test_there_is_nothing_to_record_before_our_party_has_answered(tenant: Caller) -> None:
    call_uuid = placed(tenant, destination_a="5550123", destination_b="101")
    assert tenant.call("call-record-start", call_uuid=call_uuid).status == 422
