"""What calls of a real FreeSWITCH 1.11.2 are told as, from its own events (tests/captures/events)."""

import json
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.call import Leg
from ringpost.model.notices import Notice, TrackedCall, What
from ringpost.model.outcome import MOST_LEGS, legs_kept, summarised, worked_out
from ringpost.services.happenings.call_events import MOST_TRACKED, Happening, advanced, begun, joined
from ringpost.switch.freeswitch.events import notices

CAPTURES = Path(__file__).parents[2] / "captures" / "events"
STORIES = {
    "dial_answered_caller_hangs_up": """
        ringing 101
        answered 101
        ended by caller NORMAL_CLEARING local 100 101 answered by 101
    """,
    "dial_cancelled": """
        ringing 101
        cancelled 101 caller_gave_up
        ended by None ORIGINATOR_CANCEL local 100 101 answered by None
    """,
    "dial_declined": """
        ringing 101
        cancelled 101 busy
        ended by None NORMAL_CLEARING local 100 101 answered by None
    """,
    "dial_group_enterprise": """
        ringing 107
        ringing 101
        answered 107
        cancelled 101 answered_elsewhere
        ended by caller NORMAL_CLEARING local 100 624 answered by 107
    """,
    "dial_group_one_busy": """
        ringing 101
        answered 101
        ended by caller NORMAL_CLEARING local 100 621 answered by 101
    """,
    "dial_outside_answered": """
        ringing 12025550123
        answered 12025550123
        ended by caller NORMAL_CLEARING outbound 100 12025550123 answered by 12025550123
    """,
    "dial_outside_early_media": """
        ringing 12025550162
        answered 12025550162
        ended by caller NORMAL_CLEARING outbound 100 12025550162 answered by 12025550162
    """,
    "forward_no_answer_inbound": """
        ringing 104
        cancelled 104 no_answer
        ringing 101
        answered 101
        ended by caller NORMAL_CLEARING inbound 12025550188 12025550145 answered by 101
    """,
    "forward_unconditional": """
        ringing 101
        answered 101
        ended by caller NORMAL_CLEARING local 100 106 answered by 101
    """,
    "hold_by_api": """
        ringing 100
        answered 100
        ringing 101
        answered 101
        held 100
        resumed 100
        ended by caller NORMAL_CLEARING local 5550177 101 answered by 101
    """,
    "hold_by_phone_callee": """
        ringing 101
        answered 101
        held 101
        resumed 101
        ended by callee NORMAL_CLEARING local 100 101 answered by 101
    """,
    "inbound_caller_gives_up": """
        ringing 101
        cancelled 101 caller_gave_up
        ended by None ORIGINATOR_CANCEL inbound 12025550188 12025550140 answered by None
    """,
    "inbound_group_answered_elsewhere": """
        ringing 101
        ringing 107
        answered 101
        cancelled 107 answered_elsewhere
        ended by caller NORMAL_CLEARING inbound 12025550188 12025550143 answered by 101
    """,
    "inbound_group_caller_gives_up": """
        ringing 101
        ringing 107
        cancelled 101 caller_gave_up
        cancelled 107 caller_gave_up
        ended by None ORIGINATOR_CANCEL inbound 12025550188 12025550143 answered by None
    """,
    "inbound_not_registered": """
        ended by None USER_NOT_REGISTERED inbound 12025550188 12025550147 answered by None
    """,
    "inbound_voicemail_answers": """
        ringing 104
        cancelled 104 no_answer
        ended by None NORMAL_CLEARING inbound 12025550188 12025550145 answered by None
    """,
    "originate_a_busy": """
        ended by None USER_BUSY local 5550177 101 answered by None
    """,
    "originate_a_no_answer": """
        ringing 114
        cancelled 114 no_answer
        ended by None NO_ANSWER local 5550177 101 answered by None
    """,
    "originate_a_rings_api_hangs_up": """
        ringing 100
        cancelled 100 hung_up
        ended by None NORMAL_CLEARING local 5550177 101 answered by None
    """,
    "originate_answered_a_hangs_up": """
        ringing 100
        answered 100
        ringing 101
        answered 101
        ended by caller NORMAL_CLEARING local 5550177 101 answered by 101
    """,
    "originate_answered_api_hangs_up": """
        ringing 100
        answered 100
        ringing 101
        answered 101
        ended by switch NORMAL_CLEARING local 5550177 101 answered by 101
    """,
    "originate_answered_b_hangs_up": """
        ringing 100
        answered 100
        ringing 101
        answered 101
        ended by callee NORMAL_CLEARING local 5550177 101 answered by 101
    """,
    "originate_b_busy": """
        ringing 106
        answered 106
        ended by None USER_BUSY local 5550177 115 answered by None
    """,
    "originate_b_no_answer": """
        ringing 106
        answered 106
        ringing 114
        cancelled 114 no_answer
        ended by None NO_ANSWER local 5550177 114 answered by None
    """,
    "originate_outside_a": """
        ringing 12025550123
        answered 12025550123
        ringing 101
        answered 101
        ended by callee NORMAL_CLEARING outbound 5550177 101 answered by 101
    """,
    "park_unpark_by_api_inbound": """
        ringing 101
        answered 101
        parked 12025550188 5901
        parking.parked 12025550188 5901
        unparked 12025550188 5901
        parking.taken 12025550188 5901
        ringing 107
        answered 107
        ended by callee NORMAL_CLEARING inbound 12025550188 12025550140 answered by 107
    """,
    "record_start_stop": """
        ringing 100
        answered 100
        ringing 101
        answered 101
        ended by caller NORMAL_CLEARING local 5550177 101 answered by 101
    """,
    "transfer_by_api": """
        ringing 100
        answered 100
        ringing 101
        answered 101
        transferred 107
        ringing 107
        answered 107
        ended by callee NORMAL_CLEARING local 5550177 101 answered by 107
    """,
    "transfer_by_api_group": """
        ringing 101
        answered 101
        transferred 100
        ringing 100
        ringing 107
        answered 100
        cancelled 107 answered_elsewhere
        ended by callee NORMAL_CLEARING inbound 12025550188 12025550140 answered by 100
    """,
    "transfer_by_api_inbound": """
        ringing 101
        answered 101
        transferred 107
        ringing 107
        answered 107
        ended by callee NORMAL_CLEARING inbound 12025550188 12025550140 answered by 107
    """,
    "transfer_by_phone_caller": """
        ringing 101
        answered 101
        transferred 107
        ringing 107
        answered 107
        ended by callee NORMAL_CLEARING local 100 101 answered by 107
    """,
    "dial_group_enterprise_in_vain": """
        ringing 171
        cancelled 171 no_answer
        ended by None USER_BUSY local 100 683 answered by None
    """,
    "inbound_voicemail_for_absent": """
        ended by None NORMAL_CLEARING inbound 12025550199 12025551102 answered by None
    """,
    "inbound_forward_unconditional": """
        ringing 101
        answered 101
        ended by caller NORMAL_CLEARING inbound 12025550199 12025551190 answered by 101
    """,
    "dial_answered_api_hangs_up": """
        ringing 101
        answered 101
        ended by api NORMAL_CLEARING local 100 101 answered by 101
    """,
    "originate_b_not_registered": """
        ringing 100
        answered 100
        ended by None USER_NOT_REGISTERED local 5550100 173 answered by None
    """,
    "park_by_code_taken_by_code": """
        parked 100 5907
        parking.parked 100 5907
        unparked 100 5907
        parking.taken 100 5907
        ended by callee NORMAL_CLEARING local 100 *5907 answered by 101
    """,
    "park_by_code_hangs_up": """
        parked 100 5908
        parking.parked 100 5908
        parking.abandoned 100 5908
        ended by caller NORMAL_CLEARING local 100 *5908 answered by None
    """,
    "dial_nowhere": """
        ended by None NO_ROUTE_DESTINATION outbound 100 199 answered by None
    """,
    "two_calls_at_once": """
        ringing 107
        ringing 101
        answered 107
        answered 101
        ended by caller NORMAL_CLEARING local 100 107 answered by 107
        ended by caller NORMAL_CLEARING inbound 12025550188 12025550140 answered by 101
    """,
}

