"""Queueing: after each break of the link, or of its switch, the switch is made to know its queues as they are to be.

What was ordered meanwhile nobody has told it, and a switch that was started anew knows no member. While the endpoint is
away, it is what was read last.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter
from pydantic_core import to_json

from ringpost.link.beside import Beside, Pause
from ringpost.model.domain import Domain
from ringpost.model.errors import Problem
from ringpost.model.queue import OrderedQueue
from ringpost.switch import Switch

_AT_ONCE = 50
_MOST_READ = 5
"""Times that it is read anew because it has changed meanwhile."""
_LOOKS_EVERY, _ASKS_AGAIN = 3600.0, 30.0
_ROWS = TypeAdapter(list[OrderedQueue])
Rows = list[OrderedQueue]


class Away(Exception):
    """What there is to be cannot be read."""


@dataclass(slots=True)
class Queueing:
    """The work of having the switch know its queues. ``connect`` makes a line to it; ``file`` keeps what was read."""

    link: Beside
    connect: Callable[[], Switch]
    file: Path

    def work(self) -> None:
        """Work until the link is stopping."""
        pause, within = Pause(self.link.stopping), _LOOKS_EVERY
        while not self.link.stopping.is_set():
            self.link.wait(self.link.begun, within)
            if self.link.stopping.is_set():
                return
            self.link.begun.clear()
            within = _LOOKS_EVERY
            try:
                self.arrange()
                pause.reset()
            except Away as why:
                self.link.say_once("queues", f"which queues there are to be cannot be read: {why}")
                within = _ASKS_AGAIN
            except Problem as problem:
                self.link.say_once("queues", f"the switch does not take its queues: {problem.detail}")
                self.link.begun.set()
                pause.wait()

    def arrange(self) -> None:
        """Have the switch know them. ``Away``, once it was told what was read last; ``Problem`` of the switch."""
        try:
            rows = self._read()
        except Away:
            self._tell(self._kept())
            raise
        for _ in range(_MOST_READ):
            self._tell(rows)
            before, rows = rows, self._read()
            if rows == before:  # nothing was ordered while it was told
                break
        self._keep(rows)
        if rows:
            self.link.say_once("queues", f"the switch knows its queues: {len(rows)}")

    def _tell(self, rows: Rows) -> None:
        for (domain_uuid, domain_name), of_home in groupby(rows, key=lambda row: (row.domain_uuid, row.domain_name)):
            domain = Domain(domain_uuid=domain_uuid, domain_name=domain_name)
            line = self.connect()
            try:
                line.set_queues(domain, [row.order for row in of_home])
            finally:
                line.close()

    def _read(self) -> Rows:
        rows: Rows = []
        asked: dict[str, Any] = {"switch": self.link.switch, "limit": _AT_ONCE}
        while True:
            try:
                page = self.link.client.done("switch-link-queue-list", asked)
            except click.ClickException as error:
                raise Away(error.message) from None
            try:
                rows += _ROWS.validate_json(to_json(page["items"]))
                asked["cursor"] = page["next_cursor"]
            except (KeyError, TypeError, ValueError):
                raise Away(f"what answers at {self.link.client.url} is not Ringpost") from None
            if asked["cursor"] is None:
                return rows

    def _keep(self, rows: Rows) -> None:
        fresh = self.file.with_suffix(".new")
        with suppress(OSError):
            fresh.touch(0o600)
            fresh.write_bytes(_ROWS.dump_json(rows))
            fresh.replace(self.file)

    def _kept(self) -> Rows:
        with suppress(OSError, ValueError):
            return _ROWS.validate_json(self.file.read_bytes())
        return []


def beside(link: Beside, connect: Callable[[], Switch], folder: Path) -> Queueing:
    """The work beside one switch, with what it keeps in a folder."""
    return Queueing(link, connect, folder / f"link-{link.switch.lower()}-queues.json")
