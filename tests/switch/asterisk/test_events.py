"""Asterisk's events, one after the other, as they were captured."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.clock import seconds
from ringpost.model.call import Leg
from ringpost.model.notices import Notice
from ringpost.switch.asterisk import cdr, marks
from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.channels import MOST_CHANNELS, Channels
from ringpost.switch.asterisk.events import Events
from ringpost.switch.hearing import Recorded
from tests.switch.asterisk.captured import BEGAN, DOMAIN, events, listed, scenarios


class Replayed(NamedTuple):
    """What events came to."""

    notices: list[Notice]
    recorded: list[Recorded]
    legs: list[Leg]
    left: list[str]


def replayed(told: Iterable[Message], memory: Events | None = None) -> Replayed:
    memory = memory or Events("pbx2")
    found = Replayed([], [], [], [])
    for place, event in enumerate(told):
        came = memory.take(event, BEGAN + 1000 + place / 1000)
        found.notices.extend(came.notices)
        found.recorded.extend(came.recorded)
        found.legs.extend(leg for record in came.records if (leg := cdr.read(record.body).leg))
    found.left.extend(channel.leg_uuid for channel in memory.channels if channel.is_leg)
    return found


def heard(scenario: str) -> list[Notice]:
    """What was told of a scenario."""
    return replayed(events(scenario)).notices


def marked(event: Message, who: str = "", **variables: str) -> Message:
    """An event whose channel is marked so, too."""
    more = [(f"{who}ChanVariable", f"{name}={value}") for name, value in variables.items()]
    return Message((*event.members, *more))


def about(event: str, channel: str, uniqueid: str, linkedid: str = "", **members: str) -> Message:
    """An event about a channel."""
    said = {
        "Event": event,
        "Channel": channel,
        "ChannelState": "6",
        "Uniqueid": uniqueid,
        "Linkedid": linkedid or uniqueid,
        **members,
    }
    variables = {} if "unmarked" in members else {"ChanVariable": f"{marks.DOMAIN}={DOMAIN}"}
    return Message(tuple({**said, **variables}.items()))


def dials(by: Message, dialled: Message, dial_string: str = "") -> Message:
    """That one rings another."""
    return Message(
        (
            ("Event", "DialBegin"),
            *by.members[1:],
            *((f"Dest{name}", value) for name, value in dialled.members[1:]),
            ("DialString", dial_string),
        )
    )


def called(event: Message, name: str, **members: str) -> Message:
    """The same about the same channel, and of another kind."""
    return Message(tuple({**dict(event.members), "Event": name, **members}.items()))


every_scenario = pytest.mark.parametrize("scenario", scenarios())


@every_scenario
def test_every_leg_that_was_made_ends_once_and_is_recorded_once(scenario: str) -> None:
    came = replayed(events(scenario))
    made = Counter(one.leg_uuid for one in came.notices if one.what == "made")
    ended = Counter(one.leg_uuid for one in came.notices if one.what == "ended")
    assert ended == made - Counter(came.left)
    assert Counter(leg.xml_cdr_uuid for leg in came.legs) == ended


@every_scenario
def test_a_leg_is_made_before_anything_else_is_told_of_it_and_its_source_before_it(scenario: str) -> None:
    known: set[str] = set()
    for notice in heard(scenario):
        if notice.what == "made":
            assert notice.source_uuid is None or notice.source_uuid in known
            known.add(notice.leg_uuid)
        assert notice.leg_uuid in known
        if notice.what == "ended" and "same-id" in scenario:
            known.discard(notice.leg_uuid)


@every_scenario
def test_nobody_speaks_inside_the_switch(scenario: str) -> None:
    locals_ = {
        marks.leg_uuid(event.get("Uniqueid")) for event in events(scenario) if event.get("Channel").startswith("Local/")
    }
    told = [one for one in heard(scenario) if one.leg_uuid in locals_]
    assert all(one.placed for one in told)


@every_scenario
def test_what_a_record_says_is_what_was_told(scenario: str) -> None:
    came = replayed(events(scenario))
    ends = [one for one in came.notices if one.what == "ended"]
    for leg, end in zip(came.legs, ends, strict=True):
        assert leg.xml_cdr_uuid == end.leg_uuid
        assert leg.originating_leg_uuid == end.source_uuid
        assert (leg.hangup_cause, leg.ended_by, leg.extension) == (end.cause, end.ended_by, end.extension)
        assert (leg.answer_stamp is None) == (end.answer_stamp is None)
        assert abs(seconds(leg.start_stamp) - seconds(end.start_stamp)) < 0.002
        assert (leg.to_voicemail, leg.reached) == (end.to_voicemail, end.reached)


@every_scenario
def test_what_is_told_is_in_an_order_that_never_goes_back(scenario: str) -> None:
    told = [one.sequence for one in heard(scenario)]
    assert told == sorted(told)


CAUSES = {
    "ev-call-answered": {"100": "NORMAL_CLEARING party", "101": "NORMAL_CLEARING switch"},
    "ev-call-busy": {"100": "USER_BUSY switch", "101": "USER_BUSY party"},
    "ev-call-cancelled": {"100": "ORIGINATOR_CANCEL party", "101": "ORIGINATOR_CANCEL switch"},
    "ev-call-declined": {"100": "USER_NOT_REGISTERED switch", "101": "CALL_REJECTED party"},
    "ev-call-no-answer": {"100": "NO_ANSWER switch", "101": "NO_ANSWER switch"},
    "ev-call-unregistered": {"100": "USER_NOT_REGISTERED switch"},
    "ev-call-302-ignored": {"100": "USER_BUSY switch", "101": "USER_BUSY party"},
    "ev-call-voicemail": {"100": "NORMAL_CLEARING party", "104": "NO_ANSWER switch"},
    "ev-call-ring-group": {"100": "NORMAL_CLEARING party", "101": "LOSE_RACE switch", "105": "NORMAL_CLEARING switch"},
    "ev-call-outbound": {"100": "NORMAL_CLEARING party", "15550123": "NORMAL_CLEARING switch"},
    "ev-call-inbound": {"+15550199": "NORMAL_CLEARING party", "100": "NORMAL_CLEARING switch"},
    "orig-answered": {"101": "NORMAL_CLEARING switch", "105": "NORMAL_CLEARING switch"},
    "orig-busy": {"101": "USER_BUSY party"},
    "orig-no-answer": {"101": "NO_ANSWER switch"},
    "orig-b-nowhere": {"101": "UNALLOCATED_NUMBER switch"},
    "orig-local": {"101": "NORMAL_CLEARING party", "105": "NORMAL_CLEARING switch"},
    "orig-unknown": {},
    "queue-agent-busy": {"100": "NORMAL_CLEARING party", "101": "USER_BUSY party"},
    "xfer-initiator-hangs-up-ringing": {"100": "NORMAL_CLEARING party", "105": "ORIGINATOR_CANCEL switch"},
}


@pytest.mark.parametrize("scenario", CAUSES)
def test_why_each_leg_ended_and_who_ended_it(scenario: str) -> None:
    ends = [one for one in heard(scenario) if one.what == "ended"]
    assert {one.number: f"{one.cause} {one.ended_by}" for one in ends} == CAUSES[scenario]


def test_a_phone_that_names_another_has_not_been_given_up() -> None:
    ends = [one for one in heard("ev-call-302-loop") if one.what == "ended"]
    assert Counter(one.cause for one in ends) == {"REDIRECTION_TO_NEW_DESTINATION": 20, "USER_NOT_REGISTERED": 1}


def test_what_a_subroutine_of_the_plan_dials_was_dialled_by_the_caller() -> None:
    first = about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", Exten="200")
    inside = called(first, "Newstate", Exten="s", ChannelState="4")
    phone = about("Newchannel", "PJSIP/101@example.net-00000002", "pbx2-1795761000.2", "pbx2-1795761000.1", Exten="s")
    made = replayed([first, inside, phone, dials(inside, phone)]).notices[-1]
    assert (made.extension, made.source_dialled, made.dialled) == ("101", "200", "200")


def test_what_a_pair_dials_was_rung_for_whoever_dialled_the_pair() -> None:
    caller, phone = [one for one in heard("queue-local-member") if one.what == "made"]
    assert (caller.extension, phone.extension) == ("100", "101")
    assert (phone.source_uuid, phone.source_dialled) == (caller.leg_uuid, "800")


def test_a_placed_a_is_one_leg_under_our_uuid_whichever_channel_it_is() -> None:
    for scenario in ("orig-answered", "orig-local"):
        a, b = [one for one in heard(scenario) if one.what == "made"]
        assert a.leg_uuid.startswith("c1c1c1c1-")
        assert (a.placed, a.extension, a.source_uuid) == (True, "101", None)
        assert (a.caller_id_number, a.caller_id_name) == ("105", "Click to call")
        assert (b.placed, b.extension, b.source_uuid, b.dialled) == (False, "105", a.leg_uuid, "105")


def test_who_takes_a_parked_call_is_named_and_belongs_to_it() -> None:
    for scenario, slot in (("ami-park", "701"), ("plan-park", "5901")):
        told = heard(scenario)
        [parked], [unparked] = ([one for one in told if one.what == what] for what in ("parked", "unparked"))
        assert (parked.slot, parked.extension, unparked.leg_uuid) == (slot, "101", parked.leg_uuid)
        [end] = [one for one in told if one.what == "ended" and one.leg_uuid == unparked.taken_by]
        assert (end.extension, end.source_uuid) == ("105", parked.leg_uuid)


def test_who_hangs_up_in_a_slot_is_taken_by_nobody() -> None:
    first = about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", Exten="*5900")
    parkee = {f"Parkee{name}": value for name, value in first.members if name not in ("Event", "ChanVariable")}
    more = ("ParkeeChanVariable", f"RP_DOMAIN={DOMAIN}")
    parked, gave_up = (
        Message((("Event", name), *parkee.items(), more, ("ParkingSpace", "5901")))
        for name in ("ParkedCall", "ParkedCallGiveUp")
    )
    told = replayed([first, parked, gave_up, called(first, "Hangup", Cause="16")]).notices
    assert [one.what for one in told] == ["made", "parked", "ended"]


def test_an_attended_transfer_makes_one_call_of_two() -> None:
    told = heard("sip-refer-attended")
    caller, first, second, target = [one for one in told if one.what == "made"]
    [through] = [one for one in told if one.what in ("sent", "put_through")]
    assert (through.what, through.leg_uuid, through.taken_by) == ("put_through", caller.leg_uuid, target.leg_uuid)
    assert (through.other_uuid, through.sent_to, through.sent_to_extension) == (first.leg_uuid, "105", True)
    assert through.by_phone
    assert through.transfer_uuid is None
    ends = {one.leg_uuid: one.source_uuid for one in told if one.what == "ended"}
    assert ends[second.leg_uuid] == caller.leg_uuid
    assert target.source_uuid == second.leg_uuid


def test_asterisk_says_unhold_of_who_has_not_held() -> None:
    assert "resumed" not in {one.what for one in heard("sip-refer-blind")}
    assert [one.what for one in heard("ev-call-held") if one.what in ("held", "resumed")] == ["held", "resumed"] * 2


def test_who_leaves_a_message_has_called_somebody() -> None:
    [end] = [one for one in heard("ev-call-voicemail") if one.what == "ended" and one.extension == "100"]
    assert end.to_voicemail
    first = about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", Exten="*97")
    own_box = replayed([first, called(first, "MessageWaiting"), called(first, "Hangup", Cause="16")]).notices[-1]
    assert (own_box.what, own_box.to_voicemail) == ("ended", False)
    sent = marked(first, RP_REACHED="104", RP_BOX="104")
    left = replayed([sent, called(first, "Hangup", Cause="16")])
    assert (left.notices[-1].to_voicemail, left.notices[-1].reached, left.legs[0].to_voicemail) == (
        True,
        ("104",),
        True,
    )


def test_the_plan_says_where_somebody_is_sent_who_has_spoken() -> None:
    first = about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", Exten="101")
    sent = called(first, "UserEvent", UserEvent="RingpostSent", Number="105", Extension="105")
    nobody = called(first, "UserEvent", UserEvent="RingpostSent", Number="1; rm", Extension="")
    other = called(first, "UserEvent", UserEvent="Other", Number="105")
    speaks = called(first, "BridgeEnter", ChannelState="6")
    told = replayed([first, sent, speaks, sent, nobody, other]).notices
    assert [(one.what, one.sent_to, one.sent_to_extension) for one in told[2:]] == [("sent", "105", True)]
    assert [one.what for one in told[:2]] == ["made", "answered"]


PAIR = "Local/101@ringpost-phones-00000001;"
OURS, OTHER = "c1c1c1c1-0000-4000-8000-000000000011", "c1c1c1c1-0000-4000-8000-000000000012"


def placed() -> tuple[Message, Message, Message, Message]:
    """A call that was placed as our driver does: the halves of A's pair, and its two phones."""
    variables = {"RP_CALL": OURS, "RP_EXTENSION": "101"}
    one, two = (
        marked(about("Newchannel", f"{PAIR}{half}", uuid, OURS, ChannelState="0"), **variables)
        for half, uuid in (("1", OURS), ("2", OTHER))
    )
    phones = [
        marked(
            about("Newchannel", f"PJSIP/101@example.net-0000000{n}", f"pbx2-1795761000.{n}", OURS, ChannelState="0"),
            RP_A=OURS,
        )
        for n in (1, 2)
    ]
    return one, two, phones[0], phones[1]


