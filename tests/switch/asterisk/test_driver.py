"""The driver of Asterisk: what reaches its manager interface, and what a switch that does not play along comes to."""

import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound, SwitchRefused, SwitchUnreachable
from ringpost.model.parking import ParkingPlace
from ringpost.switch import CALL_ACTIONS, Progress
from ringpost.switch.asterisk.abilities import CAPABILITIES
from ringpost.switch.asterisk.driver import DIRECT, Asterisk
from ringpost.switch.asterisk.place import address
from tests.authority import Authority
from tests.fakes import FakeClock
from tests.switch.asterisk.scripted import PASSWORD, REFUSED, SUCCESS, Mode, ScriptedAsterisk, answered, listed, then
from tests.switch.asterisk.stage import A, AsteriskStage, B, at_home, switch_at
from tests.switch.asterisk.test_lists import phone, placed
from tests.switch.staging import CALL, HOME, NOBODY, order

GONE = REFUSED.format("No such channel")


@pytest.fixture
def server() -> Iterator[ScriptedAsterisk]:
    with ScriptedAsterisk() as server:
        yield server


@pytest.fixture
def stage(server: ScriptedAsterisk, clock: FakeClock) -> Iterator[AsteriskStage]:
    live = AsteriskStage(server, clock)
    yield live
    live.switch.close()


@pytest.fixture
def hasty(server: ScriptedAsterisk, clock: FakeClock) -> Iterator[AsteriskStage]:
    """One who waits for nobody."""
    live = AsteriskStage(server, clock, answer_seconds=0.5)
    yield live
    live.switch.close()


def orders(server: ScriptedAsterisk) -> list[str]:
    """What was ordered, and not only looked at."""
    looks = ("CoreShowChannels", "DeviceStateList", "ParkedCalls", "Events", "Getvar")
    return [words for words in (one.removeprefix("Action=") for one in server.actions) if not words.startswith(looks)]


def a_that_is_placed(stage: AsteriskStage, state: str, *phones: str) -> None:
    """A call we placed to 100, whose phones are those of the rows."""
    text = at_home(placed(state, "".join(phones)))
    stage.server.answers["CoreShowChannels"] = listed(f"{row}\r\n\r\n" for row in text.split("\r\n\r\n") if row)
    stage.server.answers |= {"Setvar": answered("ami-privileges", "Setvar"), "Hangup": SUCCESS.format("Channel Hungup")}


def test_looks_whose_a_leg_is_before_it_touches_it(stage: AsteriskStage) -> None:
    stage.switch.send_digits(HOME, stage.b, "12*#")
    assert stage.server.actions == [
        "Action=CoreShowChannels",
        *(f"Action=PlayDTMF Channel={B} Digit={digit}" for digit in "12*#"),
    ]


def test_a_leg_of_another_domain_is_looked_at_and_left_alone(stage: AsteriskStage) -> None:
    with pytest.raises(NotFound):
        stage.switch.hang_up(Domain(domain_uuid=NOBODY, domain_name=HOME.domain_name), stage.a)
    assert stage.server.actions == ["Action=CoreShowChannels"]


@pytest.mark.parametrize("leg_uuid", ["PJSIP/100@live.example.net-0000001f", A, "/.*/", "", f"{A}\r\nAction: Command"])
def test_a_leg_is_a_uuid_and_no_channel(stage: AsteriskStage, leg_uuid: str) -> None:
    with pytest.raises(NotFound):
        stage.switch.hang_up(HOME, leg_uuid)
    assert orders(stage.server) == []


def test_a_leg_that_rings_is_neither_held_nor_recorded(stage: AsteriskStage) -> None:
    stage.rows[A] = stage.rows[A].replace("ChannelState: 6", "ChannelState: 4")
    for act in (
        stage.switch.hold,
        stage.switch.record,
        stage.switch.mute,
        partial(stage.switch.park, place=ParkingPlace()),
    ):
        with pytest.raises(CannotComply, match="not answered"):
            act(HOME, stage.a)
    stage.switch.hang_up(HOME, stage.a)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (GONE, NotFound),
        (REFUSED.format("Channel specified does not exist"), NotFound),
        (REFUSED.format("Permission denied"), SwitchRefused),
        (REFUSED.format("No channel specified"), SwitchRefused),
        ("Response: Maybe\r\nActionID: a\r\n\r\n", SwitchRefused),
    ],
)
def test_only_a_yes_is_a_yes(stage: AsteriskStage, answer: str, problem: type[Exception]) -> None:
    stage.server.answers[f"Hangup Channel={A}"] = answer
    with pytest.raises(problem):
        stage.switch.hang_up(HOME, stage.a)