every_story = pytest.mark.parametrize("scenario", STORIES)


def heard(scenario: str) -> list[Notice]:
    """What a switch told of a scenario."""
    lines = (CAPTURES / f"{scenario}.jsonl").read_text().splitlines()
    return [notice for line in lines for notice in notices(json.loads(line))]


def followed(told: Iterable[Notice]) -> tuple[dict[str, TrackedCall], list[Happening]]:
    """The calls there were, and what happened to them."""
    calls: dict[str, TrackedCall] = {}
    of_leg: dict[str, str] = {}
    found: list[Happening] = []
    for notice in told:
        source = notice.source_uuid or notice.leg_uuid
        call_uuid = of_leg.get(notice.leg_uuid) or of_leg.get(source) or source
        call = calls.get(call_uuid) or begun(notice, "live.example.net")
        if notice.taken_by in of_leg and of_leg[notice.taken_by] != call_uuid:
            call = joined(call, calls.pop(of_leg[notice.taken_by]))
        call, happened = advanced(call, notice)
        calls[call_uuid] = call
        of_leg.update({leg.leg_uuid: call_uuid for leg in call.legs})
        found += happened
    return calls, found


def in_words(happened: Sequence[Happening]) -> list[str]:
    """What happened, a line each."""
    return [_line(happening) for happening in happened]


