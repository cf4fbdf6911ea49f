"""Calls of all kinds, some while the link or the endpoint is away: what is told of one and its record agree."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.live.conftest import ABSENT, BUSY, GROUPS, HERE, REFUSING, SILENT, WILLING, House, Link, Serving
from tests.live.patience import eventually
from tests.live.phones import RINGING, Answering, Caller, Phone, refusing, registers
from tests.live.told import ToldEvents, differences

Phones = tuple[Phone, Phone]
OUTSIDE = "12025550177"
_VAIN = {"180": refusing("486 Busy Here"), "181": RINGING, "182": refusing("603 Decline"), "183": None, "184": RINGING}
"""Extensions without voicemail: busy, silent for two seconds, refusing, without a phone, silent for long."""
_VAIN_GROUPS = {
    "690": ("simultaneous", ("180", "183")),
    "691": ("enterprise", ("182",)),
    "692": ("sequence", ("181",)),
    "693": ("enterprise", ("181", "180")),
    "694": ("rollover", ("182", "180")),
    "695": ("simultaneous", ("181", "182")),
}
_FORWARDED = {
    "190": ("unconditional", None),
    "191": ("noanswer", RINGING),
    "192": ("busy", refusing("486 Busy Here")),
    "193": ("unregistered", None),
}
_NUMBERS = ("101", WILLING, GROUPS["simultaneous"], ABSENT, BUSY, SILENT, "180", "690", "695", "190", "193")
"""What numbers of the world outside lead to."""


class Stage:
    """What a play can use: the house, two people, and time to talk."""

    def __init__(self, house: House, phones: Phones) -> None:
        self.house, self.api, (self.one, self.other) = house, house.api, phones

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        eventually(lambda: time.monotonic() > end, "it goes on for a while")

    def speak(self) -> dict[str, Any]:
        """The call, once two have spoken for more than a second; what a group still rings may be listed beside it."""

        def talking() -> dict[str, Any] | None:
            calls = self.api.calls()
            return next((one for one in calls if one["state"] == "answered" and len(one["legs"]) == 2), None)

        call: dict[str, Any] = eventually(talking, "two speak")
        self.wait(1.2)
        return call

    def does(self, application: str) -> None:
        eventually(lambda: application in self.house.applications(), application)
        self.wait(1.2)

    def is_over(self, phone: Phone) -> None:
        self.wait(0.5)
        eventually(lambda: not phone.is_in_a_call(), "it is over", 15)

    def click(self, a: str, b: str) -> Any:
        return self.api.do("originate", caller_id_number="5550100", destination_a=a, destination_b=b, wait=20)

    def end(self) -> None:
        self.house.switch.hush(self.house.domain_uuid)


Play = Callable[[Stage], object]


def _dials(number: str) -> Play:
    def play(stage: Stage) -> None:
        stage.one.dial(number)
        stage.speak()
        stage.one.hang_up()

    return play


def _dials_to(number: str, application: str) -> Play:
    def play(stage: Stage) -> None:
        stage.one.dial(number)
        stage.does(application)
        stage.one.hang_up()

    return play


def _dials_in_vain(number: str) -> Play:
    def play(stage: Stage) -> None:
        stage.one.dial(number)
        stage.is_over(stage.one)

    return play


def _clicks_in_vain(a: str, b: str) -> Play:
    def play(stage: Stage) -> None:
        stage.click(a, b)
        stage.is_over(stage.one)

    return play


def _comes_in(to: str) -> Play:
    def play(stage: Stage) -> None:
        with Caller(f"12025551{to}", stage.house.trunk, talks=1) as caller:
            caller.was_answered()

    return play


def _is_sent(number: str, application: str = "bridge") -> Play:
    def play(stage: Stage) -> None:
        stage.one.dial("101")
        call = stage.speak()
        stage.api.do("call-transfer", call_uuid=call["call_uuid"], destination=number)
        eventually(lambda: not stage.one.is_in_a_call(), "100 has left")
        stage.does(application)
        stage.end()

    return play


def _the_callee_hangs_up(stage: Stage) -> None:
    stage.one.dial("101")
    stage.speak()
    stage.other.hang_up()


def _the_caller_gives_up(stage: Stage) -> None:
    stage.one.dial("184")
    stage.api.one_call(state="ringing")
    stage.wait(1)
    stage.one.hang_up()


def _an_action_hangs_up(stage: Stage) -> None:
    stage.one.dial("101")
    stage.api.do("call-hangup", call_uuid=stage.speak()["call_uuid"])


def _an_action_hangs_up_what_it_placed(stage: Stage) -> None:
    call = stage.click("100", "101")
    stage.speak()
    stage.api.do("call-hangup", call_uuid=call["call_uuid"])


def _who_was_clicked_hangs_up(stage: Stage) -> None:
    stage.click("100", "101")
    stage.speak()
    stage.other.hang_up()


def _is_taken_from_its_slot(stage: Stage) -> None:
    stage.one.dial("*5907")
    eventually(lambda: stage.api.do("parked-call-list")["items"], "100 waits")
    stage.other.dial("*5907")
    eventually(lambda: not stage.api.do("parked-call-list")["items"], "101 takes the call")
    stage.wait(1.2)
    stage.other.hang_up()


def _waits_in_a_slot_and_hangs_up(stage: Stage) -> None:
    stage.one.dial("*5908")
    eventually(lambda: stage.api.do("parked-call-list")["items"], "100 waits")
    stage.wait(1.2)
    stage.one.hang_up()


def _is_parked_and_taken_by_an_action(stage: Stage) -> None:
    stage.one.dial("101")
    slot = stage.api.do("call-park", call_uuid=stage.speak()["call_uuid"])["slot"]
    stage.wait(1.2)
    stage.api.do("call-unpark", slot=slot, extension=WILLING)
    stage.does("bridge")
    stage.end()


_PLAYS: dict[str, Play] = {
    "a phone calls a phone": _dials("101"),
    "a phone calls outside": _dials(OUTSIDE),
    **{f"a phone calls a group, {strategy}": _dials(number) for strategy, number in GROUPS.items()},
    **{
        f"voicemail answers for {number}": _dials_to(number, "voicemail") for number in (BUSY, SILENT, REFUSING, ABSENT)
    },
    "somebody hears the own messages": _dials_to("*97", "voicemail"),
    "somebody is alone in a room": _dials_to("*3001", "conference"),
    **{f"a phone calls {number} in vain": _dials_in_vain(number) for number in ("199", "180", "181", "182", "183")},
    **{f"a phone calls {number} in vain": _dials_in_vain(number) for number in _VAIN_GROUPS},
    **{f"{a} is clicked in vain": _clicks_in_vain(a, "101") for a in (ABSENT, BUSY, SILENT, REFUSING)},
    **{
        f"{b} is called by a click in vain": _clicks_in_vain("100", b)
        for b in ("180", "181", "182", "183", *_VAIN_GROUPS)
    },
    **{f"a call for {to} comes in": _comes_in(to) for to in _NUMBERS},
    **{f"{number} is forwarded": _dials(number) for number in _FORWARDED},
    "who is called hangs up": _the_callee_hangs_up,
    "who calls gives up": _the_caller_gives_up,
    "an action hangs up": _an_action_hangs_up,
    "an action hangs up what it placed": _an_action_hangs_up_what_it_placed,
    "who was called by a click hangs up": _who_was_clicked_hangs_up,
    "a call is sent to a phone": _is_sent(WILLING),
    "a call is sent to a group": _is_sent(GROUPS["sequence"]),
    "a call is sent outside": _is_sent(OUTSIDE),
    "a call is sent to a voicemail": _is_sent(f"*99{WILLING}", "voicemail"),
    "a call is sent to a room": _is_sent("*3002", "conference"),
    "a call is taken from its slot": _is_taken_from_its_slot,
    "who waits in a slot hangs up": _waits_in_a_slot_and_hangs_up,
    "a call is parked and taken by an action": _is_parked_and_taken_by_an_action,
}


@pytest.fixture(scope="module")
def stage(house: House, phones: Phones) -> Iterator[Stage]:
    """Extensions that nobody reaches, groups of them, forwards, and numbers that lead to all of these."""
    api = house.api
    with ExitStack() as stack:

        def made(number: str, scenario: str | None, **members: Any) -> None:
            password = api.do("extension-create", extension=number, voicemail_enabled=False, **members)["password"]
            if scenario is not None:
                phone = stack.enter_context(Answering(scenario))
                assert registers(number, HERE, password, house.sip, phone.port)

        for number, scenario in _VAIN.items():
            made(number, scenario, call_timeout=20 if number == "184" else 2)
        for number, (strategy, members) in _VAIN_GROUPS.items():
            ringing = [{"number": member, "timeout": 2} for member in members]
            api.do("ringgroup-create", name=number, extension=number, strategy=strategy, destinations=ringing)
        for number, (kind, scenario) in _FORWARDED.items():
            made(number, scenario, call_timeout=2)
            api.do("extension-forward-set", extension=number, **{kind: {"enabled": True, "destination": "101"}})
        for to in _NUMBERS:
            api.do("destination-create", number=f"12025551{to}", extension=to)
        yield Stage(house, phones)


def _played(stage: Stage, told: ToldEvents, play: Play) -> None:
    """Play, and compare what was told of each call in the end with its record, and that with the switch's own."""
    known = {call["xml_cdr_uuid"] for call in stage.api.records(limit=100)}
    play(stage)
    stage.api.silence()

    def new() -> dict[str, dict[str, Any]]:
        return {one["xml_cdr_uuid"]: one for one in stage.api.records(limit=100) if one["xml_cdr_uuid"] not in known}

    def ended() -> dict[str, dict[str, Any]]:
        return {event["call_uuid"]: event["data"]["call"] for event in told.events(type="call.ended")}

    def agree() -> bool:
        return bool(new()) and new().keys() == ended().keys() and not _differences(ended(), new())

    try:
        eventually(agree, "what is told and what is recorded agree", 40)
    except AssertionError as error:
        error.add_note(f"told {sorted(ended())}, recorded {sorted(new())}, different {_differences(ended(), new())}")
        raise
    for record in new().values():
        first = record["legs"][0]
        talked = (record["duration"], record["billsec"]) == (first["duration"], first["billsec"])
        assert talked or _is_longer_than_its_first_leg(record) or record["answer_stamp"] is None


