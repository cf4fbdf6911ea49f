"""What a FreeSWITCH asks of a link: read, written, kept, followed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.switch.freeswitch.standing import ASKS

[QUESTION] = ASKS.questions
HOME = "d0d0d0d0-0000-4000-8000-000000000001"
NAMES = st.text("abcABC-_0189", min_size=1, max_size=8)
ACTION = '<action application="{}" data="{}"/>'


def document(*actions: tuple[str, str]) -> bytes:
    inner = "".join(ACTION.format(*one) for one in actions)
    return f'<document type="freeswitch/xml"><section name="dialplan">{inner}</section></document>'.encode()


@given(st.dictionaries(NAMES, st.text(st.characters(codec="utf-8"), max_size=20), max_size=6))
def test_what_is_written_is_read_as_it_was(fields: dict[str, str]) -> None:
    fields = {"section": "directory", **fields}
    assert QUESTION.read(QUESTION.written(fields)) == fields


@pytest.mark.parametrize("body", [b"", b"<html>", b"not found", b"<html><body/></html>", b"\xff", b"<document"])
def test_what_is_no_document_is_not_kept(body: bytes) -> None:
    with pytest.raises(ValueError, match="no document"):
        QUESTION.kept(body)
    with pytest.raises(ValueError, match="no document"):
        QUESTION.is_nothing(body)


def test_nothing_is_nothing() -> None:
    assert QUESTION.is_nothing(QUESTION.nothing)
    assert not QUESTION.is_nothing(document(("hangup", "")))


def named(what: str, number: str, record: str | None = None) -> dict[str, Any]:
    return {"domain_uuid": HOME, "domain_name": "a.example.net", "what": what, "number": number, "record_uuid": record}


def test_each_phone_is_asked_about_first_then_help_from_each() -> None:
    items = [
        named("help", "911"),
        named("extension", "100", "e1"),
        named("extension", "101", "e2"),
        named("code", "*97"),
    ]
    questions = list(QUESTION.ahead(items))
    entries = [one for one in questions if one["section"] == "directory"]
    assert questions[: len(entries)] == entries
    assert {one["user"] for one in entries} == {"100", "101"}
    dialled = [(one["variable_extension_uuid"], one["Hunt-Destination-Number"]) for one in questions[len(entries) :]]
    assert dialled[:2] == [("e1", "911"), ("e2", "911")]
    assert len(set(dialled)) == len(dialled) == 2 * 4


def test_follows_a_transfer_with_what_was_set_on_the_way() -> None:
    asked = {"section": "dialplan", "Hunt-Context": "public", "Hunt-Destination-Number": "1202"}
    [onward] = QUESTION.follows(
        asked, document(("export", "a=1"), ("set", "b=x=y"), ("transfer", "100 XML a.example.net"))
    )
    assert (onward["Hunt-Context"], onward["Hunt-Destination-Number"]) == ("a.example.net", "100")
    assert (onward["variable_a"], onward["variable_b"]) == ("1", "x=y")


def test_after_a_call_that_failed_it_follows_whatever_came_of_it() -> None:
    asked = {"section": "dialplan"}
    found = QUESTION.follows(asked, document(("bridge", "user/100"), ("transfer", "100 XML a.example.net")))
    assert [one["variable_originate_disposition"] for one in found] == ["NO_ANSWER", "USER_BUSY", "USER_NOT_REGISTERED"]


def test_follows_transfers_in_a_circle_to_an_end() -> None:
    waiting: list[Any] = [{"section": "dialplan"}]
    asked = 0
    while waiting:
        asked += 1
        waiting += QUESTION.follows(waiting.pop(), document(("transfer", "100 XML a.example.net")))
    assert asked == 5


def test_an_older_endpoint_is_asked_by_each_phone_what_it_may_dial() -> None:
    phones = [
        {
            "what": "extension",
            "domain_uuid": HOME,
            "domain_name": "a.example.net",
            "number": number,
            "record_uuid": number,
        }
        for number in ("100", "101", "102")
    ]

    def dialled(named: list[dict[str, Any]]) -> list[tuple[str, str]]:
        asked = [one for one in QUESTION.ahead(named) if one["section"] == "dialplan"]
        return [(one["variable_extension_uuid"], one["Hunt-Destination-Number"]) for one in asked]

    assert len(dialled(phones)) == 9
    alike = [{**one, "user_record": "all" if one["number"] == "102" else None} for one in phones]
    assert len(dialled(alike)) == 6, "one of those that are alike, and the one that is not"


def test_what_is_kept_lets_nobody_into_a_room_that_has_a_pin() -> None:
    asks = "1 5 3 10000 # conference/conf-pin.wav conference/conf-bad-pin.wav ringpost_pin ^(?:4711|47120)$ 4000"
    answer = document(
        ("play_and_get_digits", asks),
        ("set", "ringpost_moderator=${regex(${ringpost_pin}|^47120$)}"),
        ("conference", "room-800-a.example.net@default"),
    )
    kept = QUESTION.kept(answer)
    assert b"4711" not in kept
    assert b"47120" not in kept
    assert b" ringpost_pin ^(?:nobodys)$ 4000" in kept
    assert b"room-800-a.example.net@default" in kept