def _line(happening: Happening) -> str:
    data = happening.data()
    call = data["call"]
    if happening.type == "call.ended":
        parties = f"{call['direction']} {call['caller_id_number']} {call['destination_number']}"
        ends = f"ended by {call['hung_up_by']} {call['hangup_cause']}"
        return f"{ends} {parties} answered by {call['answered_by']}"
    about = [data["extension"] or data["number"], data.get("reason"), data.get("slot")]
    return " ".join([happening.type.removeprefix("call."), *(str(one) for one in about if one)])


PHONES = {"1": "11111111-0000-4000-8000-000000000160", "2": "22222222-0000-4000-8000-000000000160"}


def on_two_phones(scenario: str, which: str | None) -> list[dict[str, Any]]:
    """The events of a call we placed, as they are if A has two phones, of which one answers, or none."""
    events = [json.loads(line) for line in (CAPTURES / f"{scenario}.jsonl").read_text().splitlines()]
    a = events[0]["Unique-ID"]
    found: list[dict[str, Any]] = []
    for event in events:
        name, mark = event["Event-Name"], {"variable_ringpost_call_uuid": a}
        if event["Unique-ID"] != a:
            source = PHONES[which or ""]
            rung_for = {"variable_originating_leg_uuid": source, "variable_ringpost_from": f"{source}:{a}"}
            found.append({**event, **rung_for})
        elif name in ("CHANNEL_CREATE", "CHANNEL_PROGRESS"):
            found += [{**event, **mark, "Unique-ID": phone} for phone in PHONES.values()]
        elif name == "CHANNEL_ANSWER":
            late = {"Event-Name": "CHANNEL_HANGUP_COMPLETE", "Hangup-Cause": "LOSE_RACE"}
            late |= {"Caller-Channel-Answered-Time": "0"}
            found += [{**event, **mark, "Unique-ID": PHONES[which or ""]}]
            found += [{**event, **mark, **late, "Unique-ID": phone} for n, phone in PHONES.items() if n != which]
        elif which is None:
            found += [{**event, **mark, "Unique-ID": phone} for phone in PHONES.values()]
        else:
            found.append({**event, **mark, "Unique-ID": PHONES[which]})
    return found


