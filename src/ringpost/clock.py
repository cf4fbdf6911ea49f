"""The clock port: what time it is, and waiting. Tests bring one that never waits."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    """Time, in seconds since 1970 (UTC)."""

    def now(self) -> float:
        """The time, with a fraction."""

    def sleep(self, seconds: float) -> None:
        """Wait that long."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """The time, with a fraction."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        time.sleep(seconds)


def stamp(seconds: float) -> str:
    """RFC 3339 in UTC with milliseconds: of one width, so that text order is time order."""
    whole = int(seconds // 1)
    return f"{_second(whole)}.{int((seconds - whole) * 1000 + 0.001):03d}Z"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


def written(moment: datetime) -> str:
    """A moment in UTC as a stamp."""
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def seconds(text: str) -> float:
    """The time a stamp says, in seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()
