"""What every switch promises: over the sandbox, and over the driver of FreeSWITCH on what a real one answered.

FreeSWITCH's side replays ``captures/live_calls.json``: the answers of a 1.11.2 with the configuration of
docs/freeswitch and two baresip phones, at each moment of one call.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from ringpost.clock import stamp
from ringpost.model.call import CallOrder
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound
from ringpost.model.switch import SwitchRecord
from ringpost.switch import Progress, Switch
from ringpost.switch.freeswitch.driver import FreeSwitch
from ringpost.switch.sandbox.driver import SandboxSwitch
from ringpost.switch.scripts import Script
from tests.fakes import NOON, FakeClock, MemoryScripts
from tests.harness import CATALOGUE
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch

LIVE: dict[str, dict[str, str]] = json.loads((Path(__file__).parents[1] / "captures/live_calls.json").read_text())
A, B = LIVE["uuids"]["a"], LIVE["uuids"]["b"]
HOME = Domain(domain_uuid="81e01ac8-d379-4f95-8957-b88e29582c2d", domain_name="live.example.net")
OTHER = Domain(domain_uuid="d0d0d0d0-0000-4000-8000-00000000000f", domain_name="other.example.net")
NOBODY = "99999999-9999-4999-8999-999999999999"


def order(a: str = "100", b: str = "101", call_uuid: str = A, **more: Any) -> CallOrder:
    return CallOrder(
        call_uuid=call_uuid,
        domain_uuid=HOME.domain_uuid,
        domain_name=HOME.domain_name,
        caller_id_number="5550100",
        caller_id_name="Front desk",
        destination_a=a,
        destination_b=b,
        placed_at=stamp(NOON),
        key_uuid=NOBODY,
    )


class Stage(Protocol):
    """A switch with one call between the extensions 100 and 101 that both have answered."""

    switch: Switch
    a: str
    b: str


class SandboxStage:
    def __init__(self, clock: FakeClock) -> None:
        scripts = MemoryScripts()
        self.switch = SandboxSwitch(clock, scripts)
        scripts.scripts[A] = Script(order=order(), extensions=("100", "101"))
        clock.time = NOON + 3
        self.a, self.b = (leg.leg_uuid for leg in self.switch.calls(HOME)[0].legs)


class FreeSwitchStage:
    """Each command that changes the call brings the moment that came after it."""

    def __init__(self, server: ScriptedFreeSwitch, clock: FakeClock) -> None:
        self.a, self.b, self.server = A, B, server
        self.switch = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock)
        for answers in LIVE.values():
            server.answers |= answers
        server.answers |= ANY_LEG
        self.now("answered")
        for command, moment in {
            f"uuid_hold {A}": "held",
            f"uuid_hold off {A}": "answered",
            f"uuid_transfer {B} *5900 XML live.example.net": "parked",
            f"uuid_kill {A}": "gone",
            f"uuid_kill {B}": "gone",
        }.items():
            server.answers[command] = self.then(moment, ANY_LEG.get(command.split()[0]) or "+OK Success\n")

    def now(self, moment: str) -> None:
        """What the switch knew at that moment: its lists, and its legs."""
        known = LIVE["idle"] | LIVE[moment]
        asked = {command: said for command, said in known.items() if command.startswith(LOOKING)}
        self.server.answers |= {f"uuid_dump {leg} json": GONE for leg in (A, B) if moment == "gone"} | asked

    def then(self, moment: str, answer: str) -> Callable[[str], str]:
        def answered(_: str) -> str:
            self.now(moment)
            return answer

        return answered


GONE = "-ERR No such channel!\n"
LOOKING = ("show", "uuid_dump", "valet_info", "sofia xmlstatus")
ANY_LEG = {
    "uuid_dump": GONE,
    "uuid_kill": "+OK\n",
    "uuid_audio": "+OK\n",
    "uuid_buglist": "<media-bugs>\n</media-bugs>\n",
    "uuid_phone_event": "+OK Success\n",
    "uuid_send_dtmf": LIVE["answered"][f"uuid_send_dtmf {B} 123#"],
    "uuid_record": "+OK Success\n",
    "uuid_transfer": "+OK\n",
}
"""What 1.11.2 answers to these for any leg, as recorded."""


def switch_at(server: ScriptedFreeSwitch) -> SwitchRecord:
    address = f"{server.host}:{server.port}"
    return SwitchRecord(
        switch_uuid=NOBODY,
        switch_name="pbx1",
        kind="freeswitch",
        address=address,
        secret="env:RINGPOST_SECRET_X",
    )


@pytest.fixture(params=["sandbox", "freeswitch"])
def stage(request: pytest.FixtureRequest, clock: FakeClock) -> Iterator[Stage]:
    if request.param == "sandbox":
        yield SandboxStage(clock)
        return
    with ScriptedFreeSwitch() as server:
        live = FreeSwitchStage(server, clock)
        yield live
        live.switch.close()


ACTS: list[Callable[[Switch, Domain, str], object]] = [
    lambda switch, domain, leg: switch.answer(domain, leg),
    lambda switch, domain, leg: switch.hang_up(domain, leg),
    lambda switch, domain, leg: switch.hold(domain, leg),
    lambda switch, domain, leg: switch.resume(domain, leg),
    lambda switch, domain, leg: switch.mute(domain, leg),
    lambda switch, domain, leg: switch.unmute(domain, leg),
    lambda switch, domain, leg: switch.send_digits(domain, leg, "1"),
    lambda switch, domain, leg: switch.transfer(domain, leg, "102"),
    lambda switch, domain, leg: switch.park(domain, leg),
    lambda switch, domain, leg: switch.record(domain, leg),
    lambda switch, domain, leg: switch.stop_recording(domain, leg),
]


def states(stage: Stage) -> dict[str, str]:
    return {leg.leg_uuid: leg.state for call in stage.switch.calls(HOME) for leg in call.legs}


def test_lists_a_call_with_both_its_parties(stage: Stage) -> None:
    [call] = stage.switch.calls(HOME)
    assert (call.call_uuid, call.direction, call.state) == (stage.a, "local", "answered")
    assert [(leg.leg_uuid, leg.extension, leg.state) for leg in call.legs] == [
        (stage.a, "100", "answered"),
        (stage.b, "101", "answered"),
    ]
    assert (call.own.extension, call.far.extension) == ("100", "101")


def test_lists_no_call_of_another_domain(stage: Stage) -> None:
    assert stage.switch.calls(OTHER) == []


@pytest.mark.parametrize("act", ACTS)
def test_acts_on_no_leg_of_another_domain(stage: Stage, act: Callable[[Switch, Domain, str], object]) -> None:
    with pytest.raises(NotFound):
        act(stage.switch, OTHER, stage.a)
    assert states(stage) == {stage.a: "answered", stage.b: "answered"}


@pytest.mark.parametrize("act", ACTS)
def test_acts_on_no_leg_that_is_not_there(stage: Stage, act: Callable[[Switch, Domain, str], object]) -> None:
    with pytest.raises(NotFound):
        act(stage.switch, HOME, NOBODY)


def test_holds_and_resumes(stage: Stage) -> None:
    stage.switch.hold(HOME, stage.a)
    assert states(stage) == {stage.a: "held", stage.b: "answered"}
    stage.switch.resume(HOME, stage.a)
    assert states(stage) == {stage.a: "answered", stage.b: "answered"}


def test_resumes_nobody_who_does_not_hold(stage: Stage) -> None:
    with pytest.raises(CannotComply):
        stage.switch.resume(HOME, stage.a)


def test_parks_one_party_and_says_where(stage: Stage) -> None:
    assert stage.switch.park(HOME, stage.b) == "5901"
    [call] = stage.switch.calls(HOME)
    assert (call.slot, call.state, [leg.leg_uuid for leg in call.legs]) == ("5901", "parked", [stage.b])


def test_a_call_that_was_hung_up_is_gone(stage: Stage) -> None:
    stage.switch.hang_up(HOME, stage.a)
    assert stage.switch.calls(HOME) == []
    with pytest.raises(NotFound):
        stage.switch.hold(HOME, stage.b)


def test_does_what_leaves_no_trace_in_the_list(stage: Stage) -> None:
    stage.switch.mute(HOME, stage.a)
    stage.switch.unmute(HOME, stage.a)
    stage.switch.send_digits(HOME, stage.b, "123#")
    assert stage.switch.record(HOME, stage.a).endswith(f"{stage.a}.wav")
    stage.switch.stop_recording(HOME, stage.a)
    stage.switch.transfer(HOME, stage.b, "102")


def test_says_how_it_is(stage: Stage) -> None:
    status = stage.switch.status()
    assert (status.reachable, status.last_error) == (True, None)
    assert status.version
    assert "call-transfer" in status.capabilities


@pytest.mark.parametrize(
    ("answer", "number", "progress"),
    [
        (f"+OK {NOBODY}\n", "100", Progress("answered", answered=True)),
        ("-ERR USER_BUSY\n", "5550140", Progress("ended", cause="USER_BUSY")),
        ("-ERR CALL_REJECTED\n", "5550142", Progress("ended", cause="CALL_REJECTED")),
        ("-ERR USER_NOT_REGISTERED\n", "5550143", Progress("ended", cause="USER_NOT_REGISTERED")),
    ],
)
def test_says_what_became_of_a(stage: Stage, answer: str, number: str, progress: Progress) -> None:
    if isinstance(stage, FreeSwitchStage):
        stage.server.answers["originate"] = answer
    placed = order(number, call_uuid=NOBODY)
    stage.switch.place(placed)
    found = stage.switch.await_answer(placed, 5)
    assert replace(found, unheard=False) == progress
    tells_nothing = isinstance(stage, FreeSwitchStage) and progress.cause == "USER_NOT_REGISTERED"
    assert found.unheard is tells_nothing, "there never was a leg"


def test_what_it_can_do_are_actions_there_are(stage: Stage) -> None:
    assert set(stage.switch.capabilities) <= set(CATALOGUE.names())


def test_may_be_let_go_of_twice(stage: Stage) -> None:
    stage.switch.close()
    stage.switch.close()
