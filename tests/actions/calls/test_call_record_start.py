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


def test_a_second_recording_has_a_name_of_its_own(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    paths = []
    for _ in range(3):
        paths.append(tenant.done("call-record-start", call_uuid=call_uuid)["recording"])
        assert tenant.done("call-record-start", call_uuid=call_uuid)["recording"] == paths[-1], "it goes on"
        tenant.done("call-record-stop", call_uuid=call_uuid)
    assert len(set(paths)) == 3


def test_a_recording_changes_nothing_of_what_becomes_of_the_call(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-record-start", call_uuid=call_uuid)
    house.clock.time += 1
    tenant.done("call-hangup", call_uuid=call_uuid)
    assert record(tenant, call_uuid)["billsec"] == 2
