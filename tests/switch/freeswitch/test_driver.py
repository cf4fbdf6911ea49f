"""The driver of FreeSWITCH: what reaches the socket, and what a switch that does not play along comes to."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound, SwitchRefused, SwitchUnreachable
from ringpost.model.parking import ParkingPlace
from ringpost.switch import Progress
from ringpost.switch.freeswitch import originating
from ringpost.switch.freeswitch.driver import FreeSwitch, address
from tests.fakes import FakeClock
from tests.switch.freeswitch.scripted import PASSWORD, Mode, ScriptedFreeSwitch
from tests.switch.freeswitch.stage import GONE, LIVE, A, B, FreeSwitchStage, switch_at
from tests.switch.staging import HOME, NOBODY, order

TRUNK = HOME.model_copy(update={"outbound_gateway": "trunk"})


@pytest.fixture
def server() -> Iterator[ScriptedFreeSwitch]:
    with ScriptedFreeSwitch() as server:
        yield server


@pytest.fixture
def stage(server: ScriptedFreeSwitch, clock: FakeClock) -> Iterator[FreeSwitchStage]:
    live = FreeSwitchStage(server, clock)
    yield live
    live.switch.close()


def commands(server: ScriptedFreeSwitch) -> list[str]:
    """What reached the socket after the login."""
    return [line for line in server.heard if not line.startswith(("auth ", "event "))]


def originated(server: ScriptedFreeSwitch) -> str:
    [command] = [line for line in server.heard if line.startswith("bgapi originate")]
    return command


def placed(stage: FreeSwitchStage, **changes: Any) -> str:
    stage.server.answers["originate"] = f"+OK {NOBODY}\n"
    wanted = order(call_uuid=NOBODY).model_copy(update=changes)
    stage.switch.place(wanted)
    assert stage.switch.await_answer(wanted, 5).answered
    return originated(stage.server)


def test_rings_the_extension_and_sends_it_to_the_domains_dialplan(stage: FreeSwitchStage) -> None:
    command = placed(stage, direction="local")
    assert command == (
        f"bgapi originate {{origination_caller_id_number=5550100,domain_uuid={HOME.domain_uuid},"
        f"domain_name=live.example.net,presence_data={HOME.domain_uuid}:{NOBODY},originate_timeout=30,"
        "ignore_early_media=true,hangup_after_bridge=true,call_direction=local,ringpost_a=100,ringpost_b=101,"
        f"ringpost_extension=100,ringpost_call_uuid={NOBODY}}}user/100@live.example.net"
        f" 101 XML live.example.net Front\\sdesk\nJob-UUID: {NOBODY}"
    )


def test_rings_a_number_outside_through_the_gateway(stage: FreeSwitchStage) -> None:
    command = placed(stage, destination_a="+12025550123", gateway="trunk", direction="outbound")
    assert "}sofia/gateway/trunk/+12025550123 101 XML live.example.net Front\\sdesk\n" in command
    assert f"{{origination_uuid={NOBODY}," in command
    assert "ringpost_extension" not in command


@pytest.mark.parametrize(
    ("mode", "variables"),
    [
        ("listen", ""),
        ("whisper", "eavesdrop_whisper_bleg=true"),
        ("barge", "eavesdrop_whisper_aleg=true,eavesdrop_whisper_bleg=true"),
    ],
)
def test_listens_whispers_and_barges_in(stage: FreeSwitchStage, mode: str, variables: str) -> None:
    command = placed(stage, monitors=A, monitor_mode=mode)
    assert f"user/100@live.example.net &eavesdrop({A}) XML live.example.net Front\\sdesk\n" in command
    assert variables in command
    assert ("whisper" in command) == bool(variables)


@pytest.mark.parametrize(
    ("name", "reached"),
    [
        ("O'Brien, Zoë", r"O\'Brien,\sZoë"),
        ("{a=b}[c]<d>", "{a=b}[c]<d>"),
        ("${system(reboot)}", "%24{system(reboot)}"),
        ("x\\s\\ny", "x%5C%5Cs%5C%5Cny"),
        ("^^:a|b:_:c", "^^%3Aa|b%3A_%3Ac"),
        ('"Best"', r"\'Best\'"),
        ("  many   spaces ", r"many\sspaces"),
        ("undef", "%75ndef"),
        ("", "5550100"),
        ("日本", "日本"),
    ],
)
def test_a_name_reaches_the_socket_as_one_word(stage: FreeSwitchStage, name: str, reached: str) -> None:
    command = placed(stage, caller_id_name=name)
    assert f" 101 XML live.example.net {reached}\n" in command


@given(name=st.text(max_size=80))
def test_no_name_is_more_than_a_word(name: str) -> None:
    command = originating.command(order().model_copy(update={"caller_id_name": name}))
    before, _, word = command.rpartition(" ")
    assert before.endswith("}user/100@live.example.net 101 XML live.example.net")
    assert not set(word) & set('"\r\n\0/:@')
    assert "${" not in word
    assert "'" not in word.replace("\\'", "")
    assert not re.search(r"\\(?!['s])", word)


def test_asks_whose_a_leg_is_before_it_touches_it(stage: FreeSwitchStage) -> None:
    stage.switch.send_digits(HOME, B, "12*#")
    assert commands(stage.server) == [f"api uuid_dump {B} json", f"api uuid_send_dtmf {B} 12*#"]


def test_a_leg_of_another_domain_is_looked_at_and_left_alone(stage: FreeSwitchStage) -> None:
    with pytest.raises(NotFound):
        stage.switch.hang_up(Domain(domain_uuid=NOBODY, domain_name="live.example.net"), A)
    assert commands(stage.server) == [f"api uuid_dump {A} json"]


def test_a_leg_that_rings_is_neither_held_nor_recorded(stage: FreeSwitchStage) -> None:
    ringing = next(said for command, said in LIVE["ringing"].items() if command.startswith("uuid_dump"))
    stage.server.answers[f"uuid_dump {A} json"] = ringing
    parks = partial(stage.switch.park, place=ParkingPlace())
    for act in (stage.switch.hold, stage.switch.record, stage.switch.mute, parks):
        with pytest.raises(CannotComply, match="not answered"):
            act(HOME, A)
    stage.switch.hang_up(HOME, A)


@pytest.mark.parametrize(
    ("verb", "answer", "problem"),
    [
        ("uuid_kill", GONE, NotFound),
        ("uuid_kill", "-USAGE: <uuid> [cause]\n", SwitchRefused),
        ("uuid_kill", "-ERROR\n", SwitchRefused),
        ("uuid_kill", "Invalid Profile!\n", SwitchRefused),
        ("uuid_kill", "", SwitchRefused),
    ],
)
def test_only_a_yes_is_a_yes(stage: FreeSwitchStage, verb: str, answer: str, problem: type[Exception]) -> None:
    stage.server.answers[f"{verb} {A}"] = answer
    with pytest.raises(problem):
        stage.switch.hang_up(HOME, A)


FIRST, SECOND = "11111111-0000-4000-8000-000000000160", "22222222-0000-4000-8000-000000000160"


def ringing(stage: FreeSwitchStage, *phones: str, home: str = HOME.domain_uuid, state: str = "RINGING") -> None:
    """A call we placed, whose A has these phones, which ring."""
    row = {"direction": "outbound", "created_epoch": "1795343900", "presence_data": f"{home}:{NOBODY}"}
    row |= {
        "presence_id": f"100@{HOME.domain_name}",
        "callstate": state,
        "name": f"sofia/internal/100@{HOME.domain_name}",
    }
    rows = [{**row, "uuid": phone, "call_uuid": phone} for phone in phones]
    listed = json.dumps({"row_count": len(rows), **({"rows": rows} if rows else {})})
    stage.server.answers |= {"show calls as json": listed, "show channels as json": listed, "uuid_kill": "+OK\n"}
    stage.server.answers |= {f"uuid_dump {NOBODY} json": GONE, "uuid_phone_event": "+OK Success\n"}


def test_the_phones_of_an_a_that_ring_are_one_leg_under_the_calls_uuid(stage: FreeSwitchStage) -> None:
    ringing(stage, FIRST, SECOND)
    [call] = stage.switch.calls(HOME)
    assert (call.call_uuid, call.state) == (NOBODY, "ringing")
    assert [(leg.leg_uuid, leg.extension, leg.state) for leg in call.legs] == [(NOBODY, "100", "ringing")]


def test_the_phone_of_an_a_that_has_answered_is_that_leg(stage: FreeSwitchStage) -> None:
    ringing(stage, FIRST, SECOND)
    rows = json.loads(str(stage.server.answers["show calls as json"]))["rows"]
    rows[1] |= {"callstate": "ACTIVE", "created_epoch": "1795343901"}
    b = {**rows[1], "uuid": B, "presence_data": HOME.domain_uuid, "presence_id": f"101@{HOME.domain_name}"}
    joined = {**rows[1], **{f"b_{name}": value for name, value in b.items()}}
    for rows_now in ([*rows, b], [rows[0], joined]):
        stage.server.answers["show calls as json"] = json.dumps({"row_count": len(rows_now), "rows": rows_now})
        [call] = stage.switch.calls(HOME)
        assert (call.call_uuid, call.state, call.direction) == (NOBODY, "answered", "local")
        assert [(leg.leg_uuid, leg.extension) for leg in call.legs] == [(NOBODY, "100"), (B, "101")]


def test_what_is_done_to_an_a_is_done_to_its_phone(stage: FreeSwitchStage) -> None:
    ringing(stage, FIRST, state="ACTIVE")
    dump = json.loads(str(stage.server.answers[f"uuid_dump {A} json"]))
    stage.server.answers |= {f"uuid_dump {FIRST} json": json.dumps(dump), f"uuid_hold {FIRST}": "+OK Success\n"}
    for act in (stage.switch.hold, stage.switch.mute, stage.switch.stop_recording):
        act(HOME, NOBODY)
    stage.switch.transfer(HOME, NOBODY, "102")
    stage.switch.send_digits(HOME, NOBODY, "1")
    assert stage.switch.record(HOME, NOBODY).endswith(f"{NOBODY}.wav")
    done = [
        line.split()[1:] for line in commands(stage.server) if f" {FIRST} " in f"{line} " and "uuid_dump" not in line
    ]
    assert [verb for verb, *_ in done] == [
        "uuid_hold", "uuid_audio", "uuid_record", "uuid_transfer", "uuid_send_dtmf", "uuid_buglist", "uuid_record"
    ]  # fmt: skip
    placed(stage, monitors=NOBODY)
    assert f"&eavesdrop({FIRST})" in originated(stage.server)


def test_all_phones_of_an_a_are_hung_up_with_it(stage: FreeSwitchStage) -> None:
    ringing(stage, FIRST, SECOND)
    stage.server.answers[f"uuid_kill {FIRST} MANAGER_REQUEST"] = GONE
    stage.switch.hang_up(HOME, NOBODY)
    assert commands(stage.server)[2:] == [
        f"api uuid_setvar {FIRST} ringpost_hung_up true",
        f"api uuid_setvar {SECOND} ringpost_hung_up true",
        f"api uuid_kill {FIRST} MANAGER_REQUEST",
        f"api uuid_kill {SECOND} MANAGER_REQUEST",
    ]


def test_the_only_phone_of_an_a_is_hung_up_as_all_would_be(stage: FreeSwitchStage) -> None:
    ringing(stage, NOBODY)
    dump = {"variable_domain_uuid": HOME.domain_uuid, "variable_ringpost_call_uuid": NOBODY}
    stage.server.answers[f"uuid_dump {NOBODY} json"] = json.dumps(dump)
    stage.switch.hang_up(HOME, NOBODY)
    assert commands(stage.server)[-1] == f"api uuid_kill {NOBODY} MANAGER_REQUEST"


def test_one_phone_of_an_a_is_told_to_answer(stage: FreeSwitchStage) -> None:
    ringing(stage, FIRST, SECOND)
    stage.switch.answer(HOME, NOBODY)
    assert commands(stage.server)[-1] == f"api uuid_phone_event {FIRST} talk"


def test_an_a_that_rings_is_neither_held_nor_recorded(stage: FreeSwitchStage) -> None:
    ringing(stage, FIRST, SECOND)
    dump = {"variable_domain_uuid": HOME.domain_uuid, "Answer-State": "early"}
    stage.server.answers[f"uuid_dump {FIRST} json"] = json.dumps(dump)
    parks = partial(stage.switch.park, place=ParkingPlace())
    for act in (stage.switch.hold, stage.switch.record, stage.switch.mute, parks):
        with pytest.raises(CannotComply, match="not answered"):
            act(HOME, NOBODY)


def test_the_phones_of_another_domain_are_left_alone(stage: FreeSwitchStage) -> None:
    ringing(stage, FIRST, SECOND, home=NOBODY)
    for act in (stage.switch.hang_up, stage.switch.answer, stage.switch.hold):
        with pytest.raises(NotFound):
            act(HOME, NOBODY)
    assert not [line for line in commands(stage.server) if "kill" in line or "phone_event" in line]


def test_a_call_placed_earlier_rings_while_a_phone_of_its_a_does(stage: FreeSwitchStage) -> None:
    ringing(stage, FIRST)
    for state, progress in (("early", Progress("ringing")), ("answered", Progress("answered", answered=True))):
        stage.server.answers[f"uuid_dump {FIRST} json"] = json.dumps({"Answer-State": state})
        assert stage.switch.await_answer(order(call_uuid=NOBODY), 0) == progress
    ringing(stage)
    assert stage.switch.await_answer(order(call_uuid=NOBODY), 0) == Progress("ended")


@pytest.mark.parametrize("answer", ["+OK\n", "-ERR permission denied\n"])
def test_a_leg_is_marked_before_it_is_hung_up_if_that_is_allowed(stage: FreeSwitchStage, answer: str) -> None:
    stage.server.answers["uuid_setvar"] = answer
    stage.switch.hang_up(HOME, A)
    assert commands(stage.server)[-2:] == [f"api uuid_setvar {A} ringpost_hung_up true", f"api uuid_kill {A}"]


def test_a_recording_that_is_none_cannot_be_stopped(stage: FreeSwitchStage) -> None:
    stage.server.answers[f"uuid_record {A} stop all"] = "-ERR Cannot stop record session!\n"
    with pytest.raises(CannotComply):
        stage.switch.stop_recording(HOME, A)


@pytest.mark.parametrize("folder", ["", "-ERR no reply\n", "relative", "/with space", "/a\n/b"])
def test_records_into_no_folder_it_does_not_understand(stage: FreeSwitchStage, folder: str) -> None:
    stage.server.answers["global_getvar recordings_dir"] = folder
    with pytest.raises(SwitchRefused, match="recordings_dir"):
        stage.switch.record(HOME, A)
    assert not any("uuid_record" in line for line in stage.server.heard)


BUG = (
    " <media-bug>\n  <function>{}</function>\n  <target>{}</target>\n"
    "  <thread-locked>0</thread-locked>\n </media-bug>\n"
)
HERE = "/rec/live.example.net"


def test_each_recording_of_a_leg_has_a_file_of_its_own(stage: FreeSwitchStage) -> None:
    stage.server.answers["global_getvar recordings_dir"] = "/rec"
    paths = [stage.switch.record(HOME, leg) for leg in (A, A, B)]
    assert len(set(paths)) == 3
    assert all(path.startswith(f"{HERE}/") and path.endswith(".wav") for path in paths)
    started = [line.split()[-1] for line in stage.server.heard if "uuid_record" in line]
    assert started == paths


def test_what_is_recorded_already_goes_on(stage: FreeSwitchStage) -> None:
    stage.server.answers["global_getvar recordings_dir"] = "/rec"
    bugs = BUG.format("displace", "/sounds/x.wav") + BUG.format("session_record", f"{HERE}/1-{A}.wav")
    stage.server.answers[f"uuid_buglist {A}"] = f"<media-bugs>\n{bugs}</media-bugs>\n"
    assert stage.switch.record(HOME, A) == f"{HERE}/1-{A}.wav"
    assert not any("uuid_record" in line for line in stage.server.heard)


def test_what_is_to_be_recorded_once_it_is_connected_is_not_recorded_beside(stage: FreeSwitchStage) -> None:
    dump = json.loads(str(stage.server.answers[f"uuid_dump {A} json"]))
    dump["variable_ringpost_recording"] = f"{HERE}/1-{A}.wav"
    stage.server.answers |= {"global_getvar recordings_dir": "/rec", f"uuid_dump {A} json": json.dumps(dump)}
    assert stage.switch.record(HOME, A) == f"{HERE}/1-{A}.wav"
    begun = {**dump, "variable_record_path": f"{HERE}/1-{A}.wav"}
    stage.server.answers[f"uuid_dump {A} json"] = json.dumps(begun)
    assert stage.switch.record(HOME, A) != f"{HERE}/1-{A}.wav", "it was begun, and stopped"


@pytest.mark.parametrize("bug", [BUG.format("session_record", "/elsewhere/x.wav"), BUG.format("mute", ""), ""])
def test_what_else_listens_in_is_no_recording_of_ours(stage: FreeSwitchStage, bug: str) -> None:
    stage.server.answers["global_getvar recordings_dir"] = "/rec"
    stage.server.answers[f"uuid_buglist {A}"] = f"<media-bugs>\n{bug}</media-bugs>\n"
    assert stage.switch.record(HOME, A).startswith(f"{HERE}/")


def test_a_switch_that_does_not_say_what_it_records_records_anew(stage: FreeSwitchStage) -> None:
    stage.server.answers["global_getvar recordings_dir"] = "/rec"
    stage.server.answers[f"uuid_buglist {A}"] = "-ERR permission denied\n"
    assert stage.switch.record(HOME, A).startswith(f"{HERE}/")


def test_a_recording_is_announced_before_it_begins_if_the_domain_wants_it(stage: FreeSwitchStage) -> None:
    stage.server.answers |= {"global_getvar recordings_dir": "/rec", "uuid_displace": "+OK Success\n"}
    loud = HOME.model_copy(update={"record_announcement": True})
    stage.switch.record(loud, A)
    said = [line for line in commands(stage.server) if "uuid_displace" in line or "uuid_record" in line]
    assert said[0] == f"api uuid_displace {A} start ivr/ivr-recording_started.wav 0 rw"
    assert "uuid_record" in said[1]
    stage.server.answers["uuid_displace"] = "-ERR Cannot displace session!\n"
    stage.server.heard.clear()
    with pytest.raises(SwitchRefused):
        stage.switch.record(loud, A)
    assert not any("uuid_record" in line for line in stage.server.heard), "nobody is recorded who was not told"


def test_a_call_that_never_comes_to_wait_is_not_said_to_be_parked(stage: FreeSwitchStage) -> None:
    stage.server.answers[f"uuid_transfer {B} *5900 XML live.example.net"] = "+OK\n"
    with pytest.raises(CannotComply, match="not parked"):
        stage.switch.park(HOME, B, ParkingPlace())


def test_lists_the_registered_phones_of_the_domain_only(stage: FreeSwitchStage) -> None:
    phones = stage.switch.registrations(HOME)
    assert sorted(phone.extension for phone in phones) == ["100", "101", "102"]
    assert phones[0].contact.startswith("sip:10")
    assert (phones[0].network_ip, phones[0].network_proto) == ("127.0.0.1", "udp")
    assert (phones[0].agent or "").startswith("baresip")
    assert phones[0].expires_at
    assert stage.switch.registrations(Domain(domain_uuid=NOBODY, domain_name="example.net")) == []


def test_drops_the_registrations_of_one_extension(stage: FreeSwitchStage) -> None:
    flush = "sofia profile internal flush_inbound_reg 101@live.example.net"
    stage.server.answers[flush] = stage.then("gone", LIVE["gone"][flush])
    assert stage.switch.unregister(HOME, "101") == 1
    assert sorted(phone.extension for phone in stage.switch.registrations(HOME)) == ["100", "102"]
    assert stage.switch.unregister(HOME, "199") == 0
    assert commands(stage.server).count("api sofia profile internal flush_inbound_reg 101@live.example.net") == 1


@pytest.mark.parametrize("answer", ["-ERR permission denied", "+OK other", "-USAGE: <call url>\n", "nonsense"])
def test_an_order_that_is_not_taken_is_refused(stage: FreeSwitchStage, answer: str) -> None:
    stage.server.answers["originate"] = answer
    wanted = order(call_uuid=NOBODY)
    stage.switch.place(wanted)
    if answer.startswith("+OK"):
        assert stage.switch.await_answer(wanted, 5).answered
        return
    with pytest.raises(SwitchRefused):
        stage.switch.await_answer(wanted, 5)


def test_a_call_that_still_rings_goes_on_by_itself(stage: FreeSwitchStage) -> None:
    stage.server.gates["originate"] = threading.Event()
    stage.server.answers["originate"] = f"+OK {NOBODY}\n"
    wanted = order(call_uuid=NOBODY)
    stage.switch.place(wanted)
    assert stage.switch.await_answer(wanted, 0.05) == Progress("ringing")
    with pytest.raises(SwitchUnreachable):
        stage.switch.hang_up(HOME, A)


@pytest.mark.parametrize(
    ("moment", "progress"),
    [
        ("ringing", Progress("ringing")),
        ("answered", Progress("answered", answered=True)),
        ("gone", Progress("ended")),
    ],
)
def test_a_call_placed_earlier_is_asked_after_and_never_dialled_again(
    stage: FreeSwitchStage, moment: str, progress: Progress
) -> None:
    dump = next(said for command, said in LIVE[moment].items() if command.startswith("uuid_dump"))
    stage.server.answers[f"uuid_dump {NOBODY} json"] = dump
    assert stage.switch.await_answer(order(call_uuid=NOBODY), 1) == progress
    assert not any("originate" in line for line in stage.server.heard)


BAD: list[Mode] = ["acl", "refuse", "hang after login", "half", "late"]


@pytest.mark.parametrize("mode", BAD)
def test_a_switch_that_does_not_play_along_is_an_error_in_words(mode: Mode, clock: FakeClock) -> None:
    asks: list[Callable[[FreeSwitch], object]] = [
        lambda switch: switch.calls(HOME),
        lambda switch: switch.hang_up(HOME, A),
        lambda switch: switch.place(order()),
        lambda switch: switch.registrations(HOME),
    ]
    started = time.monotonic()
    for ask in asks:
        with ScriptedFreeSwitch(mode) as server:
            server.answers |= LIVE["answered"] | {
                "originate": f"+OK {A}\n",
                "show": '{"row_count": 0}\n',
                "status": "UP",
            }
            switch = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock, answer_seconds=0.3)
            with pytest.raises((SwitchUnreachable, SwitchRefused)) as raised:
                ask(switch)
            assert PASSWORD not in str(raised.value)
            assert switch.status().reachable is False
            switch.close()
    assert time.monotonic() - started < 20, "bounded, however slow the machine"


def test_a_wrong_password_is_said_to_be_one(server: ScriptedFreeSwitch, clock: FakeClock) -> None:
    switch = FreeSwitch(switch_at(server), lambda _: "wrong", clock)
    with pytest.raises(SwitchRefused, match="password"):
        switch.calls(HOME)
    assert switch.status().last_error
    switch.close()


@pytest.mark.parametrize("answer", ["{", "[]", '{"rows": 1}', "null", "not json"])
def test_a_list_that_cannot_be_read_is_no_empty_list(stage: FreeSwitchStage, answer: str) -> None:
    stage.server.answers["show calls as json"] = answer
    with pytest.raises(SwitchUnreachable):
        stage.switch.calls(HOME)


@pytest.mark.parametrize("command", ["show calls as json", "sofia xmlstatus"])
def test_a_list_that_is_refused_is_no_empty_list(stage: FreeSwitchStage, command: str) -> None:
    stage.server.answers[command] = "-ERR sofia Command not found!\n"
    with pytest.raises(SwitchRefused):
        stage.switch.calls(HOME) if command.startswith("show") else stage.switch.registrations(HOME)


def test_somebody_outside_who_says_he_is_an_extension_is_none(stage: FreeSwitchStage) -> None:
    rows = json.loads(LIVE["answered"]["show calls as json"])
    rows["rows"][0] |= {
        "direction": "inbound",
        "accountcode": "",
        "presence_id": "100@live.example.net",
        "cid_num": "5550199",
    }
    stage.server.answers["show calls as json"] = json.dumps(rows)
    [call] = stage.switch.calls(HOME)
    assert [(leg.extension, leg.number) for leg in call.legs] == [(None, "5550199"), ("101", "101")]
    assert (call.direction, call.far.number) == ("inbound", "5550199")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("192.0.2.10", ("192.0.2.10", 8021)),
        ("192.0.2.10:9000", ("192.0.2.10", 9000)),
        ("[2001:db8::10]:8021", ("2001:db8::10", 8021)),
        ("pbx1.example.net", ("pbx1.example.net", 8021)),
    ],
)
def test_reads_an_address(server: ScriptedFreeSwitch, written: str, read: tuple[str, int]) -> None:
    assert address(switch_at(server).model_copy(update={"address": written})) == read


def test_a_phone_that_says_it_is_another_is_still_itself(stage: FreeSwitchStage) -> None:
    rows = json.loads(LIVE["answered"]["show calls as json"])
    said = {"direction": "inbound", "accountcode": "102@live.example.net", "presence_id": "100@live.example.net"}
    rows["rows"][0] |= said
    stage.server.answers["show calls as json"] = json.dumps(rows)
    [call] = stage.switch.calls(HOME)
    assert ([leg.extension for leg in call.legs], call.caller_id_number) == (["102", "101"], "102")


def test_a_transferred_leg_that_rings_somebody_is_one_call_with_it(stage: FreeSwitchStage) -> None:
    """As 1.11.2 lists it: the leg that was moved under the call it began in, the new one under that leg."""
    row = json.loads(LIVE["ringing"]["show calls as json"])["rows"][0]
    moved = row | {"uuid": B, "call_uuid": A, "presence_id": "101@live.example.net", "state": "CS_EXECUTE"}
    new = row | {"uuid": NOBODY, "call_uuid": B, "presence_id": "102@live.example.net"}
    stage.server.answers["show calls as json"] = json.dumps({"row_count": 2, "rows": [moved, new]})
    [call] = stage.switch.calls(HOME)
    assert (call.call_uuid, call.state) == (A, "ringing")
    assert [(leg.extension, leg.state) for leg in call.legs] == [("101", "answered"), ("102", "ringing")]


def test_a_switch_that_failed_is_left_alone_for_a_moment(clock: FakeClock) -> None:
    resting: dict[str, float] = {}
    with ScriptedFreeSwitch("hang") as server:
        first = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock, resting=resting, answer_seconds=0.1)
        with pytest.raises(SwitchUnreachable) as failed:
            first.calls(HOME)
        assert failed.value.unsent
        heard = len(server.heard)
        second = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock, resting=resting, answer_seconds=0.1)
        with pytest.raises(SwitchUnreachable, match="a moment ago") as rests:
            second.place(order())
        assert (rests.value.unsent, rests.value.retry_after) == (True, 3)
        assert len(server.heard) == heard
        resting.clear()
        with pytest.raises(SwitchUnreachable):
            second.calls(HOME)


def test_holds_once(stage: FreeSwitchStage) -> None:
    stage.switch.hold(HOME, A)
    stage.switch.hold(HOME, A)
    assert commands(stage.server).count(f"api uuid_hold {A}") == 1
