"""A link: beside a switch, it listens to what happens there and hands it in, in order, nothing twice.

Three works go on side by side: hearing, which only writes to the buffer; telling, which hands in what is in it;
and carrying recordings. Each goes on by itself after whatever went wrong.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from ringpost.link.beside import LONGEST_PAUSE, Beside
from ringpost.link.carrying import Carrying
from ringpost.link.hearing import Hearing
from ringpost.link.telling import Telling

_RESTS = 1.0


class Work(Protocol):
    """One of the things a link does."""

    def work(self) -> None:
        """Work until the link is stopping."""


def run(hearing: Hearing, *besides: Work) -> None:
    """Do all that a link does, and what it is asked to do besides, until it is ``stopping``."""
    link = hearing.link
    works: tuple[Work, ...] = (hearing, Telling(link), Carrying(link), *besides)
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
