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
    for limit in ({"scopes": ["#"]}, {"domains": [demo.DOMAIN_UUID]}, {"networks": None}, {"expires_at": None}):
        assert narrow.call("key-update", key_uuid=narrow.key_uuid, **limit).status == 403
    assert narrow.done("key-update", key_uuid=narrow.key_uuid, name="renamed")["key_name"] == "renamed"


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


def test_a_remembered_key_cannot_undo_its_own_revocation(house: House, operator: Caller) -> None:
    key = house.key("#", domains=(demo.DOMAIN_UUID,))
    key.done("domain-details")
    operator.done("key-update", key_uuid=key.key_uuid, enabled=False)
    assert key.call("key-update", key_uuid=key.key_uuid, enabled=True).status == 401
    assert key.call("key-create", name="ghost", scopes=["#"], domains=[demo.DOMAIN_UUID]).status == 401
    assert key.call("key-rotate", key_uuid=key.key_uuid).status == 401


def test_a_narrowed_maker_gets_nothing_back_through_its_keys(house: House, operator: Caller) -> None:
    maker = house.key("#", domains=(demo.DOMAIN_UUID,))
    made = maker.done("key-create", name="k", scopes=["#"], domains=[demo.DOMAIN_UUID])
    operator.done("key-update", key_uuid=maker.key_uuid, scopes=["key.#"])
    fresh = maker.done("key-rotate", key_uuid=made["key_uuid"])
    child = Caller(house, made["key_uuid"], fresh["secret"])
    assert child.call("extension-list").status == 403
    assert child.call("key-list").status == 200


def test_an_operator_with_limits_takes_over_nobody(house: House, operator: Caller) -> None:
    bounded = house.key("#", expires_at="2026-12-31T00:00:00.000Z", networks=("192.0.2.0/24",))
    assert bounded.call("key-rotate", key_uuid=operator.key_uuid).status == 403
    assert bounded.call("key-update", key_uuid=operator.key_uuid, enabled=False).status == 403


def test_makers_limits_are_shown_to_operators_only(house: House, operator: Caller, tenant: Caller) -> None:
    both = house.key("#", domains=(demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID))
    made = both.done("key-create", name="k", scopes=["#"], domains=[demo.DOMAIN_UUID])
    assert demo.EMPTY_DOMAIN_UUID not in tenant.call("key-details", key_uuid=made["key_uuid"]).text
    assert demo.EMPTY_DOMAIN_UUID not in tenant.call("key-list").text
    assert demo.EMPTY_DOMAIN_UUID in operator.call("key-details", key_uuid=made["key_uuid"]).text
