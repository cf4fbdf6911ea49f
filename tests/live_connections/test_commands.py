"""Commands to links over live connections: sent to who is there, answered once, by its own, in time."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ringpost.live.commands import AwaitedAnywhere, AwaitedHere, LiveCommands, Look, Waiting
from ringpost.model.errors import SwitchUnreachable
from ringpost.model.switch import SwitchRecord
from ringpost.store import keys
from ringpost.switch import calls
from ringpost.switch.calls import Outcome
from tests.fakes import CountingStore, FakeClock
from tests.harness import Caller, House
from tests.live_connections.ends import Client, Ends, Line
from tests.live_connections.test_talk import HERE, LINK
from tests.switch.staging import HOME, NOBODY

ASKED = calls.asked("calls", HOME)


@pytest.fixture
def lab(operator: Caller) -> SwitchRecord:
    return SwitchRecord.model_validate(operator.done("switch-details", switch="lab"))


@pytest.fixture
def link(line: Line, house: House) -> Client:
    client = line.client(house.key("switch.link", switch="lab"))
    assert client.say("link", **LINK)["message"] == "linked"
    return client


class Meanwhile(FakeClock):
    """A clock in whose pauses something happens."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self.then = then
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.pauses.append(seconds)
        self.then()


def answer(link: Client, result: Any = (), **instead: Any) -> dict[str, Any]:
    command = link.told[-1]["command"]
    said = {"command_uuid": command["command_uuid"], "switch_uuid": command["switch_uuid"], **instead}
    return link.say("answer", answer={**said, "outcome": {"result": list(result)}})


def asking(line: Line, then: Callable[[], None]) -> LiveCommands:
    """Commands whose answer is looked for, as on AWS, and what happens between two looks."""
    clock = Meanwhile(then)
    clock.time = line.house.clock.time
    return LiveCommands(line.house.store, line.house.clock, line.ends, AwaitedAnywhere(clock))


def test_a_command_is_answered(line: Line, link: Client, lab: SwitchRecord) -> None:
    outcome = asking(line, lambda: answer(link) and None).ask(lab, ASKED, 5)
    assert outcome == Outcome(result=[])
    assert line.heard == [link.told[-1]["command"]["command_uuid"]]


def test_no_link_is_said_at_once_and_when_it_was_last_there(
    line: Line, house: House, link: Client, lab: SwitchRecord
) -> None:
    commands = asking(line, lambda: pytest.fail("nobody is waited for"))
    line.talk.closed(link.connection_id)
    with pytest.raises(SwitchUnreachable, match="was last seen at 2026-") as raised:
        commands.ask(lab, ASKED, 5)
    assert raised.value.unsent
    state = commands.state(lab)
    assert (state.connected, state.version, state.last_heard is not None) == (False, "1.0", True)


def test_no_link_ever(line: Line, lab: SwitchRecord) -> None:
    with pytest.raises(SwitchUnreachable, match="was never seen"):
        asking(line, lambda: None).ask(lab, ASKED, 5)


def test_one_that_is_gone_is_passed_over_for_another(line: Line, house: House, link: Client, lab: SwitchRecord) -> None:
    second = line.client(house.key("switch.link", switch="lab"))
    second.say("link", **LINK)
    line.ends.gone.add(second.connection_id)
    assert asking(line, lambda: answer(link) and None).ask(lab, ASKED, 5) == Outcome(result=[])


def test_of_two_links_one_does_it(line: Line, house: House, link: Client, lab: SwitchRecord) -> None:
    house.clock.time += 5
    second = line.client(house.key("switch.link", switch="lab"))
    second.say("link", **LINK)
    asking(line, lambda: answer(second) and None).ask(lab, ASKED, 5)
    assert [one["message"] for one in link.told] == ["linked"], "the one that was heard from last"


@pytest.mark.parametrize("instead", [{"switch_uuid": NOBODY}, {"command_uuid": NOBODY}])
def test_an_answer_that_is_none_changes_nothing(
    line: Line, link: Client, lab: SwitchRecord, instead: dict[str, str]
) -> None:
    with pytest.raises(SwitchUnreachable, match="did not answer within 1 seconds"):
        asking(line, lambda: answer(link, **instead) and None).ask(lab, ASKED, 1)


