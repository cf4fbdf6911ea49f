import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.errors import Problem, SwitchRefused, SwitchUnreachable
from ringpost.switch.freeswitch.esl import MOST_BODY, MOST_COMMAND, MOST_HEADERS, BadFrame, EventSocket, Frame, Frames
from tests.switch.freeswitch.scripted import (
    PASSWORD,
    USER,
    USER_PASSWORD,
    Mode,
    ScriptedFreeSwitch,
    as_sent,
    bodies,
    job_done,
    recorded,
    response,
)

JOB = "c0c0c0c0-0000-4000-8000-000000000001"
OTHER_JOB = "c0c0c0c0-0000-4000-8000-000000000002"
BUSY = "originate loopback/102/default &echo"
REJECTED = "originate loopback/106/default &echo"
SOON = 0.2
"""Seconds: what a test waits for something that never comes."""
BOUND = 3.0
"""Seconds: what that may come to on a slow machine. The servers would keep it up for ever."""


@pytest.fixture
def switch() -> Iterator[ScriptedFreeSwitch]:
    with ScriptedFreeSwitch() as running:
        yield running


def connect(
    switch: ScriptedFreeSwitch, password: str = PASSWORD, user: str | None = None, seconds: float = 10
) -> EventSocket:
    return EventSocket(switch.host, switch.port, user=user, password=password, answer_seconds=seconds)


def refused(attempt: Callable[[], object], words: str) -> Problem:
    with pytest.raises(SwitchRefused, match=words) as info:
        attempt()
    return info.value


def unreachable(attempt: Callable[[], object], words: str) -> Problem:
    before = time.monotonic()
    with pytest.raises(SwitchUnreachable, match=words) as info:
        attempt()
    assert time.monotonic() - before < BOUND
    return info.value


# Logging in


def test_logs_in_with_the_password(switch: ScriptedFreeSwitch) -> None:
    with connect(switch):
        assert switch.heard == ["auth ClueCon"]


def test_logs_in_as_a_user_of_the_directory(switch: ScriptedFreeSwitch) -> None:
    with connect(switch, USER_PASSWORD, USER) as link:
        assert link.api("hostname") == "vm"
    assert switch.heard == ["userauth 100@fusion.example.net:sippass100", "api hostname"]


@pytest.mark.parametrize("user", [None, USER])
def test_a_wrong_password_is_said_and_not_shown(switch: ScriptedFreeSwitch, user: str | None) -> None:
    problem = refused(lambda: connect(switch, "top-secret", user), "check the switch's user and secret")
    assert "top-secret" not in f"{problem!r} {problem.__cause__!r}"


def test_says_that_the_switch_takes_no_connections_from_here() -> None:
    with ScriptedFreeSwitch("acl") as switch:
        refused(lambda: connect(switch), "ACL")


@pytest.mark.parametrize("secret", ["a\nb", "a\rb", "a\0b", "a\n\napi hupall", "\ud800", "x" * MOST_COMMAND])
def test_a_secret_that_is_no_line_is_never_sent(switch: ScriptedFreeSwitch, secret: str) -> None:
    for attempt in (lambda: connect(switch, secret), lambda: connect(switch, PASSWORD, secret)):
        problem = refused(attempt, "store it anew")
        assert problem.__cause__ is None
        assert problem.__suppress_context__
    assert switch.heard == []


# Commands


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("hostname", "vm"),
        ("nosuchapi", "-ERR nosuchapi Command not found!\n"),
        ("uuid_kill", "-USAGE: <uuid> [cause]\n"),
        ("show channels as json", '{"row_count": 0}\n'),
        ("show channels count as json", '{"row_count":0,"rows":[]}'),
        ("sofia status profile nosuch", "Invalid Profile!\n"),
        ("global_getvar nosuch", "-ERR no reply\n"),
    ],
)
def test_answers_what_the_switch_answers_as_it_is(switch: ScriptedFreeSwitch, command: str, body: str) -> None:
    with connect(switch) as link:
        assert link.api(command) == body
    assert switch.heard[1:] == [f"api {command}"]


