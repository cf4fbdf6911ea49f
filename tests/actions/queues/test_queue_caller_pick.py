import uuid

from ringpost.entry import demo
from tests.actions.queues.centre import Centre
from tests.harness import Caller, House


def test_whoever_waits_rings_an_extension_before_its_turn(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.call("12025550111")
    second = centre.call("12025550112")
    centre.passes(5)
    answer = tenant.done("queue-caller-pick", call_uuid=second, extension="101")
    assert (answer["queue_uuid"], answer["call_uuid"]) == (centre.queue["queue_uuid"], second)
    assert [one["caller_id_number"] for one in centre.waiting()] == ["12025550111"]
    assert "left transferred after 5" in centre.story()
    assert tenant.done("cdr-details", xml_cdr_uuid=second)["answered_by"] == "101"


def test_who_does_not_wait_is_not_found(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    call = centre.call()
    centre.passes(2)
    assert tenant.call("queue-caller-pick", call_uuid=call, extension="101").status == 404
    assert tenant.call("queue-caller-pick", call_uuid=str(uuid.uuid4()), extension="101").status == 404


def test_only_an_extension_takes_a_caller(tenant: Caller) -> None:
    for number in ("600", "12025550123", "112"):
        reply = tenant.call("queue-caller-pick", call_uuid=demo.WAITING_CALL_UUID, extension=number)
        assert reply.status == 422, number


def test_another_domains_caller_is_not_found(stranger: Caller) -> None:
    stranger.done("extension-create", extension="100")
    assert stranger.call("queue-caller-pick", call_uuid=demo.WAITING_CALL_UUID, extension="100").status == 404
