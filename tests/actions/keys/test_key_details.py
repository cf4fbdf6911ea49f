from ringpost.entry import demo
from tests.harness import Caller, House


def test_shows_everything_but_what_proves_it(operator: Caller, tenant: Caller) -> None:
    found = operator.done("key-details", key_uuid=tenant.key_uuid)
    assert (found["scopes"], found["domains"], found["secrets_live"]) == (["#"], [demo.DOMAIN_UUID], 1)
    assert not {"hashes", "cursor_seed", "secret", "token", "limits"} & set(found)


def test_an_operators_key_is_not_there_for_a_tenant(operator: Caller, tenant: Caller, stranger: Caller) -> None:
    assert tenant.call("key-details", key_uuid=operator.key_uuid).json["error"] == "key not found"
    assert tenant.call("key-details", key_uuid=stranger.key_uuid).json["error"] == "key not found"
    assert tenant.call("key-details", key_uuid=demo.CALL_UUID).json["error"] == "key not found"


def test_notes_the_hour_of_the_last_use(house: House, tenant: Caller) -> None:
    tenant.done("domain-details")
    first = tenant.done("key-details", key_uuid=tenant.key_uuid)["last_used"]
    assert first == "2026-11-22T12:00:00.000Z"
    house.clock.time += 60
    assert tenant.done("key-details", key_uuid=tenant.key_uuid)["last_used"] == first
    house.clock.time += 3600
    tenant.done("domain-details")
    assert tenant.done("key-details", key_uuid=tenant.key_uuid)["last_used"] > first