def test_one_connection_takes_one_command_after_another(switch: ScriptedFreeSwitch) -> None:
    switch.answers["echo"] = lambda command: command
    with connect(switch) as link:
        assert [link.api(f"echo {number}") for number in range(5)] == [f"echo {number}" for number in range(5)]


def test_an_answer_may_be_long_and_not_utf8(switch: ScriptedFreeSwitch) -> None:
    switch.answers |= {"long": "é" * 500_000, "latin": b"Content-Type: api/response\nContent-Length: 3\n\nZo\xeb"}
    with connect(switch) as link:
        assert link.api("long") == "é" * 500_000
        assert link.api("latin") == "Zo\ufffd"


@pytest.mark.parametrize(
    "command", ["status\n", "status\r", "status\0", "status\n\napi hupall", "a\nconsole_execute: true", "\ud800"]
)
def test_refuses_a_command_with_a_line_break(switch: ScriptedFreeSwitch, command: str) -> None:
    with connect(switch) as link:
        for attempt in (lambda: link.api(command), lambda: link.background(command, JOB)):
            with pytest.raises(ValueError):
                attempt()
        assert link.api("hostname") == "vm"  # nothing was sent, so nothing is lost
    assert switch.heard[1:] == ["api hostname"]


def test_refuses_a_command_that_the_switch_would_cut_in_two(switch: ScriptedFreeSwitch) -> None:
    with connect(switch) as link, pytest.raises(ValueError, match="too long"):
        link.api("x" * MOST_COMMAND)
    assert len(switch.heard) == 1


@pytest.mark.parametrize("job", ["", "1", f"{JOB}0", f"{{{JOB}}}", f"{JOB}\n", f"{JOB}\n\napi hupall"])
def test_refuses_a_job_that_is_no_uuid(switch: ScriptedFreeSwitch, job: str) -> None:
    with connect(switch) as link, pytest.raises(ValueError):
        link.background("status", job)
    assert len(switch.heard) == 1


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_whatever_a_command_holds_the_switch_hears_one_command_or_none(text: str) -> None:
    with ScriptedFreeSwitch() as switch, connect(switch) as link:
        switch.answers["echo"] = "+OK\n"
        try:
            link.api(f"echo {text}")
        except ValueError:
            assert len(switch.heard) == 1
        else:
            assert switch.heard[1:] == [f"api echo {text}"]


def test_a_user_who_may_not_is_told_where_to_allow_it() -> None:
    with ScriptedFreeSwitch(allowed_api=frozenset({"status"})) as switch:
        for method, arguments in ((EventSocket.api, ["hupall"]), (EventSocket.background, ["hupall", JOB])):
            with connect(switch, USER_PASSWORD, USER) as link:
                problem = refused(partial(method, link, *arguments), "esl-allowed-api")
                assert "hupall" not in problem.detail
                unreachable(partial(link.api, "status"), "is closed")


def test_a_user_who_may_not_hear_of_jobs_starts_none() -> None:
    with ScriptedFreeSwitch(allowed_events=frozenset({"HEARTBEAT"})) as switch:
        with connect(switch, USER_PASSWORD, USER) as link:
            refused(lambda: link.background(BUSY, JOB), "esl-allowed-events")
        assert switch.heard[1:] == ["event json BACKGROUND_JOB"]


# Jobs


def test_a_job_is_started_under_our_own_uuid_and_has_a_result(switch: ScriptedFreeSwitch) -> None:
    with connect(switch) as link:
        link.background(BUSY, JOB)
        assert link.result(JOB, 10) == "-ERR USER_BUSY\n"
    assert switch.heard[1:] == ["event json BACKGROUND_JOB", f"bgapi {BUSY}\nJob-UUID: {JOB}"]


def test_listens_for_jobs_once(switch: ScriptedFreeSwitch) -> None:
    with connect(switch) as link:
        for job in (JOB, OTHER_JOB):
            link.background("nosuchapi", job)
            assert link.result(job, 10) == "-ERR nosuchapi Command not found!\n"
    assert switch.heard.count("event json BACKGROUND_JOB") == 1