def test_the_phones_of_an_a_add_to_it_and_are_no_legs() -> None:
    one, two, first, second = placed()
    nobody = Message((("Event", "DialBegin"), *((f"Dest{name}", value) for name, value in one.members[1:])))
    story = [
        *(one, two, nobody, first, second, dials(two, first), dials(two, second)),
        *(called(phone, "Newstate", ChannelState="5") for phone in (first, second)),
        called(one, "Newstate", ChannelState="5"),
        called(second, "Newstate", ChannelState="6"),
        called(first, "Hangup", Cause="26", ChannelState="5"),
        *(called(half, "Newstate", ChannelState="6") for half in (two, one)),
        called(second, "Hold"),
        called(second, "Unhold"),
        called(second, "HangupRequest"),
        *(called(channel, "Hangup", Cause="16", ChannelState="6") for channel in (second, two, one)),
    ]
    came = replayed(story)
    whats = ["made", "ringing", "answered", "held", "resumed", "ended"]
    assert [(told.what, told.leg_uuid) for told in came.notices] == [(what, OURS) for what in whats]
    assert (came.notices[-1].cause, came.notices[-1].ended_by) == ("NORMAL_CLEARING", "party")
    [leg] = came.legs
    assert (leg.xml_cdr_uuid, leg.leg, leg.extension, leg.missed_call) == (OURS, "a", "101", False)


