from ringpost.entry import demo
from tests.harness import Caller, House


def rotated(caller: Caller, key_uuid: str, **members: object) -> Caller:
    answer = caller.done("key-rotate", key_uuid=key_uuid, **members)
    return Caller(caller.house, key_uuid, answer["secret"])


def test_both_secrets_work_for_the_overlap(house: House, operator: Caller, tenant: Caller) -> None:
    new = rotated(operator, tenant.key_uuid, overlap_seconds=600)
    assert operator.done("key-details", key_uuid=tenant.key_uuid)["secrets_live"] == 2
    assert new.call("domain-details").status == tenant.call("domain-details").status == 200
    house.clock.time += 631
    assert new.call("domain-details").status == 200
    assert tenant.call("domain-details").status == 401


def test_without_overlap_the_old_secret_stops(house: House, operator: Caller, tenant: Caller) -> None:
    tenant.done("domain-details")
    new = rotated(operator, tenant.key_uuid)
    house.clock.time += 30
    assert tenant.call("domain-details").status == 401
    assert new.call("domain-details").status == 200


def test_a_key_rotates_itself(tenant: Caller) -> None:
    assert rotated(tenant, tenant.key_uuid).call("domain-details").status == 200


def test_nobody_takes_over_another_key(house: House, tenant: Caller) -> None:
    assert house.key("#", domains=(demo.DOMAIN_UUID,)).call("key-rotate", key_uuid=tenant.key_uuid).status == 403


def test_a_third_secret_ends_the_first(operator: Caller, tenant: Caller) -> None:
    rotated(operator, tenant.key_uuid, overlap_seconds=600)
    rotated(operator, tenant.key_uuid, overlap_seconds=600)
    assert tenant.call("domain-details").status == 401


def test_the_secret_that_was_rotated_out_changes_no_keys(operator: Caller, tenant: Caller) -> None:
    rotated(operator, tenant.key_uuid, overlap_seconds=3600)
    assert tenant.call("domain-details").status == 200
    assert tenant.call("key-rotate", key_uuid=tenant.key_uuid).status == 403


def test_a_leaked_secret_cannot_rotate_itself_back(operator: Caller, tenant: Caller) -> None:
    tenant.done("domain-details")
    owner = rotated(operator, tenant.key_uuid)
    assert tenant.call("key-rotate", key_uuid=tenant.key_uuid).status == 401
    assert owner.call("domain-details").status == 200
