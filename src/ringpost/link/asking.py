"""Asking the endpoint what the switch asks, and not waiting for it longer than a telephone does."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, field
from typing import NamedTuple

import click

from ringpost.client import Answer, Client
from ringpost.model.answered_ahead import AnswerAhead
from ringpost.switch.asking import Posted, Question
from ringpost.switch.deciding import DECIDED_BY, READ_FROM

WITHIN = 2.0
"""Seconds in which the endpoint is to answer."""
_AT_ONCE_IF_HANGING = 0.3
"""Seconds, while another question has had no answer for longer than that, and nothing was answered since."""
_GIVES_UP = 10.0
_AT_ONCE = 16
_LONGEST = 1 << 20
"""Bytes that a switch reads of an answer."""
_MOST_SENT = 900_000
"""Characters of many questions: the endpoint takes a MiB."""
_LOOKS_EVERY = 0.2


class Away(Exception):
    """Nobody has answered, or not in time, or only to say that there is no answer now. Its text says why."""


class OneByOne(Exception):
    """The endpoint takes no questions many at once. Its text says why."""


class Told(NamedTuple):
    """What the endpoint has answered to a question: with 200, or why not."""

    status: int
    body: bytes
    headers: dict[str, str]
    why: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether there is no answer now, and nothing is said of what it would be."""
        return _is_no_answer(self.status) or len(self.body) > _LONGEST


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

    def ask_at_once(
        self,
        switch: str,
        asked: Sequence[tuple[Question, Posted]],
        then: Callable[[Sequence[Told]], None],
        stopping: threading.Event,
    ) -> list[Told]:
        """What the endpoint answers to the first of many questions, one at least; ``Away``, ``OneByOne``.

        Nobody is waiting at a telephone: so there is more time, unless the link is stopping. Then it is none.
        """
        answering = self._pool.submit(self._told_at_once, switch, asked, then)
        while not stopping.is_set():
            if wait([answering], _LOOKS_EVERY).done:
                return answering.result()
        return []

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

    def _told_at_once(
        self, switch: str, asked: Sequence[tuple[Question, Posted]], then: Callable[[Sequence[Told]], None]
    ) -> list[Told]:
        members = {"switch": switch, "questions": list(_fitting(asked))}
        try:
            answer = self.client.call("switch-link-answer-lookup", members, seconds=_GIVES_UP)
        except click.ClickException as error:
            raise Away(error.message) from None
        told = _read_all(answer)
        then(told)
        return told


def _fitting(asked: Iterable[tuple[Question, Posted]]) -> Iterator[dict[str, str]]:
    """The first of these questions as they are sent: one at least, and as many as a request holds."""
    room = _MOST_SENT
    for place, (question, posted) in enumerate(asked):
        one = {"action": question.action, "body": posted.body.decode(errors="replace"), "query": posted.query}
        room -= len(json.dumps(one))
        if place and room < 0:
            return
        yield one


def _read_all(answer: Answer) -> list[Told]:
    """Answers to many questions, each as if it had been asked by itself."""
    told = _read(answer)
    if told.status != 200:
        raise OneByOne(told.why)
    try:
        found = [AnswerAhead.model_validate(one) for one in answer.json["answers"]]
    except (ValueError, TypeError, KeyError):
        raise Away("what answers many questions is not Ringpost") from None
    if not found:
        raise Away("none of many questions was answered")
    return [_of_many(one) for one in found]


def _of_many(one: AnswerAhead) -> Told:
    headers = {DECIDED_BY.lower(): one.decided_by, READ_FROM.lower(): one.read_from}
    said = {name: value for name, value in headers.items() if value is not None}
    return Told(one.status, (one.body or "").encode(errors="replace"), said, one.detail or "")


def _is_no_answer(status: int) -> bool:
    return status >= 500 or status in (408, 429)


def _read(answer: Answer) -> Told:
    """An answer that is one; what is something else's in between is none."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if _is_no_answer(answer.status):
        raise Away(f"{answer.status} {answer.why}")
    if answer.status >= 400 and answer.code:
        return Told(answer.status, answer.body, headers, answer.why)
    if answer.status != 200 or (DECIDED_BY.lower() not in headers and "x-request-id" not in headers):
        raise Away("what answers is not Ringpost: is RINGPOST_URL right?")
    if len(answer.body) > _LONGEST:
        raise Away("an answer that no switch would read")
    return Told(200, answer.body, headers)
