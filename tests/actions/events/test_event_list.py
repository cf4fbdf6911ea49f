from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.clock import stamp
from ringpost.entry import demo
from ringpost.store.sqlite import SqliteStore
from tests.fakes import NOON, FakeClock
from tests.harness import Caller, House
from tests.webhooks.receivers import OTHER, call_event, event, happen

EMPTY = {"domain_name": "empty.example.net"}


@pytest.fixture
def quiet(stranger: Caller) -> Caller:
    """Somebody in whose domain nothing has happened for an hour."""
    stranger.house.clock.time = NOON + 3600
    return stranger


def read(caller: Caller, cursor: str | None = None, **asked: Any) -> tuple[list[dict[str, Any]], str, bool]:
    page = caller.done("event-list", cursor=cursor, **asked)
    return page["items"], page["next_cursor"], page["more"]


def since(caller: Caller) -> str:
    """The cursor of now."""
    _, cursor, more = read(caller, limit=1000)
    assert not more
    return cursor


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


def test_a_user_is_told_of_the_calls_it_sees_and_of_nothing_else(house: House, tenant: Caller) -> None:
    tenant.done("user-extension-add", user="bob", extension="101")
    tenant.done("usergroup-create", display_name="Board")
    tenant.done("usergroup-member-add", usergroup="board", user="alice")
    tenant.done("usergroup-member-add", usergroup="interns", user="bob")
    made = tenant.done("key-create", name="Bob's", scopes=["#"], domains=[demo.DOMAIN_NAME], as_user="bob")
    bob = Caller(house, made["key_uuid"], made["secret"])
    place = {"caller_id_number": "5550100", "destination_b": "5550123"}
    hers = tenant.done("originate", **place, destination_a="100")["call_uuid"]
    his = tenant.done("originate", **place, destination_a="101")["call_uuid"]
    house.clock.time += 60
    told, _, _ = read(bob, limit=1000)
    assert {hers, his} <= {item["call_uuid"] for item in told}, "nobody has forbidden it"
    assert {item["type"].partition(".")[0] for item in told} <= {"call", "cdr", "recording"}
    tenant.done("permission-set", usergroup="interns", key="see_calls", allowed=True, exceptions=["board"])
    told, _, _ = read(bob, limit=1000)
    assert {his} == {item["call_uuid"] for item in told} - {demo.CALL_UUID}
    assert {"call.placed", "call.ringing", "call.ended", "cdr.created"} <= {item["type"] for item in told}


def test_tells_what_an_action_did_as_a_webhook_would(house: House, quiet: Caller) -> None:
    cursor = since(quiet)
    made = quiet.done("contact-create", display_name="x")
    house.clock.time += 11
    (told,), _, more = read(quiet, cursor)
    assert (told["type"], told["timestamp"], more) == ("contact.created", "2026-11-22T13:00:00.000Z", False)
    assert (told["domain_uuid"], told["call_uuid"], told["sequence"]) == (OTHER, None, 0)
    assert told["data"]["contact_uuid"] == made["contact_uuid"]


def test_what_has_just_happened_is_not_told_yet_unless_fresh_is_asked_for(house: House, quiet: Caller) -> None:
    cursor, fresh = since(quiet), read(quiet, fresh=True, limit=1000)[1]
    quiet.done("contact-create", display_name="x")
    house.clock.time += 0.001
    assert read(quiet, cursor)[0] == []
    seen, fresh, _ = read(quiet, fresh, fresh=True)
    assert len(seen) == 1
    house.clock.time += 11
    again, fresh, _ = read(quiet, fresh, fresh=True)
    assert ids(again) == ids(seen), "it comes again: know it by its id"
    assert read(quiet, fresh, fresh=True)[0] == []
    assert ids(read(quiet, cursor)[0]) == ids(seen)


def test_a_cursor_goes_on_though_there_was_nothing(house: House, quiet: Caller) -> None:
    cursor = since(quiet)
    for number in range(3):
        assert read(quiet, cursor)[0] == []
        cursor = read(quiet, cursor)[1]
        house.clock.time += 3600
        happen(house.store, event(number=number, at=house.clock.time - 60, domain_uuid=OTHER))
        (told,), cursor, _ = read(quiet, cursor)
        assert told["id"] == event(number=number).event_uuid


def test_filters_read_on_past_what_they_leave_out(house: House, quiet: Caller) -> None:
    calls = [call_event("call.ended", number, at=NOON + 3500 + number, domain_uuid=OTHER) for number in range(9)]
    happen(house.store, *calls)
    found, pages = [], 0
    place: str | None = None
    while True:
        items, place, more = read(quiet, place, call_uuid=calls[7].call_uuid, limit=2)
        found, pages = found + items, pages + 1
        if not more:
            break
    assert ids(found) == [calls[7].event_uuid]
    assert pages > 4


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"types": ["call.*"]}, [1, 2]),
        ({"types": "call.ended,cdr.created"}, [2, 3]),
        ({"types": ["#", "!call.*"]}, [3, 4]),
        ({"types": ["*.created"]}, [3, 4]),
        ({"extension": "100"}, [1, 2]),
        ({"extension": "101"}, [3]),
        ({"from": "2026-11-22T12:58:20.5Z", "until": "2026-11-22T12:58:24Z"}, [1, 2, 3]),
        ({"from": "2026-11-22T12:58:22Z", "until": "2026-11-22T12:58:23Z"}, [2]),
        ({"from": "2026-11-22T12:58:22Z", "types": ["call.*"], "extension": "100"}, [2]),
    ],
)
def test_what_is_asked_for(house: House, quiet: Caller, asked: dict[str, Any], found: list[int]) -> None:
    at = NOON + 3500
    happen(
        house.store,
        call_event("call.ringing", 0, 1, at=at + 1, domain_uuid=OTHER),
        call_event("call.ended", 0, 2, at=at + 2, domain_uuid=OTHER),
        event("cdr.created", 3, at=at + 3, domain_uuid=OTHER, data={"extensions": ["101"]}),
        event("contact.created", 4, at=at + 4, domain_uuid=OTHER),
    )
    items, _, _ = read(quiet, **asked, limit=1000)
    ours = {event(number=number).event_uuid: number for number in (1, 2, 3, 4)}
    assert [ours[one] for one in ids(items) if one in ours] == found


