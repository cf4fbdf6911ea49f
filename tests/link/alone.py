"""A link that does commands, as a process that can be killed: they come on its standard input, a line each.

``python -m tests.link.alone FOLDER``. What it did on its switch is in FOLDER/done, a leg a line.
"""

import sys
import threading
from pathlib import Path

from ringpost.link.doing import Doing
from ringpost.link.journal import Journal
from ringpost.model.domain import Domain
from ringpost.switch.calls import Answer, Command
from tests.fakes import RecordingSwitch


class Noting(RecordingSwitch):
    """A switch that writes down what it was told to hold."""

    def __init__(self, done: Path) -> None:
        super().__init__()
        self._done = done

    def hold(self, domain: Domain, leg_uuid: str) -> None:
        with self._done.open("a") as file:
            file.write(f"{leg_uuid}\n")


class Output:
    """Answers, a line each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def answer(self, answer: Answer) -> None:
        with self._lock:
            sys.stdout.write(f"{answer.model_dump_json()}\n")
            sys.stdout.flush()

    def post(self, answer: Answer) -> None:
        self.answer(answer)


def main(folder: Path) -> None:
    output, done = Output(), folder / "done"
    doing = Doing("pbx1", lambda: Noting(done), Journal(folder / "commands.sqlite3"), output, output)
    for line in sys.stdin:
        doing.take(Command.model_validate_json(line))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
