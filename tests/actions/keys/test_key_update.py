from ringpost.entry import demo
from tests.harness import Caller, House


def test_disables_a_key_within_thirty_seconds(house: House, operator: Caller, tenant: Caller) -> None:
    tenant.done("domain-details")
    operator.done("key-update", key_uuid=tenant.key_uuid, enabled=False)
    house.clock.time += 30
    assert tenant.call("domain-details").status == 401
    operator.done("key-update", key_uuid=tenant.key_uuid, enabled=True)
    assert tenant.call("domain-details").status == 200


def test_narrows_a_key(house: House, operator: Caller, tenant: Caller) -> None:
    after = operator.done("key-update", key_uuid=tenant.key_uuid, scopes=["domain.#"], name="narrow")
    assert (after["scopes"], after["key_name"], after["domains"]) == (["domain.#"], "narrow", [demo.DOMAIN_UUID])
    house.clock.time += 30
    assert tenant.call("extension-list").status == 403


def test_a_key_cannot_widen_itself(house: House) -> None:
    narrow = house.key("key.#", domains=(demo.DOMAIN_UUID,))
    narrow.done("key-update", key_uuid=narrow.key_uuid, scopes=["#"])
    house.clock.time += 30
    assert narrow.call("extension-list").status == 403
    assert narrow.call("key-list").status == 200


def test_only_its_makers_and_itself_may_change_a_key(house: House, tenant: Caller) -> None:
    other = house.key("key.#", domains=(demo.DOMAIN_UUID,))
    reply = other.call("key-update", key_uuid=tenant.key_uuid, enabled=False)
    assert (reply.status, reply.code) == (403, "forbidden")
    made = tenant.done("key-create", name="k", scopes=["#"], domains=[demo.DOMAIN_UUID])
    assert tenant.done("key-update", key_uuid=made["key_uuid"], name="renamed")["key_name"] == "renamed"


def test_moves_between_the_lists_of_its_domains(operator: Caller, tenant: Caller, stranger: Caller) -> None:
    operator.done("key-update", key_uuid=demo.CRM_KEY_UUID, domains=["empty.example.net"])
    assert demo.CRM_KEY_UUID not in tenant.call("key-list").text
    assert demo.CRM_KEY_UUID in stranger.call("key-list").text


def test_what_must_be_there_cannot_be_cleared(operator: Caller) -> None:
    for member in ("scopes", "domains", "name"):
        assert operator.call("key-update", **{"key_uuid": demo.CRM_KEY_UUID, member: None}).status == 400
    assert operator.done("key-update", key_uuid=demo.CRM_KEY_UUID, networks=None)["networks"] == []
