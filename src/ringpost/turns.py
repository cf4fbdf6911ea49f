"""Taking turns within a process: who would read in vain what another thread is about to change waits until it has."""

from threading import Lock, get_ident
from zlib import crc32

_LONGEST = 8.0
"""Seconds; then it goes on all the same, for turns only spare work: what is written is checked anyhow."""
_LOCKS = tuple(Lock() for _ in range(64))
_HOLDERS = [0] * len(_LOCKS)
"""The thread whose turn it is: it does not wait for itself."""


class TakingTurns:
    """A thread's turn at one thing, once it has taken it; two things may share one."""

    def __init__(self) -> None:
        self._held: int | None = None

    def take(self, what: str) -> None:
        """Wait until it is this one's turn, if it has none yet."""
        place = crc32(what.encode()) % len(_LOCKS)
        if self._held is not None or _HOLDERS[place] == get_ident():
            return
        if _LOCKS[place].acquire(timeout=_LONGEST):
            self._held, _HOLDERS[place] = place, get_ident()

    def __del__(self) -> None:
        """Whoever is gone has no turn."""
        self.pass_on()

    def pass_on(self) -> None:
        """Let the next one have it."""
        if self._held is not None:
            place, self._held = self._held, None
            _HOLDERS[place] = 0
            _LOCKS[place].release()
