from ringpost.entry import demo
from tests.harness import Caller


def test_is_a_bare_array_of_exactly_three_members(tenant: Caller) -> None:
    listed = tenant.done("extension-list", domain_uuid=demo.DOMAIN_UUID)
    assert [one["extension"] for one in listed] == ["100", "101"]
    assert {tuple(one) for one in listed} == {("extension_uuid", "extension", "emergency_caller_id_number")}


def test_tells_an_empty_domain_from_none(operator: Caller) -> None:
    assert operator.done("extension-list", domain_uuid=demo.EMPTY_DOMAIN_UUID) == []
    assert operator.call("extension-list", domain_uuid=demo.CALL_UUID).status == 404
