from typing import Any

import pytest

from ringpost.entry import demo
from tests.actions.calls.live import parties, record, talking
from tests.harness import Caller, House


def test_whoever_waits_rings_an_extension(house: House, tenant: Caller) -> None:
    answer = tenant.done("call-unpark", slot="5901", extension="100")
    assert answer == {"call_uuid": demo.PARKED_CALL_UUID, "slot": "5901", "extension": "100"}
    call = tenant.done("call-details", call_uuid=demo.PARKED_CALL_UUID)
    assert (call["slot"], [(leg["number"], leg["state"]) for leg in call["legs"]]) == (
        None,
        [("101", "answered"), ("100", "ringing")],
    )
    house.clock.time += 4
    assert record(tenant, demo.PARKED_CALL_UUID)["extensions"] == ["100", "101"]
    assert tenant.call("call-details", call_uuid=demo.PARKED_CALL_UUID).status == 404


def test_the_call_may_be_named_instead_of_the_slot(tenant: Caller) -> None:
    answer = tenant.done("call-unpark", call_uuid=demo.PARKED_CALL_UUID, extension="100")
    assert answer["slot"] == "5901"
    assert tenant.done("parked-call-list")["items"] == []


def test_a_call_that_was_parked_here_comes_back(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    slot = tenant.done("call-park", call_uuid=call_uuid)["slot"]
    house.clock.time += 600
    tenant.done("call-unpark", slot=slot, extension="101")
    house.clock.time += 4
    call = record(tenant, call_uuid)
    assert [leg["destination_number"] for leg in call["legs"]] == ["5550123", "5550123", "101"]
    assert (call["end_stamp"], call["hangup_cause"]) == ("2026-11-22T12:10:06.000Z", "NORMAL_CLEARING")


def test_the_call_uuid_that_call_park_answered_unparks_it(tenant: Caller) -> None:
    parked = tenant.done("call-park", call_uuid=talking(tenant))
    assert tenant.call("call-unpark", call_uuid=parked["call_uuid"], extension="101").status == 200


def test_the_leg_uuid_that_call_park_answered_unparks_it(tenant: Caller) -> None:
    parked = tenant.done("call-park", call_uuid=talking(tenant))
    assert tenant.done("call-unpark", call_uuid=parked["leg_uuid"], extension="101")["slot"] == parked["slot"]


@pytest.mark.parametrize("which", [{}, {"slot": "5901", "call_uuid": demo.PARKED_CALL_UUID}])
def test_needs_one_of_the_two(tenant: Caller, which: dict[str, Any]) -> None:
    assert tenant.call("call-unpark", **which, extension="100").status == 400


@pytest.mark.parametrize("which", [{"slot": "5902"}, {"slot": "1"}, {"call_uuid": demo.HELD_CALL_UUID}])
def test_a_slot_in_which_nobody_waits_is_not_there(tenant: Caller, which: dict[str, Any]) -> None:
    reply = tenant.call("call-unpark", **which, extension="100")
    assert (reply.status, reply.json["error"]) == (404, "nobody waits there")


@pytest.mark.parametrize("extension", ["600", "199", "911", "12025550123", "*98"])
def test_only_an_extension_takes_it(operator: Caller, tenant: Caller, extension: str) -> None:
    home = {"domain_name": demo.DOMAIN_NAME}
    operator.done("domain-update", **home, outbound_gateway="trunk", outbound_prefixes=["1"])
    reply = tenant.call("call-unpark", slot="5901", extension=extension)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "extension")
    assert len(tenant.done("parked-call-list")["items"]) == 1


def test_a_stranger_finds_nobody_there(stranger: Caller) -> None:
    either: list[dict[str, Any]] = [{"slot": "5901"}, {"call_uuid": demo.PARKED_CALL_UUID}]
    for which in either:
        assert stranger.call("call-unpark", **which, extension="100").json["error"] == "nobody waits there"
    reply = stranger.call("call-unpark", domain_name=demo.DOMAIN_NAME, slot="5901", extension="100")
    assert reply.json["error"] == "domain not found"


def test_a_retry_rings_once(house: House, tenant: Caller) -> None:
    sent = {"slot": "5901", "extension": "100", "idempotency_key": "k"}
    assert tenant.done("call-unpark", **sent) == tenant.done("call-unpark", **sent)
    assert len(parties(tenant, demo.PARKED_CALL_UUID)) == 2
    house.clock.time += 4
    assert len(record(tenant, demo.PARKED_CALL_UUID)["legs"]) == 3
