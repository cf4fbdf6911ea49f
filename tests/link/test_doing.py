"""Doing: what the endpoint asks is done beside the switch, once or not at all, whatever else goes on."""

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ringpost.link.doing import MOST_WAITING, OVER_HTTPS, Doing, beside
from ringpost.link.journal import KEEPS, Journal
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound, SwitchRefused, SwitchUnreachable
from ringpost.model.live import Registration
from ringpost.model.parking import ParkingPlace
from ringpost.model.switch import SwitchRecord
from ringpost.switch import Progress, Switch, calls
from ringpost.switch.calls import MOST_ANSWERED, Answer, Asked, Command, Outcome
from ringpost.switch.kinds import Place
from ringpost.switch.linked import linked
from tests.fakes import FakeClock, RecordingSwitch
from tests.link.wire import UP, Wire, linking
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch
from tests.switch.freeswitch.stage import LIVE, A, FreeSwitchStage
from tests.switch.staging import CALL, HOME, NOBODY, order
from tests.webhooks.receivers import until

LEG, HANGS = "2d5e52aa-0000-4000-8000-0000000000a1", "2d5e52aa-0000-4000-8000-0000000000a2"
SWITCH_UUID = "5e5e5e5e-0000-4000-8000-000000000001"


class Pbx(RecordingSwitch):
    """A switch on which acting on ``HANGS`` takes until ``go_on``; it notes what it was told, and on which line."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.phones = 0
        self.slot = "5901"
        self.hanging = threading.Semaphore(0)
        self.open = 0

    def connect(self) -> "Pbx":
        self.open += 1
        return self

    def close(self) -> None:
        self.open -= 1

    def hold(self, domain: Domain, leg_uuid: str) -> None:
        self.told.append(leg_uuid)
        if leg_uuid == HANGS:
            self.hanging.release()
            assert self.go_on.wait(30)
        if self.problem is not None:
            raise self.problem

    def park(self, domain: Domain, leg_uuid: str, place: ParkingPlace) -> str:
        return self.slot

    def resume(self, domain: Domain, leg_uuid: str) -> None:
        raise ZeroDivisionError

    def registrations(self, domain: Domain) -> list[Registration]:
        return [Registration(extension="100", contact="sip:100@192.0.2.7")] * self.phones


class Stopwatch:
    """Time that passes when the test says so."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Desk:
    """A link and its wire, which can be killed and started again."""

    def __init__(self, pbx: Pbx, file: Path) -> None:
        self.pbx, self.file, self.elapsed = pbx, file, Stopwatch()
        self.said: list[str] = []
        self.at_once = 8
        self.start()

    def start(self) -> None:
        self.wire, self.journal = Wire(), Journal(self.file)
        self.doing = Doing(
            "PBX1",
            self.pbx.connect,
            self.journal,
            self.wire,
            self.wire,
            say=self.said.append,
            elapsed=self.elapsed,
            at_once=self.at_once,
        )

    def take(self, call: str = "hold", *values: Any, **instead: Any) -> Command:
        asked = calls.asked(call, *(values or (HOME, LEG, *([ParkingPlace()] if call == "park" else []))))
        given = {"command_uuid": str(uuid.uuid4()), "switch_uuid": SWITCH_UUID, "switch_name": "pbx1", "seconds": 20}
        command = Command.model_validate({**given, "asked": asked, **instead})
        self.doing.take(command)
        return command

    def outcome(self, command: Command) -> Outcome:
        answer = self.wire.answer_to(command)
        assert answer is not None
        return answer.outcome

    def result(self, command: Command) -> Any:
        return calls.result(command.asked, self.outcome(command))

    def again(self, command: Command) -> Outcome:
        """What is answered to the same command once more."""
        before = len(self.wire.answers_to(command))
        self.doing.take(command)
        answer = self.wire.answer_to(command, after=before)
        assert answer is not None
        return answer.outcome


@pytest.fixture
def pbx() -> Iterator[Pbx]:
    pbx = Pbx()
    yield pbx
    pbx.go_on.set()


