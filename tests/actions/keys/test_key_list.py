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