def _is_longer_than_its_first_leg(record: dict[str, Any]) -> bool:
    return any(
        leg["originating_leg_uuid"] and leg["end_stamp"] > record["legs"][0]["end_stamp"] for leg in record["legs"]
    )


def _differences(told: dict[str, dict[str, Any]], recorded: dict[str, dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [one for uuid in told.keys() & recorded.keys() for one in differences(told[uuid], recorded[uuid])]


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize("name", _PLAYS)
def test_what_is_told_of_a_call_is_what_is_recorded(stage: Stage, told: ToldEvents, name: str):
    _played(stage, told, _PLAYS[name])


def test_the_seconds_that_a_link_was_away_are_nobodys_talk(stage: Stage, told: ToldEvents, linking: Link):
    link = linking.goes_on()

    def play(stage: Stage) -> None:
        stage.one.dial("101")
        stage.speak()
        link.kill()
        stage.one.hang_up()
        stage.wait(3)
        linking.goes_on()

    _played(stage, told, play)


@pytest.mark.expects_complaint(r"func_curl\.c: Operation timed out", "a direct Asterisk hands in its record meanwhile")
@pytest.mark.usefixtures("linked")
def test_the_seconds_that_the_endpoint_was_away_are_nobodys_talk(stage: Stage, told: ToldEvents, serving: Serving):
    def play(stage: Stage) -> None:
        stage.one.dial("101")
        stage.speak()
        serving.pause()
        try:
            stage.one.hang_up()
            stage.wait(4)
        finally:
            serving.go_on()

    _played(stage, told, play)