@pytest.mark.parametrize(
    ("statuses", "cause"),
    [(("BUSY", "BUSY"), "USER_BUSY"), (("NOANSWER", "NOANSWER"), "NO_ANSWER"), ((), "NO_ANSWER")],
)
def test_an_a_was_not_reached_for_the_reason_its_phones_had(statuses: Sequence[str], cause: str) -> None:
    one, two, *phones = placed()
    story = [one, two, *phones, *(dials(two, phone) for phone in phones)]
    for phone, status in zip(phones, statuses, strict=False):
        story += [dial_ends(two, phone, status), called(phone, "Hangup", Cause="0", ChannelState="0")]
    end = replayed([*story, called(one, "Hangup", Cause="0", ChannelState="0")]).notices[-1]
    assert (end.what, end.leg_uuid, end.cause) == ("ended", OURS, cause)


def of_channels(order: Sequence[Message], cause: str) -> list[Message]:
    return [called(channel, "Hangup", Cause=cause) for channel in order]


def dial_ends(by: Message, phone: Message, status: str) -> Message:
    return Message((*replace(dials(by, phone)).members[1:], ("Event", "DialEnd"), ("DialStatus", status)))


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 1, 0), (1, 0, 2)])
def test_an_a_has_hung_up_whichever_of_its_channels_is_gone_first(order: Sequence[int]) -> None:
    one, two, phone, _ = placed()
    up = [called(channel, "Newstate", ChannelState="6") for channel in (phone, two, one)]
    gone = [(one, two, phone)[which] for which in order]
    story = [one, two, phone, dials(two, phone), *up, called(phone, "HangupRequest"), *of_channels(gone, "16")]
    end = replayed(story).notices[-1]
    assert (end.what, end.leg_uuid, end.ended_by) == ("ended", OURS, "party")