def test_results_may_come_in_another_order(switch: ScriptedFreeSwitch) -> None:
    gate = switch.gates[BUSY] = threading.Event()
    with connect(switch) as link:
        link.background(BUSY, JOB)
        link.background(REJECTED, OTHER_JOB)
        assert link.result(OTHER_JOB, 10) == "-ERR CALL_REJECTED\n"
        gate.set()
        assert link.result(JOB, 10) == "-ERR USER_BUSY\n"


def test_a_result_that_comes_before_an_answer_is_kept(switch: ScriptedFreeSwitch) -> None:
    switch.gates[BUSY] = threading.Event()
    switch.answers["status"] = job_done(JOB, BUSY, "-ERR USER_BUSY\n") + response("UP\n")
    with connect(switch) as link:
        link.background(BUSY, JOB)
        assert link.api("status") == "UP\n"
        assert link.result(JOB, 0) == "-ERR USER_BUSY\n"


def test_results_of_other_peoples_jobs_are_passed_over(switch: ScriptedFreeSwitch) -> None:
    gate = switch.gates[BUSY] = threading.Event()
    with connect(switch) as link, connect(switch) as other:
        link.background(BUSY, JOB)
        other.background(REJECTED, OTHER_JOB)
        assert other.result(OTHER_JOB, 10) == "-ERR CALL_REJECTED\n"
        gate.set()
        assert link.result(JOB, 10) == "-ERR USER_BUSY\n"
        assert link._results == {}


def test_a_result_may_be_empty(switch: ScriptedFreeSwitch) -> None:
    switch.answers["quiet"] = ""
    with connect(switch) as link:
        link.background("quiet", JOB)
        assert link.result(JOB, 10) == ""


@pytest.mark.parametrize("seconds", [SOON, 0, -1])
def test_a_result_that_is_late_reaches_nobody(switch: ScriptedFreeSwitch, seconds: float) -> None:
    gate = switch.gates[BUSY] = threading.Event()
    with connect(switch) as link:
        link.background(BUSY, JOB)
        assert link.result(JOB, seconds) is None
        gate.set()
        unreachable(lambda: link.result(JOB, 10), "closed")
        unreachable(lambda: link.api("status"), "closed")


@pytest.mark.parametrize("reply", ["-ERR command not found", "nothing of note"])
def test_a_job_that_is_not_taken_is_a_refusal(switch: ScriptedFreeSwitch, reply: str) -> None:
    switch.reply_to_bgapi = f"Content-Type: command/reply\nReply-Text: {reply}\n\n".encode()
    with connect(switch) as link:
        refused(lambda: link.background("nosuchapi", JOB), "did not take")


def test_a_reply_about_another_job_ends_the_connection(switch: ScriptedFreeSwitch) -> None:
    switch.reply_to_bgapi = recorded()["bgapi nosuchapi"][0]
    with connect(switch) as link:
        unreachable(lambda: link.background("nosuchapi", JOB), "does not speak")
        unreachable(lambda: link.result(JOB, 10), "closed")


@pytest.mark.parametrize(
    "event",
    [b"{", b"[]", b"7", b"[" * 100_000, b"\xff", b'{"n": ' + b"1" * 5000 + b"}"],
)
def test_an_event_that_is_none_ends_the_connection(switch: ScriptedFreeSwitch, event: bytes) -> None:
    switch.answers["quiet"] = b"Content-Length: %d\nContent-Type: text/event-json\n\n" % len(event) + event
    with connect(switch) as link:
        link.background("quiet", JOB)
        unreachable(lambda: link.result(JOB, 10), "does not speak")


def test_an_event_of_an_odd_shape_is_passed_over(switch: ScriptedFreeSwitch) -> None:
    odd = [b'{"Event-Name": "BACKGROUND_JOB", "Job-UUID": []}', b"{}", b'{"Event-Name": "HEARTBEAT"}']
    frames = b"".join(b"Content-Length: %d\nContent-Type: text/event-json\n\n" % len(text) + text for text in odd)
    switch.answers["quiet"] = frames + job_done(JOB, "quiet", "done")
    with connect(switch) as link:
        link.background("quiet", JOB)
        assert link.result(JOB, 10) == "done"


