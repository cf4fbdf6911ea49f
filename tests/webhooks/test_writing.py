import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.clock import stamp
from ringpost.model.event import Event
from ringpost.webhooks import writing
from ringpost.webhooks.writing import MOST_FIELDS, OWN, PLAIN, check, default_events, formats, placeholders, said_of
from tests.fakes import NOON
from tests.webhooks.receivers import HOME, call_event, event, webhook
from tests.webhooks.test_subscriptions import any_data, json_values

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
ENDED = call_event("call.ended", sequence=3)
HOSTILE = [
    '"><script>alert(1)</script>',
    "=cmd|' /C calc'!A0",
    "a\r\nSet-Cookie: b=c",
    "\u202egpj.exe",
    'O\'Brien "x" \\',
    "{type}",
    "%0a%00&from=1;x",
    "Zoë 日本 🎉",
    "",
]
CRMS = [name for name in formats() if name not in (PLAIN, OWN)]


def link(recording: Mapping[str, Any]) -> str:
    return f"https://example.net/{recording.get('recording_uuid')}"


def written(fields: dict[str, Any], about: Event = ENDED, content_type: str = JSON) -> Any:
    own = webhook(format="template", fields=fields, content_type=content_type)
    body, kind = writing.written(own, about, link)
    assert kind == content_type
    return json.loads(body) if content_type == JSON else parse_qsl(body.decode(), True, True, errors="strict")


def refused(fields: dict[str, Any], words: str, content_type: str = JSON) -> None:
    with pytest.raises(ValueError, match=words):
        check(content_type, fields)


# As it is


def test_the_plain_format_is_all_there_is() -> None:
    body, kind = writing.written(webhook(), ENDED, link)
    assert kind == JSON
    assert json.loads(body) == {
        "id": ENDED.event_uuid,
        "type": "call.ended",
        "timestamp": "2026-11-22T12:00:00.000Z",
        "domain_uuid": HOME,
        "call_uuid": ENDED.call_uuid,
        "sequence": 3,
        "data": ENDED.data,
    }


@given(any_data)
def test_any_event_comes_as_it_was(data: dict[str, Any]) -> None:
    about = event(data=data)
    body, _ = writing.written(webhook(), about, link)
    assert json.loads(body) == about.told()


# Templates of one's own


def test_a_placeholder_alone_keeps_its_kind() -> None:
    assert written(
        {
            "seconds": "{duration}",
            "ms": "{duration_ms}",
            "missed": "{missed}",
            "none": "{external_id}",
            "n": "{sequence}",
        }
    ) == {"seconds": 64, "ms": 64_000, "missed": False, "none": None, "n": 3}


def test_a_placeholder_in_a_text_is_text() -> None:
    assert written({"text": "{duration} s, {missed}, [{external_id}] by {from_name}"}) == {
        "text": "64 s, false, [] by Example Caller"
    }


def test_what_is_no_placeholder_stays() -> None:
    fields = {"a": 1, "b": None, "c": True, "d": 1.5, "e": "no braces", "f": [], "g": {}, "{type}": "x"}
    check(JSON, fields)
    assert written(fields) == fields


def test_a_brace_is_written_twice() -> None:
    fields = {"a": "{{type}} is {type}"}
    check(JSON, fields)
    assert written(fields) == {"a": "{type} is call.ended"}


@pytest.mark.parametrize(
    "text", ["{Type}", "{}", "{from number}", "{contactName}", "{contact-name}", "{type", "type}", "{{type}"]
)
def test_what_was_meant_for_a_placeholder_is_refused(text: str) -> None:
    refused({"a": text}, "placeholder")


def test_what_has_no_value_leaves_no_gap() -> None:
    assert written({"a": "{recording_url} {direction} {reason} {type} "}) == {"a": "inbound call.ended"}


def test_fields_nest_as_the_receiver_wants_them() -> None:
    fields = {"call": {"to": ["{to_number}", {"who": "{user_name}"}, 3]}, "tags": "{tags}"}
    check(JSON, fields)
    assert written(fields) == {"call": {"to": ["100", {"who": "Alice Example"}, 3]}, "tags": "sales,vip"}