def test_a_phone_of_an_a_that_declines_has_not_hung_up_for_it() -> None:
    one, two, first, second = placed()
    up = [called(channel, "Newstate", ChannelState="6") for channel in (second, two, one)]
    declines = [called(first, "HangupRequest"), called(first, "Hangup", Cause="21")]
    story = [one, two, first, second, dials(two, first), dials(two, second), *declines, *up]
    assert replayed([*story, *of_channels((one, two, second), "16")]).notices[-1].ended_by == "switch"


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 2, 0, 3), (3, 2, 1, 0)])
@pytest.mark.parametrize("status", ["CANCEL", "BUSY"])
def test_an_a_rang_for_its_time_whichever_of_its_channels_is_gone_first(order: Sequence[int], status: str) -> None:
    """What was seen on Asterisk 22.10.1: whoever places the call cancels its phones, the cause is 19 on all."""
    one, two, first, second = placed()
    story = [one, two, first, second, dials(two, first), dials(two, second)]
    story += [dial_ends(two, first, status), dial_ends(two, second, "CANCEL")]
    came = replayed([*story, *of_channels([(one, two, first, second)[which] for which in order], "19")])
    assert (came.notices[-1].cause, came.legs[0].hangup_cause) == ("NO_ANSWER", "NO_ANSWER")


