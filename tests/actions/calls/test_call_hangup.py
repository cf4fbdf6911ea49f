import json

import pytest

from ringpost.context import CallLimits
from ringpost.entry import demo
from ringpost.store.sqlite import SqliteStore
from tests.actions.calls.live import CALL, parties, placed, record, talking
from tests.fakes import FakeClock
from tests.harness import Caller, House


def told(house: House, call_uuid: str) -> list[tuple[str, str]]:
    """The events of a call, and when they are due."""
    rows = house.store.query(f"domain#{demo.DOMAIN_UUID}#events", limit=1000)
    events = [json.loads(row.body) for row in rows]
    return [(event["type"], event["due_at"][-10:-5]) for event in events if event["call_uuid"] == call_uuid]


def test_ends_the_call_and_its_record_now(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant, external_id="deal-1", tags=["red"])
    house.clock.time += 0.5
    tenant.done("call-hangup", call_uuid=call_uuid)
    assert tenant.call("call-details", call_uuid=call_uuid).status == 404
    call = record(tenant, call_uuid)
    assert (call["start_stamp"], call["end_stamp"]) == ("2026-11-22T12:00:00.000Z", "2026-11-22T12:00:02.500Z")
    assert (call["hangup_cause"], call["duration"], call["billsec"]) == ("NORMAL_CLEARING", 2, 1)
    assert [leg["end_stamp"] for leg in call["legs"]] == ["2026-11-22T12:00:02.500Z"] * 2
    assert (call["external_id"], call["tags"], call["sandbox"]) == ("deal-1", ["red"], True)


def test_the_record_foretold_before_is_gone(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-hangup", call_uuid=call_uuid)
    house.clock.time += 10
    for query in ({}, {"number": "5550123"}, {"extension": "100"}):
        found = [call for call in tenant.done("cdr-search", **query)["items"] if call["xml_cdr_uuid"] == call_uuid]
        assert [call["end_stamp"] for call in found] == ["2026-11-22T12:00:02.000Z"]


def test_its_events_are_those_of_the_call_as_it_was(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    before = told(house, call_uuid)
    assert before[-2:] == [("call.ended", "00:05"), ("cdr.created", "00:05")]
    house.clock.time += 0.5
    tenant.done("call-hangup", call_uuid=call_uuid)
    assert told(house, call_uuid) == [*before[:-2], ("call.ended", "00:02"), ("cdr.created", "00:02")]
    rows = house.store.query(f"domain#{demo.DOMAIN_UUID}#events", limit=1000)
    ended = json.loads(rows[-2].body)
    assert (ended["type"], ended["data"]["call"]["end_stamp"]) == ("call.ended", "2026-11-22T12:00:02.500Z")


def test_a_call_that_rings_ends_without_an_answer(house: House, tenant: Caller) -> None:
    call_uuid = tenant.call("originate", **CALL, wait=0).json["call_uuid"]
    house.clock.time += 0.5
    tenant.done("call-hangup", call_uuid=call_uuid)
    call = record(tenant, call_uuid)
    assert (call["answer_stamp"], call["billsec"], len(call["legs"])) == (None, 0, 1)
    happened = [what for what, _ in told(house, call_uuid)]
    assert happened == ["call.placed", "call.ringing", "call.cancelled", "call.ended", "cdr.created"]
    house.clock.time += 0.5
    assert tenant.call("call-details", call_uuid=call_uuid).status == 404, "it is not answered any more"


def test_a_call_may_be_ended_the_moment_it_was_placed(tenant: Caller) -> None:
    call_uuid = tenant.call("originate", **CALL, wait=0).json["call_uuid"]
    assert tenant.call("call-hangup", call_uuid=call_uuid).status == 200
    assert record(tenant, call_uuid)["duration"] == 0


def test_a_party_nobody_reached_has_no_answer(house: House, tenant: Caller) -> None:
    call_uuid = placed(tenant)
    house.clock.time += 0.5
    tenant.done("call-hangup", call_uuid=call_uuid)
    a, b = record(tenant, call_uuid)["legs"]
    assert (a["billsec"], b["answer_stamp"], b["billsec"]) == (0, None, 0)


def test_two_that_never_spoke_were_not_connected(house: House, tenant: Caller) -> None:
    call_uuid = placed(tenant)
    house.clock.time += 0.5
    tenant.done("call-hangup", call_uuid=call_uuid)
    assert [leg["bridge_uuid"] for leg in record(tenant, call_uuid)["legs"]] == [None, None]


def test_any_leg_takes_the_call_with_it(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    b = parties(tenant, call_uuid)[1]
    assert tenant.done("call-hangup", call_uuid=call_uuid, leg_uuid=b)["leg_uuid"] == b
    assert tenant.call("call-details", call_uuid=call_uuid).status == 404
    assert record(tenant, call_uuid)["hangup_cause"] == "NORMAL_CLEARING"


def test_a_retry_ends_it_once(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    first = tenant.call("call-hangup", call_uuid=call_uuid, idempotency_key="k")
    version = record(tenant, call_uuid)["version"]
    house.clock.time += 1
    again = tenant.call("call-hangup", call_uuid=call_uuid, idempotency_key="k")
    assert (again.status, again.json) == (200, first.json)
    assert record(tenant, call_uuid)["version"] == version
    assert tenant.call("call-hangup", call_uuid=call_uuid).status == 404


@pytest.mark.parametrize("call_uuid", [demo.HELD_CALL_UUID, demo.PARKED_CALL_UUID])
def test_a_call_that_waits_ends_like_any_other(tenant: Caller, call_uuid: str) -> None:
    tenant.done("call-hangup", call_uuid=call_uuid)
    call = record(tenant, call_uuid)
    assert (call["end_stamp"], call["hangup_cause"]) == ("2026-11-22T12:00:00.000Z", "NORMAL_CLEARING")


def test_a_call_that_was_hung_up_runs_no_more(house: House, tenant: Caller) -> None:
    house.call_limits = CallLimits(at_once=1)
    house.restart()
    tenant.done("call-hangup", call_uuid=placed(tenant))
    assert tenant.call("originate", **CALL).status == 200


def test_a_call_on_hold_still_runs(house: House, tenant: Caller) -> None:
    house.call_limits = CallLimits(at_once=1)
    house.restart()
    tenant.done("call-hold", call_uuid=placed(tenant))
    house.clock.time += 10
    assert tenant.call("originate", **CALL).status == 429


class TickingClock(FakeClock):
    """A clock that goes on, a millisecond each time somebody looks."""

    def now(self) -> float:
        self.time += 0.001
        return self.time


def test_what_is_done_to_a_call_is_told_though_time_goes_on_meanwhile(store: SqliteStore, tenant: Caller) -> None:
    house = House(store, TickingClock())
    caller = Caller(house, tenant.key_uuid, tenant.secret)
    call_uuid = talking(caller)
    for action in ("call-hold", "call-resume", "call-hangup"):
        house.clock.time += 0.1
        caller.done(action, call_uuid=call_uuid)
    happened = [what for what, _ in told(house, call_uuid)]
    assert happened[-4:] == ["call.held", "call.resumed", "call.ended", "cdr.created"]
    assert len(happened) == len(set(happened)) + 2, "two rang, and two answered"
