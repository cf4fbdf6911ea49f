"""How long a piece of work takes this process, side by side with others."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ROUNDS = 41
_ROUND_SECONDS = 0.05


def cpu_seconds(works: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """The CPU time, user and system and in all threads, that one run of each takes, round by round.

    CPU and not wall time: whoever else uses the machine disturbs it less. In every round each has
    its turn, so that a slow moment of the machine meets them all.
    """
    times = {name: _times(work) for name, work in works.items()}
    gc.collect()
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(_round(work, times[name]))
    return found


def _times(work: Callable[[], object]) -> int:
    """How often it runs in a round; to find out warms it up."""
    _round(work, 100)
    return max(20, int(_ROUND_SECONDS / _round(work, 100)))


def _round(work: Callable[[], object], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times


@contextmanager
def output_thrown_away() -> Iterator[None]:
    """Standard output goes nowhere, also for a logger that took hold of it earlier."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
        sys.stdout.flush()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