@pytest.mark.parametrize("marked", [SUCCESS.format("Variable Set"), GONE, REFUSED.format("Permission denied")])
def test_a_leg_is_marked_before_it_is_hung_up_if_that_is_allowed(stage: AsteriskStage, marked: str) -> None:
    stage.server.answers["Setvar"] = marked
    stage.switch.hang_up(HOME, stage.a)
    assert orders(stage.server) == [
        f"Setvar Channel={A} Variable=RP_HUNG_UP Value=true",
        f"Hangup Channel={A} Cause=16",
    ]


def test_mutes_without_the_class_system(stage: AsteriskStage) -> None:
    stage.switch.mute(HOME, stage.a)
    stage.switch.unmute(HOME, stage.a)
    assert orders(stage.server) == [
        f"Setvar Channel={A} Variable=MUTEAUDIO(in) Value={state}" for state in ("on", "off")
    ]


def test_transfers_into_the_plan_and_nowhere_else(stage: AsteriskStage) -> None:
    stage.switch.transfer(HOME, stage.b, "102")
    assert orders(stage.server) == [f"Redirect Channel={B} Context=ringpost Exten=102 Priority=1"]


# holding


def test_holding_is_up_to_the_phone_and_a_phone_that_does_not_is_told_of(hasty: AsteriskStage) -> None:
    hasty.server.answers["PJSIPNotify"] = answered("ami-notify-talk", "PJSIPNotify")
    with pytest.raises(CannotComply, match="did not do it"):
        hasty.switch.hold(HOME, hasty.a)
    assert orders(hasty.server) == [f"PJSIPNotify Channel={A} Variable=Event=hold"]


def test_what_is_held_is_not_held_again(stage: AsteriskStage) -> None:
    stage.switch.hold(HOME, stage.a)
    count = len(orders(stage.server))
    stage.switch.hold(HOME, stage.a)
    assert len(orders(stage.server)) == count


def test_a_phone_that_holds_by_itself_is_seen_by_whom_it_keeps_waiting(stage: AsteriskStage) -> None:
    waits = f"Device: PJSIP/100@{HOME.domain_name}\r\nState: "
    devices = stage.server.answers["DeviceStateList"]
    assert isinstance(devices, str)
    stage.server.answers["DeviceStateList"] = devices.replace(f"{waits}INUSE", f"{waits}ONHOLD")
    [call] = stage.switch.calls(HOME)
    assert [(leg.extension, leg.state) for leg in call.legs] == [("100", "answered"), ("101", "held")]
    stage.switch.resume(HOME, stage.b)
    assert orders(stage.server)[0] == f"PJSIPNotify Channel={B} Variable=Event=talk"


def test_what_is_done_to_an_a_by_its_telephone_is_done_to_the_one_that_answered(stage: AsteriskStage) -> None:
    a_that_is_placed(stage, "6", phone(1, "5"), phone(2, "6", "b1"))
    told = "Event: Hold\r\nPrivilege: call,all\r\nUniqueid: pbx2-1795762186.2\r\n\r\n"
    stage.server.answers["PJSIPNotify"] = answered("ami-notify-talk", "PJSIPNotify") + told
    stage.switch.hold(HOME, CALL)
    stage.switch.mute(HOME, CALL)
    stage.switch.transfer(HOME, CALL, "102")
    assert [words.split(" ", 2)[:2] for words in orders(stage.server)] == [
        ["PJSIPNotify", "Channel=pbx2-1795762186.2"],
        ["Setvar", "Channel=pbx2-1795762186.2"],
        ["Setvar", f"Channel={CALL}"],
        ["Redirect", f"Channel={CALL}"],
    ]


def test_one_phone_of_an_a_is_told_to_answer(stage: AsteriskStage) -> None:
    a_that_is_placed(stage, "5", phone(1, "5"), phone(2, "5"))
    stage.switch.answer(HOME, CALL)
    assert orders(stage.server) == ["PJSIPNotify Channel=pbx2-1795762186.1 Variable=Event=talk"]


def test_whose_phone_calls_is_not_told_to_answer(stage: AsteriskStage) -> None:
    a_that_is_placed(stage, "5", phone(1, "4"))
    with pytest.raises(CannotComply, match="this party calls"):
        stage.switch.answer(HOME, CALL)
    assert orders(stage.server) == []


