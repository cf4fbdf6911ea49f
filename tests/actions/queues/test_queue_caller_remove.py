from ringpost.entry import demo
from tests.actions.queues.centre import Centre
from tests.harness import Caller, House


def test_hangs_up_who_waits(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    call = centre.call()
    centre.passes(6)
    tenant.done("queue-caller-remove", call_uuid=call)
    assert centre.waiting() == []
    assert centre.story() == ["joined", "left removed after 6"]
    record = tenant.done("cdr-details", xml_cdr_uuid=call)
    assert (record["hung_up_by"], record["missed_call"], record["duration"]) == ("api", True, 6)


def test_another_domains_caller_is_not_found(stranger: Caller) -> None:
    assert stranger.call("queue-caller-remove", call_uuid=demo.WAITING_CALL_UUID).status == 404
