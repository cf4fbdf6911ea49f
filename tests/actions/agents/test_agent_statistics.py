from ringpost.clock import stamp
from tests.actions.queues.centre import SILENT, Centre
from tests.harness import Caller, House


def test_counts_what_agents_answered_and_missed(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, strategy="linear", ring_seconds=10, wrap_up_seconds=4)
    centre.agent("7010", SILENT)
    centre.agent("7011", "111")
    centre.call()
    centre.passes(60)
    items = {one["of"]: one for one in tenant.done("agent-statistics", queue="702")["items"]}
    assert (items["7010"]["answered"], items["7010"]["missed"]) == (0, 1)
    assert (items["7011"]["answered"], items["7011"]["talk"], items["7011"]["wrap_up"]) == (1, 3, 4)


def test_counts_for_how_long_they_were_logged_in_and_paused(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    centre.passes(100)
    tenant.done("agent-pause", agent="7010")
    centre.passes(40)
    tenant.done("agent-unpause", agent="7010")
    centre.passes(60)
    tenant.done("agent-logout", agent="7010")
    centre.passes(1000)
    [one] = tenant.done("agent-statistics", agent="7010")["items"]
    assert (one["logged_in"], one["paused"]) == (200, 40)
    asked = {"from": "2026-11-22T12:01:00Z", "until": "2026-11-22T12:02:00Z"}
    [one] = tenant.done("agent-statistics", agent="7010", **asked)["items"]
    assert (one["logged_in"], one["paused"]) == (60, 20)


def test_by_day_hour_and_queue(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    centre.call()
    centre.passes(60)
    for by, of in (("day", "2026-11-22"), ("hour", "2026-11-22T12:00+0000"), ("queue", "Orders")):
        [one] = tenant.done("agent-statistics", by=by)["items"]
        assert (one["of"], one["answered"]) == (of, 1)


def test_of_any_time_there_is(tenant: Caller) -> None:
    asked = {"from": "0001-01-01T00:00:00Z", "until": "0001-01-02T00:00:00Z"}
    assert tenant.done("agent-statistics", **asked)["total"]["logged_in"] == 0


def test_who_has_been_logged_in_for_months_is_so(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.agent("7010", "110")
    house.clock.time += 60 * 86_400
    asked = {"from": stamp(house.clock.now() - 3600), "until": stamp(house.clock.now())}
    [one] = tenant.done("agent-statistics", agent="7010", **asked)["items"]
    assert one["logged_in"] == 3600