def test_whose_phone_has_answered_is_not_told_to_answer(stage: AsteriskStage) -> None:
    a_that_is_placed(stage, "6", phone(1, "6", "b1"))
    stage.switch.answer(HOME, CALL)
    assert orders(stage.server) == []


def test_an_a_whose_phones_have_not_begun_to_ring_cannot_be_told_to_answer(stage: AsteriskStage) -> None:
    a_that_is_placed(stage, "5")
    with pytest.raises(CannotComply, match="no phone"):
        stage.switch.answer(HOME, CALL)


def test_an_a_that_rings_is_hung_up_with_all_its_phones(stage: AsteriskStage) -> None:
    a_that_is_placed(stage, "5", phone(1, "5"), phone(2, "5"))
    stage.switch.hang_up(HOME, CALL)
    assert orders(stage.server)[-1] == f"Hangup Channel={CALL} Cause=16"


# parking and recording


def test_who_comes_to_wait_nowhere_was_not_parked(hasty: AsteriskStage) -> None:
    hasty.server.answers["Redirect"] = answered("plan-park", "Redirect")
    with pytest.raises(CannotComply, match="not parked"):
        hasty.switch.park(HOME, hasty.b, ParkingPlace())


def test_each_recording_has_a_file_of_its_own_below_the_domains_name(stage: AsteriskStage) -> None:
    path = stage.switch.record(HOME, stage.a)
    assert re.fullmatch(rf"live\.example\.net/[0-9a-f]{{8}}-{stage.a}\.wav", path)
    assert orders(stage.server) == [
        f"Setvar Channel={A} Variable=RP_RECORDED Value={path}",
        f"MixMonitor Channel={A} File={path}",
    ]


def test_what_is_recorded_already_goes_on(stage: AsteriskStage) -> None:
    path = stage.switch.record(HOME, stage.a)
    count = len(orders(stage.server))
    assert stage.switch.record(HOME, stage.a) == path
    assert len(orders(stage.server)) == count
    stage.switch.stop_recording(HOME, stage.a)
    assert stage.switch.record(HOME, stage.a) != path


@pytest.mark.parametrize("file", ["other.example.net/1.wav", "../x.wav", "live.example.net/../../x.wav", "/x.wav", "x"])
def test_what_else_is_marked_as_a_recording_is_none_of_ours(stage: AsteriskStage, file: str) -> None:
    stage.set[A]["RP_RECORDED"] = file
    assert stage.switch.record(HOME, stage.a) != file


def test_what_was_not_begun_is_not_marked(stage: AsteriskStage) -> None:
    stage.server.answers["MixMonitor"] = REFUSED.format("Could not start monitoring channel")
    with pytest.raises(SwitchRefused):
        stage.switch.record(HOME, stage.a)
    assert stage.set[A]["RP_RECORDED"] == ""


def test_a_recording_that_is_none_cannot_be_stopped(stage: AsteriskStage) -> None:
    stage.server.answers["StopMixMonitor"] = answered("ami-privileges", "StopMixMonitor")
    with pytest.raises(CannotComply, match="not being recorded"):
        stage.switch.stop_recording(HOME, stage.a)


@pytest.mark.parametrize("announces", [True, False])
def test_both_hear_that_they_are_recorded_if_their_domain_wants_it(stage: AsteriskStage, announces: bool) -> None:
    stage.switch.record(HOME.model_copy(update={"record_announcement": announces}), stage.a)
    said = (
        "Originate Channel=Local/s@ringpost-announces/n Application=ChanSpy"
        " Data=PJSIP/100@live.example.net-0000001f,qSB Timeout=2000"
    )
    assert (orders(stage.server)[0] == said) == announces


def test_it_is_said_at_the_phone_of_an_a_that_was_placed(stage: AsteriskStage) -> None:
    a_that_is_placed(stage, "6", phone(2, "6", "b1"))
    stage.switch.record(HOME.model_copy(update={"record_announcement": True}), CALL)
    assert f"Data=PJSIP/100@{HOME.domain_name}-00000012,qSB" in orders(stage.server)[0]


def test_who_cannot_be_told_is_not_recorded(stage: AsteriskStage) -> None:
    stage.server.answers["Originate"] = REFUSED.format("Originate failed")
    with pytest.raises(SwitchRefused):
        stage.switch.record(HOME.model_copy(update={"record_announcement": True}), stage.a)
    assert not any("MixMonitor" in words for words in stage.server.actions)


