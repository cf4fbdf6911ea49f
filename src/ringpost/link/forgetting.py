"""Forgetting: what a switch itself remembers of our answers it asks for again, once something has changed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition

from ringpost.link.beside import Beside, Pause
from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from ringpost.switch.asking import Fields

_AND_AGAIN = 5.0
"""Seconds after which it is told once more: an answer from before the change may have been on its way to it."""
_LOOKS_EVERY = 0.5


@dataclass(slots=True)
class Forgetting:
    """The work of having the switch forget. ``forget`` tells it: of these questions, or of all (None)."""

    link: Beside
    forget: Callable[[Sequence[Fields] | None], None]
    and_again: float = _AND_AGAIN
    _due: list[tuple[float, Sequence[Fields] | None]] = field(default_factory=list)
    _changed: Condition = field(default_factory=Condition)

    def these(self, asked: Sequence[Fields] | None) -> None:
        """Have it forget what it was answered to these questions; None: to all."""
        if asked is not None and not asked:
            return
        now = time.monotonic()
        with self._changed:
            self._due += [(now, asked), (now + self.and_again, asked)]
            self._changed.notify()

    def work(self) -> None:
        """Work until the link is stopping."""
        pause = Pause(self.link.stopping)
        while not self.link.stopping.is_set():
            due = self._next()
            try:
                for asked in due:
                    self.forget(asked)
            except (SwitchUnreachable, SwitchRefused) as problem:
                self.link.say_once("forgetting", f"the switch is not told what has changed: {problem.detail}")
                with self._changed:
                    self._due += [(time.monotonic(), asked) for asked in due]
                pause.wait()
                continue
            pause.reset()
            if due:
                self.link.say_once("forgetting", "the switch is told what has changed")

    def _next(self) -> list[Sequence[Fields] | None]:
        """What is due; if nothing is, after a while."""
        with self._changed:
            wait = min((at for at, _ in self._due), default=time.monotonic() + _LOOKS_EVERY) - time.monotonic()
            if wait > 0:
                self._changed.wait(min(wait, _LOOKS_EVERY))
            now = time.monotonic()
            due = [asked for at, asked in self._due if at <= now]
            self._due = [(at, asked) for at, asked in self._due if at > now]
        return [None] if None in due else due
