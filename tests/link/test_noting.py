"""A link that notes where phones log in from, and goes on whatever went wrong."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from ringpost.client import Client
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.noting import Noting
from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from tests.fakes import FakeClock
from tests.webhooks.receivers import until


class Notes:
    """A notebook that is lost after two entries."""

    def __init__(self) -> None:
        self.entries = 0
        self.is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.is_closed = True

    def write(self, seconds: float) -> None:
        self.entries += 1
        if self.entries > 1:
            raise SwitchUnreachable("it hung up")


def test_it_is_opened_anew_whatever_went_wrong(tmp_path: Path) -> None:
    said: list[str] = []
    buffer = Buffer(tmp_path / "l.sqlite3")
    link = Beside("pbx1", Client("http://127.0.0.1:1", "t"), buffer, FakeClock(), said.append)
    opened: list[Notes] = []
    refused = iter([True])

    def notebook() -> Notes:
        if next(refused, False):
            raise SwitchRefused("add security to read=")
        opened.append(Notes())
        return opened[-1]

    thread = threading.Thread(target=Noting(link, notebook).work)
    thread.start()
    until(lambda: len(opened) > 1, 10)
    link.stopping.set()
    thread.join(10)
    buffer.close()
    assert opened[0].is_closed
    assert opened[0].entries == 2
    assert said[:3] == [
        "where phones log in from is not noted: add security to read=",
        "where phones log in from is noted",
        "where phones log in from is not noted: it hung up",
    ]