def test_a_pair_that_an_action_made_for_a_message_is_no_leg() -> None:
    one, two, *_ = placed()
    plain = [Message(tuple(member for member in half.members if "RP_CALL" not in member[1])) for half in (one, two)]
    assert replayed([*plain, *(called(half, "Hangup", Cause="16") for half in plain)]).notices == []


def test_an_action_hung_it_up() -> None:
    first = about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", Exten="101")
    end = replayed([first, marked(called(first, "Hangup", Cause="16"), RP_HUNG_UP="true")]).notices[-1]
    assert (end.ended_by, end.hung_up) == ("api", False)


def test_a_recording_is_finished_when_it_is_stopped_or_its_leg_ends() -> None:
    path = f"{DOMAIN}/one.wav"
    first = about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", Exten="101")
    starts, meets = marked(called(first, "MixMonitorStart"), RP_RECORDED=path), called(first, "BridgeEnter")
    stops, ends = (marked(called(first, what, Cause="16"), RP_RECORDED=path) for what in ("MixMonitorStop", "Hangup"))
    emptied = marked(called(first, "Hangup", Cause="16"), RP_RECORDED="")
    for story in (
        [first, meets, starts, stops, ends],
        [first, starts, meets, ends],
        [first, starts, meets, stops, emptied],
    ):
        came = replayed(story)
        [recorded] = came.recorded
        assert (recorded.path, recorded.file.file_name) == (path, "one.wav")
        assert recorded.file.leg_uuid == marks.leg_uuid("pbx2-1795761000.1")
        assert came.legs[0].record_path == path