def test_an_answer_of_another_switchs_link_changes_nothing(
    line: Line, house: House, operator: Caller, link: Client, lab: SwitchRecord
) -> None:
    operator.done("switch-create", name="other", kind="sandbox")
    other = line.client(house.key("switch.link", switch="other"))
    assert other.say("link", **{**LINK, "switch": "other"})["message"] == "linked"

    def forge() -> None:
        other.say(
            "answer",
            answer={**{k: link.told[-1]["command"][k] for k in ("command_uuid", "switch_uuid")}, "outcome": {}},
        )

    with pytest.raises(SwitchUnreachable):
        asking(line, forge).ask(lab, ASKED, 1)


def test_the_first_answer_counts(line: Line, link: Client, lab: SwitchRecord) -> None:
    def twice() -> None:
        answer(link, [1])
        answer(link, [2])

    assert asking(line, twice).ask(lab, ASKED, 5) == Outcome(result=[1])


def test_an_answer_after_the_deadline_changes_nothing(line: Line, link: Client, lab: SwitchRecord) -> None:
    commands = asking(line, lambda: None)
    with pytest.raises(SwitchUnreachable) as raised:
        commands.ask(lab, ASKED, 0.2)
    assert not raised.value.unsent, "its switch may have done it"
    line.house.clock.time += 1
    assert answer(link) == {}
    row = line.house.store.get(keys.command(link.told[-1]["command"]["command_uuid"]))
    assert row is not None
    assert '"outcome":null' in row.body


def test_an_answer_that_comes_as_it_is_given_up_counts(line: Line, link: Client, lab: SwitchRecord) -> None:
    class LooksAway(AwaitedAnywhere):
        def outcome(self, command_uuid: str, look: Look, seconds: float) -> Outcome | None:
            answer(link)
            return None

    waiting = LooksAway(line.house.clock)
    assert LiveCommands(line.house.store, line.house.clock, line.ends, waiting).ask(lab, ASKED, 1) == Outcome(result=[])


@pytest.mark.parametrize("outcome", [{"result": 1, "problem": {}}, {"problem": {"code": "X", "detail": "y"}}, [], "x"])
def test_an_answer_of_a_wrong_shape_is_refused(line: Line, link: Client, outcome: Any) -> None:
    said = {"command_uuid": NOBODY, "switch_uuid": NOBODY, "outcome": outcome}
    assert link.say("answer", answer=said)["code"] == "invalid-request"


def test_looks_are_bounded(line: Line, link: Client, lab: SwitchRecord) -> None:
    clock = Meanwhile(lambda: None)
    counting = CountingStore(line.house.store)
    commands = LiveCommands(counting, line.house.clock, line.ends, AwaitedAnywhere(clock))
    with pytest.raises(SwitchUnreachable):
        commands.ask(lab, ASKED, 10)
    assert clock.pauses[:3] == pytest.approx([0.05, 0.075, 0.1125])
    assert max(clock.pauses) == 0.5
    assert len(clock.pauses) <= 27


def test_a_key_that_is_taken_away_is_no_link_any_more(
    line: Line, house: House, operator: Caller, link: Client, lab: SwitchRecord
) -> None:
    for key in operator.done("key-list")["items"]:
        if "switch.link" in key["scopes"]:
            operator.done("key-update", key_uuid=key["key_uuid"], scopes=["switch.event"])
    house.clock.time += 31
    with pytest.raises(SwitchUnreachable) as raised:
        asking(line, lambda: None).ask(lab, ASKED, 1)
    assert raised.value.unsent


class Sending:
    """Ends, and whether something was sent to one."""

    def __init__(self, ends: Ends) -> None:
        self.ends, self.sent = ends, threading.Event()

    def send(self, connection_id: str, text: str) -> None:
        self.ends.send(connection_id, text)
        self.sent.set()

    def close(self, connection_id: str) -> None:
        self.ends.close(connection_id)


