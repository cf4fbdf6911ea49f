from ringpost.entry import demo
from tests.harness import Caller, House


def test_stops_within_thirty_seconds(house: House, operator: Caller, tenant: Caller) -> None:
    tenant.done("domain-details")
    assert operator.done("key-delete", key_uuid=tenant.key_uuid) == {"deleted": True, "key_uuid": tenant.key_uuid}
    house.clock.time += 30
    assert tenant.call("domain-details").status == 401
    assert operator.call("key-details", key_uuid=tenant.key_uuid).status == 404
    assert tenant.key_uuid not in operator.call("key-list").text


def test_not_for_just_anybody(house: House, tenant: Caller) -> None:
    assert house.key("#", domains=(demo.DOMAIN_UUID,)).call("key-delete", key_uuid=tenant.key_uuid).status == 403