# placing


def placing(stage: AsteriskStage, cause: str | None = None, **changes: Any) -> tuple[Progress, list[str]]:
    stage.next_call(cause)
    wanted = order(call_uuid=NOBODY).model_copy(update=changes)
    stage.switch.place(wanted)
    return stage.switch.await_answer(wanted, 5), orders(stage.server)


def test_hears_events_before_it_orders_a_call(stage: AsteriskStage) -> None:
    placing(stage)
    assert [words.split()[0] for words in stage.server.actions] == [
        "Action=Getvar",
        "Action=Events",
        "Action=Originate",
    ]
    assert stage.server.actions[0] == "Action=Getvar Variable=PJSIP_DIAL_CONTACTS(100@live.example.net)"


def test_an_extension_without_a_phone_is_not_rung(stage: AsteriskStage) -> None:
    progress, ordered = placing(stage, "USER_NOT_REGISTERED")
    assert (progress.unheard, ordered) == (True, [])


def test_a_number_outside_is_rung_without_a_look_at_phones(stage: AsteriskStage) -> None:
    progress, [ordered] = placing(stage, None, destination_a="+12025550123", gateway="trunk", direction="outbound")
    assert progress.answered
    assert ordered.startswith("Originate Channel=PJSIP/+12025550123@trunk ChannelId=")


def test_a_call_that_is_not_taken_is_refused(stage: AsteriskStage) -> None:
    stage.server.answers["Originate"] = REFUSED.format("Originate Access Forbidden: app or data blacklisted")
    with pytest.raises(SwitchRefused):
        stage.switch.place(order())


def test_listens_to_the_phone_of_a_leg_of_its_own_domain(stage: AsteriskStage) -> None:
    _, ordered = placing(stage, None, monitors=stage.a, monitor_mode="whisper")
    assert "Application=ChanSpy Data=PJSIP/100@live.example.net-0000001f,qSw" in ordered[-1]
    with pytest.raises(NotFound):
        placing(stage, None, monitors=stage.a, domain_uuid=NOBODY)
    with pytest.raises(NotFound):
        placing(stage, None, monitors=NOBODY)


def test_listens_to_the_phone_of_an_a_that_was_placed(stage: AsteriskStage) -> None:
    a_that_is_placed(stage, "6", phone(2, "6", "b1"))
    _, ordered = placing(stage, None, monitors=CALL)
    assert f"Data=PJSIP/100@{HOME.domain_name}-00000012,qS" in ordered[-1]


def test_nobody_waits_longer_than_asked_for_what_is_not_told(stage: AsteriskStage) -> None:
    stage.next_call(None)
    stage.becomes = []
    stage.switch.place(order())
    began = time.monotonic()
    assert stage.switch.await_answer(order(), 0.2) == Progress("ringing")
    assert time.monotonic() - began < 2


def test_a_call_placed_earlier_is_looked_for(stage: AsteriskStage) -> None:
    for state, progress in (("5", Progress("ringing")), ("6", Progress("answered", answered=True))):
        a_that_is_placed(stage, state, phone(1, state, "b1"))
        assert stage.switch.await_answer(order(), 0) == progress
    stage.server.answers["CoreShowChannels"] = listed([])
    assert stage.switch.await_answer(order(), 1) == Progress("ended")


def test_a_call_placed_earlier_is_awaited(stage: AsteriskStage) -> None:
    a_that_is_placed(stage, "5")
    rings = stage.server.answers["CoreShowChannels"]
    a_that_is_placed(stage, "6")
    answers = stage.server.answers["CoreShowChannels"]
    assert isinstance(rings, str)
    assert isinstance(answers, str)
    stage.server.answers["CoreShowChannels"] = then(rings, rings, answers)
    assert stage.switch.await_answer(order(), 5).answered


# phones


