"""Noting: a switch that calls its phones where they say they are is told where they have logged in from."""

from collections.abc import Callable
from dataclasses import dataclass

from ringpost.link.beside import Beside, Pause
from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from ringpost.switch.hearing import Notebook

_WAITS_FOR = 1.0


@dataclass(slots=True)
class Noting:
    """The work of noting where phones are. ``opened`` opens the notebook of the switch."""

    link: Beside
    opened: Callable[[], Notebook]

    def work(self) -> None:
        """Work until the link is stopping."""
        pause = Pause(self.link.stopping)
        while not self.link.stopping.is_set():
            try:
                with self.opened() as notebook:
                    self.link.say_once("noting", "where phones log in from is noted")
                    pause.reset()
                    while not self.link.stopping.is_set():
                        notebook.write(_WAITS_FOR)
            except (SwitchUnreachable, SwitchRefused) as problem:
                self.link.say_once("noting", f"where phones log in from is not noted: {problem.detail}")
            pause.wait()
