import json

import pytest

from ringpost.entry import demo
from tests.harness import Caller

MEMBERS = [{"number": "100"}, {"number": "101"}]


def test_answers_fusionpbx_row_and_its_members(tenant: Caller) -> None:
    made = tenant.done("ringgroup-create", name="Support", extension=601, destinations=MEMBERS, strategy="sequence")
    assert (made["ring_group_name"], made["ring_group_extension"]) == ("Support", "601")
    assert (made["ring_group_call_timeout"], made["ring_group_forward_enabled"]) == (30, False)
    assert (made["ring_group_ringback"], made["ring_group_context"]) == ("${us-ring}", demo.DOMAIN_NAME)
    assert made["ring_group_destinations"][0] == {"number": "100", "delay": 0, "timeout": 30, "enabled": True}


def test_takes_the_members_as_a_json_string(tenant: Caller) -> None:
    made = tenant.done(
        "ringgroup-create", name="S", extension="601", destinations=json.dumps(MEMBERS), strategy="enterprise"
    )
    assert [member["number"] for member in made["ring_group_destinations"]] == ["100", "101"]


@pytest.mark.parametrize(
    "destinations",
    ["", "x", "{}", [{"number": "${x}"}], [{"nummer": "100"}], [{}], "[" * 2000, [{"number": "1"}] * 101, 5],
)
def test_refuses_members_that_are_none(tenant: Caller, destinations: object) -> None:
    reply = tenant.call(
        "ringgroup-create", name="S", extension="601", destinations=destinations, strategy="simultaneous"
    )
    assert (reply.status, reply.code) == (400, "invalid-request")


def test_refuses_a_group_as_a_member(tenant: Caller) -> None:
    tenant.done("ringgroup-create", name="One", extension="601", destinations=MEMBERS, strategy="simultaneous")
    wanted = {"name": "Two", "extension": "602", "strategy": "sequence"}
    reply = tenant.call("ringgroup-create", **wanted, destinations=[*MEMBERS, {"number": "601"}])
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "destinations")
    assert reply.json["error"].startswith("601 is a ring group")
    made = tenant.done("ringgroup-create", **wanted, destinations=MEMBERS)
    about = {"ring_group_uuid": made["ring_group_uuid"]}
    assert tenant.call("ringgroup-update", **about, destinations=[{"number": "602"}]).status == 422
    assert tenant.call("ringgroup-member-add", **about, number="601").status == 422


def test_refuses_a_strategy_there_is_not(tenant: Caller) -> None:
    reply = tenant.call("ringgroup-create", name="S", extension="601", destinations=MEMBERS, strategy="loudest")
    assert reply.json["errors"][0]["parameter"] == "strategy"


@pytest.mark.parametrize("number", ["100", "600"])
def test_refuses_a_number_an_extension_or_a_ring_group_has(tenant: Caller, number: str) -> None:
    reply = tenant.call("ringgroup-create", name="S", extension=number, destinations=MEMBERS, strategy="random")
    assert (reply.status, reply.code) == (409, "conflict")
