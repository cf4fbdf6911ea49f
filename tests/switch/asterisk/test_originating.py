"""The calls we place on an Asterisk: what is ordered, and what is made of what is told."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.switch import Progress
from ringpost.switch.asterisk import ami, originating
from ringpost.switch.asterisk.ami import Message
from tests.switch.asterisk.scripted import blocks
from tests.switch.asterisk.test_lists import read
from tests.switch.staging import HOME, order

OURS = "c1c1c1c1-0000-4000-8000-0000000000{}"


def events(capture: str) -> list[Message]:
    return [
        message for block in blocks(capture) if block.side == "S" and block.get("Event") for message in read(block.text)
    ]


def told(call_uuid: str, happened: list[Message]) -> originating.Tale:
    tale = originating.Tale(call_uuid)
    for event in happened:
        if not tale.is_over:
            tale.tell(event)
    return tale


@pytest.mark.parametrize(
    ("capture", "call", "progress"),
    [
        ("orig-answered", "01", Progress("answered", answered=True)),
        ("orig-busy", "02", Progress("ended", cause="USER_BUSY")),
        ("orig-no-answer", "04", Progress("ended", cause="NO_ANSWER")),
        ("orig-unregistered", "06", Progress("ended", cause="USER_NOT_REGISTERED", unheard=True)),
        ("orig-unknown", "07", Progress("ended", cause="USER_NOT_REGISTERED", unheard=True)),
        ("orig-b-nowhere", "08", Progress("answered", answered=True)),
        ("orig-local", "11", Progress("answered", answered=True)),
        ("spy-listen", "50", Progress("answered", answered=True)),
    ],
)
def test_says_what_became_of_a(capture: str, call: str, progress: Progress) -> None:
    tale = told(OURS.format(call), events(capture))
    assert (tale.progress, tale.is_over) == (progress, True)


def test_while_nothing_is_told_a_rings() -> None:
    assert told(OURS.format("99"), events("orig-busy")).progress == Progress("ringing")


def test_an_a_without_a_phone_is_not_rung() -> None:
    tale = originating.Tale(OURS.format("01"), is_registered=False)
    assert tale.is_over
    assert tale.progress == Progress("ended", cause="USER_NOT_REGISTERED", unheard=True)


def event(name: str, **members: str) -> Message:
    return Message((("Event", name), *members.items()))


def of_a_local_pair(cause: str, *phones: tuple[str, str], hung_up: str = "") -> list[Message]:
    """What is told of an A whose phones fail, as our plan has it: how dialling each ended, and its cause."""
    call = OURS.format("01")
    failed = [
        one
        for number, (status, why) in enumerate(phones)
        for one in (
            event("DialEnd", DestUniqueid=f"p{number}", DestLinkedid=call, DialStatus=status),
            event("Hangup", Uniqueid=f"p{number}", Linkedid=call, Cause=why),
        )
    ]
    ended = event("Hangup", Uniqueid=call, Linkedid=call, Cause=cause, ChanVariable=f"RP_HUNG_UP={hung_up}")
    response = event("OriginateResponse", Uniqueid=call, Response="Failure", Reason="0")
    return [event("Newchannel", Uniqueid=call), *failed, response, ended]


@pytest.mark.parametrize(
    ("cause", "phones", "word"),
    [
        ("17", [("BUSY", "17")], "USER_BUSY"),
        ("0", [("BUSY", "17")], "USER_BUSY"),
        ("16", [("NOANSWER", "21")], "CALL_REJECTED"),
        ("0", [("NOANSWER", "0"), ("BUSY", "17")], "USER_BUSY"),
        ("20", [], "USER_NOT_REGISTERED"),
        ("1", [("NOANSWER", "1")], "UNALLOCATED_NUMBER"),
        ("0", [], None),
    ],
)
def test_an_a_with_several_phones_failed_as_its_leg_says_or_else_its_phones(
    cause: str, phones: list[tuple[str, str]], word: str | None
) -> None:
    tale = told(OURS.format("01"), of_a_local_pair(cause, *phones))
    assert tale.progress == Progress("ended", cause=word)


@pytest.mark.parametrize("phone", [("CANCEL", "127"), ("NOANSWER", "0")])
def test_an_a_that_was_hung_up_by_an_action_ended_normally(phone: tuple[str, str]) -> None:
    tale = told(OURS.format("01"), of_a_local_pair("16", phone, hung_up="true"))
    assert tale.progress == Progress("ended", cause="NORMAL_CLEARING")


@pytest.mark.parametrize(
    ("cause", "word"), [("1", "UNALLOCATED_NUMBER"), ("21", "CALL_REJECTED"), ("16", "NO_ANSWER"), ("127", "NO_ANSWER")]
)
def test_a_number_outside_that_is_none_did_not_only_fail_to_answer(cause: str, word: str) -> None:
    call = OURS.format("01")
    happened = [
        event("Newchannel", Uniqueid=call),
        event("OriginateResponse", Uniqueid=call, Response="Failure", Reason="0"),
        event("DialEnd", DestUniqueid=call, DestLinkedid=call, DialStatus="NOANSWER"),
        event("Hangup", Uniqueid=call, Linkedid=call, Cause=cause),
    ]
    assert told(call, happened).progress == Progress("ended", cause=word)


@given(st.integers(0, 2**32), st.sampled_from(["orig-answered", "orig-busy", "orig-no-answer"]))
def test_in_whatever_order_things_are_told_they_are_told_once(seed: int, capture: str) -> None:
    happened = events(capture)
    random.Random(seed).shuffle(happened)
    tale = originating.Tale(OURS.format({"orig-answered": "01", "orig-busy": "02", "orig-no-answer": "04"}[capture]))
    for one in happened:
        tale.tell(one)
    assert tale.progress.state == ("answered" if capture == "orig-answered" else "ended")


NAMES = st.text(max_size=128)


@given(name=NAMES, listens=st.booleans())
def test_no_name_is_more_than_a_name(name: str, listens: bool) -> None:
    wanted = order().model_copy(update={"caller_id_name": name, "direction": "local"})
    members = originating.members(wanted, "PJSIP/100@x-00000001" if listens else None)
    lines = ami._lines("Originate", members, "1").decode().split("\r\n")
    [caller] = [line for line in lines if line.startswith("CallerID: ")]
    assert caller.endswith('" <5550100>')
    shown = caller.removeprefix('CallerID: "').removesuffix('" <5550100>')
    assert not set(shown) & set('"<>$\\,;&|{}[]()`')
    assert 0 < len(shown) <= 80
    assert len(lines) == len(members) + 4


def test_rings_all_phones_of_an_extension_and_sends_it_through_the_plan() -> None:
    members = originating.members(order().model_copy(update={"direction": "local"}), None)
    other = dict(members)["OtherChannelId"]
    assert members == [
        ("Channel", "Local/100@ringpost-phones/n"),
        ("ChannelId", order().call_uuid),
        ("OtherChannelId", other),
        ("Context", "ringpost"),
        ("Exten", "101"),
        ("Priority", "1"),
        ("CallerID", '"Front desk" <5550100>'),
        ("Timeout", "30000"),
        ("Async", "true"),
        ("Variable", f"__RP_DOMAIN={HOME.domain_uuid}"),
        ("Variable", "__RP_DIRECTION=local"),
        ("Variable", "__RP_DIALLED=101"),
        ("Variable", f"RP_CALL={order().call_uuid}"),
        ("Variable", "RP_EXTENSION=100"),
    ]


def test_rings_a_number_outside_through_the_gateway() -> None:
    wanted = order(a="+12025550123").model_copy(update={"gateway": "trunk"})
    members = dict(originating.members(wanted, None))
    assert members["Channel"] == "PJSIP/+12025550123@trunk"
    assert "OtherChannelId" not in members
    assert ("Variable", "RP_NUMBER=+12025550123") in originating.members(wanted, None)


@pytest.mark.parametrize(("mode", "options"), [("listen", "qS"), ("whisper", "qSw"), ("barge", "qSB")])
def test_listens_whispers_and_barges_in(mode: str, options: str) -> None:
    wanted = order().model_copy(update={"monitors": OURS.format("01"), "monitor_mode": mode})
    members = dict(originating.members(wanted, "PJSIP/100@x-00000001"))
    assert (members["Application"], members["Data"]) == ("ChanSpy", f"PJSIP/100@x-00000001,{options}")
    assert "Context" not in members
