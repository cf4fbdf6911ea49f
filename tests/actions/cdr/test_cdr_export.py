import csv
import io
from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.services import tables
from ringpost.store import Row, Store
from tests.fakes import CountingStore, FakeClock
from tests.harness import Caller, House


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def record(caller: Caller, number: int, **more: Any) -> None:
    caller.done(
        "cdr-create",
        xml_cdr_uuid=f"aaaaaaaa-0000-4000-8000-{number:012d}",
        **{
            "start_stamp": f"2026-11-20T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z",
            "direction": "inbound",
            "destination_number": "100",
            **more,
        },
    )


def test_has_xivos_columns(tenant: Caller) -> None:
    record(
        tenant,
        1,
        answer_stamp="2026-11-20T00:00:05Z",
        end_stamp="2026-11-20T00:00:35Z",
        direction="local",
        tags=["gold", "vip"],
        caller_id_number="101",
    )
    reply = tenant.call("cdr-export", until="2026-11-21T00:00:00Z")
    assert (reply.status, reply.content_type) == (200, "text/csv; charset=utf-8")
    [row] = table(reply.text)
    assert (row["duration"], row["answered"], row["call_direction"], row["tags"]) == ("30", "1", "internal", "gold;vip")
    assert (row["source_extension"], row["destination_extension"]) == ("101", "100")
    assert table(tenant.call("cdr-export", call_direction="internal").text) == [row]


def test_hostile_names_are_no_formulas(tenant: Caller) -> None:
    record(
        tenant,
        1,
        caller_id_name="=HYPERLINK(A1)",
        tags=["@x", "=y"],
        external_id="-1+1",
        caller_id_number="+12025550199",
    )
    row = table(tenant.call("cdr-export").text)[-1]
    assert (row["source_name"], row["tags"], row["external_id"]) == ("'=HYPERLINK(A1)", "'=y;'@x", "'-1+1")
    assert row["source_extension"] == "+12025550199", "a number is no formula"


def test_pages_by_a_header(tenant: Caller) -> None:
    for number in range(5):
        record(tenant, number)
    text, cursor = "", None
    for _ in range(3):
        reply = tenant.call("cdr-export", limit=2, **({"cursor": cursor} if cursor else {}))
        text, cursor = text + reply.text, reply.headers.get("X-Next-Cursor")
    assert cursor is None
    assert len(table(text)) == 6
    assert text.count("xml_cdr_uuid") == 1