def test_a_form_has_a_text_for_every_field() -> None:
    fields = {"a": "{duration}", "b": "{external_id}", "c": "{missed}", "d": "{from_name}!", "e": 7, "f": None}
    check(FORM, fields)
    assert written(fields, content_type=FORM) == [
        ("a", "64"), ("b", ""), ("c", "false"), ("d", "Example Caller!"), ("e", "7"), ("f", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_value_and_nothing_else(name: str) -> None:
    about = call_event(call_members={"caller_id_name": name})
    fields = {"name": "{from_name}", "text": "Call of {from_name}.", "last": "x"}
    expected = {"name": name, "text": f"Call of {name}.", "last": "x"}
    assert written(fields, about) == expected
    assert written(fields, about, FORM) == list(expected.items())


@given(st.text(), st.text(max_size=20).filter(lambda key: "{" not in key))
def test_whatever_a_caller_is_named_it_comes_back_as_it_was(name: str, key: str) -> None:
    about = call_event(call_members={"caller_id_name": name})
    fields = {key: "{from_name}", key + "+": ">{from_name}<"}
    expected = {key: name, key + "+": f">{name}<"}
    assert written(fields, about) == expected
    assert written(fields, about, FORM) == list(expected.items())


texts = st.text(max_size=5) | st.sampled_from([f"{{{name}}}" for name in placeholders()])
templates = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        texts | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=4,
)


@given(any_data, templates)
def test_any_template_that_is_not_refused_is_written_for_any_event(
    data: dict[str, Any], fields: dict[str, Any]
) -> None:
    about = event("call.ended", data=data)
    for content_type in (JSON, FORM):
        try:
            check(content_type, fields)
        except ValueError:
            continue
        found = written(fields, about, content_type)
        assert list(found if content_type == JSON else dict(found)) == list(fields)


@pytest.mark.often
@given(any_data, any_data)
def test_every_placeholder_says_something_of_any_event(data: dict[str, Any], call: dict[str, Any]) -> None:
    fields = {name: f"{{{name}}}" for name in placeholders()}
    for about in (event("x", data=data), event("x", data={**data, "call": call, "user": call, "recording": call})):
        assert written(fields, about).keys() == fields.keys()
        assert dict(written(fields, about, FORM)).keys() == fields.keys()


@pytest.mark.parametrize("odd", ["soon", "", 5, True, None, [], {}, "0001-01-01T00:00:00"])
def test_what_is_of_another_kind_is_left_out(odd: Any) -> None:
    about = event("x", data={"start_stamp": odd, "duration": odd, "tags": odd, "user": odd, "hangup_cause": odd})
    said = written({"ms": "{started_ms}", "tags": "{tags}", "user": "{username}", "cause": "{hangup_cause}"}, about)
    assert (said["ms"], said["tags"], said["user"]) == (None, "", None)
    assert said["cause"] == (odd if isinstance(odd, str | int) else None)


@given(json_values)
def test_whatever_a_template_is_it_is_refused_in_words_or_written(value: Any) -> None:
    fields = {"field": value}
    try:
        check(JSON, fields)
    except ValueError:
        return
    assert written(fields, event()).keys() == fields.keys()


# What is refused


@pytest.mark.parametrize("text", ["{nothing}", "a {from_nam} b", "{type}{typ}", "{_}"])
def test_an_unknown_placeholder_is_refused(text: str) -> None:
    refused({"a": text}, "names .* which is no placeholder.* answered_at, ")
    refused({"a": {"b": ["x", text]}}, "is no placeholder")
    refused({text: "a"}, "is no placeholder")


def nested(depth: int, inside: Any) -> dict[str, Any]:
    return {"a": inside if depth == 1 else nested(depth - 1, inside)}


@pytest.mark.parametrize("inside", ["x", 1, None])
def test_what_is_nested_too_deeply_is_refused(inside: Any) -> None:
    check(JSON, nested(4, inside))
    refused(nested(5, inside), "nested too deeply")
    refused(nested(500, inside), "nested too deeply")


@pytest.mark.parametrize("empty", [{}, []])
def test_what_is_empty_is_nested_too(empty: Any) -> None:
    check(JSON, nested(3, empty))
    refused(nested(4, empty), "nested too deeply")
    refused(nested(60, empty), "nested too deeply")
    refused({"a": empty}, "nested too deeply", FORM)


@pytest.mark.parametrize("value", [{"b": "x"}, ["x"]])
def test_a_form_is_not_nested_at_all(value: Any) -> None:
    refused({"a": value}, "nested too deeply", FORM)


@pytest.mark.parametrize(
    "fields",
    [
        {str(number): "x" for number in range(MOST_FIELDS + 1)},
        {str(number): {} for number in range(MOST_FIELDS + 1)},
        {"a": ["x"] * (MOST_FIELDS + 1)},
        {"a": ["x"] * 60, "b": ["x"] * 60},
        {"a": [[[]] * 60] * 60},
    ],
)
def test_too_many_fields_are_refused(fields: dict[str, Any]) -> None:
    refused(fields, "holds more than 100 fields")


def test_as_many_as_may_be_are_fine() -> None:
    check(JSON, {str(number): "x" for number in range(MOST_FIELDS)})
    check(JSON, {"a": ["x"] * MOST_FIELDS})
    check(JSON, {"a": "x" * 1000})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "no fields"),
        ({"a": "x" * 1001}, "more than 1000 characters at 'a'"),
        ({"x" * 1001: "a"}, "more than 1000 characters"),
        ({"a": "\ud800"}, "half a character at 'a'"),
        ({"\udfff": "a"}, "half a character"),
        ({"a": float("inf")}, "too large at 'a'"),
    ],
)
def test_what_cannot_be_written_is_refused(fields: dict[str, Any], words: str) -> None:
    refused(fields, words)


