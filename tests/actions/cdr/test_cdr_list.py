from ringpost.entry import demo
from tests.harness import Caller, House

FUSIONPBX = [
    "xml_cdr_uuid", "extension_uuid", "direction", "start_stamp", "end_stamp", "hangup_cause", "duration",
    "missed_call", "record_name", "bridge_uuid", "caller_id_name", "caller_id_number", "caller_destination",
    "source_number", "destination_number", "leg",
]  # fmt: skip


def test_is_a_bare_array_of_legs_with_exactly_sixteen_members(tenant: Caller) -> None:
    legs = tenant.done("cdr-list", domain_uuid=demo.DOMAIN_UUID)
    assert [list(leg) for leg in legs] == [FUSIONPBX, FUSIONPBX]
    assert [leg["leg"] for leg in legs] == ["b", "a"], "newest start first"
    assert legs[0]["bridge_uuid"] == legs[1]["xml_cdr_uuid"]


def test_answers_the_last_hundred(tenant: Caller) -> None:
    for number in range(120):
        uuid = f"aaaaaaaa-0000-4000-8000-{number:012d}"
        tenant.done("cdr-create", xml_cdr_uuid=uuid, start_stamp=f"2026-11-21T10:{number // 60:02d}:{number % 60:02d}Z")
    legs = tenant.done("cdr-list")
    assert len(legs) == 100
    assert legs == sorted(legs, key=lambda leg: leg["start_stamp"], reverse=True)


def test_passes_over_calls_that_have_not_ended(house: House, tenant: Caller) -> None:
    call = tenant.done("originate", caller_id_number="1", destination_a="100", destination_b="101")
    assert call["call_uuid"] not in tenant.call("cdr-list").text
    house.clock.time += 4
    assert [leg["leg"] for leg in tenant.done("cdr-list")][:2] == ["b", "a"]


def test_tells_an_empty_domain_from_none(operator: Caller) -> None:
    assert operator.done("cdr-list", domain_uuid=demo.EMPTY_DOMAIN_UUID) == []
    assert operator.call("cdr-list", domain_uuid=demo.CALL_UUID).status == 404