def test_who_was_with_nobody_has_no_recording() -> None:
    first = about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", Exten="101")
    begun = marked(first, RP_RECORDED=f"{DOMAIN}/one.wav")
    came = replayed([begun, called(begun, "MixMonitorStart"), called(begun, "Hangup", Cause="16")])
    assert (came.recorded, came.legs[0].record_path) == ([], None)
    parted = [called(begun, what) for what in ("BridgeEnter", "BridgeLeave", "MixMonitorStart", "Hangup")]
    assert replayed([begun, *parted]).recorded == []


@pytest.mark.parametrize("path", ["../x.wav", "a/../../x.wav", "/etc/x.wav", "x.sh", "", "x\n.wav"])
def test_a_recording_is_below_monitor_or_none(path: str) -> None:
    first = about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", Exten="101")
    assert replayed([first, marked(called(first, "Hangup", Cause="16"), RP_RECORDED=path)]).recorded == []


def test_what_has_happened_happened_when_the_switch_says_so_unless_that_is_nonsense() -> None:
    first = about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", Exten="101")
    memory = Events()
    memory.take(first, BEGAN)
    [end] = memory.take(called(first, "Hangup", Timestamp="1795761404.786697"), BEGAN + 900).notices
    assert (end.at, end.sequence) == ("2026-11-27T06:36:44.786Z", 1_795_761_404_786_697)
    for odd in ("9999999999.000000", "1e9", "", "-1.000000"):
        [made, ended] = Events().take(called(first, "Hangup", Timestamp=odd), BEGAN).notices
        assert seconds(ended.at) == BEGAN, made


def test_a_leg_without_a_domain_is_nobodys() -> None:
    first = about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", unmarked="")
    came = replayed([first, called(first, "Newstate"), called(first, "Hangup", Cause="16")])
    assert (came.notices, came.legs, came.left) == ([], [], [])


def test_no_more_channels_are_remembered_than_a_switch_can_have() -> None:
    channels = Channels()
    for number in range(MOST_CHANNELS + 10):
        channels.seen(about("Newchannel", f"PJSIP/100@e.net-{number:08x}", f"pbx2-1795761000.{number}"), "", BEGAN)
    assert len(channels) == MOST_CHANNELS


def test_who_comes_in_the_middle_says_how_far_each_has_come() -> None:
    memory = Events("pbx2")
    rows, parked = listed("ev-reconnect", "CoreShowChannel"), listed("ev-reconnect", "ParkedCall")
    up = {row.get("Channel").partition("@")[0]: marks.leg_uuid(row.get("Uniqueid")) for row in rows}
    known = {up["PJSIP/101"]: DOMAIN}
    told = memory.there(rows, parked, lambda channel: channel.start + 0.5, known, BEGAN + 2000)
    of = {name: [one.what for one in told if one.leg_uuid == leg] for name, leg in up.items()}
    assert of == {
        "PJSIP/105": ["made", "answered", "parked"],
        "PJSIP/101": ["made", "answered", "unparked", "room_left"],
        "PJSIP/104": ["made", "answered"],
        "PJSIP/100": ["made", "answered"],
    }
    [b] = [one for one in told if one.leg_uuid == up["PJSIP/101"] and one.what == "answered"]
    assert (b.source_uuid, b.source_dialled) == (up["PJSIP/100"], "101")
    again = replayed([event for event in events("ev-reconnect") if event.event == "Hangup"], memory)
    assert again.notices == []