# Events


def told(number: int, name: str = "CHANNEL_ANSWER") -> bytes:
    return as_sent({"Event-Name": name, "Unique-ID": str(number)})


def numbers(line: EventSocket, count: int) -> list[object]:
    return [(line.event(10) or {}).get("Unique-ID") for _ in range(count)]


def test_events_are_told_in_their_order(switch: ScriptedFreeSwitch) -> None:
    with connect(switch) as line:
        line.listen("CHANNEL_ANSWER CUSTOM valet_parking::info")
        assert switch.heard[-1] == "event json CHANNEL_ANSWER CUSTOM valet_parking::info"
        switch.tell_listeners(b"".join(map(told, range(3))))
        assert numbers(line, 3) == ["0", "1", "2"]


def test_when_nothing_happens_there_is_no_event_and_the_connection_stays(switch: ScriptedFreeSwitch) -> None:
    with connect(switch) as line:
        line.listen("CHANNEL_ANSWER")
        assert line.event(SOON) is None
        assert line.event(0.0) is None
        switch.tell_listeners(told(1))
        assert numbers(line, 1) == ["1"]
        assert line.api("status") == bodies("status")[0]


def test_an_event_that_is_half_there_is_told_once_it_is_whole(switch: ScriptedFreeSwitch) -> None:
    with connect(switch) as line:
        line.listen("CHANNEL_ANSWER")
        switch.tell_listeners(told(1)[:40])
        assert line.event(SOON) is None
        switch.tell_listeners(told(1)[40:] + told(2))
        assert numbers(line, 2) == ["1", "2"]


def test_events_that_come_before_an_answer_are_told_afterwards(switch: ScriptedFreeSwitch) -> None:
    switch.answers["uptime"] = told(1) + told(2) + response("7")
    with connect(switch) as line:
        line.listen("CHANNEL_ANSWER")
        assert line.api("uptime") == "7"
        switch.tell_listeners(told(3))
        assert numbers(line, 3) == ["1", "2", "3"]


def test_who_listens_may_have_work_done_too(switch: ScriptedFreeSwitch) -> None:
    with connect(switch) as line:
        line.listen("CHANNEL_ANSWER")
        line.background(BUSY, JOB)
        assert line.result(JOB, 10) == "-ERR USER_BUSY\n"
        assert (line.event(10) or {})["Job-UUID"] == JOB


def test_who_does_not_listen_is_told_nothing(switch: ScriptedFreeSwitch) -> None:
    with connect(switch) as line:
        line.background(BUSY, JOB)
        assert line.event(10) is None
        assert line.result(JOB, 10) == "-ERR USER_BUSY\n"


def test_listening_anew_forgets_what_was_told_before(switch: ScriptedFreeSwitch) -> None:
    switch.answers["uptime"] = told(1) + response("7")
    with connect(switch) as line:
        line.listen("CHANNEL_ANSWER")
        line.api("uptime")
        line.listen("CHANNEL_ANSWER")
        assert line.event(0.0) is None


def test_a_user_who_may_not_listen_is_told_where_to_allow_it() -> None:
    allowed = ScriptedFreeSwitch(allowed_events=frozenset({"CHANNEL_ANSWER"}))
    with allowed as switch, connect(switch, USER_PASSWORD, USER) as line:
        refused(lambda: line.listen("CHANNEL_ANSWER CHANNEL_HOLD"), "esl-allowed-events")
        line.listen("CHANNEL_ANSWER")


def test_a_list_of_events_with_a_line_break_is_never_sent(switch: ScriptedFreeSwitch) -> None:
    with connect(switch) as line, pytest.raises(ValueError, match="line break"):
        line.listen("CHANNEL_ANSWER\n\napi hupall")
    assert "api hupall" not in switch.heard