@pytest.fixture
def desk(pbx: Pbx, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(pbx, tmp_path / "commands.sqlite3")
    yield desk
    desk.doing.close()


def refused(desk: Desk, command: Command, match: str) -> SwitchUnreachable:
    with pytest.raises(SwitchUnreachable, match=match) as caught:
        desk.result(command)
    return caught.value


def test_does_what_is_asked_and_says_what_came_of_it(desk: Desk, pbx: Pbx) -> None:
    assert desk.result(desk.take("hold")) is None
    assert pbx.told == [LEG]
    assert desk.result(desk.take("park")) == "5901"
    pbx.problem = NotFound("call not found")
    with pytest.raises(NotFound, match="call not found"):
        desk.result(desk.take("hold"))


def test_one_that_hangs_does_not_hold_up_the_others(desk: Desk, pbx: Pbx) -> None:
    pbx.go_on.clear()
    hanging = [desk.take("hold", HOME, HANGS) for _ in range(3)]
    for _ in hanging:
        assert pbx.hanging.acquire(timeout=30)
    for _ in range(20):
        assert desk.result(desk.take("park")) == "5901"
    assert len(desk.wire.answers) == 20
    pbx.go_on.set()
    for command in hanging:
        assert desk.result(command) is None


def test_no_more_run_at_once_than_there_may(pbx: Pbx, tmp_path: Path) -> None:
    desk = Desk(pbx, tmp_path / "few.sqlite3")
    desk.doing.close()
    desk.at_once = 2
    desk.start()
    pbx.go_on.clear()
    some = [desk.take("hold", HOME, HANGS) for _ in range(5)]
    for _ in range(2):
        assert pbx.hanging.acquire(timeout=30)
    assert not pbx.hanging.acquire(blocking=False)
    pbx.go_on.set()
    for command in some:
        assert desk.result(command) is None
    desk.doing.close()


def test_more_than_it_can_remember_are_refused_and_may_be_asked_again(desk: Desk, pbx: Pbx) -> None:
    pbx.go_on.clear()
    for _ in range(8):
        desk.take("hold", HOME, HANGS)
        assert pbx.hanging.acquire(timeout=30)
    waiting = [desk.take("park") for _ in range(MOST_WAITING)]
    problem = refused(desk, desk.take("park"), "more to do than it can")
    assert (problem.unsent, problem.retry_after) == (True, 1)
    pbx.go_on.set()
    assert desk.result(waiting[-1]) == "5901"


def test_a_command_that_comes_again_is_not_done_again(desk: Desk, pbx: Pbx) -> None:
    command = desk.take("hold")
    first = desk.outcome(command)
    assert [desk.again(command) for _ in range(3)] == [first] * 3
    pbx.problem = CannotComply("this party has not answered yet", parameter="leg_uuid")
    failed = desk.take("hold")
    first = desk.outcome(failed)
    pbx.problem = None
    assert desk.again(failed) == first
    assert pbx.told == [LEG, LEG]


def test_one_that_comes_again_with_other_words_is_the_first(desk: Desk, pbx: Pbx) -> None:
    command = desk.take("hold")
    first = desk.outcome(command)
    other = command.model_copy(update={"asked": calls.asked("hang_up", HOME, LEG)})
    assert desk.again(other) == first
    assert pbx.told == [LEG]


def test_one_that_comes_again_while_it_is_under_way_is_answered_once(desk: Desk, pbx: Pbx) -> None:
    pbx.go_on.clear()
    command = desk.take("hold", HOME, HANGS)
    assert pbx.hanging.acquire(timeout=30)
    for _ in range(3):
        desk.doing.take(command)
    assert desk.result(desk.take("park")) == "5901"
    pbx.go_on.set()
    assert desk.result(command) is None
    assert desk.result(desk.take("park")) == "5901"
    assert pbx.told == [HANGS]
    assert len(desk.wire.answers) == 3


def test_after_a_kill_what_was_done_is_known_and_what_was_begun_is_not_done_again(desk: Desk, pbx: Pbx) -> None:
    done = desk.take("park")
    first = desk.outcome(done)
    pbx.go_on.clear()
    begun = desk.take("hold", HOME, HANGS)
    assert pbx.hanging.acquire(timeout=30)
    desk.start()  # the former one is left in the middle of it, as kill -9 leaves it
    assert desk.again(done) == first
    with pytest.raises(SwitchUnreachable, match="it may have been done") as caught:
        calls.result(begun.asked, desk.again(begun))
    assert not caught.value.unsent
    assert pbx.told == [HANGS]


def test_one_whose_time_is_over_is_not_begun_then_or_later(desk: Desk, pbx: Pbx) -> None:
    pbx.go_on.clear()
    for _ in range(8):
        desk.take("hold", HOME, HANGS)
        assert pbx.hanging.acquire(timeout=30)
    late = desk.take("hold", HOME, LEG, seconds=5)
    in_time = desk.take("hold", HOME, LEG, seconds=6)
    desk.elapsed.seconds = 5.0
    pbx.go_on.set()
    assert refused(desk, late, "has not begun it").unsent
    assert desk.result(in_time) is None
    first = desk.outcome(late)
    assert desk.again(late) == first, "whoever asked has been told so"
    assert pbx.told.count(LEG) == 1


@pytest.mark.parametrize(
    ("named", "is_ours"),
    [
        ({"switch_name": "Pbx1"}, True),
        ({"switch_name": "pbx2"}, False),
        ({"switch_name": ""}, False),
        ({"switch_name": "pbx1.example.net"}, False),
        ({"switch_name": "pbx2", "switch_uuid": NOBODY}, False),
    ],
)
def test_does_nothing_for_another_switch(desk: Desk, pbx: Pbx, named: dict[str, str], is_ours: bool) -> None:
    command = desk.take("hold", **named)
    if is_ours:
        assert desk.result(command) is None
    else:
        with pytest.raises(SwitchRefused, match="this is the link of pbx1"):
            desk.result(command)
    assert bool(pbx.told) == is_ours


def test_a_link_may_know_its_switch_by_its_uuid(pbx: Pbx, tmp_path: Path) -> None:
    wire, journal = Wire(), Journal(tmp_path / "other.sqlite3")
    doing = Doing(SWITCH_UUID.upper(), pbx.connect, journal, wire, wire)
    asked = calls.asked("hold", HOME, LEG)
    command = Command(command_uuid=NOBODY, switch_uuid=SWITCH_UUID, switch_name="renamed", asked=asked, seconds=5)
    doing.take(command)
    assert wire.answer_to(command)
    assert pbx.told == [LEG]
    doing.close()


@pytest.mark.parametrize(
    "asked",
    [
        Asked(call="close"),
        Asked(call="connect"),
        Asked(call="told"),
        Asked(call="__class__"),
        Asked(call="foretold", arguments={"order": order().model_dump(mode="json")}),
        Asked(call="hold"),
        Asked(call="hold", arguments={"domain": HOME.model_dump(mode="json"), "leg_uuid": "all"}),
    ],
)
def test_does_nothing_that_is_not_on_the_port(desk: Desk, pbx: Pbx, asked: Asked) -> None:
    with pytest.raises(SwitchRefused):
        desk.result(desk.take(asked=asked))
    assert (pbx.told, pbx.open) == ([], 0)


def test_a_bug_costs_one_command(desk: Desk) -> None:
    problem = refused(desk, desk.take("resume"), "something broke in the link")
    assert not problem.unsent, "nobody knows what was done"
    assert desk.result(desk.take("park")) == "5901"


def test_a_large_answer_is_posted(desk: Desk, pbx: Pbx) -> None:
    pbx.phones = 10
    desk.result(desk.take("registrations", HOME))
    assert not desk.wire.posted
    pbx.phones = 3000
    assert len(desk.result(desk.take("registrations", HOME))) == 3000
    [posted] = desk.wire.posted
    assert OVER_HTTPS < len(posted.model_dump_json()) < MOST_ANSWERED


def test_an_answer_of_megabytes_is_refused_in_a_sentence(desk: Desk, pbx: Pbx) -> None:
    pbx.phones = 50_000
    with pytest.raises(SwitchRefused, match="registrations answers comes to more than 900000 bytes"):
        desk.result(desk.take("registrations", HOME))
    pbx.slot = "5" * (MOST_ANSWERED + 1)
    with pytest.raises(SwitchRefused, match="park answers comes to more"):
        desk.result(desk.take("park"))
    assert not desk.wire.posted


def test_a_large_answer_is_not_kept(desk: Desk, pbx: Pbx) -> None:
    pbx.phones = 3000
    command = desk.take("registrations", HOME)
    desk.result(command)
    with pytest.raises(SwitchUnreachable, match="known no more"):
        calls.result(command.asked, desk.again(command))


class Deaf(Wire):
    """A channel that is down, in one way or another."""

    error: Exception = OSError("the channel is down")

    def answer(self, answer: Answer) -> None:
        raise self.error


@pytest.mark.parametrize("error", [OSError("the channel is down"), RuntimeError("a bug")])
def test_what_cannot_be_told_is_kept_until_it_is_asked_again(pbx: Pbx, tmp_path: Path, error: Exception) -> None:
    desk = Desk(pbx, tmp_path / "deaf.sqlite3")
    deaf = Deaf()
    deaf.error = error
    told = threading.Event()

    def say(words: str) -> None:
        desk.said.append(words)
        told.set()

    doing = Doing("pbx1", pbx.connect, desk.journal, deaf, deaf, say=say)
    command = Command(
        command_uuid=NOBODY,
        switch_uuid=SWITCH_UUID,
        switch_name="pbx1",
        asked=calls.asked("hold", HOME, LEG),
        seconds=5,
    )
    doing.take(command)
    assert told.wait(30)
    assert desk.said[0].startswith("what came of hold could not be told")
    assert desk.again(command) == Outcome()
    assert pbx.told == [LEG]
    doing.close()
    desk.doing.close()


def test_what_cannot_be_written_down_is_not_begun(desk: Desk, pbx: Pbx) -> None:
    desk.journal.close()
    problem = refused(desk, desk.take("hold"), "cannot write down what it does")
    assert problem.unsent
    assert pbx.told == []
    assert "not begun" in desk.said[0]


def test_the_line_a_call_was_placed_on_is_kept_for_whoever_awaits_it(desk: Desk, pbx: Pbx) -> None:
    desk.result(desk.take("hold"))
    assert pbx.open == 0
    assert desk.result(desk.take("place", order())) is None
    assert pbx.open == 1
    assert desk.result(desk.take("await_answer", order(), 5.0)) == Progress("answered", answered=True)
    assert pbx.open == 0
    desk.result(desk.take("await_answer", order(), 5.0))
    assert pbx.open == 0


def test_a_line_nobody_comes_for_is_let_go_of(desk: Desk, pbx: Pbx) -> None:
    desk.result(desk.take("place", order()))
    desk.doing._lines.tidy()
    assert pbx.open == 1
    desk.elapsed.seconds = 30.0
    desk.doing._lines.tidy()
    assert pbx.open == 0
    desk.result(desk.take("place", order(call_uuid=CALL)))
    desk.doing.close()
    assert pbx.open == 0


def test_a_call_that_was_not_placed_keeps_no_line(desk: Desk, pbx: Pbx) -> None:
    pbx.problem = SwitchRefused("no")
    with pytest.raises(SwitchRefused):
        desk.result(desk.take("place", order()))
    assert pbx.open == 0


def test_one_that_is_closed_begins_nothing(desk: Desk, pbx: Pbx) -> None:
    desk.doing.close()
    desk.doing.take(desk.take("hold"))
    assert not desk.wire.answers
    assert not pbx.told


def test_the_switch_is_where_the_links_own_options_say(clock: FakeClock) -> None:
    with ScriptedFreeSwitch() as server:
        server.answers |= LIVE["idle"] | LIVE["answered"]
        connect = beside("freeswitch", Place(server.host, server.port, None, PASSWORD), clock)
        line = connect()
        assert line.status().reachable
        line.close()
        assert connect() is not line


@pytest.fixture
def server(clock: FakeClock) -> Iterator[ScriptedFreeSwitch]:
    with ScriptedFreeSwitch() as server:
        FreeSwitchStage(server, clock)
        yield server


@pytest.fixture
def beside_it(server: ScriptedFreeSwitch, clock: FakeClock, tmp_path: Path) -> Iterator[Switch]:
    """A FreeSWITCH, through its link."""
    place = Place(server.host, server.port, None, PASSWORD)
    record = SwitchRecord(switch_uuid=SWITCH_UUID, switch_name="pbx1", kind="freeswitch", via="link")
    with linking(beside("freeswitch", place, clock), tmp_path / "commands.sqlite3") as wire:
        yield linked(record, wire)


def test_a_switch_that_hangs_over_one_command_does_the_others(server: ScriptedFreeSwitch, beside_it: Switch) -> None:
    gate = threading.Event()

    def hangs(_: str) -> str:
        gate.wait()
        return "+OK Success\n"

    server.answers[f"uuid_hold {A}"] = hangs
    with ThreadPoolExecutor() as pool:
        holding = pool.submit(beside_it.hold, HOME, A)
        until(lambda: any("uuid_hold" in line for line in server.heard))
        for _ in range(5):
            beside_it.mute(HOME, A)
        assert not holding.done()
        gate.set()
        assert holding.result(30) is None


def test_one_that_failed_is_no_word_about_the_next(server: ScriptedFreeSwitch, beside_it: Switch) -> None:
    server.answers[f"uuid_hold {A}"] = b"nonsense\n\n"
    for _ in range(3):
        with pytest.raises(SwitchUnreachable, match="does not speak as a FreeSWITCH"):
            beside_it.hold(HOME, A)
        beside_it.mute(HOME, A)


def test_a_switch_that_is_not_there_is_said_through_the_link(clock: FakeClock, tmp_path: Path) -> None:
    place = Place("127.0.0.1", 9, None, PASSWORD)
    record = SwitchRecord(switch_uuid=SWITCH_UUID, switch_name="pbx1", kind="freeswitch", via="link")
    with linking(beside("freeswitch", place, clock), tmp_path / "commands.sqlite3") as wire:
        line = linked(record, wire)
        with pytest.raises(SwitchUnreachable, match="cannot be reached") as caught:
            line.hold(HOME, LEG)
        assert caught.value.unsent
        status = line.status()
    assert (status.reachable, status.link) == (False, UP)
    assert "127.0.0.1:9" in (status.last_error or "")


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_an_address_may_be_of_either_kind(clock: FakeClock, host: str) -> None:
    status = beside("freeswitch", Place(host, 9, None, PASSWORD), clock)().status()
    assert (status.last_error or "").startswith("[::1]:9: the switch cannot be reached")


def test_there_is_no_link_beside_the_sandbox(clock: FakeClock) -> None:
    with pytest.raises(CannotComply, match="a sandbox switch has no link"):
        beside("sandbox", Place("127.0.0.1", 9, None, ""), clock)


def test_a_journal_keeps_the_newest_outcomes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "commands.sqlite3")
    uuids = [str(uuid.uuid4()) for _ in range(KEEPS + 200)]
    for one in uuids:
        assert journal.begin(one) is None
        journal.end(one, Outcome(result="5901"))
    assert journal.begin(uuids[-1]) == Outcome(result="5901")
    for one in uuids[:50]:
        oldest = journal.begin(one)
        assert oldest is not None
        assert oldest.problem is not None
        assert "known no more" in oldest.problem.detail
    journal.close()


def test_an_outcome_of_another_release_is_not_done_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "commands.sqlite3")
    assert journal.begin(NOBODY) is None
    journal.end(NOBODY, Outcome())
    with closing(sqlite3.connect(tmp_path / "commands.sqlite3")) as file, file:
        file.execute("UPDATE outcomes SET body = ?", ('{"problem": {"code": "of-tomorrow"}}',))
    found = journal.begin(NOBODY)
    assert found is not None
    assert found.problem is not None
    assert not found.problem.unsent
    journal.close()


def test_the_journal_is_for_nobody_else_to_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "of" / "commands.sqlite3")
    journal.begin(NOBODY)
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "of").iterdir()} == {0o600}
    journal.close()
