"""Attended transfers on a FreeSWITCH: what it is told, what its dialplan has, and what its events come to."""

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.errors import CannotComply, NotFound, SwitchRefused
from ringpost.model.extension import Extension
from ringpost.model.route import Outside, Phone, Refused, Route
from ringpost.model.transfer import Consultation
from ringpost.switch.freeswitch import transferring, xml
from ringpost.switch.freeswitch.driver import FreeSwitch
from ringpost.switch.freeswitch.events import notices
from ringpost.switch.freeswitch.transferring import Mark
from tests.fakes import FakeClock
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch
from tests.switch.freeswitch.stage import GONE, switch_at
from tests.switch.freeswitch.test_events import events
from tests.switch.staging import HOME, OTHER

TRANSFER = "b0434204-c030-4707-a56e-af16bedadb0e"
BOB, ANN, CID = (f"2d5e52aa-0000-4000-8000-00000000000{digit}" for digit in "abc")
ASKS = Consultation(transfer_uuid=TRANSFER, initiator=BOB, transferred=ANN, number="120")
MARK = Mark(TRANSFER, ANN, ANN, "120")
HOOK = f"uuid_transfer {ANN} 120 XML live.example.net"
MUSIC = "tone_stream://%(2000,4000,440,480);loops=-1"


class Lab:
    """A FreeSWITCH with these legs, each with these variables."""

    def __init__(self, server: ScriptedFreeSwitch, clock: FakeClock) -> None:
        self.server = server
        self.switch = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock)
        server.answers |= dict.fromkeys(("uuid_kill", "uuid_transfer"), "+OK\n")
        server.answers |= {"uuid_dump": GONE, "show": '{"row_count": 0}\n', "global_getvar hold_music": MUSIC}
        self.is_there(BOB, bridge_uuid=ANN)
        self.is_there(ANN, bridge_uuid=BOB)

    def is_there(self, leg: str, state: str = "answered", **variables: str) -> None:
        said = {"domain_uuid": HOME.domain_uuid, **variables}
        dump = {"Answer-State": state, **{f"variable_{name}": value for name, value in said.items()}}
        self.server.answers[f"uuid_dump {leg} json"] = json.dumps(dump)

    def asks(self, *, has_answered: bool) -> None:
        more = {"bridge_uuid": CID} if has_answered else {transferring.IF_IT_HANGS_UP: HOOK, "bridge_uuid": ANN}
        self.is_there(BOB, **{transferring.CONSULTS: str(MARK), **more})

    def told(self) -> list[str]:
        """What was done, and not only looked at."""
        commands = [line.removeprefix("api ") for line in self.server.heard]
        return [
            line for line in commands if not line.startswith(("auth", "event", "uuid_dump", "show", "global_getvar"))
        ]


@pytest.fixture
def lab(clock: FakeClock) -> Iterator[Lab]:
    with ScriptedFreeSwitch() as server:
        lab = Lab(server, clock)
        yield lab
        lab.switch.close()


def test_parts_two_who_talk_and_marks_who_asks(lab: Lab) -> None:
    lab.switch.consult(HOME, ASKS)
    assert lab.told() == [
        f"uuid_setvar {BOB} ringpost_consults {TRANSFER}:{ANN}:{ANN}:120",
        f"uuid_setvar {BOB} api_hangup_hook {HOOK}",
        f"uuid_setvar {BOB} transfer_after_bridge 120:XML:live.example.net",
        f"uuid_transfer {ANN} m:^:endless_playback:{MUSIC} inline",
    ]


def test_two_who_could_not_be_parted_carry_no_marks(lab: Lab) -> None:
    lab.server.answers["uuid_transfer"] = "-ERR no\n"
    with pytest.raises(SwitchRefused):
        lab.switch.consult(HOME, ASKS)
    names = ("ringpost_consults", "api_hangup_hook", "transfer_after_bridge")
    assert lab.told()[-3:] == [f"uuid_setvar {BOB} {name}" for name in names]


@pytest.mark.parametrize("music", ["my music.wav", "a^b", "${x}", "-ERR no reply", ""])
def test_music_that_is_no_plain_word_is_left_to_the_switch(lab: Lab, music: str) -> None:
    lab.server.answers["global_getvar hold_music"] = music or "-ERR no reply\n"
    lab.switch.consult(HOME, ASKS)
    assert lab.told()[-1].endswith(" m:^:endless_playback:${hold_music} inline")


def test_parts_nobody_who_does_not_talk_with_the_other(lab: Lab) -> None:
    lab.is_there(ANN, bridge_uuid=CID)
    with pytest.raises(CannotComply, match="do not talk"):
        lab.switch.consult(HOME, ASKS)
    assert lab.told() == []


