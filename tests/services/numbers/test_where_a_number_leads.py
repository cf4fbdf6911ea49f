"""Where a number leads is one decision: the sandbox refuses what a FreeSWITCH refuses, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.switch.freeswitch.driver import FreeSwitch
from tests.actions.calls.live import placed, record, states
from tests.fakes import FakeClock
from tests.harness import Caller, House
from tests.switch.freeswitch.callcenter import CallCenter
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch
from tests.switch.freeswitch.stage import any_queue, switch_at

HOME = {"domain_name": demo.DOMAIN_NAME}
CALL = {"caller_id_number": "5550100", "destination_a": "100"}
TRUNK = {"outbound_gateway": "trunk", "outbound_prefixes": ["1202", "411"]}
LEADS = ("101", "600", "*97", "*98", "*99100", "*3001", "*5900", "*5901", "*9664", "12025550123", "411")
LEADS_NOWHERE = (
    "199", "0", "12", "102", "601", "*", "*9", "*96", "*966", "*96640", "#9664", "*9664#", "**9664", "9664", "*99199",
    "*99", "*3", "*31234567", "*5", "*6000", "*77", "12125550123", "+12025550123", "+199", "410", "911", "*911",
)  # fmt: skip


@pytest.fixture
def away(house: House, operator: Caller) -> Caller:
    """The operator; in the demo domain are a disabled extension and a disabled group too."""
    operator.done("extension-create", **HOME, extension="102", enabled=False)
    group: dict[str, Any] = {"name": "Nobody", "destinations": [{"number": "100"}], "strategy": "sequence"}
    operator.done("ringgroup-create", **HOME, extension="601", **group, ring_group_enabled=False)
    operator.done("domain-update", **HOME, **TRUNK)
    return operator


@pytest.fixture(params=["sandbox", "freeswitch"])
def caller(request: pytest.FixtureRequest, house: House, away: Caller, clock: FakeClock) -> Iterator[Caller]:
    if request.param == "sandbox":
        yield away
        return
    with ScriptedFreeSwitch() as server:
        server.answers["originate"] = lambda command: f"+OK {command.partition('origination_uuid=')[2][:36]}\n"
        server.answers["callcenter_config"] = CallCenter(asked=any_queue).answer
        house.switch = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock, answer_seconds=2)
        away.done("domain-update", **HOME, switch="lab")
        yield away


@pytest.mark.parametrize("number", LEADS)
def test_what_leads_somewhere_is_called(caller: Caller, number: str) -> None:
    assert caller.call("originate", **HOME, **CALL, destination_b=number, wait=0).status in (200, 202)


@pytest.mark.parametrize("number", LEADS_NOWHERE)
def test_what_leads_nowhere_is_refused(caller: Caller, number: str) -> None:
    reply = caller.call("originate", **HOME, **CALL, destination_b=number, wait=0)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "destination_b"), reply


@pytest.mark.parametrize("number", ["600", "*97", "*9664", "*3001", "102", "199", "12125550123"])
def test_a_call_begins_at_a_phone_or_outside(caller: Caller, number: str) -> None:
    reply = caller.call("originate", **HOME, **CALL | {"destination_a": number}, destination_b="101", wait=0)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "destination_a"), reply


def test_without_a_gateway_the_sandbox_has_one_of_its_own(house: House, tenant: Caller) -> None:
    for number in ("5550123", "12125550123", "+12125550123"):
        assert tenant.call("originate", **CALL, destination_b=number, wait=0).status == 202
    reply = tenant.call("originate", **CALL, destination_b="555012", wait=0)
    assert (
        reply.json["error"]
        == "nobody here has the number 555012; in the sandbox those outside have seven digits or more"
    )
    call_uuid = placed(tenant)
    house.clock.time += 1
    tenant.done("call-transfer", call_uuid=call_uuid, destination="12125550123")


def test_the_sandboxs_own_numbers_are_there_beside_a_gateway(away: Caller) -> None:
    assert [
        away.call("originate", **HOME, **CALL, destination_b=one, wait=0).status for one in ("5550123", "15550123")
    ] == [202, 422]


def test_another_sandbox_is_one_too(operator: Caller, tenant: Caller) -> None:
    operator.done("domain-update", **HOME, switch="lab")
    assert tenant.call("originate", **CALL, destination_b="5550123", wait=0).status == 202
    assert tenant.call("originate", **CALL, destination_b="199", wait=0).status == 422


@pytest.mark.parametrize("number", ["102", "601", "199"])
def test_a_call_from_outside_that_leads_nowhere_is_refused(away: Caller, number: str) -> None:
    away.done("destination-create", **HOME, number="12025550177", extension=number)
    call = CALL | {"destination_a": "5550150"}
    for dialled in ("12025550177", number):
        reply = away.call("originate", **HOME, **call, destination_b=dialled)
        assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "destination_b"), reply


@pytest.mark.parametrize(
    ("destination", "rung"), [("199", []), ("102", []), ("101", ["101"]), ("12025550123", ["12025550123"])]
)
def test_a_forward_leads_where_any_number_leads(house: House, away: Caller, destination: str, rung: list[str]) -> None:
    away.done("extension-create", **HOME, extension="5550140")
    if destination in ("199", "102"):  # a forward is refused that leads nowhere: this one will
        _is_there(away, destination)
    away.done("extension-forward-set", **HOME, extension="5550140", busy={"enabled": True, "destination": destination})
    if destination in ("199", "102"):
        away.done("extension-update", **HOME, extension=destination, enabled=False)
    call = away.done("originate", **HOME, **CALL, destination_b="5550140")
    house.clock.time += 40
    legs = away.done("cdr-details", **HOME, xml_cdr_uuid=call["call_uuid"])["legs"]
    assert [leg["destination_number"] for leg in legs if leg["leg"] == "b"] == ["5550140", *rung]


def test_of_a_group_those_are_rung_who_can_be(house: House, away: Caller) -> None:
    members = [{"number": number} for number in ("199", "102", "12125550123", "101", "12025550123")]
    away.done("domain-update", **HOME, outbound_prefixes=["1202", "1212"])
    away.done("ringgroup-create", **HOME, name="All", extension="602", destinations=members, strategy="simultaneous")
    away.done("domain-update", **HOME, **TRUNK)
    call_uuid = placed(away, **HOME, destination_b="602")
    called = [leg["number"] for leg in away.done("call-details", **HOME, call_uuid=call_uuid)["legs"]]
    assert called == ["100", "101", "12025550123"]


def _is_there(away: Caller, number: str) -> None:
    away.call("extension-create", **HOME, extension=number)
    away.done("extension-update", **HOME, extension=number, enabled=True)


def test_hold_music_is_a_call_in_the_sandbox_as_any_other(house: House, tenant: Caller) -> None:
    call_uuid = placed(tenant, destination_b="*9664")
    house.clock.time += 1
    assert states(tenant, call_uuid) == [("100", "answered"), ("*9664", "answered")]
    house.clock.time += 3
    assert record(tenant, call_uuid)["hangup_cause"] == "NORMAL_CLEARING"
