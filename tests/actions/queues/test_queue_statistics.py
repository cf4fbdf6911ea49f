import csv
from io import StringIO

import pytest

from tests.actions.queues.centre import GIVES_UP, SILENT, Centre
from tests.harness import Caller, House


def a_day(house: House, tenant: Caller) -> Centre:
    """Four callers: one is answered at once, one late, one gives up, one waits too long."""
    centre = Centre(house, tenant, service_level=5, longest_wait=20, wrap_up_seconds=10)
    centre.agent("7010", "110")
    centre.call()
    centre.passes(60)
    tenant.done("agent-pause", agent="7010")
    centre.call(GIVES_UP)
    centre.passes(60)
    centre.call()
    centre.passes(9)
    tenant.done("agent-unpause", agent="7010")
    centre.passes(60)
    tenant.done("agent-logout", agent="7010")
    centre.call()
    centre.passes(60)
    return centre


def test_counts_what_came_of_the_callers(house: House, tenant: Caller) -> None:
    assert a_day(house, tenant).figures() == {
        "of": None,
        "offered": 4,
        "answered": 2,
        "abandoned": 1,
        "overflowed": 1,
        "elsewhere": 0,
        "waiting": 0,
        "in_service_level": 1,
        "service_level": 33.3,
        "mean_wait": 10,
        "longest_wait": 20,
        "talk": 6,
        "mean_talk": 3,
        "wrap_up": 20,
    }


def test_who_waits_still_is_offered_and_nothing_else(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant)
    centre.call()
    centre.passes(5)
    figures = centre.figures()
    assert (figures["offered"], figures["waiting"], figures["answered"], figures["mean_wait"]) == (1, 1, 0, None)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("queue", ["Orders"]),
        ("agent", ["7010", None]),
        ("day", ["2026-11-22"]),
        ("hour", ["2026-11-22T12:00+0000"]),
    ],
)
def test_groups_them(house: House, tenant: Caller, by: str, groups: list[str]) -> None:
    centre = a_day(house, tenant)
    items = tenant.done("queue-statistics", queue="702", by=by)["items"]
    assert [one["of"] for one in items] == groups
    assert sum(one["offered"] for one in items) == centre.figures()["offered"]


def test_days_and_hours_are_those_of_the_time_zone(house: House, tenant: Caller) -> None:
    a_day(house, tenant)
    asked = {"queue": "702", "timezone": "Asia/Kathmandu", "from": "2026-11-22T00:00:00Z"}
    assert tenant.done("queue-statistics", by="hour", **asked)["items"][0]["of"] == "2026-11-22T17:00+0545"
    assert tenant.call("queue-statistics", queue="702", timezone="Mars/Olympus").status == 400


def test_counts_of_a_stretch_of_time_who_joined_in_it(house: House, tenant: Caller) -> None:
    centre = a_day(house, tenant)
    asked = {"from": "2026-11-22T12:00:30Z", "until": "2026-11-22T12:02:30Z"}
    assert (centre.figures(**asked)["offered"], centre.figures(**asked)["answered"]) == (2, 1)
    assert tenant.call("queue-statistics", **{"from": asked["until"], "until": asked["from"]}).status == 400


def test_of_one_agent_only_what_it_took_or_was_rung_for(house: House, tenant: Caller) -> None:
    centre = Centre(house, tenant, strategy="linear")
    centre.agent("7011", SILENT)
    centre.agent("7010", "110")
    centre.call()
    centre.passes(60)
    assert tenant.done("queue-statistics", agent="7011")["total"]["offered"] == 1
    tenant.done("agent-create", number="7012", firstname="Idle")
    assert tenant.done("queue-statistics", agent="7012")["total"]["offered"] == 0


def test_answers_the_table_as_csv_too(house: House, tenant: Caller) -> None:
    a_day(house, tenant)
    tenant.done("queue-update", queue="702", name="=SUM(A1)")
    answer = tenant.done("queue-statistics", queue="702", csv=True)
    [row] = csv.DictReader(StringIO(answer["csv"]))
    assert (row["of"], row["offered"], row["service_level"]) == ("'=SUM(A1)", "4", "33.3")


def test_another_domains_queue_is_not_found(tenant: Caller, stranger: Caller) -> None:
    assert stranger.call("queue-statistics", queue="700").status == 404
    assert stranger.done("queue-statistics")["total"]["offered"] == 0
