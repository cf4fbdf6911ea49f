import csv
import io
from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.services import exports
from tests.harness import Caller


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
    monkeypatch.setattr(exports, "_STRETCH", 2)
    monkeypatch.setattr(exports, "_FULL", 600)
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