def test_a_connection_that_breaks_while_listening_is_said(switch: ScriptedFreeSwitch) -> None:
    with connect(switch) as line:
        line.listen("CHANNEL_ANSWER")
        switch.tell_listeners(told(1))
        switch.cut()
        assert numbers(line, 1) == ["1"]
        unreachable(lambda: line.event(10), "closed the connection")
        unreachable(lambda: line.event(10), "open another")
        unreachable(lambda: line.listen("CHANNEL_ANSWER"), "open another")


# Bad switches


def test_a_switch_that_is_down_is_unreachable() -> None:
    with ScriptedFreeSwitch("refuse") as switch:
        unreachable(lambda: connect(switch), "check its address and port")


@pytest.mark.parametrize(("host", "port"), [("a..b", 1), ("a\0b", 1), ("x" * 64, 1), ("127.0.0.1", 65536), ("", 0)])
def test_an_address_that_is_none_is_unreachable(host: str, port: int) -> None:
    unreachable(lambda: EventSocket(host, port, user=None, password="x"), "check its address and port")


def test_a_name_that_is_not_found_is_unreachable() -> None:
    nowhere = "fe80::1%nosuch"  # fails without asking a name server
    problem = unreachable(lambda: EventSocket(nowhere, 8021, user=None, password="x"), "check its address")
    assert isinstance(problem.__cause__, socket.gaierror)


def test_a_switch_that_never_greets_is_given_up() -> None:
    with ScriptedFreeSwitch("hang") as switch:
        unreachable(lambda: connect(switch, seconds=SOON), "in time")


@pytest.mark.parametrize(
    "greeting",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\n\n",
        b"HTTP/1.1 400 Bad Request\n\n",
        b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n",
        b"Content-Type: auth/request\nContent-Length: -1\n\n",
        b"\n\n",
        b"x: y" * MOST_HEADERS,
    ],
)
def test_what_is_no_freeswitch_never_hears_the_password(greeting: bytes) -> None:
    with ScriptedFreeSwitch(greeting=greeting) as switch:
        unreachable(lambda: connect(switch), "does not speak")
    assert switch.heard == []


@pytest.mark.parametrize(
    ("mode", "words"),
    [("hang after login", "in time"), ("dribble", "in time"), ("half", "closed the connection"), ("late", "in time")],
)
def test_a_switch_that_does_not_answer_is_given_up_and_not_used_again(mode: Mode, words: str) -> None:
    with ScriptedFreeSwitch(mode) as switch:
        switch.answers["long"] = "x" * 10_000
        for method, arguments in ((EventSocket.api, ["long"]), (EventSocket.background, ["long", JOB])):
            with connect(switch) as link:
                link.answer_seconds = 10 if mode == "half" else SOON
                unreachable(partial(method, link, *arguments), words)
                switch.go_on.set()
                unreachable(partial(link.api, "status"), "is closed")
                switch.go_on.clear()


def test_a_late_answer_is_not_taken_for_the_next() -> None:
    with ScriptedFreeSwitch("late") as switch:
        with connect(switch) as link:
            link.answer_seconds = SOON
            unreachable(lambda: link.api("hostname"), "in time")
        switch.go_on.set()
        with connect(switch) as link:
            assert link.api("uptime") == bodies("uptime")[0]


def test_a_switch_that_chatters_is_given_up_too(switch: ScriptedFreeSwitch) -> None:
    """Events by the hundred, and never the result."""
    done = threading.Event()

    def chatter() -> None:
        while not done.wait(0.001):
            switch.tell_listeners(job_done(OTHER_JOB, BUSY, "-ERR USER_BUSY\n"))

    switch.gates[BUSY] = threading.Event()
    with connect(switch) as link:
        link.background(BUSY, JOB)
        switch.start(chatter)
        before = time.monotonic()
        assert link.result(JOB, SOON) is None
        assert time.monotonic() - before < BOUND
        done.set()


