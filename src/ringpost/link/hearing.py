"""Hearing: what the switch tells goes into the buffer; after a break, how far each call has come by now."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ringpost.link.beside import Beside, Pause
from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from ringpost.model.notices import Notice
from ringpost.switch.hearing import Ear, Heard

LONGEST_SILENCE = 60.0
"""Seconds; a switch sends a heartbeat every 20."""
RECORDS_WITHIN = 30.0
"""Seconds; a switch posts a record four times, five seconds apart."""
_ASKS_AGAIN = (0.1, 0.25, 0.5, 1.0)
"""In parts of that time."""
_WAITS_FOR = 1.0


class Gone:
    """Legs that are gone without a word, told of again: their records may come yet. At last they are lost."""

    def __init__(self, gone: list[Notice], records_within: float) -> None:
        self._gone = [notice for notice in gone if notice.what == "gone"]
        self._since = time.monotonic()
        self._waits = [part * records_within for part in _ASKS_AGAIN]
        self._until = records_within
        self._is_over = False

    @property
    def is_over(self) -> bool:
        """Whether no record is waited for any more; said once."""
        if self._is_over or time.monotonic() - self._since < self._until:
            return False
        self._is_over = True
        return True

    def again(self) -> list[Notice]:
        """What is to be told once more by now."""
        if not self._gone or not self._waits or time.monotonic() - self._since < self._waits[0]:
            return []
        self._waits.pop(0)
        return self._gone if self._waits else [one.model_copy(update={"what": "lost"}) for one in self._gone]


@dataclass(slots=True)
class Hearing:
    """The work of listening to a switch. ``listen`` opens an ear at it."""

    link: Beside
    listen: Callable[[], Ear]
    longest_silence: float = LONGEST_SILENCE
    records_within: float = RECORDS_WITHIN

    def work(self) -> None:
        """Work until the link is stopping."""
        pause = Pause(self.link.stopping)
        while not self.link.stopping.is_set():
            try:
                with self.listen() as ear:
                    self._hear(ear, pause)
            except (SwitchUnreachable, SwitchRefused) as problem:
                self.link.say_once("switch", problem.detail)
            except (sqlite3.Error, ValueError) as error:
                self.link.say_once("switch", f"what the switch told cannot be kept: {error}")
            pause.wait()

    def _hear(self, ear: Ear, pause: Pause) -> None:
        link = self.link
        link.recordings = link.recordings or ear.recordings()
        if link.recordings is None:
            link.say_once("recordings", "the switch does not say where its recordings are: --recordings does")
        known = link.buffer.known(link.clock.now())
        caught = ear.caught_up(known)
        if known.core:
            link.buffer.was_away(known.heard_at, link.clock.now())
        self._keep(ear.heard(0.0), caught.there, caught.gone)
        link.buffer.heard_of(caught.core, link.clock.now())
        gone = Gone(caught.gone, self.records_within)
        link.begun.set()
        link.say_once("switch", f"listening to {link.switch}")
        pause.reset()
        last = time.monotonic()
        while not link.stopping.is_set():
            heard = self._heard(ear, caught.core)
            if heard.is_alive:
                last = time.monotonic()
            elif time.monotonic() - last > self.longest_silence:
                raise SwitchUnreachable(f"the switch was silent for {self.longest_silence:g} seconds: connecting anew")
            self._keep(heard, after=gone.again())
            if gone.is_over:
                link.buffer.tell_away()

    def _heard(self, ear: Ear, core: str) -> Heard:
        """What the switch tells; if it hangs up instead, it was there until now."""
        try:
            return ear.heard(_WAITS_FOR)
        except SwitchUnreachable:
            self.link.buffer.heard_of(core, self.link.clock.now())
            raise

    def _keep(self, heard: Heard, before: Sequence[Notice] = (), after: Sequence[Notice] = ()) -> None:
        told = [*before, *heard.notices, *after]
        if told or heard.recorded or heard.records:
            self.link.buffer.keep(told, heard.recorded, heard.records)
        if heard.core:
            self.link.buffer.heard_of(heard.core, self.link.clock.now())
