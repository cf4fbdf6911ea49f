"""FreeSWITCH's events, each read by itself."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.clock import seconds
from ringpost.model.notices import Notice
from ringpost.switch.freeswitch.events import SUBSCRIPTION, caught_up, notices, recorded
from ringpost.switch.hearing import Known

CAPTURES = Path(__file__).parents[2] / "captures" / "events"
GUIDE = Path(__file__).parents[3] / "docs" / "freeswitch" / "directory" / "ringpost.xml"


CORE = "5e1b9da7-ddfa-4f19-b190-c72a4045ebdd"


def events(scenario: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CAPTURES / f"{scenario}.jsonl").read_text().splitlines()]


def first(scenario: str, name: str, **about: str) -> dict[str, Any]:
    return next(
        event
        for event in events(scenario)
        if event["Event-Name"] == name and all(event.get(header) == value for header, value in about.items())
    )


def test_a_leg_from_outside_has_no_domain_until_the_dialplan_sent_it_there() -> None:
    assert notices(first("inbound_caller_gives_up", "CHANNEL_CREATE")) == []
    [notice] = notices(first("inbound_caller_gives_up", "CHANNEL_CREATE", **{"Call-Direction": "outbound"}))
    assert (notice.what, notice.extension, notice.dialled) == ("made", "101", "12025550140")
    assert notice.caller_id_number == "12025550188"


def test_that_somebody_else_rings_is_no_ring_of_the_caller() -> None:
    progress = first("dial_cancelled", "CHANNEL_PROGRESS", **{"Call-Direction": "inbound"})
    assert [notice.what for notice in notices(progress)] == ["made"]


def test_a_phone_that_dials_is_itself_whatever_it_says() -> None:
    event = first("dial_cancelled", "CHANNEL_CREATE")
    [notice] = notices({**event, "Caller-Caller-ID-Number": "911"})
    assert (notice.extension, notice.number) == ("100", "100")


def test_a_channel_that_is_dumped_says_how_far_it_has_come() -> None:
    event = first("hold_by_api", "CHANNEL_ANSWER")
    dumped = {**event, "Event-Name": "CHANNEL_DATA", "Answer-State": "answered", "Channel-Call-State": "HELD"}
    assert [notice.what for notice in notices(dumped)] == ["made", "ringing", "answered", "held"]
    ringing = {**dumped, "Answer-State": "ringing", "Channel-Call-State": "RINGING"}
    assert [notice.what for notice in notices(ringing)] == ["made", "ringing"]
    caller = {**ringing, "Call-Direction": "inbound"}
    assert [notice.what for notice in notices(caller)] == ["made"]


def test_a_phone_that_was_called_and_has_not_rung_yet_is_dumped_as_that() -> None:
    event = first("originate_a_busy", "CHANNEL_CREATE")
    assert event["Answer-State"] == "ringing", "so it says before anything rings"
    assert [notice.what for notice in notices({**event, "Event-Name": "CHANNEL_DATA"})] == ["made"]
    early = {**event, "Event-Name": "CHANNEL_DATA", "Answer-State": "early", "Channel-Call-State": "EARLY"}
    assert [notice.what for notice in notices(early)] == ["made", "ringing"]


def test_a_switch_may_have_told_more_than_a_billion_events() -> None:
    event = first("dial_cancelled", "CHANNEL_CREATE")
    for sequence in (999_999_999, 1_000_000_000, 10**17):
        [notice] = notices({**event, "Event-Sequence": str(sequence)})
        assert notice.sequence == sequence


def test_a_recording_is_finished() -> None:
    [found] = [one for event in events("record_start_stop") if (one := recorded(event))]
    assert found.path.startswith("/var/lib/freeswitch/recordings/live.example.net/")
    assert (found.file.file_name, found.file.seconds) == (f"{found.file.leg_uuid}.wav", 1)
    assert recorded(first("record_start_stop", "CHANNEL_ANSWER")) is None


def test_what_says_not_where_it_belongs_is_passed_over() -> None:
    event = first("originate_answered_b_hangs_up", "CHANNEL_ANSWER")
    stamps = ("Event-Date-Timestamp", "Caller-Channel-Answered-Time")
    for missing in (
        ("Unique-ID",),
        ("variable_domain_uuid", "variable_presence_data", "Channel-Presence-Data"),
        stamps,
    ):
        assert notices({name: value for name, value in event.items() if name not in missing}) == []
    assert notices({"Event-Name": "HEARTBEAT"}) == []
    stop = first("record_start_stop", "RECORD_STOP")
    for missing in ("Unique-ID", "variable_domain_uuid", "Record-File-Path"):
        assert recorded({name: value for name, value in stop.items() if name != missing}) is None


@pytest.mark.parametrize(
    ("name", "header"),
    [("CHANNEL_ANSWER", "Caller-Channel-Answered-Time"), ("CHANNEL_HANGUP_COMPLETE", "Caller-Channel-Hangup-Time")],
)
def test_it_happened_when_the_channel_says_so_however_late_that_is_told(name: str, header: str) -> None:
    event = first("dial_answered_api_hangs_up", name)
    late = {**event, "Event-Date-Timestamp": str(int(event[header]) + 16_000_000)}
    [notice] = notices(late)
    assert seconds(notice.at) * 1000 == int(event[header]) // 1000


def test_what_the_switch_has_thrown_away_is_no_recording() -> None:
    stop = first("record_start_stop", "RECORD_STOP")
    assert recorded({**stop, "Record-Completion-Cause": "success-maxtime"}) == recorded(stop) is not None
    for cause in ("empty-file", "input-too-short"):
        assert recorded({**stop, "Record-Completion-Cause": cause}) is None


class Line:
    """An event socket with these channels."""

    def __init__(self, channels: dict[str, dict[str, Any]]) -> None:
        self.channels = channels

    def api(self, command: str) -> str:
        if command == "show channels as json":
            rows = [{"uuid": uuid} for uuid in self.channels]
            return json.dumps({"row_count": len(rows), **({"rows": rows} if rows else {})})
        if command == "global_getvar core_uuid":
            return CORE
        uuid = command.split()[1]
        return json.dumps(self.channels[uuid]) if self.channels[uuid] else "-ERR No such channel!\n"


def known(legs: dict[str, str], core: str = CORE) -> Known:
    return Known(core, 1_795_348_800.0, legs)


def test_an_a_is_there_while_a_phone_of_it_rings() -> None:
    event = first("originate_a_no_answer", "CHANNEL_PROGRESS")
    phone, home = "11111111-0000-4000-8000-000000000160", event["variable_domain_uuid"]
    dumped = {
        **event,
        "Event-Name": "CHANNEL_DATA",
        "Unique-ID": phone,
        "variable_ringpost_call_uuid": event["Unique-ID"],
    }
    caught = caught_up(Line({phone: dumped}), known({event["Unique-ID"]: home}))
    assert {notice.leg_uuid for notice in caught.there} == {event["Unique-ID"]}
    assert caught.gone == []


def in_short(told: Iterable[Notice]) -> list[tuple[str, str]]:
    return [(one.what, one.leg_uuid) for one in told]


def test_after_a_break_it_is_told_what_is_there_and_what_is_gone() -> None:
    event = first("originate_answered_b_hangs_up", "CHANNEL_ANSWER")
    there = {**event, "Event-Name": "CHANNEL_DATA", "Answer-State": "answered"}
    domain, gone, ending = event["variable_domain_uuid"], "9" * 8 + "-0000-4000-8000-" + "9" * 12, "8" * 36
    line = Line({event["Unique-ID"]: there, ending: {}})
    told = caught_up(line, known({gone: domain, event["Unique-ID"]: domain}))
    assert in_short(told.there) == [(what, event["Unique-ID"]) for what in ("made", "ringing", "answered")]
    assert in_short(told.gone) == [("gone", gone)]
    assert told.gone[0].at == "2026-11-22T12:00:00.000Z", "when it was last heard of"
    assert caught_up(Line({}), known({})) == ([], [], CORE)


def test_with_a_run_of_the_switch_that_crashed_its_legs_are_lost() -> None:
    leg, domain = "9" * 8 + "-0000-4000-8000-" + "9" * 12, "8" * 8 + "-0000-4000-8000-" + "8" * 12
    told = caught_up(Line({}), known({leg: domain}, core=leg))
    assert in_short(told.gone) == [("lost", leg)]


def test_gone_is_also_for_whom_one_was_rung_that_is_still_there() -> None:
    event = first("inbound_caller_gives_up", "CHANNEL_CREATE", **{"Call-Direction": "outbound"})
    leg, caller = event["Unique-ID"], event["variable_originating_leg_uuid"]
    line = Line({leg: {**event, "Event-Name": "CHANNEL_DATA"}})
    told = caught_up(line, known({}))
    assert (in_short(told.there), in_short(told.gone)) == ([("made", leg)], [("gone", caller)])


def test_a_channel_that_is_listed_a_little_longer_than_it_is_there_is_gone() -> None:
    event = first("originate_answered_b_hangs_up", "CHANNEL_ANSWER")
    leg, domain = event["Unique-ID"], event["variable_domain_uuid"]
    told = caught_up(Line({leg: {}}), known({leg: domain}))
    assert (told.there, in_short(told.gone)) == ([], [("gone", leg)])


def test_the_guide_lets_a_link_hear_all_it_listens_to() -> None:
    assert f'value="{SUBSCRIPTION}"' in GUIDE.read_text()


values = st.one_of(st.text(max_size=20), st.integers(), st.none(), st.lists(st.text(max_size=3), max_size=2))


@given(st.sampled_from(sorted(file.stem for file in CAPTURES.glob("*.jsonl"))), st.data())
def test_whatever_headers_hold_it_is_a_notice_or_none(scenario: str, data: st.DataObject) -> None:
    event = data.draw(st.sampled_from(events(scenario)))
    name = data.draw(st.sampled_from(sorted(event)))
    changed = {**event, name: data.draw(values)}
    for notice in notices(changed):
        assert Notice.model_validate_json(notice.model_dump_json()) == notice
    recorded(changed)


def test_a_phone_that_dials_an_agents_code_tells_it() -> None:
    [notice] = notices(first("agent_logs_in", "CUSTOM"))
    assert (notice.what, notice.agent_code, notice.agent_number, notice.extension) == (
        "agent_code", "log_in", "7001", "100"
    )  # fmt: skip
    event = first("agent_logs_in", "CUSTOM")
    assert notices({**event, "Ringpost-Code": "log in"}) == []
    [notice] = notices({**event, "Ringpost-Agent": "7001;drop"})
    assert notice.agent_number is None


JOINED = {"variable_current_application": "callcenter"}


def waiting(**about: Any) -> dict[str, Any]:
    """A caller who waits, as it is dumped."""
    event = first("queue_abandoned", "CUSTOM", **{"CC-Action": "member-queue-start"})
    return {**event, "Event-Name": "CHANNEL_DATA", **JOINED, **about}


def test_who_waits_is_told_after_a_break_and_since_when() -> None:
    told = notices(waiting())
    assert [notice.what for notice in told] == ["made", "answered", "queued"]
    assert told[-1].queue_uuid == waiting()["variable_ringpost_queue"]
    assert abs(seconds(told[-1].at) - int(waiting()["variable_cc_queue_joined_epoch"])) < 1


def test_who_waits_no_more_is_told_after_a_break_and_why() -> None:
    noted = {"variable_cc_cause": "cancel", "variable_cc_cancel_reason": "TIMEOUT"}
    *_, left = notices(waiting(variable_current_application="bridge", **noted))
    assert (left.what, left.left_because) == ("unqueued", "timeout")
    *_, left = notices(waiting(variable_current_application="playback"))
    assert (left.what, left.left_because) == ("unqueued", None), "it was sent elsewhere"
    for answered in ({"variable_cc_cause": "answered"}, {"variable_cc_agent_bridged": "true"}):
        told = notices(waiting(variable_current_application="", **answered))
        assert [notice.what for notice in told] == ["made", "answered"], "the leg of whoever took the call says so"


def test_a_click_that_waits_is_known_by_its_call() -> None:
    placed: dict[str, str] = {}
    event = first("queue_click", "CUSTOM", **{"CC-Action": "member-queue-start"})
    call = event["variable_ringpost_call_uuid"]
    [notice] = notices({**event, "Unique-ID": NOBODY}, placed)
    assert (notice.leg_uuid, placed) == (call, {NOBODY: call})


NOBODY = "99999999-9999-4999-8999-999999999999"


def test_nobody_has_answered_a_queues_call_before_it_is_put_through() -> None:
    answers = [
        event
        for event in events("queue_two_answer_at_once")
        if event["Event-Name"] == "CHANNEL_ANSWER" and event.get("variable_cc_side") == "agent"
    ]
    assert len(answers) == 2
    assert [notice for event in answers for notice in notices(event)] == []
    [notice] = notices(first("queue_two_answer_at_once", "CUSTOM", **{"CC-Action": "bridge-agent-start"}))
    assert (notice.what, notice.extension) == ("answered", "101")
    late = first("queue_two_answer_at_once", "CHANNEL_HANGUP_COMPLETE", **{"Hangup-Cause": "LOSE_RACE"})
    [notice] = notices(late)
    assert notice.answer_stamp is None


def test_a_leg_says_for_which_agent_it_is_rung() -> None:
    event = first("queue_answered", "CHANNEL_CREATE", variable_cc_side="agent")
    [notice] = notices({**event, "variable_ringpost_agent": NOBODY})
    assert notice.agent_uuid == NOBODY


def test_what_is_told_of_a_queue_that_is_none_of_ours_is_passed_over() -> None:
    event = first("queue_abandoned", "CUSTOM", **{"CC-Action": "member-queue-start"})
    assert notices({**event, "CC-Queue": "support@default"}) == []
    assert notices({**event, "CC-Action": "members-count"}) == []


def test_a_member_without_a_phone_is_told_once_for_each_caller() -> None:
    event = first("queue_agent_without_a_phone", "CUSTOM", **{"CC-Action": "bridge-agent-fail"})
    made, ended = notices(event)
    assert (made.what, ended.what, ended.cause, ended.extension) == ("made", "ended", "USER_NOT_REGISTERED", "102")
    again, _ = notices({**event, "Event-Sequence": "99999999"})
    assert again.leg_uuid == made.leg_uuid
    other, _ = notices({**event, "CC-Member-UUID": NOBODY})
    assert other.leg_uuid != made.leg_uuid
    assert notices({**event, "CC-Agent": "bob@nowhere"}) == []