def test_a_switch_that_says_goodbye_is_gone(switch: ScriptedFreeSwitch) -> None:
    goodbye = recorded()["exit"][0].partition(b"\n\n")[2]
    assert goodbye.startswith(b"Content-Type: text/disconnect-notice")
    switch.answers["status"] = goodbye
    with connect(switch) as link:
        unreachable(lambda: link.api("status"), "closed the connection")
        unreachable(lambda: link.api("hostname"), "is closed")


@pytest.mark.parametrize(
    "answer",
    [
        b"Content-Type: command/reply\nReply-Text: +OK\n\n",
        b"Content-Type: text/event-plain\nContent-Length: 1\n\nx",
        b"Content-Type: api/response\nContent-Length: 16777217\n\n",
        b"Content-Type: api/response\nContent-Length: -1\n\n",
        b"no colon\n\n",
    ],
)
def test_an_answer_that_is_none_ends_the_connection(switch: ScriptedFreeSwitch, answer: bytes) -> None:
    switch.answers["status"] = answer
    with connect(switch) as link:
        problem = unreachable(lambda: link.api("status"), "does not speak")
        assert isinstance(problem.__cause__, BadFrame)
        unreachable(lambda: link.api("hostname"), "is closed")


def test_a_reply_without_a_command_ends_the_connection(switch: ScriptedFreeSwitch) -> None:
    event = job_done(JOB, "quiet", "done").partition(b"\n\n")[2]
    switch.answers["quiet"] = response(event.decode())
    with connect(switch) as link:
        link.background("quiet", JOB)
        unreachable(lambda: link.result(JOB, 10), "does not speak")


def test_what_interrupts_a_command_closes_the_connection(switch: ScriptedFreeSwitch) -> None:
    class Interrupted(Frames):
        def take(self) -> Frame | None:
            raise KeyboardInterrupt

    with connect(switch) as link:
        link._frames = Interrupted()
        with pytest.raises(KeyboardInterrupt):
            link.api("hostname")
        unreachable(lambda: link.api("hostname"), "is closed")


def test_a_closed_connection_stays_closed(switch: ScriptedFreeSwitch) -> None:
    link = connect(switch)
    link.close()
    link.close()
    for attempt in (lambda: link.api("x"), lambda: link.background("x", JOB), lambda: link.result(JOB, 1)):
        unreachable(attempt, "is closed")


# Framing


def framed(headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"{name}: {value}\n" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}\n")
    return "".join(lines).encode() + b"\n" + body


def taken(data: bytes, cuts: list[int]) -> tuple[list[Frame], str]:
    """The frames of some bytes that arrive in slices, and what ended them."""
    frames, found = Frames(), []
    ends = [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    try:
        for start, end in zip([0, *ends], ends, strict=False):
            frames.feed(data[start:end])
            while (frame := frames.take()) is not None:
                found.append(frame)
    except BadFrame as error:
        with pytest.raises(BadFrame):
            frames.take()
        return found, str(error)
    return found, ""


WORD = st.from_regex(r"[A-Za-z][A-Za-z-]{0,10}", fullmatch=True).filter(lambda name: name != "Content-Length")
VALUE = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20).map(str.strip)
FRAME = st.tuples(st.dictionaries(WORD, VALUE, min_size=1, max_size=4), st.binary(max_size=60))
CUTS = st.lists(st.integers(min_value=0), max_size=8)


@given(st.lists(FRAME, max_size=5), CUTS)
def test_frames_are_the_same_in_whatever_slices_they_come(
    frames: list[tuple[dict[str, str], bytes]], cuts: list[int]
) -> None:
    found, end = taken(b"".join(framed(*frame) for frame in frames), cuts)
    assert end == ""
    lengths = [{"Content-Length": str(len(body))} if body else {} for _, body in frames]
    expected = zip(frames, lengths, strict=True)
    assert found == [Frame(headers | length, body) for (headers, body), length in expected]