def test_touches_no_leg_of_another_domain(lab: Lab) -> None:
    lab.asks(has_answered=True)
    for act in (lab.switch.consult, lab.switch.put_through, lab.switch.take_back):
        with pytest.raises(NotFound):
            act(OTHER, ASKS)
    lab.is_there(ANN, domain_uuid=OTHER.domain_uuid, bridge_uuid=BOB)
    for act in (lab.switch.consult, lab.switch.take_back):
        with pytest.raises(NotFound):
            act(HOME, ASKS)
    assert lab.told() == []


@pytest.mark.parametrize("has_answered", [True, False])
def test_puts_through_by_hanging_up_who_asks(lab: Lab, *, has_answered: bool) -> None:
    lab.asks(has_answered=has_answered)
    assert lab.switch.put_through(HOME, ASKS) is has_answered
    assert lab.told() == [f"uuid_kill {BOB}"]


def test_who_has_answered_this_moment_is_not_rung_anew(lab: Lab) -> None:
    dumps = []
    for has_answered in (False, True):
        lab.asks(has_answered=has_answered)
        dumps.append(str(lab.server.answers[f"uuid_dump {BOB} json"]))
    one_after_the_other = iter(dumps)
    lab.server.answers[f"uuid_dump {BOB} json"] = lambda _: next(one_after_the_other)
    assert lab.switch.put_through(HOME, ASKS) is True


def test_takes_back_by_hanging_up_who_was_asked(lab: Lab) -> None:
    lab.asks(has_answered=True)
    lab.switch.take_back(HOME, ASKS)
    assert lab.told() == [f"uuid_kill {CID}"]


def test_takes_back_from_ringing_by_fetching_who_waits(lab: Lab) -> None:
    lab.asks(has_answered=False)
    lab.switch.take_back(HOME, ASKS)
    [command] = lab.told()
    assert command.startswith(f"uuid_transfer {BOB} m:^:multiunset:ringpost_consults\\sapi_hangup_hook\\s")
    assert command.endswith(f"^intercept:{ANN}^hangup:NORMAL_CLEARING inline")


def test_a_transfer_that_is_over_is_neither_completed_nor_cancelled(lab: Lab) -> None:
    for act in (lab.switch.put_through, lab.switch.take_back):
        with pytest.raises(CannotComply, match="is over"):
            act(HOME, ASKS)
    assert lab.told() == []


def test_who_still_waits_when_who_asked_is_gone_is_sent_on(lab: Lab) -> None:
    lab.server.answers[f"uuid_dump {BOB} json"] = GONE
    lab.is_there(ANN, current_application="endless_playback")
    assert lab.switch.put_through(HOME, ASKS) is False
    assert lab.told() == [HOOK]


def test_who_was_sent_on_already_is_left_alone(lab: Lab) -> None:
    lab.server.answers[f"uuid_dump {BOB} json"] = GONE
    lab.is_there(ANN, current_application="bridge")
    assert lab.switch.put_through(HOME, ASKS) is False
    assert lab.told() == []


# the dialplan


CALLED = Extension(
    extension_uuid="dbd1a171-0000-4000-8000-000000000120",
    domain_uuid=HOME.domain_uuid,
    extension="120",
    effective_caller_id_name="Cid",
    user_context="live.example.net",
)


def steps(route: Route, caller: xml.Caller) -> list[tuple[str, str]]:
    document = ET.fromstring(xml.dialled("live.example.net", HOME, "120", route, caller))
    return [(one.get("application", ""), one.get("data", "")) for one in document.iter("action")]


ASKER = xml.Caller(is_ours=True, has_spoken=True, consults=MARK, leg_uuid=BOB)


@pytest.mark.parametrize(
    "route", [Phone(CALLED, takes_messages=True), Outside("12025550177", "trunk"), Refused("USER_BUSY")]
)
def test_whatever_who_asks_is_led_to_it_comes_back_and_is_not_hung_up(route: Route) -> None:
    found = steps(route, ASKER)
    assert found[-2:] == [("intercept", ANN), ("hangup", "NORMAL_CLEARING")]
    assert [one for one in found[:-1] if one[0] in ("hangup", "respond")] == []
    variables = dict(data.partition("=")[::2] for application, data in found if application == "set")
    assert variables["continue_on_fail"] == "true"
    assert variables["api_hangup_hook"] == HOOK
    assert variables["execute_on_pre_bridge_ringpost_answered"] == "unset api_hangup_hook"
    assert f"intercept\\:{ANN}" in variables["transfer_after_bridge"]


def test_who_answers_carries_what_fetches_who_waits() -> None:
    variables = dict(data.partition("=")[::2] for _, data in steps(Outside("12025550177", "trunk"), ASKER))
    assert variables["bridge_pre_execute_bleg_app"] == "multiset"
    several = variables["bridge_pre_execute_bleg_data"].removeprefix("^^;")
    carried = dict(one.partition("=")[::2] for one in several.split(";"))
    assert carried["transfer_after_bridge"] == f"m\\:^\\:intercept\\:{ANN}^hangup\\:NORMAL_CLEARING:inline"
    assert carried["ringpost_asked"] == f"{TRANSFER}:{ANN}:{ANN}:120:{BOB}"


