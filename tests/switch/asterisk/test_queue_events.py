"""Callers in queues, heard from the events of a real Asterisk 22.10.1: calls of the live suite, each by itself."""

from collections.abc import Sequence

import pytest

from ringpost.entry import demo
from ringpost.model.call import Leg
from ringpost.model.notices import Notice
from ringpost.switch.asterisk import cdr, marks, queues
from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.events import Events
from tests.switch.asterisk.captured import BEGAN, DOMAIN, events
from tests.switch.asterisk.test_events import about, called, marked, replayed

QUEUE = "c0c0c0c0-0000-4000-8000-000000000700"
ITS_NAME = f"{DOMAIN}.{QUEUE}"
STORIES = {
    "queue-answered": """
        queued
        ringing 100
        answered 100
        ended 100 NORMAL_CLEARING
        ended NORMAL_CLEARING
    """,
    "queue-abandoned": """
        queued
        ended NORMAL_CLEARING
    """,
    "queue-timeout": """
        queued
        unqueued timeout
        ringing 106
        answered 106
        ended NORMAL_CLEARING
        ended 106 NORMAL_CLEARING
    """,
    "queue-full": """
        queued
        unqueued full
        ringing 106
        answered 106
        ended NORMAL_CLEARING
        ended 106 NORMAL_CLEARING
    """,
    "queue-empty": """
        queued
        unqueued empty
        ringing 106
        answered 106
        ended 106 NORMAL_CLEARING
        ended NORMAL_CLEARING
    """,
    "queue-picked": """
        queued
        sent 101
        ringing 101
        answered 101
        ended 101 NORMAL_CLEARING
        ended NORMAL_CLEARING
    """,
    "queue-removed": """
        queued
        ended NORMAL_CLEARING
    """,
    "queue-no-answer": """
        queued
        ringing 104
        ended 104 NO_ANSWER
        ended NORMAL_CLEARING
    """,
    "queue-no-phone": """
        queued
        ended 102 USER_NOT_REGISTERED
        ended NORMAL_CLEARING
    """,
    "queue-next-agent": """
        queued
        ringing 104
        ended 104 NO_ANSWER
        ringing 101
        answered 101
        ended 101 NORMAL_CLEARING
        ended NORMAL_CLEARING
    """,
}


def in_words(notice: Notice) -> str:
    more = (notice.extension, notice.left_because, notice.sent_to, notice.cause if notice.what == "ended" else None)
    return " ".join([notice.what, *(one for one in more if one)])


@pytest.mark.parametrize("scenario", STORIES)
def test_what_a_caller_does_in_a_queue_is_heard(scenario: str) -> None:
    notices = replayed(events(scenario)).notices
    first = notices[0].leg_uuid
    told = [in_words(one) for one in notices if one.what != "made" and (one.what, one.leg_uuid) != ("answered", first)]
    assert told == [line.strip() for line in STORIES[scenario].strip().splitlines()]
    assert {one.queue_uuid for one in notices if one.what in ("queued", "unqueued")} == {QUEUE}


def test_of_two_that_ring_the_other_one_has_missed_nothing() -> None:
    came = replayed(events("queue-two-ring"))
    causes = {leg.hangup_cause for leg in came.legs if leg.leg == "b" and leg.answer_stamp is None}
    assert causes == {"LOSE_RACE"}


def test_a_code_is_told_with_whose_it_is() -> None:
    [told] = [one for one in replayed(events("queue-agent-code")).notices if one.what == "agent_code"]
    assert (told.agent_code, told.agent_number, told.extension) == ("log_in", "7001", "100")


def first() -> Message:
    return about("Newchannel", "PJSIP/100@example.net-00000001", "pbx2-1795761000.1", Exten="700")


def joins(name: str = ITS_NAME) -> Message:
    return called(first(), "QueueCallerJoin", Queue=name)


@pytest.mark.parametrize(
    "name", ["", "support", f"{demo.DOMAIN_UUID}.{QUEUE}"[::-1], QUEUE, f"00000000-0000-4000-8000-000000000009.{QUEUE}"]
)
def test_a_queue_that_is_none_of_the_caller_s_domain_is_nobody_s(name: str) -> None:
    assert "queued" not in {one.what for one in replayed([first(), joins(name)]).notices}


@pytest.mark.parametrize(("what", "agent"), [("", ""), ("hang_up", "7001"), ("log_in", "7001; rm")])
def test_a_code_says_nothing_else(what: str, agent: str) -> None:
    code = called(first(), "UserEvent", UserEvent=marks.AGENT_CODE, What=what, Agent=agent)
    told = [one for one in replayed([first(), code]).notices if one.what == "agent_code"]
    assert [(one.agent_code, one.agent_number) for one in told] == ([("log_in", None)] if what == "log_in" else [])


def test_why_a_caller_left_that_never_came_says_that_it_came() -> None:
    left = called(first(), "UserEvent", UserEvent=marks.UNQUEUED, Queue=ITS_NAME, Status="FULL")
    told = [(one.what, one.left_because) for one in replayed([first(), left]).notices if one.queue_uuid]
    assert told == [("queued", None), ("unqueued", "full")]


@pytest.mark.parametrize("status", ["", "CONTINUE", "nothing we know"])
def test_a_status_that_says_nothing_is_not_told(status: str) -> None:
    left = called(first(), "UserEvent", UserEvent=marks.UNQUEUED, Queue=ITS_NAME, Status=status)
    assert [one.what for one in replayed([first(), joins(), left]).notices if one.queue_uuid] == ["queued"]