@pytest.mark.parametrize("which", PHONES)
@pytest.mark.parametrize(
    "scenario", ["originate_answered_b_hangs_up", "originate_b_busy", "originate_answered_a_hangs_up"]
)
def test_all_phones_of_an_a_are_one_leg(scenario: str, which: str) -> None:
    told = [notice for event in on_two_phones(scenario, which) for notice in notices(event)]
    calls, happened = followed(told)
    assert in_words(happened) == [line.strip() for line in STORIES[scenario].strip().splitlines()]
    assert len([leg for call in calls.values() for leg in call.legs]) == 2


def test_an_a_none_of_whose_phones_answers_ends_when_its_job_says_so() -> None:
    told = [notice for event in on_two_phones("originate_a_no_answer", None) for notice in notices(event)]
    assert in_words(followed(told)[1]) == ["ringing 114"]
    failed = told[-1].model_copy(update={"what": "failed", "cause": "CALL_REJECTED", "sequence": told[-1].sequence + 9})
    assert in_words(followed([*told, failed])[1]) == [
        "ringing 114",
        "cancelled 114 refused",
        "ended by None CALL_REJECTED local 5550177 101 answered by None",
    ]


def test_a_call_began_when_the_phone_was_rung_that_answered() -> None:
    events = on_two_phones("originate_answered_b_hangs_up", "2")
    second = {"Caller-Channel-Created-Time": str(int(events[0]["Caller-Channel-Created-Time"]) + 7_000)}
    told = [{**event, **second} if event["Unique-ID"] == PHONES["2"] else event for event in events]
    ended = followed([notice for event in told for notice in notices(event)])[1][-1].data()["call"]
    assert ended["start_stamp"].endswith("20.163Z")


@every_story
def test_a_call_is_told_as_it_was(scenario: str) -> None:
    story = [line.strip() for line in STORIES[scenario].strip().splitlines()]
    assert in_words(followed(heard(scenario))[1]) == story


@every_story
def test_every_event_carries_the_whole_call_and_its_place_in_it(scenario: str) -> None:
    calls, happened = followed(heard(scenario))
    for call_uuid in calls:
        mine = [one for one in happened if one.call.call_uuid == call_uuid]
        assert [one.call.sequence for one in mine] == list(range(1, len(mine) + 1))
        assert mine[-1].data()["call"]["state"] == "ended"
        for one in mine:
            assert one.data()["call"]["call_uuid"] == call_uuid


@every_story
def test_what_two_links_tell_happens_once(scenario: str) -> None:
    once = heard(scenario)
    twice = [notice for notice in once for _ in range(2)]
    assert in_words(followed(twice)[1]) == in_words(followed(once)[1])
    assert in_words(followed([*once, *once])[1]) == in_words(followed(once)[1])


@given(st.sampled_from(sorted(STORIES)), st.data())
def test_two_links_may_tell_it_interleaved_in_any_way(scenario: str, data: st.DataObject) -> None:
    once = heard(scenario)
    lag = data.draw(st.integers(0, len(once)))
    merged: list[Notice] = []
    behind = 0
    for place, notice in enumerate(once):
        merged.append(notice)
        if place >= lag:
            merged.append(once[behind])
            behind += 1
    assert in_words(followed([*merged, *once[behind:]])[1]) == in_words(followed(once)[1])


@given(st.sampled_from(sorted(STORIES)), st.data())
def test_whatever_is_lost_between_the_call_ends_once(scenario: str, data: st.DataObject) -> None:
    once = heard(scenario)
    kept = [one for one in once if one.what == "ended" or data.draw(st.booleans())]
    calls, happened = followed(kept)
    for call in calls.values():
        if call.has_ended:
            types = [one.type for one in happened if one.call.call_uuid == call.call_uuid]
            assert types.count("call.ended") == 1
            assert types[-1] == "call.ended"


def test_one_event_may_say_that_a_leg_was_made_and_rang_and_was_answered() -> None:
    answers = [one for one in heard("originate_answered_b_hangs_up") if one.what == "answered"]
    seen = [one.model_copy(update={"what": what}) for one in answers for what in ("made", "ringing", "answered")]
    told = ["ringing 100", "answered 100", "ringing 101", "answered 101"]
    assert in_words(followed(seen)[1]) == told
    assert in_words(followed([one for one in seen for _ in range(2)])[1]) == told


