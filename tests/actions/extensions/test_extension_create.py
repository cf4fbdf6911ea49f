import pytest

from ringpost.entry import demo
from tests.harness import Caller


def test_answers_fusionpbx_record_with_the_password_this_once(tenant: Caller) -> None:
    made = tenant.done("extension-create", extension=102, caller_id_name="Bob", caller_id_number="5550102")
    assert made["extension"] == "102"
    assert made["effective_caller_id_name"] == made["outbound_caller_id_name"] == "Bob"
    assert made["effective_caller_id_number"] == made["outbound_caller_id_number"] == "5550102"
    assert made["emergency_caller_id_number"] == "", "only set when asked for"
    assert (made["limit_max"], made["limit_destination"], made["call_timeout"]) == (5, "!USER_BUSY", 30)
    assert made["user_context"] == made["accountcode"] == demo.DOMAIN_NAME
    assert len(made["password"]) == 24
    assert len(made["voicemail_password"]) == 8
    later = tenant.done("extension-details", extension="102")
    assert later == {name: value for name, value in made.items() if "password" not in name}


def test_sets_what_else_is_asked_for(tenant: Caller) -> None:
    made = tenant.done(
        "extension-create", extension="102", emergency_caller_id_number="5550100", enabled="false", password="x" * 12
    )
    assert (made["emergency_caller_id_number"], made["enabled"], made["password"]) == ("5550100", False, "x" * 12)


@pytest.mark.parametrize("number", ["100", "600"])
def test_refuses_a_number_an_extension_or_a_ring_group_has(tenant: Caller, number: str) -> None:
    reply = tenant.call("extension-create", extension=number)
    assert (reply.status, reply.code) == (409, "conflict")
    assert reply.json["errors"] == [{"parameter": "extension", "message": "that number is taken in this domain"}]


def test_a_refused_one_leaves_nothing(tenant: Caller) -> None:
    before = tenant.done("extension-list")
    tenant.call("extension-create", extension="600")
    assert tenant.done("extension-list") == before


def test_takes_zero_for_a_number(tenant: Caller) -> None:
    assert tenant.done("extension-create", extension=0)["extension"] == "0"
    assert tenant.done("extension-details", extension="0")["extension"] == "0"


@pytest.mark.parametrize(
    "number",
    ["", "10 0", "1" * 33, "100\n", "+100", "${x}", "100,a=b", "100|1", "<b>", "１００", None, True, [], {}, 1.5],
)
def test_refuses_what_is_no_number(tenant: Caller, number: object) -> None:
    reply = tenant.call("extension-create", extension=number)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "extension")


@pytest.mark.parametrize("name", ["a\r\nb", "a\x00", "\u202eevil", "a\x7f", "x" * 200])
def test_refuses_names_that_hold_what_no_name_needs(tenant: Caller, name: str) -> None:
    assert tenant.call("extension-create", extension="102", caller_id_name=name).status == 400


@pytest.mark.parametrize("name", ['O\'Neill "Bob", jr. <b>{x} ${y}', "Zoë & Søren", "日本", "a|b:c;d^^\\"])
def test_keeps_any_other_name_as_it_is(tenant: Caller, name: str) -> None:
    tenant.done("extension-create", extension="102", caller_id_name=name)
    assert tenant.done("extension-details", extension="102")["effective_caller_id_name"] == name


def test_does_not_find_a_strangers_domain(stranger: Caller) -> None:
    reply = stranger.call("extension-create", domain_uuid=demo.DOMAIN_UUID, extension="102")
    assert (reply.status, reply.json["error"]) == (404, "domain not found")


@pytest.mark.parametrize("number", ["911", "112"])
def test_nobody_gets_a_number_that_calls_for_help(tenant: Caller, number: str) -> None:
    reply = tenant.call("extension-create", extension=number)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "extension")
    assert tenant.call("extension-update", extension="100", new_extension=number).status == 422
    group = {"name": "g", "strategy": "random", "destinations": []}
    assert tenant.call("ringgroup-create", extension=number, **group).status == 422
    assert tenant.call("ringgroup-update", extension="600", new_extension=number).status == 422
