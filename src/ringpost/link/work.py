"""A link: beside a switch, it listens to what happens there and hands it in, in order, nothing twice.

Several works go on side by side: hearing, which only writes to the buffer; telling, which hands in what is in it;
carrying recordings; being reachable for commands. Each goes on by itself after whatever went wrong.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from ringpost.link.beside import LONGEST_PAUSE, Beside

_RESTS = 1.0


class Work(Protocol):
    """One of the things a link does."""

    def work(self) -> None:
        """Work until the link is stopping."""


def run(link: Beside, *works: Work) -> None:
    """Do all that a link does, side by side, until it is ``stopping``."""
    threads = [threading.Thread(target=_go_on, args=(link, work.work), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        while not link.stopping.wait(0.5):
            pass
    finally:
        link.stopping.set()
        for thread in threads:
            thread.join(LONGEST_PAUSE)


def _go_on(link: Beside, work: Callable[[], None]) -> None:
    """Work until the link is stopping, whatever goes wrong."""
    while not link.stopping.is_set():
        try:
            work()
        except Exception as error:  # noqa: BLE001 - a bug must not stop the link
            link.say_once("bug", f"something broke here: {error!r}")
            link.stopping.wait(_RESTS)