def test_who_is_asked_again_for_a_forward_goes_on_to_it() -> None:
    found = steps(Phone(CALLED, takes_messages=False, asks_again=True), ASKER)
    assert found[-1] == ("transfer", "120 XML live.example.net")


def test_it_is_told_that_it_asks_and_not_that_it_is_sent_on() -> None:
    [event] = [data for application, data in steps(Refused("USER_BUSY"), ASKER) if application == "event"]
    assert event.endswith(f",Ringpost-Consults={TRANSFER}:{ANN}:{ANN}:120")


def test_who_asks_takes_up_no_more_calls_than_before() -> None:
    def limits(caller: xml.Caller) -> list[str]:
        return [data for application, data in steps(Outside("12025550177", "trunk"), caller) if application == "limit"]

    assert limits(ASKER) == []
    assert len(limits(ASKER._replace(consults=None))) == 1


# what is told


def test_who_goes_off_to_ask_consults() -> None:
    [told] = notices(events("transfers")[0])
    mark = transferring.mark(events("transfers")[0]["Ringpost-Consults"])
    assert mark is not None
    assert (told.what, told.sent_to) == ("consults", "120")
    assert (told.transfer_uuid, told.other_uuid) == (mark.transfer_uuid, mark.transferred)


def test_that_it_talks_with_who_was_asked_is_no_transfer_yet() -> None:
    assert notices(events("transfers")[1]) == []


def test_who_has_waited_talks_with_who_was_asked() -> None:
    event = events("transfers")[2]
    [told] = notices(event)
    mark = transferring.mark(event["variable_ringpost_asked"])
    assert mark is not None
    assert (told.what, told.leg_uuid, told.taken_by) == ("put_through", mark.transferred, event["Unique-ID"])
    assert (told.other_uuid, told.transfer_uuid) == (mark.initiator, mark.transfer_uuid)
    assert told.extension is None, "it is another's leg that the event describes"


def test_who_has_asked_talks_with_who_has_waited_again() -> None:
    event = events("transfers")[3]
    [told] = notices(event)
    assert (told.what, told.leg_uuid, told.other_uuid) == (
        "taken_back",
        event["Unique-ID"],
        event["Bridge-B-Unique-ID"],
    )


@pytest.mark.parametrize("place", [4, 5])
def test_a_phone_puts_through_itself(place: int) -> None:
    event = events("transfers")[place]
    [told] = notices(event)
    assert (told.what, told.leg_uuid, told.taken_by) == ("put_through", event["Unique-ID"], event["Bridge-B-Unique-ID"])
    assert told.other_uuid == event["variable_last_bridge_to"]
    assert told.transfer_uuid is None


def test_a_phone_puts_through_unasked() -> None:
    [told] = notices(events("transfers")[6])
    assert (told.what, told.by_phone, told.sent_to) == ("sent", True, "121")


def test_after_a_break_it_is_seen_who_asks_and_who_was_put_through() -> None:
    dumped = [{**event, "Event-Name": "CHANNEL_DATA"} for event in events("transfers")]
    consults = notices({**dumped[1], "Caller-Profile-Created-Time": "1795828866100000"})[-1]
    assert (consults.what, consults.at) == ("consults", "2026-11-28T01:21:06.100Z"), "before whoever rings was rung"
    for place, what in ((2, "put_through"), (3, "taken_back"), (4, "put_through"), (5, "put_through")):
        talks = {**dumped[place], "variable_bridge_uuid": dumped[place]["Bridge-B-Unique-ID"]}
        assert notices(talks)[-1].what == what
        assert notices({**talks, "variable_bridge_uuid": CID})[-1].what not in ("put_through", "taken_back")


def test_a_mark_is_read_as_it_was_written() -> None:
    for one in (MARK, MARK._replace(initiator=BOB)):
        assert transferring.mark(str(one)) == one


@given(st.one_of(st.text(max_size=200), st.from_regex(re.compile(r"[0-9a-f:-]{0,200}"), fullmatch=True)))
def test_what_is_no_mark_is_none(text: str) -> None:
    found = transferring.mark(text)
    assert found is None or str(found) == text


_SAID = st.one_of(st.text(max_size=60), st.lists(st.one_of(st.text(max_size=40), st.integers()), max_size=3), st.none())


@given(st.dictionaries(st.sampled_from(["ringpost_asked", "ringpost_taken_back", "transfer_history"]), _SAID))
def test_whatever_a_bridge_says_it_is_a_notice_or_none(said: dict[str, Any]) -> None:
    event = events("transfers")[2] | {f"variable_{name}": value for name, value in said.items()}
    assert len(notices(event)) <= 1
