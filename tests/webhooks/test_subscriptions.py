import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.event import Event
from ringpost.webhooks.subscriptions import extensions, wants
from tests.webhooks.receivers import HOME, OTHER, call_event, event, webhook

ENDED = call_event("call.ended")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
our_names = st.sampled_from(["call", "extension", "extensions", "direction", "user", "tags", "start_stamp", "duration"])
any_data = st.dictionaries(our_names | st.text(), json_values | st.dictionaries(our_names, json_values), max_size=6)


@pytest.mark.parametrize(
    ("patterns", "heard"),
    [
        (["#"], True), (["call.ended"], True), (["call.*"], True), (["*.ended"], True), (["call.#"], True),
        (["call.answered"], False), (["*"], False), (["call"], False), (["call.ended.late"], False),
        (["cdr.*", "call.ended"], True), (["#", "!call.*"], False), (["!call.*", "#"], False),
        (["#", "!cdr.*"], True), (["call.*", "!call.ended"], False), (["!cdr.*"], False),
    ],
)  # fmt: skip
def test_hears_what_its_patterns_say(patterns: list[str], heard: bool) -> None:
    assert wants(webhook(events=patterns), ENDED) is heard


def test_hears_nothing_while_it_is_disabled() -> None:
    assert not wants(webhook(enabled=False), ENDED)


def test_a_test_is_for_the_one_that_asked_for_it() -> None:
    assert not wants(webhook(events=["#", "webhook.test"]), event("webhook.test"))


def test_an_operators_webhook_may_hear_some_domains_only() -> None:
    some = webhook(home=None, domains=(HOME,))
    assert wants(some, ENDED)
    assert not wants(some, call_event(domain_uuid=OTHER))
    assert not wants(some, event("switch.created", domain_uuid=None))
    assert wants(webhook(home=None), event("switch.created", domain_uuid=None))


@pytest.mark.parametrize(
    ("data", "wanted", "heard"),
    [
        ({"extension": "100"}, ["100"], True),
        ({"extension": "100"}, ["101"], False),
        ({"extension": None}, ["101"], True),
        ({"extension": None}, ["102"], False),
        ({"extension": None}, ["102", "100"], True),
        ({"extension": None}, ["1"], False),
    ],
)
def test_hears_what_is_about_its_extensions(data: dict[str, Any], wanted: list[str], heard: bool) -> None:
    assert wants(webhook(extensions=wanted), call_event(data=data)) is heard


def test_a_flat_event_is_about_its_extensions_too() -> None:
    assert wants(webhook(extensions=["100"]), event("cdr.created", data={"extensions": ["100"]}))
    assert wants(webhook(extensions=["100"]), event("extension.updated", data={"extension": "100"}))
    assert not wants(webhook(extensions=["100"]), event("user.updated", data={}))


@pytest.mark.parametrize("direction", ["inbound", "outbound", "local"])
def test_hears_calls_in_its_direction_only(direction: str) -> None:
    one_way = webhook(direction=direction)
    assert wants(one_way, ENDED) is (direction == "inbound")
    assert wants(one_way, call_event(call_members={"direction": direction}))
    assert wants(one_way, event("cdr.created", data={"direction": direction}))
    assert not wants(one_way, event("extension.created", data={"extension": "100"}))


@given(any_data, st.sampled_from(["inbound", None]), st.lists(st.sampled_from(["100", "1"]), max_size=2))
def test_no_event_is_too_odd_to_say(data: dict[str, Any], direction: str | None, wanted: list[str]) -> None:
    odd = event("call.ended", data=data)
    assert wants(webhook(direction=direction, extensions=wanted), odd) in (True, False)
    assert all(isinstance(one, str) for one in extensions(odd))


@given(any_data)
def test_an_event_is_wanted_as_it_was_before_it_was_stored(data: dict[str, Any]) -> None:
    before = event("call.ended", data=data)
    after = Event.model_validate_json(before.model_dump_json())
    assert json.loads(json.dumps(after.told())) == after.told()
    for one in (webhook(extensions=("100",)), webhook(direction="inbound")):
        assert wants(one, before) is wants(one, after)


words = st.sampled_from(["call", "cdr", "ended", "created", "x"])
types = st.lists(words, min_size=1, max_size=3).map(".".join)


def fits(pattern: list[str], parts: list[str]) -> bool:
    """What wildcards mean, the slow way."""
    if not pattern:
        return not parts
    if pattern[0] == "#":
        return True
    return bool(parts) and pattern[0] in ("*", parts[0]) and fits(pattern[1:], parts[1:])


@given(st.lists(words | st.just("*"), min_size=1, max_size=3), st.booleans(), types)
def test_wildcards_stand_for_one_part_or_for_all_the_rest(pattern: list[str], rest: bool, what: str) -> None:
    parts = [*pattern, "#"] if rest else pattern
    heard = wants(webhook(events=(".".join(parts),)), event(what))
    expected = fits(parts, what.split("."))
    assert heard is (expected and not (rest and len(what.split(".")) == len(pattern)))