def test_lists_the_phones_of_a_domain_and_drops_those_of_an_extension(stage: AsteriskStage) -> None:
    stage.server.answers["DBDel"] = answered("registration-delete", "DBDel")
    expire = "SorceryMemoryCacheExpireObject"
    stage.server.answers[expire] = then(answered("ami-cache", expire, 0), answered("ami-cache", expire, 1))
    assert [phone.extension for phone in stage.switch.registrations(HOME)] == ["100", "101", "102", "104", "105"]
    assert stage.switch.registrations(Domain(domain_uuid=NOBODY, domain_name="example.net")) == []
    assert stage.switch.unregister(HOME, "102") == 1
    assert stage.switch.unregister(HOME, "103") == 0
    key = "contact/102@live.example.net;@82cf24bce24f0c2ec2ecc191709d38bb"
    assert orders(stage.server)[-1] == "DBGetTree Family=registrar"
    ordered = orders(stage.server)
    dropped = ordered.index(f"DBDel Family=registrar Key={key}")
    for what in ("endpoint", "auth", "aor"):
        expired = f"{expire} Cache=res_pjsip/{what} Object=102@live.example.net"
        assert ordered.index(expired) < dropped, "or it registers again, and stays"


def test_says_how_it_is(stage: AsteriskStage) -> None:
    stage.server.answers["Getvar Variable=STRFTIME"] = SUCCESS.format("x")
    now = "Response: Success\r\nActionID: a\r\nVariable: STRFTIME\r\nValue: 2026-11-27 06:44:32\r\n\r\n"
    stage.server.answers["Getvar Variable=STRFTIME(,,%Y-%m-%d %H:%M:%S)"] = now
    status = stage.switch.status()
    assert (status.version, status.uptime_seconds, status.calls, status.registrations) == ("22.10.1", 600, 1, 5)


# a switch that does not play along


@pytest.mark.parametrize("mode", ["hang", "hang after login", "half", "late", "close", "other id", "flood", "refuse"])
def test_a_switch_that_does_not_play_along_is_left_in_time(mode: Mode, clock: FakeClock) -> None:
    with ScriptedAsterisk(mode) as server:
        server.answers["CoreShowChannels"] = answered("ev-reconnect", "CoreShowChannels")
        switch = Asterisk(switch_at(server), lambda _: PASSWORD, clock, answer_seconds=0.3)
        began = time.monotonic()
        with pytest.raises((SwitchUnreachable, SwitchRefused)):
            switch.calls(HOME)
        assert time.monotonic() - began < 5
        switch.close()


def test_a_switch_that_failed_is_left_alone_for_a_while(clock: FakeClock) -> None:
    resting: dict[str, float] = {}
    with ScriptedAsterisk("hang") as server:
        for _ in range(2):
            switch = Asterisk(switch_at(server), lambda _: PASSWORD, clock, resting=resting, answer_seconds=0.3)
            with pytest.raises(SwitchUnreachable) as problem:
                switch.calls(HOME)
            assert problem.value.unsent
        assert server.connections == 1


def test_one_that_fails_in_the_midst_rests_too_and_may_have_heard(clock: FakeClock) -> None:
    resting: dict[str, float] = {}
    with ScriptedAsterisk("late") as server:
        server.answers["CoreShowChannels"] = answered("ev-reconnect", "CoreShowChannels")
        switch = Asterisk(switch_at(server), lambda _: PASSWORD, clock, resting=resting, answer_seconds=0.3)
        with pytest.raises(SwitchUnreachable) as problem:
            switch.calls(HOME)
        assert not problem.value.unsent
        assert resting
        switch.close()


def test_not_reaching_it_is_a_status_too(server: ScriptedAsterisk, clock: FakeClock) -> None:
    server.mode = "refuse"
    status = Asterisk(switch_at(server), lambda _: PASSWORD, clock).status()
    assert (status.reachable, status.capabilities) == (False, CAPABILITIES)
    assert "refused the password" in (status.last_error or "")


def test_a_list_that_is_refused_is_no_empty_list(stage: AsteriskStage) -> None:
    stage.server.answers["CoreShowChannels"] = REFUSED.format("no")
    with pytest.raises(SwitchRefused):
        stage.switch.calls(HOME)


@pytest.mark.parametrize("says", ["Permission denied", "Invalid/unknown command: DeviceStateList."])
def test_a_switch_that_lists_no_devices_lists_its_calls(stage: AsteriskStage, says: str) -> None:
    stage.server.answers["DeviceStateList"] = REFUSED.format(says)
    stage.set[A]["RP_HELD"] = "true"
    [call] = stage.switch.calls(HOME)
    assert call.state == "held"


def test_a_row_that_cannot_be_read_is_logged_once(stage: AsteriskStage, caplog: pytest.LogCaptureFixture) -> None:
    stage.rows[A] = stage.rows[A].replace("Channel: PJSIP/", "Channel: /", 1)
    stage.switch.calls(HOME)
    stage.switch.calls(HOME)
    assert len(caplog.records) == 1