# What placeholders say


def test_placeholders_say_what_happened() -> None:
    about = call_event(
        "call.ended", sequence=4, data={"recording": {"recording_uuid": "r"}}, call_members={"external_id": "4711"}
    )
    assert said_of(about, link) == {
        "id": about.event_uuid,
        "type": "call.ended",
        "timestamp": stamp(NOON),
        "timestamp_ms": NOON * 1000,
        "domain_uuid": HOME,
        "domain_name": "fusionpbx.example.net",
        "call_uuid": about.call_uuid,
        "sequence": 4,
        "state": "ended",
        "direction": "inbound",
        "from_number": "+12025550199",
        "from_name": "Example Caller",
        "to_number": "100",
        "other_number": "+12025550199",
        "extension": "100",
        "username": "alice",
        "user_email": "alice@example.net",
        "user_name": "Alice Example",
        "contact_name": "Example Caller",
        "contact_company": "Example Ltd",
        "contact_id": "003xx",
        "started_at": stamp(NOON - 64),
        "answered_at": stamp(NOON - 60),
        "ended_at": stamp(NOON),
        "started_ms": (NOON - 64) * 1000,
        "duration": 64,
        "duration_ms": 64_000,
        "billsec": 60,
        "billsec_ms": 60_000,
        "hangup_cause": "NORMAL_CLEARING",
        "hung_up_by": "caller",
        "disposition": "answered",
        "missed": False,
        "reason": None,
        "external_id": "4711",
        "tags": "sales,vip",
        "recording_uuid": "r",
        "recording_url": "https://example.net/r",
    }


@pytest.mark.parametrize(
    ("direction", "extension", "other"),
    [("inbound", "100", "1"), ("outbound", "100", "2"), ("local", "2", "1"), ("local", "1", "2")],
)
def test_the_other_number_is_whoever_is_not_ours(direction: str, extension: str, other: str) -> None:
    members = {"direction": direction, "caller_id_number": "1", "destination_number": "2"}
    about = call_event(data={"extension": extension}, call_members=members)
    assert written({"other": "{other_number}"}, about) == {"other": other}