@given(st.sampled_from(scenarios()), st.data())
def test_a_link_that_comes_at_any_moment_understands_the_rest(scenario: str, data: st.DataObject) -> None:
    told = events(scenario)
    start = data.draw(st.integers(0, len(told)))
    came = replayed(told[start:])
    made = Counter(one.leg_uuid for one in came.notices if one.what == "made")
    assert Counter(one.leg_uuid for one in came.notices if one.what == "ended") == made - Counter(came.left)


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", "0", "-1", "${SHELL(rm)}", "a\r\nb", "\0", "x" * 5000, "Local/1@x-00000001;1", "PJSIP/100@example.net-1",
         "PJSIP/1@e.net-00000001", OURS, OTHER, DOMAIN, "\ud800", "6", "5", "pbx2-9999999999.1", "1:2:3", "99999999999"]
    ),
)  # fmt: skip


@given(st.sampled_from(scenarios()), st.data())
def test_whatever_is_lost_late_or_hostile_nothing_is_raised(scenario: str, data: st.DataObject) -> None:
    told = [one for one in events(scenario) if data.draw(st.integers(0, 7))]
    for place in data.draw(st.lists(st.integers(0, max(len(told) - 2, 0)), max_size=10)):
        told[place : place + 2] = reversed(told[place : place + 2])
    for place in data.draw(st.lists(st.integers(0, max(len(told) - 1, 0)), max_size=10)):
        if told:
            members = list(told[place].members)
            which = data.draw(st.integers(0, len(members) - 1))
            members[which] = (members[which][0], data.draw(HOSTILE))
            told[place] = Message((*members, ("ChanVariable", f"RP_REACHED={data.draw(HOSTILE)}")))
    came = replayed(told)
    for notice in came.notices:
        assert Notice.model_validate_json(notice.model_dump_json()) == notice
    ends = Counter(one.leg_uuid for one in came.notices if one.what == "ended")
    assert scenario == "orig-same-id" or all(number <= 2 for number in ends.values())


def test_who_dialled_what_leads_nowhere_has_the_direction_of_its_record() -> None:
    """The plan has marked nothing then."""
    phone = "PJSIP/100@live.example.net-00000001"
    found = replayed(
        [
            about("Newchannel", phone, "pbx2-1795761000.1", ChannelState="4", Exten="199"),
            about("Hangup", phone, "pbx2-1795761000.1", ChannelState="4", Cause="1"),
        ]
    )
    assert [(one.what, one.direction) for one in found.notices] == [("made", None), ("ended", "outbound")]
    assert [leg.direction for leg in found.legs] == ["outbound"]


_ENDING = frozenset(
    {"BridgeDestroy", "BridgeLeave", "DeviceStateChange", "Hangup", "HangupRequest", "SoftHangupRequest"}
)


def gone_the_other_way_round(told: Sequence[Message]) -> list[Message]:
    """The same, but of those that are gone in one moment the last is gone first: each has a thread of its own."""
    other: list[Message] = []
    for is_ending, run in groupby(told, key=lambda one: one.event in _ENDING):
        moment = list(run)
        gone = [one for one in moment if is_ending and one.event == "Hangup"]
        other.extend(gone.pop() if is_ending and one.event == "Hangup" else one for one in moment)
    return other


@every_scenario
def test_it_comes_to_the_same_whichever_of_its_channels_is_gone_first(scenario: str) -> None:
    def ends(told: Sequence[Message]) -> list[tuple[Any, ...]]:
        came = replayed(told)
        moments = {"start_stamp": "", "answer_stamp": "", "end_stamp": ""}
        legs = {leg.xml_cdr_uuid: leg.model_copy(update=moments) for leg in came.legs}
        ended = [one for one in came.notices if one.what == "ended"]
        return sorted((one.leg_uuid, one.cause, one.ended_by, one.source_uuid, legs[one.leg_uuid]) for one in ended)

    told = events(scenario)
    assert ends(gone_the_other_way_round(told)) == ends(told)
