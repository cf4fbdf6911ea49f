import pytest

from ringpost.services.history import call_statistics
from tests.actions.cdr.test_cdr_export import record
from tests.harness import Caller


@pytest.fixture
def busy(tenant: Caller) -> Caller:
    """The demo's call of yesterday, and three more the day before."""
    times = {"answer_stamp": "2026-11-20T00:01:00Z", "end_stamp": "2026-11-20T00:02:00Z"}
    record(tenant, 1, **times, extension="100")
    record(tenant, 2, **times, extension="101", direction="outbound")
    record(tenant, 3, end_stamp="2026-11-20T00:00:33Z", extension="101")
    return tenant


def counted(caller: Caller, **query: object) -> dict[str | None, tuple[int, int, int]]:
    items = caller.done("cdr-statistics", **query)["items"]
    return {one["of"]: (one["calls"], one["answered"], one["missed"]) for one in items}


def test_by_day_extension_and_direction(busy: Caller) -> None:
    assert counted(busy) == {"2026-11-20": (3, 2, 1), "2026-11-21": (1, 1, 0)}
    assert counted(busy, by="extension") == {"100": (2, 2, 0), "101": (2, 1, 1)}
    assert counted(busy, by="direction") == {"inbound": (3, 2, 1), "outbound": (1, 1, 0)}


def test_adds_up_the_seconds(busy: Caller) -> None:
    total = busy.done("cdr-statistics", until="2026-11-21T00:00:00Z")["total"]
    assert (total["calls"], total["duration"], total["billsec"]) == (3, 119 + 118 + 30, 120)


def test_filters_as_cdr_search(busy: Caller) -> None:
    assert counted(busy, extension="101", missed=True) == {"2026-11-20": (1, 0, 1)}
    assert counted(busy, user="alice", by="direction") == {"inbound": (2, 2, 0)}


def test_whose_days_they_are(busy: Caller) -> None:
    assert counted(busy, timezone="America/New_York", until="2026-11-21T00:00:00Z") == {"2026-11-19": (3, 2, 1)}
    assert busy.call("cdr-statistics", timezone="Mars/Olympus").status == 400
    assert busy.call("cdr-statistics", timezone="../etc").status == 400


def test_counts_the_first_day_of_the_calendar(busy: Caller) -> None:
    busy.done("cdr-create", xml_cdr_uuid="aaaaaaaa-0000-4000-8000-00000000000f", start_stamp="0001-01-01T00:00:00Z")
    assert "0001-01-01" in counted(busy, timezone="America/New_York")


def test_refuses_more_than_it_can_count(busy: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_statistics, "_STRETCH", 1)
    monkeypatch.setattr(call_statistics, "MOST_CALLS", 2)
    reply = busy.call("cdr-statistics")
    assert reply.status == 422
    assert "shorter time" in reply.json["error"]
    assert busy.call("cdr-statistics", **{"from": "2026-11-21T00:00:00Z"}).status == 200
