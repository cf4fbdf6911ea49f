"""Asking the endpoint what the switch asks, and not waiting for it longer than a telephone does."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, field
from typing import NamedTuple

import click

from ringpost.client import Answer, Client
from ringpost.switch.asking import Posted, Question
from ringpost.switch.deciding import DECIDED_BY

WITHIN = 2.0
"""Seconds in which the endpoint is to answer."""
_AT_ONCE_IF_HANGING = 0.3
"""Seconds, while another question has had no answer for longer than that, and nothing was answered since."""
_GIVES_UP = 10.0
_AT_ONCE = 16
_LONGEST = 1 << 20
"""Bytes that a switch reads of an answer."""


class Away(Exception):
    """Nobody has answered, or not in time, or only to say that there is no answer now. Its text says why."""


class Told(NamedTuple):
    """What the endpoint has answered to a question: with 200, or why not."""

    status: int
    body: bytes
    headers: dict[str, str]
    why: str = ""


Then = Callable[[Told], None]


@dataclass(slots=True)
class Asking:
    """A link's line to the endpoint, for questions of its switch."""

    client: Client
    within: float = WITHIN
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_AT_ONCE, "asking"))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _waiting: dict[object, float] = field(default_factory=dict)
    _answered_at: float = -1.0

    def ask(self, question: Question, posted: Posted, then: Then) -> Told:
        """What the endpoint answers; ``Away``. Whatever it answers, and be it too late, is handed to ``then`` first."""
        patience, this = self._patience(), object()
        with self._lock:
            self._waiting[this] = time.monotonic()
        asked = self._pool.submit(self._told, this, question, posted, then)
        try:
            return asked.result(patience)
        except TooSlow:
            if asked.cancel():
                self._waits_no_more(this)
            raise Away("no answer in time") from None

    def close(self) -> None:
        """Ask nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _patience(self) -> float:
        now = time.monotonic()
        with self._lock:
            is_hanging = any(self._answered_at < at <= now - self.within for at in self._waiting.values())
        return min(_AT_ONCE_IF_HANGING, self.within) if is_hanging else self.within

    def _waits_no_more(self, this: object) -> None:
        with self._lock:
            del self._waiting[this]

    def _told(self, this: object, question: Question, posted: Posted, then: Then) -> Told:
        try:
            answer = self.client.post(
                question.action, posted.body, question.content_type, posted.query, seconds=_GIVES_UP
            )
        except click.ClickException as error:
            raise Away(error.message) from None
        finally:
            self._waits_no_more(this)
        told = _read(answer)
        with self._lock:
            self._answered_at = time.monotonic()
        then(told)
        return told


def _read(answer: Answer) -> Told:
    """An answer that is one; what is something else's in between is none."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.status >= 500 or answer.status in (408, 429):
        raise Away(f"{answer.status} {answer.why}")
    if answer.status >= 400 and answer.code:
        return Told(answer.status, answer.body, headers, answer.why)
    if answer.status != 200 or (DECIDED_BY.lower() not in headers and "x-request-id" not in headers):
        raise Away("what answers is not Ringpost: is RINGPOST_URL right?")
    if len(answer.body) > _LONGEST:
        raise Away("an answer that no switch would read")
    return Told(200, answer.body, headers)
