"""A list from outside costs one row for one bad row: the rest of it stands."""

import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.model.domain import Domain
from ringpost.model.live import Registration
from ringpost.switch.freeswitch import lists, parking
from ringpost.switch.freeswitch.driver import FreeSwitch
from ringpost.switch.freeswitch.esl import EventSocket
from ringpost.switch.freeswitch.events import caught_up
from ringpost.switch.hearing import Known
from tests.fakes import NOON, FakeClock
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch
from tests.switch.freeswitch.stage import GONE, LIVE, A, B, switch_at
from tests.switch.staging import HOME

[ROW] = json.loads(LIVE["answered"]["show calls as json"])["rows"]
COLUMNS = sorted({*ROW, "created_uepoch", "b_created_uepoch"})
ODD = ["", "x", "0", "-1", "1e9", "9" * 30, "9" * 5000, 10**30, -1, 1.5, None, True, [], {}, ["x"], "4711@192.0.2.1",
       "\ud800", "\x00", "٣", A.upper()]  # fmt: skip
values = st.one_of(st.sampled_from(ODD), st.text(max_size=10), st.integers(), st.lists(st.integers(), max_size=2))
rows = st.dictionaries(st.sampled_from(COLUMNS), values).map(lambda odd: {**ROW, "uuid": "x", "b_uuid": "y", **odd})


def listed(*rows: Any) -> str:
    return json.dumps({"row_count": len(rows), "rows": rows})


@given(st.lists(rows, max_size=3), st.lists(rows, max_size=3))
def test_whatever_is_in_other_rows_a_good_one_is_listed(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    mine = [{**row, **dict.fromkeys(("uuid", "b_uuid", "call_uuid"), "x")} for row in (*before, *after)]
    told: list[str] = []
    [call] = lists.calls(HOME, [*mine[: len(before)], ROW, *mine[len(before) :]], {}, told.append)
    assert (call.call_uuid, [leg.leg_uuid for leg in call.legs]) == (A, [A, B])


@given(st.lists(rows, max_size=4))
def test_whatever_rows_hold_what_is_listed_can_be_answered(some: list[dict[str, Any]]) -> None:
    for call in lists.calls(HOME, some, {}, lambda _: None):
        assert json.loads(call.model_dump_json())["legs"]


@pytest.mark.parametrize(
    "odd",
    [
        {"uuid": "4711@192.0.2.1", "call_uuid": "4711@192.0.2.1"},
        {"created_epoch": "x"},
        {"created_epoch": "1" + "0" * 30},
        {"created_epoch": "9" * 5000},
        {"created_epoch": "-1"},
    ],
)
def test_of_a_row_with_one_odd_leg_the_other_is_listed(odd: dict[str, str]) -> None:
    told: list[str] = []
    [call] = lists.calls(HOME, [{**ROW, **odd}], {}, told.append)
    assert [leg.leg_uuid for leg in call.legs] == [B]
    assert len(told) == 1


def test_a_group_whose_caller_has_an_odd_uuid_is_one_call() -> None:
    other = "cccccccc-0000-4000-8000-00000000000c"
    odd = {"uuid": "4711@192.0.2.1", "call_uuid": "4711@192.0.2.1"}
    [call] = lists.calls(HOME, [{**ROW, **odd}, {**ROW, **odd, "b_uuid": other}], {}, lambda _: None)
    assert {leg.leg_uuid for leg in call.legs} == {B, other}
    assert call.call_uuid in (B, other)


@given(
    st.dictionaries(
        st.sampled_from(["contact", "agent", "status", "network-ip", "network-port"]),
        st.one_of(st.sampled_from([one for one in ODD if isinstance(one, str)]), st.text(max_size=30)),
    )
)
def test_whatever_a_phone_says_of_itself_it_can_be_answered(said: dict[str, str]) -> None:
    found = lists.registration({"user": "100@live.example.net", **said}, NOON)
    assert Registration.model_validate_json(found.model_dump_json()) == found


def test_what_is_no_row_is_left_out_and_logged_once_a_request(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedFreeSwitch() as server:
        server.answers |= LIVE["answered"] | {"show calls as json": listed("x", None, {**ROW, "uuid": "x"}, ROW)}
        switch = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock)
        with caplog.at_level(logging.WARNING, "ringpost"):
            assert [call.call_uuid for call in switch.calls(HOME)] == [A]
            assert [call.call_uuid for call in switch.calls(HOME)] == [A]
        assert len(caplog.records) == 1
        switch.close()
        switch.calls(HOME)
        assert len(caplog.records) == 2, "the next request says it again"
        switch.close()


def test_another_domains_odd_rows_are_not_told_of() -> None:
    told: list[str] = []
    elsewhere = Domain(domain_uuid="d0d0d0d0-0000-4000-8000-00000000000f", domain_name="other.example.net")
    assert lists.calls(elsewhere, [{**ROW, "uuid": "x"}], {}, told.append) == []
    assert told == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.one_of(values, rows.map(lambda row: {**row, "uuid": "x"})), max_size=4))
def test_a_link_catches_up_with_the_channels_that_can_be_read(odd: list[Any]) -> None:
    with ScriptedFreeSwitch() as server:
        server.answers["show channels as json"] = listed(*odd, {"uuid": A}, {"uuid": B})
        server.answers["uuid_dump"] = GONE
        server.answers[f"uuid_dump {A} json"] = LIVE["answered"][f"uuid_dump {A} json"]
        server.answers[f"uuid_dump {B} json"] = "this is no JSON"
        with EventSocket(server.host, server.port, user=None, password=PASSWORD) as line:
            caught = caught_up(line, Known("", NOON, {B: HOME.domain_uuid}))
    assert {notice.leg_uuid for notice in caught.there} == {A}
    assert caught.gone == [], "it is there, though nothing is known of it"


@given(
    st.text(st.sampled_from('<>/"&;\n registrationusercallidprofile@100-9٣\x00'), max_size=200), st.text(max_size=60)
)
def test_whatever_a_list_of_phones_or_slots_is_it_can_be_read(noise: str, more: str) -> None:
    good = "<registration>\n<user>100@live.example.net</user>\n</registration>\n"
    for text in (noise, more, f"{more}\n{good}", f"{good}{noise}\n{good}"):
        for found in lists.registrations(text):
            assert not lists.is_in(HOME, found) or lists.registration(found, NOON).extension
        parking.waiting(text, HOME.domain_name)
        lists.profiles(text)
    assert (
        next(found["user"] for found in lists.registrations(good + more.replace("\n", " "))) == "100@live.example.net"
    )