@contextmanager
def answered_by_a_thread(line: Line, link: Client, waiting: AwaitedHere) -> Iterator[LiveCommands]:
    sockets = Sending(line.ends)
    commands = LiveCommands(line.house.store, line.house.clock, sockets, waiting)

    def answering() -> None:
        assert sockets.sent.wait(10)
        command_uuid = link.told[-1]["command"]["command_uuid"]
        answer(link, [7])
        waiting.heard(command_uuid)

    thread = threading.Thread(target=answering)
    thread.start()
    yield commands
    thread.join()


def test_where_the_answer_comes_in_it_is_noticed(line: Line, link: Client, lab: SwitchRecord) -> None:
    waiting = AwaitedHere()
    with answered_by_a_thread(line, link, waiting) as commands:
        assert commands.ask(lab, ASKED, 10) == Outcome(result=[7])
    waiting.heard(NOBODY)


def test_nobody_waits_longer_than_the_time(line: Line, link: Client, lab: SwitchRecord) -> None:
    commands: Waiting = AwaitedHere()
    with pytest.raises(SwitchUnreachable):
        LiveCommands(line.house.store, line.house.clock, line.ends, commands).ask(lab, ASKED, 0.05)


def test_what_is_too_large_is_handed_in_over_https(line: Line, house: House, link: Client, lab: SwitchRecord) -> None:
    key = house.key("switch.link", switch="lab")

    def post() -> None:
        command = link.told[-1]["command"]
        said = {**{k: command[k] for k in ("command_uuid", "switch_uuid")}, "outcome": {"result": ["x" * 200_000]}}
        assert key.done("switch-link", switch="lab", answer=said) == {"taken": True}
        assert key.done("switch-link", switch="lab", answer=said) == {"taken": False}

    outcome = asking(line, post).ask(lab, ASKED, 5)
    assert len(str(outcome.result)) > 200_000


@pytest.mark.parametrize(
    ("text", "times"),
    [("x", 140_000), ("x", 150_000), ("x", 890_000), ('"', 440_000), ("é", 440_000), ("日", 290_000), ("😀", 220_000)],
)
def test_an_answer_of_any_size_that_a_link_may_give_is_kept(
    line: Line, house: House, link: Client, lab: SwitchRecord, text: str, times: int
) -> None:
    """A row has 400,000 bytes, and an answer up to 900,000."""
    key = house.key("switch.link", switch="lab")

    def post() -> None:
        command = link.told[-1]["command"]
        said = {**{k: command[k] for k in ("command_uuid", "switch_uuid")}, "outcome": {"result": [text * times]}}
        body = json.dumps({"action": "switch-link", "switch": "lab", "answer": said}, ensure_ascii=False).encode()
        assert [key.post(body).json["taken"] for _ in range(2)] == [True, False]

    assert asking(line, post).ask(lab, ASKED, 5).result == [text * times]


def test_a_link_whose_key_was_narrowed_to_something_else_is_told_and_answers_nothing(
    line: Line, house: House, operator: Caller, lab: SwitchRecord
) -> None:
    somebody = house.key("#")
    link = line.client(somebody)
    assert link.say("link", **LINK)["message"] == "linked"
    asking(line, lambda: answer(link) and None).ask(lab, ASKED, 5)
    operator.done("key-update", key_uuid=somebody.key_uuid, domains=[HERE["domain_name"]])
    house.clock.time += 31
    with pytest.raises(SwitchUnreachable) as raised:
        asking(line, lambda: None).ask(lab, ASKED, 5)
    assert raised.value.unsent
    assert answer(link)["code"] == "forbidden"


def test_answers_that_nobody_waits_for_are_not_logged_without_end(
    line: Line, link: Client, caplog: pytest.LogCaptureFixture
) -> None:
    forged = {"command_uuid": NOBODY, "switch_uuid": NOBODY, "outcome": {}}
    refused = [link.say("answer", answer=forged).get("code") for _ in range(100)]
    assert refused.count("rate-limited") >= 40
    assert caplog.text.count("is passed over") <= 60


def test_an_answer_that_is_none_does_not_keep_whoever_waits_busy() -> None:
    awaited, looks = AwaitedHere(), 0

    def look() -> None:
        nonlocal looks
        looks += 1

    with awaited.expected(NOBODY):
        awaited.heard(NOBODY)
        assert awaited.outcome(NOBODY, look, 0.3) is None
    assert looks <= 3
