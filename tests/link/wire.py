"""The channel between an endpoint and a link, in memory: what travels is text, and each side reads its own copy."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ringpost.link.doing import Doing
from ringpost.link.journal import Journal
from ringpost.model.errors import SwitchUnreachable
from ringpost.model.switch import LinkState, SwitchRecord
from ringpost.switch import Switch
from ringpost.switch.calls import Answer, Asked, Command, Outcome
from ringpost.switch.linked import away

NOON_STAMP = "2026-11-22T12:00:00.000Z"
UP = LinkState(
    connected=True, version="1.0", connected_since=NOON_STAMP, last_heard="2026-11-22T12:00:05.000Z", round_trip_ms=12.5
)
GONE = UP.model_copy(update={"connected": False, "connected_since": None, "round_trip_ms": None})


class Wire:
    """``Commands`` on one side, ``Answers`` and ``Post`` on the other. ``link`` is None while no link is there.

    ``longest`` is how many seconds whoever asks waits at most, whatever it says to the link.
    """

    def __init__(self) -> None:
        self.link: Doing | None = None
        self.longest = 30.0
        self.commands: list[str] = []
        self.answers: list[Answer] = []
        self.posted: list[Answer] = []
        self._told = threading.Condition()

    def ask(self, switch: SwitchRecord, asked: Asked, seconds: float) -> Outcome:
        if self.link is None:
            raise away(switch, self.state(switch))
        sent = Command(
            command_uuid=str(uuid.uuid4()),
            switch_uuid=switch.switch_uuid,
            switch_name=switch.switch_name,
            asked=asked,
            seconds=seconds,
        ).model_dump_json()
        self.commands.append(sent)
        command = Command.model_validate_json(sent)
        self.link.take(command)
        answer = self.answer_to(command, min(seconds, self.longest))
        if answer is None:
            raise SwitchUnreachable("the link did not answer in time")
        return answer.outcome

    def state(self, switch: SwitchRecord) -> LinkState:
        return UP if self.link else GONE

    def answer(self, answer: Answer) -> None:
        with self._told:
            self.answers.append(Answer.model_validate_json(answer.model_dump_json()))
            self._told.notify_all()

    def post(self, answer: Answer) -> None:
        self.posted.append(answer)
        self.answer(answer)

    def answer_to(self, command: Command, seconds: float = 30, *, after: int = 0) -> Answer | None:
        """The first answer to that command, from its own switch; or the first after so many."""
        with self._told:
            self._told.wait_for(lambda: len(self.answers_to(command)) > after, seconds)
            return next(iter(self.answers_to(command)[after:]), None)

    def answers_to(self, command: Command) -> list[Answer]:
        theirs = [one for one in self.answers if one.command_uuid == command.command_uuid]
        return [one for one in theirs if one.switch_uuid == command.switch_uuid]

    def wait_for_answers(self, count: int) -> None:
        with self._told:
            assert self._told.wait_for(lambda: len(self.answers) >= count, 30)


@contextmanager
def linking(connect: Callable[[], Switch], file: Path, switch: str = "pbx1") -> Iterator[Wire]:
    """A wire with a link at its end that does what is asked on the lines ``connect`` makes."""
    wire, journal = Wire(), Journal(file)
    wire.link = doing = Doing(switch, connect, journal, wire, wire)
    yield wire
    doing.close()
    journal.close()