def test_a_page_ends_before_it_is_too_large(tenant: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        record(tenant, number)
    monkeypatch.setattr(tables, "_STRETCH", 2)
    monkeypatch.setattr(tables, "_FULL", 600)
    first = tenant.call("cdr-export")
    assert 0 < len(table(first.text)) < 6
    rest = tenant.call("cdr-export", cursor=first.headers["X-Next-Cursor"])
    uuids = [row["xml_cdr_uuid"] for row in table(first.text + rest.text)]
    assert len(set(uuids)) == len(uuids) >= 4


def test_of_a_user(tenant: Caller) -> None:
    assert [row["xml_cdr_uuid"] for row in table(tenant.call("cdr-export", user="alice").text)] == [demo.CALL_UUID]
    assert table(tenant.call("cdr-export", user="bob").text) == []
    tenant.done("user-extension-add", user="bob", extension="101")
    record(tenant, 9, extension="101")
    assert len(table(tenant.call("cdr-export", user="bob").text)) == 1
    assert tenant.call("cdr-export", user="nobody").status == 404


def test_an_empty_one_has_its_heading(stranger: Caller) -> None:
    assert stranger.call("cdr-export").text.startswith("xml_cdr_uuid,start,")
    assert table(stranger.call("cdr-export").text) == []


BEFORE = (
    "xml_cdr_uuid,start,answer,end,source_name,source_extension,destination_name,destination_extension,duration,"
    "answered,call_direction,tags,hangup_cause,missed,extensions,external_id"
)


def test_new_columns_are_behind_the_old_ones(tenant: Caller) -> None:
    heading = tenant.call("cdr-export").text.partition("\r\n")[0]
    assert heading == f"{BEFORE},billsec,caller_id_number,domain_uuid,domain_name"


@pytest.mark.parametrize(
    ("posted", "talked"),
    [
        ({"answer_stamp": "2026-11-20T00:00:05Z", "end_stamp": "2026-11-20T00:00:35Z"}, "30"),
        ({"answer_stamp": "2026-11-20T00:00:05Z", "end_stamp": "2026-11-20T00:00:35Z", "billsec": 31}, "31"),
        ({"end_stamp": "2026-11-20T00:00:35Z", "hangup_cause": "NO_ANSWER"}, "0"),
        ({"answer_stamp": "2026-11-20T00:00:05Z"}, ""),
        ({}, ""),
    ],
)
def test_says_how_long_was_talked(tenant: Caller, posted: dict[str, Any], talked: str) -> None:
    record(tenant, 1, **posted)
    assert table(tenant.call("cdr-export", until="2026-11-20T01:00:00Z").text)[0]["billsec"] == talked


@pytest.mark.parametrize("direction", ["outbound", "local", None])
def test_the_extension_that_called_is_the_source_whatever_it_showed(tenant: Caller, direction: str | None) -> None:
    record(
        tenant,
        1,
        direction=direction,
        source_number="100",
        caller_id_number="+12025550100",
        destination_number="12025550199",
    )
    row = table(tenant.call("cdr-export", until="2026-11-20T01:00:00Z").text)[0]
    assert (row["source_extension"], row["caller_id_number"]) == ("100", "+12025550100")


def test_from_outside_the_source_is_the_number_that_was_shown(tenant: Caller) -> None:
    record(tenant, 1, extension="100", caller_id_number="+12025550199")
    row = table(tenant.call("cdr-export", until="2026-11-20T01:00:00Z").text)[0]
    assert (row["source_extension"], row["caller_id_number"]) == ("+12025550199", "+12025550199")


def test_an_operator_exports_the_calls_of_all_domains(operator: Caller, tenant: Caller, stranger: Caller) -> None:
    for number in range(3):
        record(tenant, number)
        record(stranger, number)
    text, cursor = "", None
    while True:
        reply = operator.call("cdr-export", of_all_domains=True, until="2026-11-20T01:00:00Z", limit=2, cursor=cursor)
        text, cursor = text + reply.text, reply.headers.get("X-Next-Cursor")
        if cursor is None:
            break
    rows = table(text)
    assert [row["domain_name"] for row in rows] == ["empty.example.net", demo.DOMAIN_NAME] * 3
    assert {row["domain_uuid"] for row in rows} == {demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID}
    assert operator.call("cdr-export").status == 400


class FarStore(CountingStore):
    """A store that takes its time for each list."""

    def __init__(self, inner: Store, clock: FakeClock) -> None:
        super().__init__(inner)
        self.clock = clock

    def query(self, *args: Any, **bounds: Any) -> list[Row]:
        self.clock.time += 6
        return super().query(*args, **bounds)


def test_a_page_ends_before_whoever_asks_gives_up(
    house: House, operator: Caller, tenant: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        record(tenant, number * 7200 % 86_400)
    monkeypatch.setattr(tables, "_STRETCH", 2)
    house.store = FarStore(house.store, house.clock)
    house.restart()
    text, cursor, pages = "", None, 0
    while True:
        began = house.clock.time
        reply = operator.call("cdr-export", of_all_domains=True, cursor=cursor)
        assert house.clock.time - began < 80
        text, cursor, pages = text + reply.text, reply.headers.get("X-Next-Cursor"), pages + 1
        if cursor is None:
            break
    assert len({row["xml_cdr_uuid"] for row in table(text)}) == 13
    assert pages > 1