@pytest.mark.parametrize(
    "bad", [{"types": []}, {"types": ["a b"]}, {"limit": 0}, {"from": "yesterday"}, {"call_uuid": "x"}]
)
def test_refuses_what_cannot_be_asked(quiet: Caller, bad: dict[str, Any]) -> None:
    assert quiet.call("event-list", **bad).status == 400


def test_a_cursor_belongs_to_its_query_and_key(house: House, operator: Caller, stranger: Caller) -> None:
    cursor = since(stranger)
    assert stranger.call("event-list", cursor=cursor, types=["#"]).status == 400
    assert stranger.call("event-list", cursor=cursor, fresh=True).status == 400
    assert operator.call("event-list", cursor=cursor, **EMPTY).status == 400
    assert house.tenant_key("empty.example.net").call("event-list", cursor=cursor).status == 400
    assert stranger.call("audit-list", cursor=cursor).status == 400
    changed = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
    assert stranger.call("event-list", cursor=changed).status == 400
    assert stranger.call("event-list", cursor=cursor, limit=5).status == 200


def test_what_the_sandbox_has_planned_has_not_happened_yet(house: House, tenant: Caller) -> None:
    call = tenant.done("originate", caller_id_number="5550100", destination_a="100", destination_b="101")["call_uuid"]
    seen = set()
    for fresh in (True, False):
        items = read(tenant, call_uuid=call, fresh=fresh, limit=1000)[0]
        assert all(item["timestamp"] <= stamp(house.clock.time) for item in items)
        assert "call.ended" not in {item["type"] for item in items}
        seen |= {item["type"] for item in items}
    assert "call.ringing" in seen
    house.clock.time += 3600
    told = read(tenant, call_uuid=call, limit=1000)[0]
    assert {"call.ringing", "call.answered", "call.ended"} <= {item["type"] for item in told}
    assert len(ids(told)) == len(set(ids(told)))


def test_an_operators_own_is_what_belongs_to_no_domain(house: House, operator: Caller, tenant: Caller) -> None:
    happen(house.store, event("switch.created", 1, domain_uuid=None), event(number=2))
    house.clock.time += 60
    assert [item["type"] for item in read(operator, types=["switch.*"], of_no_domain=True)[0]][-1] == "switch.created"
    assert all(item["domain_uuid"] is None for item in read(operator, limit=1000, of_no_domain=True)[0])
    assert operator.call("event-list").status == 400
    assert tenant.call("event-list", of_no_domain=True).status == 403
    assert event(number=2).event_uuid in ids(read(tenant, limit=1000)[0])
    assert event(number=2).event_uuid in ids(read(operator, domain_name=demo.DOMAIN_NAME, limit=1000)[0])


def test_nobody_reads_anothers(stranger: Caller, operator: Caller, house: House) -> None:
    assert stranger.call("event-list", domain_name=demo.DOMAIN_NAME).status == 404
    assert operator.call("event-list", domain_uuid="d0d0d0d0-0000-4000-8000-00000000000f").status == 404
    both = house.key("#", domains=(demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID))
    assert both.call("event-list").status == 400


steps = st.lists(
    st.tuples(st.just("write"), st.floats(0, 9.9), st.floats(0, 5))
    | st.tuples(st.just("read"), st.integers(1, 5), st.floats(0, 20)),
    min_size=5,
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(steps)
def test_whatever_is_written_late_nothing_is_left_out_and_nothing_comes_twice(
    house: House, store: SqliteStore, clock: FakeClock, walk: list[tuple[str, float, float]]
) -> None:
    reader = house.tenant_key("empty.example.net")
    clock.time += 3600
    cursor, written, heard = since(reader), [], []

    for number, (what, much, passes) in enumerate(walk):
        if what == "write":
            late = event("late.written", number, at=clock.time - much, domain_uuid=OTHER)
            late = late.model_copy(
                update={"event_uuid": late.event_uuid[:24] + f"{int(clock.time) % 10**8:08d}{number:04d}"}
            )
            happen(store, late, now=clock.time)
            written.append(late.event_uuid)
        else:
            items, cursor, _ = read(reader, cursor, limit=int(much))
            heard += ids(items)
        clock.time += passes
    clock.time += 10.001
    while True:
        items, cursor, more = read(reader, cursor, limit=3)
        heard += ids(items)
        if not more:
            break
    assert sorted(heard) == sorted(written)
    assert len(heard) == len(set(heard))
