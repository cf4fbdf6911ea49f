"""A switch behind a link: what it costs, and what is said when the link does not play along."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ringpost.model.domain import Domain
from ringpost.model.errors import Problem, SwitchRefused, SwitchUnreachable
from ringpost.model.parking import ParkingPlace
from ringpost.model.switch import LinkState, SwitchRecord
from ringpost.switch import Progress, Switch
from ringpost.switch.calls import Asked, Command, Outcome
from ringpost.switch.freeswitch.abilities import ABILITIES
from ringpost.switch.linked import away, linked
from tests.fakes import FakeClock, RecordingSwitch
from tests.link.wire import GONE, UP, Wire, linking
from tests.switch.freeswitch.scripted import ScriptedFreeSwitch
from tests.switch.freeswitch.stage import A, B, FreeSwitchStage
from tests.switch.staging import HOME, NOBODY, order

PBX1 = SwitchRecord(switch_uuid=NOBODY, switch_name="pbx1", kind="freeswitch", via="link")


class Says:
    """``Commands`` to which one thing is answered, whatever is asked."""

    def __init__(self, outcome: Outcome | Problem, state: LinkState | Problem = UP) -> None:
        self.outcome, self.link = outcome, state
        self.asked: list[tuple[str, float]] = []

    def ask(self, switch: SwitchRecord, asked: Asked, seconds: float) -> Outcome:
        self.asked.append((asked.call, seconds))
        if isinstance(self.outcome, Problem):
            raise self.outcome
        return self.outcome

    def state(self, switch: SwitchRecord) -> LinkState:
        if isinstance(self.link, Problem):
            raise self.link
        return self.link


@pytest.fixture
def server() -> Iterator[ScriptedFreeSwitch]:
    with ScriptedFreeSwitch() as server:
        yield server


@pytest.fixture
def wire(server: ScriptedFreeSwitch, clock: FakeClock, tmp_path: Path) -> Iterator[Wire]:
    """A link beside a FreeSWITCH with one call."""
    beside = FreeSwitchStage(server, clock).switch
    with linking(lambda: beside, tmp_path / "commands.sqlite3") as wire:
        yield wire


@pytest.fixture
def switch(wire: Wire) -> Switch:
    return linked(PBX1, wire)


def test_a_command_is_one_round_trip_whatever_the_driver_needs(
    switch: Switch, wire: Wire, server: ScriptedFreeSwitch
) -> None:
    assert switch.park(HOME, B, ParkingPlace()) == "5901"
    assert len(wire.commands) == 1
    assert len([line for line in server.heard if line.startswith("api ")]) >= 3
    switch.calls(HOME)
    switch.status()
    assert len(wire.commands) == 3


def test_waiting_for_a_is_one_command_too(switch: Switch, wire: Wire, server: ScriptedFreeSwitch) -> None:
    server.answers["originate"] = f"+OK {NOBODY}\n"
    placed = order(call_uuid=NOBODY)
    switch.place(placed)
    assert switch.await_answer(placed, 20).answered
    assert len(wire.commands) == 2
    [_, waited] = [Command.model_validate_json(command) for command in wire.commands]
    assert waited.asked.arguments["seconds"] == 20.0
    assert 20 < waited.seconds < 22


def test_what_travels_is_no_command_of_the_switch(switch: Switch, wire: Wire) -> None:
    switch.hang_up(HOME, A)
    assert "uuid_kill" not in wire.commands[0]
    assert "secret" not in wire.commands[0]


def test_a_real_switch_foretells_nothing_and_has_no_line_here(switch: Switch, wire: Wire) -> None:
    assert switch.foretold(order()) == []
    assert not switch.is_sandbox
    switch.close()
    assert wire.commands == []


@pytest.mark.parametrize("name", ["api", "_api", "connect", "answer_seconds", "told", "__len__", "__fspath__"])
def test_has_nothing_that_is_not_on_the_port(switch: Switch, wire: Wire, name: str) -> None:
    with pytest.raises(AttributeError, match="nothing a switch can be asked"):
        getattr(switch, name)
    assert wire.commands == []


def test_arguments_may_be_named(switch: Switch) -> None:
    switch.hold(domain=HOME, leg_uuid=A)
    with pytest.raises(TypeError):
        switch.hold(HOME)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        switch.hold(HOME, A, "more")  # type: ignore[call-arg]


def test_a_link_that_is_gone_is_said_at_once_with_when_it_was_seen(switch: Switch, wire: Wire) -> None:
    wire.link = None
    with pytest.raises(SwitchUnreachable, match=f"was last seen at {GONE.last_heard}") as caught:
        switch.hold(HOME, A)
    assert caught.value.unsent
    status = switch.status()
    assert (status.reachable, status.link, status.capabilities) == (False, GONE, ABILITIES.capabilities)
    assert "ringpost link --switch pbx1" in (status.last_error or "")
    [finding] = switch.examine(HOME)
    assert (finding.step, finding.well) == ("link", False)
    assert "was last seen" in finding.words


def test_one_that_never_was_there_is_said_to_be_new() -> None:
    assert "was never seen" in away(PBX1, LinkState(connected=False)).detail


def test_without_a_live_channel_each_call_is_refused() -> None:
    switch = linked(PBX1, None)
    with pytest.raises(SwitchUnreachable, match="this server has no live channel") as caught:
        switch.hold(HOME, A)
    assert caught.value.unsent
    status = switch.status()
    assert (status.reachable, status.link) == (False, None)
    assert "no live channel" in (status.last_error or "")
    assert [finding.well for finding in switch.examine(None)] == [False]


def test_says_how_the_link_is(switch: Switch) -> None:
    status = switch.status()
    assert (status.reachable, status.link) == (True, UP)
    commands = Says(Outcome(result=[{"step": "SIP", "well": True, "words": "its SIP profiles run"}]))
    link, sip = linked(PBX1, commands).examine(HOME)
    assert (link.step, link.well, sip.step) == ("link", True, "SIP")
    assert "release 1.0" in link.words
    assert "word there and back takes 12.5 ms" in link.words


def test_how_long_word_takes_to_a_link_that_has_just_come_nobody_knows() -> None:
    commands = Says(Outcome(result=[]))
    commands.link = UP.model_copy(update={"round_trip_ms": None})
    [link] = linked(PBX1, commands).examine(HOME)
    assert "word there and back was not measured yet" in link.words


def test_how_its_link_is_says_this_side_and_not_the_link() -> None:
    told = {"reachable": True, "link": {"connected": True, "version": "9", "round_trip_ms": 0}}
    assert linked(PBX1, Says(Outcome(result=told))).status().link == UP


def test_a_link_that_is_there_and_does_not_answer_is_an_answer_too() -> None:
    commands = Says(SwitchUnreachable("the link did not answer in time"))
    status = linked(PBX1, commands).status()
    assert (status.reachable, status.last_error, status.link) == (False, "the link did not answer in time", UP)
    [finding] = linked(PBX1, commands).examine(None)
    assert (finding.step, finding.well) == ("link", False)


@pytest.mark.parametrize("result", [None, "5901", [], {"reachable": 1.5}, "x" * 1_000_000])
def test_an_answer_of_the_wrong_shape_is_no_status(result: Any) -> None:
    status = linked(PBX1, Says(Outcome(result=result))).status()
    assert not status.reachable
    assert "the link answered" in (status.last_error or "")


@pytest.mark.parametrize("result", ["done", 5, {}, [None], "x" * 1_000_000])
def test_an_answer_of_the_wrong_shape_is_503_and_nobody_knows(result: Any) -> None:
    with pytest.raises(SwitchUnreachable, match="the link answered") as caught:
        linked(PBX1, Says(Outcome(result=result))).hold(HOME, A)
    assert not caught.value.unsent


def test_every_command_has_its_time() -> None:
    commands = Says(SwitchRefused("no"))
    switch = linked(PBX1, commands)
    for ask in (lambda: switch.hold(HOME, A), lambda: switch.await_answer(order(), 0), lambda: switch.place(order())):
        with pytest.raises(SwitchRefused):
            ask()
    assert [call for call, _ in commands.asked] == ["hold", "await_answer", "place"]
    assert all(0 < seconds <= 20 for _, seconds in commands.asked)


class Slow(RecordingSwitch):
    """A switch that parks when it is let, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.parked = 0

    def park(self, domain: Domain, leg_uuid: str, place: ParkingPlace) -> str:
        assert self.go_on.wait(30)
        self.parked += 1
        return f"590{self.parked}"


def test_an_answer_that_comes_late_changes_nothing(tmp_path: Path) -> None:
    slow = Slow()
    with linking(lambda: slow, tmp_path / "commands.sqlite3") as wire:
        switch = linked(PBX1, wire)
        slow.go_on.clear()
        wire.longest = 0.05
        with pytest.raises(SwitchUnreachable, match="did not answer in time") as caught:
            switch.park(HOME, A, ParkingPlace())
        assert not caught.value.unsent, "it may still be done"
        slow.go_on.set()
        wire.wait_for_answers(1)
        wire.longest = 30.0
        assert switch.park(HOME, B, ParkingPlace()) == "5902", "each has its own answer"


def test_answers_out_of_order_find_whoever_asked(tmp_path: Path) -> None:
    slow = Slow()
    with linking(lambda: slow, tmp_path / "commands.sqlite3") as wire:
        switch = linked(PBX1, wire)
        slow.go_on.clear()
        parked: list[str] = []
        asking = threading.Thread(target=lambda: parked.append(switch.park(HOME, A, ParkingPlace())))
        asking.start()
        assert switch.await_answer(order(), 5) == Progress("answered", answered=True)
        slow.go_on.set()
        asking.join(30)
        assert parked == ["5901"]
