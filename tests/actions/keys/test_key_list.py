from ringpost.entry import demo
from tests.harness import Caller, House


def test_an_operator_sees_all_and_a_tenant_its_own(operator: Caller, tenant: Caller, stranger: Caller) -> None:
    everything = {key["key_uuid"] for key in operator.done("key-list")["items"]}
    assert {operator.key_uuid, tenant.key_uuid, stranger.key_uuid} <= everything
    mine = {key["key_uuid"] for key in tenant.done("key-list")["items"]}
    assert mine == {tenant.key_uuid, demo.CRM_KEY_UUID}


def test_a_key_of_two_domains_is_not_shown_to_a_tenant_of_one(house: House, tenant: Caller) -> None:
    both = house.key("#", domains=(demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID))
    assert both.key_uuid not in tenant.call("key-list").text


def test_searches_names_and_never_hashes(operator: Caller) -> None:
    assert [key["key_name"] for key in operator.done("key-list", search="crm")["items"]] == ["CRM"]
    assert operator.done("key-list", search=operator.secret[:8])["items"] == []


def test_an_operator_sees_those_of_one_domain(house: House, operator: Caller, tenant: Caller, stranger: Caller) -> None:
    both = house.key("#", domains=(demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID))
    for named in ({"domain_name": demo.DOMAIN_NAME}, {"domain_uuid": demo.DOMAIN_UUID}):
        seen = {key["key_uuid"] for key in operator.done("key-list", **named)["items"]}
        assert seen == {tenant.key_uuid, both.key_uuid, demo.CRM_KEY_UUID}
    assert operator.done("key-list", domain_name=demo.DOMAIN_NAME, search="crm", count=True)["total"] == 1
    reply = operator.call("key-list", domain_name="nobody.example.net")
    assert (reply.status, reply.code) == (404, "not-found")


def test_a_tenant_names_its_own_domain_and_no_other(tenant: Caller, stranger: Caller) -> None:
    mine = {key["key_uuid"] for key in tenant.done("key-list", domain_name=demo.DOMAIN_NAME)["items"]}
    assert mine == {key["key_uuid"] for key in tenant.done("key-list")["items"]} == {tenant.key_uuid, demo.CRM_KEY_UUID}
    assert tenant.call("key-list", domain_name="empty.example.net").code == "not-found"
    assert tenant.call("key-list", domain_uuid=demo.EMPTY_DOMAIN_UUID).code == "not-found"


def test_of_several_domains_one_is_shown_at_a_time(house: House, tenant: Caller, stranger: Caller) -> None:
    both = house.key("#", domains=(demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID))
    seen = {key["key_uuid"] for key in both.done("key-list", domain_name="empty.example.net")["items"]}
    assert seen == {stranger.key_uuid, both.key_uuid}
