"""What calls for help is the same wherever a number is taken: an extension, a member, a forward, a call, a transfer."""

import pytest

from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.route import Group
from ringpost.services.numbers import routing
from ringpost.services.tenants import domains
from tests.actions.calls.live import talking
from tests.harness import Caller, House, Reply

CALL = {"caller_id_number": "5550100", "destination_a": "100", "destination_b": "101", "wait": 0}
DECIMAL = [*"0123456789", *(f"+{digit}" for digit in range(10))]


def everywhere(caller: Caller, number: str) -> dict[str, Reply]:
    """What is answered wherever that number is said."""
    call = talking(caller)
    members = [{"number": "100"}, {"number": number}]
    return {
        "originate a": caller.call("originate", **CALL | {"destination_a": number}),
        "originate b": caller.call("originate", **CALL | {"destination_b": number}),
        "transfer": caller.call("call-transfer", call_uuid=call, destination=number),
        "forward": caller.call(
            "extension-forward-set", extension="101", unconditional={"enabled": True, "destination": number}
        ),
        "group": caller.call("ringgroup-create", name="x", extension="690", destinations=members, strategy="random"),
        "destination": caller.call("destination-create", number=number, extension="100"),
    }


def of(operator: Caller, tenant: Caller, country: str) -> Caller:
    members = {"country": country, "outbound_gateway": "trunk", "outbound_prefixes": DECIMAL}
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, **members)
    return tenant


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("DE", "+49112"),
        ("DE", "0049112"),
        ("DE", "49112"),
        ("DE", "030112"),
        ("GB", "+44999"),
        ("FR", "+3315"),
        ("AU", "+61000"),
        ("US", "9911"),
    ],
)
def test_help_in_disguise_is_refused_everywhere(operator: Caller, tenant: Caller, country: str, number: str) -> None:
    answers = everywhere(of(operator, tenant, country), number)
    assert {place: reply.status for place, reply in answers.items()} == dict.fromkeys(answers, 422)


@pytest.mark.parametrize(("country", "number"), [("FR", "15"), ("GB", "999"), ("DE", "112"), ("US", "911")])
def test_nor_is_it_given_to_anybody(operator: Caller, tenant: Caller, country: str, number: str) -> None:
    caller = of(operator, tenant, country)
    answers = everywhere(caller, number) | {"extension": caller.call("extension-create", extension=number)}
    group = {"name": "y", "extension": number, "destinations": [{"number": "100"}], "strategy": "random"}
    answers["ring group"] = caller.call("ringgroup-create", **group)
    assert {place: reply.status for place, reply in answers.items()} == dict.fromkeys(answers, 422)


@pytest.mark.parametrize(
    ("country", "number"),
    [("FR", "1550"), ("FR", "1701"), ("FR", "1801"), ("GB", "1120"), ("US", "1112"), ("FR", "0155500101")],
)
def test_what_only_looks_like_it_is_a_number_as_any(
    operator: Caller, tenant: Caller, country: str, number: str
) -> None:
    caller = of(operator, tenant, country)
    assert caller.call("extension-create", extension=number).status == 200
    answers = everywhere(caller, number)
    assert {place: reply.status for place, reply in answers.items() if reply.status not in (200, 202)} == {}


def test_a_member_that_came_to_call_for_help_is_not_rung_outside(
    house: House, operator: Caller, tenant: Caller
) -> None:
    caller = of(operator, tenant, "GB")
    caller.done("extension-create", extension="0044999")
    members = [{"number": "100"}, {"number": "0044999"}]
    caller.done("ringgroup-create", name="x", extension="690", destinations=members, strategy="simultaneous")
    caller.done("extension-delete", extension="0044999")
    context = console(house.store, house.clock, "test")
    group = routing.route(context, domains.named(context, demo.DOMAIN_UUID), "690")
    assert isinstance(group, Group)
    assert [one.number for one in group.ringing] == ["100"]