# where it is


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("192.0.2.10", ("192.0.2.10", 5038, False)),
        ("192.0.2.10:6000", ("192.0.2.10", 6000, False)),
        ("[::1]:5038", ("::1", 5038, False)),
        ("tls://pbx.example.net", ("pbx.example.net", 5039, True)),
        ("tls://[2001:db8::10]:6000", ("2001:db8::10", 6000, True)),
    ],
)
def test_an_address_says_where_and_how(server: ScriptedAsterisk, given: str, place: tuple[str, int, bool]) -> None:
    assert address(switch_at(server).model_copy(update={"address": given})) == place


@pytest.mark.parametrize(
    ("host", "capabilities"),
    [
        ("127.0.0.1:5038", CAPABILITIES),
        ("localhost", CAPABILITIES),
        ("[::1]", CAPABILITIES),
        ("tls://127.0.0.1", CAPABILITIES),
        ("10.0.0.5", DIRECT),
        ("tls://pbx.example.net", DIRECT),
        ("localhost.example.net", DIRECT),
    ],
)
def test_beyond_this_machine_it_can_do_less(
    server: ScriptedAsterisk, clock: FakeClock, host: str, capabilities: tuple[str, ...]
) -> None:
    record = switch_at(server).model_copy(update={"address": host})
    assert Asterisk(record, lambda _: PASSWORD, clock).capabilities == capabilities


def test_what_is_missing_beyond_this_machine_is_what_may_run_a_shell() -> None:
    assert set(CALL_ACTIONS) - set(DIRECT) == {
        "call-answer", "call-hold", "call-resume", "call-record-start", "registration-delete",
        "conference-record-start", "conference-record-stop",
    }  # fmt: skip


DENIED = {"MixMonitor", "MuteAudio", "PJSIPNotify", "DBDel", "PJSIPShowRegistrationInboundContactStatuses", "Command"}
"""What a user without the class ``system`` may not do (ami-privileges)."""
DOES: list[Callable[[AsteriskStage], object]] = [
    lambda stage: stage.switch.calls(HOME),
    lambda stage: stage.switch.mute(HOME, stage.a),
    lambda stage: stage.switch.send_digits(HOME, stage.a, "1"),
    lambda stage: stage.switch.transfer(HOME, stage.a, "102"),
    lambda stage: stage.switch.park(HOME, stage.b, ParkingPlace()),
    lambda stage: stage.switch.registrations(HOME),
    lambda stage: stage.switch.stop_recording(HOME, stage.a),
    lambda stage: stage.switch.status(),
    placing,
    lambda stage: stage.switch.hang_up(HOME, stage.a),
]


@pytest.mark.parametrize("does", DOES)
def test_the_rest_is_done_without_the_class_system(
    stage: AsteriskStage, does: Callable[[AsteriskStage], object]
) -> None:
    stage.server.denied = DENIED
    does(stage)


@pytest.mark.parametrize("act", ["hold", "record"])
def test_what_needs_it_says_so(stage: AsteriskStage, act: str) -> None:
    stage.server.denied = DENIED
    with pytest.raises(SwitchRefused, match=r"manager\.conf"):
        getattr(stage.switch, act)(HOME, stage.a)


def test_so_does_answering(stage: AsteriskStage) -> None:
    a_that_is_placed(stage, "5", phone(1, "5"))
    stage.server.denied = DENIED
    with pytest.raises(SwitchRefused, match=r"manager\.conf"):
        stage.switch.answer(HOME, CALL)


def test_speaks_tls_where_the_address_says_so(
    clock: FakeClock, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path_factory.mktemp("tls"))
    (authority.folder / "ca.pem").write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.folder / "ca.pem"))
    with ScriptedAsterisk(tls=authority.server("localhost")) as server:
        server.answers["CoreShowChannels"] = listed([])
        switch = Asterisk(switch_at(server, "tls://", "localhost"), lambda _: PASSWORD, clock)
        assert switch.calls(HOME) == []
        switch.close()


@pytest.mark.parametrize("takes", ["", "conference", "talking, holds"])
def test_tells_a_phone_nothing_that_does_not_say_that_it_takes_it(stage: AsteriskStage, takes: str) -> None:
    stage.takes = takes
    with pytest.raises(CannotComply, match="Allow-Events do not name hold"):
        stage.switch.hold(HOME, stage.a)
    assert not [action for action in stage.server.actions if "PJSIPNotify" in action]
