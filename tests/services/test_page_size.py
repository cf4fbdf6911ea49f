"""No page is longer than an answer may be, however long its rows: it ends early, and has a cursor."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from ringpost.clock import stamp
from ringpost.entry import demo
from ringpost.model.call import Call, Leg
from ringpost.model.errors import CannotComply
from ringpost.model.event import AuditLine, Event
from ringpost.model.extension import Extension
from ringpost.services import pages
from ringpost.store import Key, Put, Row, keys
from tests.fakes import NOON
from tests.harness import Caller, House, Reply

LAMBDA = 6 * 1024 * 1024
HOME = demo.DOMAIN_UUID


def uuid(number: int) -> str:
    return f"aaaaaaaa-0000-4000-8000-{number:012d}"


def a_call(number: int) -> tuple[Key, Call]:
    """One of twenty legs, of which text is in no alphabet of ours and full of quotation marks."""
    start = stamp(NOON - 1000 + number / 1000)
    legs = tuple(
        Leg(xml_cdr_uuid=uuid(number * 20 + place), start_stamp=start, last_arg='"日' * 100, caller_id_name="Zoë" * 40)
        for place in range(20)
    )
    call = Call(xml_cdr_uuid=uuid(number), domain_uuid=HOME, start_stamp=start, listed_at=start, legs=legs)
    return Key(keys.cdrs(HOME), f"{start}#{uuid(number)}"), call


def a_call_over_all(number: int) -> tuple[Key, Call]:
    """The same, in the list of its day over all domains."""
    call = a_call(number)[1]
    return keys.call_in_all(call), call


def an_event(number: int) -> tuple[Key, BaseModel]:
    at = stamp(NOON - 1000 + number / 1000)
    event = Event(event_uuid=uuid(number), type="call.held", domain_uuid=HOME, due_at=at, data={"note": "日" * 6000})
    return keys.event(HOME, at, 0, event.event_uuid), event


def a_line(number: int) -> tuple[Key, BaseModel]:
    at = stamp(NOON - 1000 + number / 1000)
    line = AuditLine(
        at=at, request_id=uuid(number), key_uuid=None, action="x", source_ip="192.0.2.1", domain_uuid=HOME,
        events=("x.y",) * 400, targets=(uuid(1),) * 400,
    )  # fmt: skip
    return keys.audit(HOME, at, line.request_id), line


def an_extension(number: int) -> tuple[Key, BaseModel]:
    extension = Extension(
        extension_uuid=uuid(number), domain_uuid=HOME, extension=f"7{number:05d}", user_context="x",
        description="日" * 1024,
    )  # fmt: skip
    return Key(keys.extensions(HOME), extension.extension), extension


class List(NamedTuple):
    """An action, what its rows are, what tells them apart, and what is asked."""

    action: str
    make: Callable[[int], tuple[Key, BaseModel]]
    name: str
    asked: dict[str, Any]
    often: int = 400


LISTS = [
    List("cdr-search", a_call, "xml_cdr_uuid", {}),
    List("event-list", an_event, "id", {"types": ["call.held"]}),
    List("audit-list", a_line, "request_id", {}),
    List("extension-search", an_extension, "extension_uuid", {}, 1000),
    List("extension-search", an_extension, "extension_uuid", {"direction": "desc"}, 1000),
    List("extension-search", an_extension, "extension_uuid", {"order": "description"}, 1000),
    List("extension-search", an_extension, "extension_uuid", {"order": "extension", "direction": "desc"}, 1000),
]


def fill(house: House, make: Callable[[int], tuple[Key, BaseModel]], often: int = 400) -> None:
    """Long rows in the list; what else a record has of rows does not matter here."""
    for start in range(0, often, 40):
        rows = [make(number) for number in range(start, min(start + 40, often))]
        house.store.transact([Put(Row(key, record.model_dump_json())) for key, record in rows])


def fits(reply: Reply) -> bool:
    """Whether Lambda takes it: the body is text in JSON once more."""
    return reply.status == 200 and len(json.dumps(reply.text, ensure_ascii=False).encode()) < LAMBDA


def test_the_calls_of_all_domains_have_shorter_pages_too(house: House, operator: Caller) -> None:
    fill(house, a_call_over_all)
    marks = [keys.call_list(keys.calls_of_day("2026-11-22", shard)) for shard in range(keys.CALL_SHARDS)]
    house.store.transact([Put(Row(mark, "{}")) for mark in marks])
    seen: list[str] = []
    cursor, asked = None, 0
    while cursor is not None or not asked:
        reply = operator.call("cdr-search", of_all_domains=True, limit=1000, cursor=cursor)
        assert fits(reply)
        seen += [call["xml_cdr_uuid"] for call in reply.json["items"] if call["xml_cdr_uuid"].startswith("aaaaaaaa-")]
        cursor, asked = reply.json["next_cursor"], asked + 1
    assert asked > 1
    assert seen == [uuid(number) for number in reversed(range(400))]


@pytest.mark.parametrize("one", LISTS, ids=lambda one: f"{one.action} {one.asked}")
def test_a_list_of_long_rows_has_shorter_pages_and_leaves_nothing_out(house: House, tenant: Caller, one: List) -> None:
    fill(house, one.make, one.often)
    seen: list[str] = []
    cursor = None
    asked = 0
    while cursor is not None or not asked:
        reply = tenant.call(one.action, **one.asked, limit=1000, cursor=cursor)
        assert fits(reply)
        assert len(reply.text.encode()) <= pages.FULL + 1000
        seen += [item[one.name] for item in reply.json["items"] if item[one.name].startswith("aaaaaaaa-")]
        asked += 1
        cursor = reply.json["next_cursor"] if reply.json.get("more", True) else None
    assert asked > 1
    assert sorted(seen) == [uuid(number) for number in range(one.often)]


def test_a_page_ends_no_earlier_than_it_must(house: House, tenant: Caller) -> None:
    fill(house, a_call)
    reply = tenant.call("cdr-search", limit=1000)
    [longest] = tenant.done("cdr-search", limit=1)["items"]
    assert len(reply.text.encode()) + len(json.dumps(longest, ensure_ascii=False).encode()) > pages.FULL


def test_of_what_is_not_asked_for_nothing_is_weighed(house: House, tenant: Caller) -> None:
    fill(house, a_call)
    page = tenant.done("cdr-search", limit=1000, hangup_cause="USER_BUSY")
    assert (page["items"], page["next_cursor"]) == ([], None)


def test_a_table_of_long_rows_fits_too(house: House, tenant: Caller) -> None:
    fill(house, a_call)
    reply = tenant.call("cdr-export")
    assert fits(reply)


def test_one_row_that_is_longer_than_a_page_is_a_page() -> None:
    rows = ["x" * (pages.FULL + 1), "y"]
    assert pages.Scales().fitting(rows, lambda row: row) == rows[:1]


def test_a_list_without_pages_is_whole_or_refused(house: House, tenant: Caller) -> None:
    def short(number: int) -> tuple[Key, BaseModel]:
        key, extension = an_extension(number)
        return key, extension.model_copy(update={"description": ""})

    fill(house, short, 200)
    assert len(tenant.done("extension-list")) == 202
    with pytest.raises(CannotComply, match="longer than an answer"):
        pages.whole(["x" * 1000] * (pages.FULL // 1000))