def test_an_answer_that_was_not_told_is_told_with_the_end() -> None:
    once = [one for one in heard("inbound_group_answered_elsewhere") if one.what != "answered"]
    assert "answered 101" in in_words(followed(once)[1])


def test_of_two_that_answer_at_once_one_is_too_late() -> None:
    once = heard("inbound_group_answered_elsewhere")
    late = next(one for one in once if one.extension == "107" and one.what == "ended")
    answers = late.model_copy(update={"what": "answered", "sequence": late.sequence - 1, "cause": None})
    place = once.index(late)
    told = in_words(followed([*once[:place], answers, *once[place:]])[1])
    assert told[2:5] == ["answered 101", "answered 107", "cancelled 107 answered_elsewhere"]
    assert told[-1].endswith("answered by 101")


def test_a_leg_that_is_gone_without_a_word_has_ended() -> None:
    once = [one for one in heard("originate_answered_b_hangs_up") if one.what != "ended"]
    gone = [
        once[-1].model_copy(update={"what": "lost", "leg_uuid": uuid, "core": "", "sequence": 0, "source_uuid": None})
        for uuid in dict.fromkeys(one.leg_uuid for one in once)
    ]
    calls, happened = followed([*once, *gone])
    [call] = calls.values()
    assert (call.told()["state"], call.told()["hung_up_by"]) == ("ended", None)
    assert happened[-1].type == "call.ended"
    assert call.is_lost


def test_a_phone_that_is_rung_once_more_by_its_group_is_no_transfer() -> None:
    once = heard("inbound_group_answered_elsewhere")
    made = next(one for one in once if one.extension == "107" and one.what == "made")
    rest = [one for one in once if one.leg_uuid != made.leg_uuid]
    answered = next(place for place, one in enumerate(rest) if one.what == "answered")
    late = [*rest[: answered + 1], made, *rest[answered + 1 :]]
    assert not [one for one in followed(late)[1] if one.type == "call.transferred"]


def test_a_call_that_rings_for_hours_has_a_bounded_number_of_legs() -> None:
    once = heard("inbound_group_answered_elsewhere")
    one_phone = [one for one in once if one.extension == "107" and one.what != "answered"]
    caller = [one for one in once if one.source_uuid is None]
    in_vain = [
        notice.model_copy(update={"leg_uuid": str(uuid.UUID(int=number)), "cause": notice.cause and "NO_ANSWER"})
        for number in range(1, 200)
        for notice in one_phone
    ]
    calls, happened = followed([caller[0], *in_vain, *caller[1:]])
    [call] = calls.values()
    assert (len(call.legs), call.has_ended, call.leg(call.call_uuid) is not None) == (MOST_TRACKED, True, True)
    assert len(happened[-1].data()["call"]["legs"]) == MOST_LEGS
    assert sum(one.type == "call.cancelled" for one in happened) == 199


@given(st.randoms(use_true_random=False))
def test_of_too_many_legs_event_and_record_keep_the_same_in_whatever_order_they_come(chance: Random) -> None:
    told = [one for leg in range(1, 59) for one in (a_second_later(leg, "ringing"), a_second_later(leg, "ended"))]
    told += [a_second_later(59, "answered"), a_second_later(59, "ended")]
    told += [told[-1].model_copy(update={"leg_uuid": CALLER, "source_uuid": None, "start_stamp": told[0].start_stamp})]
    calls, happened = followed(told)
    [call] = calls.values()
    posted = {leg.xml_cdr_uuid: leg for one in happened for leg in one.call.as_record() if leg.end_stamp}
    posted |= {leg.xml_cdr_uuid: leg for leg in call.as_record()}
    handed_in = list(posted.values())
    chance.shuffle(handed_in)
    record: list[Leg] = []
    for leg in handed_in:
        record = legs_kept([*record, leg])
    ended = happened[-1].data()["call"]
    assert {leg["leg_uuid"] for leg in ended["legs"]} == {leg.xml_cdr_uuid for leg in record}
    assert (len(posted), len(record)) == (60, MOST_LEGS)
    summary = summarised(call.call_uuid, worked_out(record))
    assert ended["extensions"] == list(summary["extensions"])