def test_who_is_put_through_to_a_queue_waits_there_instead_of_who_did_that() -> None:
    one, other = first(), about("Newchannel", "PJSIP/trunk-00000002", "pbx2-1795761000.2", Exten="100")
    transferred = Message(
        (
            ("Event", "AttendedTransfer"),
            ("Result", "Success"),
            *((f"SecondTransferer{name}", value) for name, value in one.members[1:]),
            *((f"Transferee{name}", value) for name, value in other.members[1:]),
            ("DestType", "App"),
            ("DestApp", "Queue"),
        )
    )
    notices = replayed([one, other, joins(), transferred]).notices
    told = [(notice.what, notice.leg_uuid) for notice in notices if notice.queue_uuid]
    waits, waited = marks.leg_uuid("pbx2-1795761000.2"), marks.leg_uuid("pbx2-1795761000.1")
    assert told == [("queued", waited), ("unqueued", waited), ("queued", waits)]


def member(extension: str, status: str, *, paused: bool = False) -> Message:
    says = {"Location": f"Local/{extension}@ringpost-phones", "Status": status, "Paused": "01"[paused]}
    return Message((("Event", "QueueMember"), *says.items()))


@pytest.mark.parametrize(
    ("members", "missing"),
    [
        ([member("101", "5"), member("102", "5")], ["101", "102"]),
        ([member("101", "5"), member("102", "2")], ["101"]),
        ([member("101", "5"), member("102", "1")], []),
        ([member("101", "5"), member("102", "1", paused=True)], ["101"]),
        ([member("101", "5", paused=True)], []),
        ([Message((("Event", "QueueParams"),))], []),
    ],
)
def test_who_would_be_rung_and_has_no_phone_is_missing_while_nobody_is_free(
    members: list[Message], missing: list[str]
) -> None:
    assert queues.without_a_phone(members) == missing


def test_who_is_missing_has_missed_a_call_that_never_rang() -> None:
    memory = Events("pbx2")
    replayed([first(), joins()], memory)
    came = memory.without_phones(joins(), ["101"], BEGAN + 1001)
    assert [(one.what, one.extension, one.cause) for one in came.notices] == [
        ("made", "101", None),
        ("ended", "101", "USER_NOT_REGISTERED"),
    ]
    assert {one.source_uuid for one in came.notices} == {marks.leg_uuid("pbx2-1795761000.1")}
    [record] = came.records
    leg = cdr.read(record.body).leg
    assert leg is not None
    assert (leg.extension, leg.hangup_cause, leg.originating_leg_uuid) == (
        "101",
        "USER_NOT_REGISTERED",
        marks.leg_uuid("pbx2-1795761000.1"),
    )
    assert memory.without_phones(called(first(), "QueueCallerJoin", Uniqueid="pbx2-1.9"), ["101"], BEGAN).notices == []


def listed(*rows: Message) -> list[Message]:
    return [Message((("Event", "CoreShowChannel"), *row.members[1:])) for row in rows]


def caught_up(memory: Events, rows: Sequence[Message], entries: Sequence[Message], *known: str) -> list[Notice]:
    legs = dict.fromkeys(map(marks.leg_uuid, known), DOMAIN)
    return memory.there(listed(*rows), [], lambda channel: channel.start, legs, BEGAN + 2000, entries)


def test_after_a_break_who_waits_is_told_since_when_and_who_does_no_more() -> None:
    waits, left = "pbx2-1795761000.1", "pbx2-1795761000.2"
    one = marked(first(), RP_QUEUED=QUEUE)
    other = marked(about("Newchannel", "PJSIP/101@example.net-00000002", left, Exten="700"), RP_QUEUED=QUEUE)
    entry = Message((("Event", "QueueEntry"), ("Queue", ITS_NAME), ("Uniqueid", waits), ("Wait", "90")))
    notices = caught_up(Events("pbx2"), [one, other], [entry], waits, left)
    told = {notice.what: notice for notice in notices if notice.queue_uuid}
    assert sorted(told) == ["queued", "unqueued"]
    assert (told["queued"].leg_uuid, told["unqueued"].leg_uuid) == (marks.leg_uuid(waits), marks.leg_uuid(left))
    assert told["queued"].at < told["unqueued"].at


def test_a_leg_s_record_says_that_it_waited() -> None:
    def waited(**variables: str) -> list[bool]:
        gone = marked(called(first(), "Hangup", Cause="16"), **variables)
        return [leg.waited for leg in replayed([marked(first(), **variables), gone]).legs]

    assert waited(RP_QUEUED=QUEUE) == [True]
    assert waited() == [False]
    said = cdr.read(cdr.written({"uniqueid": "pbx2-1795761000.1", "channel": "PJSIP/100@example.net-00000001",
                                 "ended": "1795761009", "queued": "no uuid"})).leg  # fmt: skip
    assert isinstance(said, Leg)
    assert not said.waited


def test_who_is_rung_for_an_agent_says_whose_leg_it_is() -> None:
    agent = "a9a9a9a9-0000-4000-8000-000000007001"
    rung = about("Newchannel", "PJSIP/101@example.net-00000009", "pbx2-1795761000.9")
    notices = replayed([marked(rung, RP_AGENT=agent), called(rung, "Hangup", Cause="16")]).notices
    assert {one.agent_uuid for one in notices} == {agent}
    assert {one.agent_uuid for one in replayed([marked(rung, RP_AGENT="7001"), rung]).notices} == {None}
