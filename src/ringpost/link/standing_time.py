"""How long a link may stand in: counted from when it last knew all changes, by no clock that can be set."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from ringpost.clock import Clock
from ringpost.link.kept_answers import KeptAnswers

HOURS = 24.0
_HOUR = 3600.0


def elapsed() -> float:
    """Seconds that pass while the machine sleeps too."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(slots=True)
class StandingTime:
    """The time since all changes were known. It goes on over a restart: by the machine's clock, and never back."""

    kept: KeptAnswers
    clock: Clock
    hours: float = HOURS
    elapsed: Callable[[], float] = elapsed
    _spent: float = 0.0
    _since: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._since = self.elapsed()
        spent, _, at = (self.kept.place("away") or f"0 {self.clock.now()}").partition(" ")
        self._spent = float(spent) + max(0.0, self.clock.now() - float(at))

    @property
    def is_over(self) -> bool:
        """Whether nothing that is kept may be used any more."""
        return self.spent > self.hours * _HOUR

    @property
    def spent(self) -> float:
        """Seconds since all changes were known."""
        with self._lock:
            return self._spent + max(0.0, self.elapsed() - self._since)

    def begin_anew(self) -> None:
        """All changes are known."""
        with self._lock:
            self._spent, self._since = 0.0, self.elapsed()
        self.note()

    def note(self) -> None:
        """Note how far it is, for a link that starts again."""
        self.kept.note("away", f"{self.spent} {self.clock.now()}")