@pytest.mark.parametrize(
    ("cause", "disposition"),
    [
        ("USER_BUSY", "busy"), ("ORIGINATOR_CANCEL", "cancelled"), ("NO_ANSWER", "no_answer"),
        ("CALL_REJECTED", "refused"), ("UNALLOCATED_NUMBER", "failed"), (None, "failed"),
    ],
)  # fmt: skip
def test_says_how_a_call_ended_that_nobody_took(cause: str | None, disposition: str) -> None:
    about = call_event(call_members={"answer_stamp": None, "hangup_cause": cause})
    assert written({"how": "{disposition}", "missed": "{missed}"}, about) == {"how": disposition, "missed": True}


def test_a_call_that_rings_has_not_ended_in_any_way() -> None:
    about = call_event("call.ringing", call_members={"answer_stamp": None, "end_stamp": None, "hangup_cause": None})
    assert written({"how": "{disposition}", "missed": "{missed}"}, about) == {"how": None, "missed": False}


def test_a_record_is_a_call_without_one_around_it() -> None:
    about = event("cdr.created", data=ENDED.data["call"])
    assert written({"from": "{from_number}", "who": "{extension}"}, about) == {"from": "+12025550199", "who": "100"}


# Formats that come with us


RINGING = call_event("call.ringing", call_members={"answer_stamp": None, "end_stamp": None, "duration": None})


@pytest.mark.parametrize("name", CRMS)
@pytest.mark.parametrize(
    "about",
    [ENDED, RINGING, event("webhook.test", data={"name": "x"}), event("extension.created", data={"extension": "100"})],
    ids=["ended", "ringing", "test", "no call"],
)
def test_every_format_is_written_for_every_event(name: str, about: Event) -> None:
    body, kind = writing.written(webhook(format=name), about, link)
    found = json.loads(body) if kind == JSON else dict(parse_qsl(body.decode(), True, True))
    assert kind == writing.content_type_of(name)
    template = writing._template(webhook(format=name))
    assert found.keys() == template.fields.keys()
    assert "{" not in "".join(str(value) for _, value in writing._leaves(found))
    check(kind, template.fields)


@pytest.mark.parametrize("name", CRMS)
def test_every_format_is_for_events_of_calls(name: str) -> None:
    assert all(what.startswith("call.") for what in default_events(name))
    assert set(writing._template(webhook(format=name)).words) <= set(placeholders())


def test_a_template_of_ones_own_is_for_calls_too() -> None:
    assert default_events(OWN) == ("call.*",)
    assert (writing.content_type_of(PLAIN), writing.content_type_of(OWN)) == (JSON, None)


def test_words_of_a_receiver_stand_for_ours() -> None:
    body, _ = writing.written(webhook(format="hubspot"), ENDED, link)
    assert json.loads(body)["properties"] == {
        "hs_timestamp": stamp(NOON - 64),
        "hs_call_title": "Call from +12025550199 to 100",
        "hs_call_body": "Example Caller Example Ltd Alice Example 100",
        "hs_call_direction": "INBOUND",
        "hs_call_duration": 60_000,
        "hs_call_from_number": "+12025550199",
        "hs_call_to_number": "100",
        "hs_call_status": "COMPLETED",
        "hs_call_external_id": ENDED.call_uuid,
    }
    body, _ = writing.written(webhook(format="zammad"), RINGING, link)
    assert (json.loads(body)["event"], json.loads(body)["direction"]) == ("newCall", "in")


def test_a_template_has_a_bounded_number_of_placeholders() -> None:
    check(JSON, {str(number): "{type}" * 4 for number in range(50)})
    refused({str(number): "{type}" * 5 for number in range(50)}, "more than 200 placeholders")


def test_a_body_has_a_bounded_size() -> None:
    event = call_event(call_members={"caller_id_name": "x" * 300_000})
    with pytest.raises(ValueError, match="a body of"):
        writing.written(webhook(format="template", fields={"a": "{from_name}"}), event, link)
