import pytest

from ringpost.entry import demo
from tests.actions.calls.live import parties, placed, record, states, talking
from tests.harness import Caller, House


def now_up(caller: Caller) -> list[tuple[str, str]]:
    """Who is in the call that was placed last, and how."""
    return [(leg["number"], leg["state"]) for leg in caller.done("call-list")["items"][-1]["legs"]]


def test_the_other_party_is_connected_with_an_extension_and_ours_released(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    b = parties(tenant, call_uuid)[1]
    answer = tenant.done("call-transfer", call_uuid=call_uuid, destination="101")
    assert answer == {"call_uuid": call_uuid, "leg_uuid": b, "sandbox": True, "destination": "101"}
    assert now_up(tenant) == [("5550123", "answered"), ("101", "ringing")]
    house.clock.time += 1
    assert now_up(tenant) == [("5550123", "answered"), ("101", "answered")]
    assert tenant.done("extension-status", extension="101")["state"] == "in_use"


def test_is_one_record_with_three_legs(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant, external_id="deal-1")
    house.clock.time += 0.5
    tenant.done("call-transfer", call_uuid=call_uuid, destination="101")
    assert tenant.call("cdr-details", xml_cdr_uuid=call_uuid).status == 404, "not before it has ended"
    house.clock.time += 4
    call = record(tenant, call_uuid)
    assert [leg["destination_number"] for leg in call["legs"]] == ["5550123", "5550123", "101"]
    assert [leg["end_stamp"][-10:-1] for leg in call["legs"]] == ["00:02.500", "00:06.500", "00:06.500"]
    assert [leg["answer_stamp"][-10:-1] for leg in call["legs"]] == ["00:01.000", "00:02.000", "00:03.500"]
    assert (call["xml_cdr_uuid"], call["external_id"], call["extensions"]) == (call_uuid, "deal-1", ["100", "101"])
    assert (call["start_stamp"][-10:-1], call["end_stamp"][-10:-1]) == ("00:00.000", "00:06.500")
    for leg in call["legs"]:
        assert record(tenant, leg["xml_cdr_uuid"]) == call
    found = [one["xml_cdr_uuid"] for one in tenant.done("cdr-search")["items"]]
    assert found.count(call_uuid) == 1


def test_the_call_is_found_by_its_uuid_as_the_list_has_it(tenant: Caller) -> None:
    tenant.done("call-transfer", call_uuid=talking(tenant), destination="101")
    listed = tenant.done("call-list")["items"][-1]
    assert tenant.call("call-details", call_uuid=listed["call_uuid"]).status == 200
    assert tenant.call("call-hangup", call_uuid=listed["call_uuid"]).status == 200


def test_each_leg_was_connected_with_whom_it_spoke_to_last(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-transfer", call_uuid=call_uuid, destination="101")
    house.clock.time += 4
    a, b, c = record(tenant, call_uuid)["legs"]
    assert a["bridge_uuid"] == c["bridge_uuid"] == b["xml_cdr_uuid"], "A was released before C answered"
    assert b["bridge_uuid"] == c["xml_cdr_uuid"]


def test_our_own_party_may_be_transferred_instead(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-transfer", call_uuid=call_uuid, leg_uuid=call_uuid, destination="101")
    assert states(tenant, call_uuid) == [("100", "answered"), ("101", "ringing")]


def test_may_lead_to_a_ring_group(tenant: Caller) -> None:
    tenant.done("call-transfer", call_uuid=talking(tenant), destination="600")
    assert now_up(tenant) == [("5550123", "answered"), ("100", "ringing"), ("101", "ringing")]


def test_may_lead_to_a_voicemail(tenant: Caller) -> None:
    answer = tenant.done("call-transfer", call_uuid=talking(tenant), destination="101", voicemail=True)
    assert answer["destination"] == "101"
    assert now_up(tenant) == [("5550123", "answered"), ("*99101", "ringing")]


def test_only_an_extension_that_takes_messages_has_a_voicemail(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    for number in ("600", "*98"):
        reply = tenant.call("call-transfer", call_uuid=call_uuid, destination=number, voicemail=True)
        assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "destination")
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "answered")]


def test_a_number_that_leads_nowhere_is_refused(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    for number in ("199", "120255", "*77", "*99199", "+199"):
        reply = tenant.call("call-transfer", call_uuid=call_uuid, destination=number)
        assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "destination")
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "answered")]


def test_leads_outside_where_the_domain_may_call(operator: Caller, tenant: Caller) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, outbound_gateway="trunk", outbound_prefixes=["1202"])
    call_uuid = talking(tenant)
    assert tenant.call("call-transfer", call_uuid=call_uuid, destination="12125550123").status == 422
    tenant.done("call-transfer", call_uuid=call_uuid, destination="12025550123")
    assert now_up(tenant) == [("5550123", "answered"), ("12025550123", "ringing")]


@pytest.mark.parametrize(
    "number",
    ["911", "112", "+911", "*67911", "*829#911", "9911", "0911", "1911", "+1911", "0011911", "911#", "911*1", "*911"],
)
def test_an_emergency_number_is_refused_in_any_disguise(operator: Caller, tenant: Caller, number: str) -> None:
    prefixes = [*"0123456789", *(f"+{digit}" for digit in range(10))]
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, outbound_gateway="trunk", outbound_prefixes=prefixes)
    call_uuid = talking(tenant)
    reply = tenant.call("call-transfer", call_uuid=call_uuid, destination=number)
    assert (reply.status, reply.code) == (422, "cannot-comply")
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "answered")]


@pytest.mark.parametrize("number", ["", "user/100", "100 XML default", "&park()", "${x}", "1|2", None])
def test_no_destination_reaches_a_switch_as_anything_else(tenant: Caller, number: object) -> None:
    reply = tenant.call("call-transfer", call_uuid=talking(tenant), destination=number)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "destination")


def test_a_call_on_hold_may_be_transferred_and_ends_like_any_other(house: House, tenant: Caller) -> None:
    tenant.done("call-transfer", call_uuid=demo.HELD_CALL_UUID, destination="101")
    house.clock.time += 4
    assert len(record(tenant, demo.HELD_CALL_UUID)["legs"]) == 3


def test_a_busy_destination_ends_the_call(house: House, tenant: Caller) -> None:
    tenant.done("extension-create", extension="5550140")
    call_uuid = talking(tenant)
    tenant.done("call-transfer", call_uuid=call_uuid, destination="5550140")
    house.clock.time += 0.2
    call = record(tenant, call_uuid)
    assert [leg["hangup_cause"] for leg in call["legs"]] == ["NORMAL_CLEARING", "USER_BUSY", "USER_BUSY"]
    assert call["legs"][2]["answer_stamp"] is None


def test_may_be_transferred_on_and_on(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    b = parties(tenant, call_uuid)[1]
    for number in ("101", "100", "101"):
        tenant.done("call-transfer", call_uuid=b, leg_uuid=b, destination=number)
        house.clock.time += 1
    house.clock.time += 3
    legs = record(tenant, call_uuid)["legs"]
    assert [leg["destination_number"] for leg in legs] == ["5550123", "5550123", "101", "100", "101"]
    assert len({leg["xml_cdr_uuid"] for leg in legs}) == 5


def test_a_party_that_rings_cannot_be_transferred(tenant: Caller) -> None:
    assert tenant.call("call-transfer", call_uuid=placed(tenant), destination="101").status == 422