def a_second_later(leg: int, what: What) -> Notice:
    """What happens to one of many phones, each of which is rung a second after the one before."""
    number, at = str(100 + leg), {"ringing": 0, "answered": 30, "ended": 50}[what]
    rings = rung(leg, what, 100 * leg + at, number)
    return rings.model_copy(update={"start_stamp": rung(leg, what, 100 * leg).at})


def rung(leg: int, what: What, at: int, number: str = "101", **more: Any) -> Notice:
    """What happens to a phone that is rung for a caller; hundredths of a second after noon."""
    stamp = f"2026-11-22T12:00:{at // 100:02d}.{at % 100:02d}0Z"
    return Notice(
        what=what,
        at=stamp,
        domain_uuid=CALLER,
        leg_uuid=f"{leg:08d}-0000-4000-8000-000000000000",
        source_uuid=CALLER,
        start_stamp="2026-11-22T12:00:00.000Z",
        direction="inbound",
        extension=number,
        number=number,
        sequence=at,
        **more,
    )


CALLER = "ca11ca11-0000-4000-8000-000000000001"


def told_of(*notices: Notice) -> list[str]:
    return in_words(followed(notices)[1])


def test_an_extension_with_two_phones_rings_once_and_whoever_answers_stops_the_other() -> None:
    rings = [rung(1, "ringing", 1), rung(2, "ringing", 2)]
    assert told_of(*rings) == ["ringing 101"]
    answered = [rung(2, "answered", 300), rung(1, "ended", 301, cause="LOSE_RACE")]
    assert told_of(*rings, *answered) == ["ringing 101", "answered 101"]
    other_way = [rung(1, "ended", 300, cause="LOSE_RACE"), rung(2, "answered", 301)]
    assert told_of(*rings, *other_way) == ["ringing 101", "answered 101"]


def test_it_is_told_once_that_an_extension_with_two_phones_rings_no_more() -> None:
    rings = [rung(1, "ringing", 1), rung(2, "ringing", 2)]
    elsewhere = [rung(3, "answered", 300, "102"), *(rung(leg, "ended", 301, cause="LOSE_RACE") for leg in (1, 2))]
    assert told_of(*rings, *elsewhere) == ["ringing 101", "answered 102", "cancelled 101 answered_elsewhere"]
    one_refuses = [rung(1, "ended", 100, cause="CALL_REJECTED"), rung(2, "ended", 400, cause="NO_ANSWER")]
    assert told_of(*rings, *one_refuses) == ["ringing 101", "cancelled 101 no_answer"]


def test_a_phone_that_is_rung_again_later_rings_again() -> None:
    again = rung(2, "ringing", 500).model_copy(update={"start_stamp": "2026-11-22T12:00:05.000Z"})
    told = told_of(rung(1, "ringing", 1), rung(1, "ended", 400, cause="NO_ANSWER"), again)
    assert told == ["ringing 101", "cancelled 101 no_answer", "ringing 101"]


@pytest.mark.parametrize(("number", "is_extension"), [("*99106", False), ("106", True), ("*3001", False)])
def test_who_is_sent_on_is_sent_to_what_was_dialled(number: str, is_extension: bool) -> None:
    talks = [rung(1, "ringing", 1), rung(1, "answered", 100)]
    sent = rung(1, "sent", 200, sent_to=number, sent_to_extension=is_extension)
    _, happened = followed([*talks, sent])
    data = happened[-1].data()
    assert (happened[-1].type, data["number"], data["stays_leg_uuid"]) == ("call.transferred", number, sent.leg_uuid)
    assert data["extension"] == (number if is_extension else None)
    assert followed([*talks, sent, sent.model_copy(update={"sequence": 201})])[1][-1] == happened[-1], "told once"
    assert told_of(rung(1, "ringing", 1), sent) == ["ringing 101"], "who has not spoken is forwarded"