@given(st.lists(st.sampled_from(sorted(recorded())), min_size=1, max_size=4), CUTS)
def test_recorded_answers_are_read_in_whatever_slices_they_come(commands: list[str], cuts: list[int]) -> None:
    data = b"".join(recorded()[command][0] for command in commands)
    assert taken(data, cuts) == taken(data, [])
    assert taken(data, cuts)[1] == ""


@given(st.binary(max_size=300), CUTS)
def test_noise_is_read_alike_in_whatever_slices_it_comes(data: bytes, cuts: list[int]) -> None:
    assert taken(data, cuts) == taken(data, [])


@given(st.lists(st.sampled_from([b"Content-Length:", b" ", b"3", b"-1", b"\n", b"\n\n", b"a:b", b"a"])), CUTS)
def test_near_frames_are_read_alike_in_whatever_slices_they_come(parts: list[bytes], cuts: list[int]) -> None:
    assert taken(b"".join(parts), cuts) == taken(b"".join(parts), [])


@given(FRAME, st.integers(min_value=1))
def test_a_frame_that_is_not_whole_is_none_yet(frame: tuple[dict[str, str], bytes], missing: int) -> None:
    data = framed(*frame)
    assert taken(data[: -(missing % len(data) or 1)], []) == ([], "")


@pytest.mark.parametrize("body", ["vm", "true", "\n", "a\n\nb", "Content-Length: 7\n\n"])
def test_a_body_ends_where_its_length_says(body: str) -> None:
    found, _ = taken(response(body) + response("next"), [])
    assert [frame.text for frame in found] == [body, "next"]


@given(
    st.one_of(
        st.integers(max_value=-1).map(str),
        st.integers(min_value=MOST_BODY + 1).map(str),
        st.text(st.characters(codec="utf-8", exclude_characters="\n0123456789")),
        st.sampled_from(["", "+5", "1_0", "0x10", "1e3", "٣", "²", "9" * 5000, "0" * 10, "1 1"]),
    )
)
def test_a_length_that_is_none_is_refused(length: str) -> None:
    found, end = taken(f"Content-Type: api/response\nContent-Length: {length}\n\n".encode(), [])
    assert found == []
    assert end.startswith("a body of ")


def test_a_body_may_be_as_long_as_freeswitchs_own_limit() -> None:
    body = b"x" * MOST_BODY
    assert taken(framed({"a": "b"}, body), [MOST_BODY // 2])[0][0].body == body


@given(WORD, CUTS)
def test_a_header_without_a_colon_is_refused(word: str, cuts: list[int]) -> None:
    for data in (f"{word}\n\n", f"a: b\n{word}\n\n", f"{word}\na: b\n\n"):
        assert taken(data.encode(), cuts) == ([], "a header without a colon")


@pytest.mark.parametrize("cuts", [[], [1000], [MOST_HEADERS], [MOST_HEADERS + 1], [MOST_HEADERS + 2]])
def test_headers_have_a_limit(cuts: list[int]) -> None:
    just = b"a:" + b"x" * (MOST_HEADERS - 2)
    assert len(taken(just + b"\n\n", cuts)[0]) == 1
    assert taken(just + b"x\n\n", cuts) == ([], f"over {MOST_HEADERS} bytes of headers")
    assert taken(just + b"xxx", cuts) == ([], f"over {MOST_HEADERS} bytes of headers")


# The server itself


def test_the_server_speaks_as_the_switch_did() -> None:
    busy = job_done("71bd50eb-30dd-40bc-bc4d-bb0c5e0e4046", BUSY, "-ERR USER_BUSY\n")
    assert busy.startswith(b"Content-Length: 642\nContent-Type: text/event-json\n\n{")
    assert recorded()[""][0] == b"Content-Type: auth/request\n\n"
    assert len(recorded()) > 250
    assert bodies("show channels as json")[0] == '{"row_count": 0}\n'
    assert bodies("status")[0].startswith("UP 0 years")


def test_the_server_makes_up_nothing() -> None:
    switch = ScriptedFreeSwitch()
    with pytest.raises(AssertionError, match="nobody asked this"), switch, connect(switch) as link:
        unreachable(lambda: link.api("nobody asked this"), "closed the connection")
