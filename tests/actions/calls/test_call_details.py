import pytest

from ringpost.entry import demo
from tests.actions.calls.live import parties, placed, states
from tests.harness import Caller, House


def test_goes_with_the_clock(house: House, tenant: Caller) -> None:
    call_uuid = tenant.call(
        "originate", caller_id_number="1", destination_a="100", destination_b="5550123", wait=0
    ).json["call_uuid"]
    assert states(tenant, call_uuid) == [("100", "ringing")]
    house.clock.time += 1
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "ringing")]
    house.clock.time += 1
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "answered")]
    house.clock.time += 3
    assert tenant.call("call-details", call_uuid=call_uuid).status == 404
    assert tenant.done("cdr-details", xml_cdr_uuid=call_uuid)["hangup_cause"] == "NORMAL_CLEARING"


def test_has_what_was_sent_with_originate(tenant: Caller) -> None:
    call = tenant.done("call-details", call_uuid=placed(tenant, external_id="deal-1", tags=["b", "a"]))
    assert (call["external_id"], call["tags"]) == ("deal-1", ["b", "a"])
    call = tenant.done("call-details", call_uuid=demo.HELD_CALL_UUID)
    assert (call["external_id"], call["tags"]) == (None, [])


def test_finds_a_call_by_any_of_its_legs(tenant: Caller) -> None:
    call_uuid = placed(tenant)
    a, b = parties(tenant, call_uuid)
    assert a == call_uuid
    assert tenant.done("call-details", call_uuid=b) == tenant.done("call-details", call_uuid=a.upper())


def test_the_legs_have_the_uuids_their_record_will_have(house: House, tenant: Caller) -> None:
    call_uuid = placed(tenant)
    up = parties(tenant, call_uuid)
    house.clock.time += 4
    legs = tenant.done("cdr-details", xml_cdr_uuid=call_uuid)["legs"]
    assert [leg["xml_cdr_uuid"] for leg in legs] == up


def test_a_stranger_is_told_what_is_told_of_a_call_that_is_not_there(tenant: Caller, stranger: Caller) -> None:
    absent = tenant.call("call-details", call_uuid=demo.CALL_UUID)
    theirs = stranger.call("call-details", call_uuid=placed(tenant))
    assert absent.status == theirs.status == 404
    assert absent.json["error"] == theirs.json["error"] == "call not found"


def test_the_domain_of_another_tenant_is_not_there(tenant: Caller) -> None:
    reply = tenant.call("call-details", domain_name="empty.example.net", call_uuid=placed(tenant))
    assert (reply.status, reply.json["error"]) == (404, "domain not found")


def test_an_operator_says_which_domain(operator: Caller) -> None:
    assert operator.call("call-details", call_uuid=demo.HELD_CALL_UUID).status == 400
    assert operator.call("call-details", domain_uuid=demo.DOMAIN_UUID, call_uuid=demo.HELD_CALL_UUID).status == 200


@pytest.mark.parametrize("call_uuid", ["", "100", "all", None, f"{demo.HELD_CALL_UUID}\n"])
def test_needs_a_uuid(tenant: Caller, call_uuid: object) -> None:
    assert tenant.call("call-details", call_uuid=call_uuid).status == 400
