"""Standing in: what the switch asks on loopback is answered by the endpoint, and while that is away by what was kept.

Whatever may have changed meanwhile is not used: a change drops what it touches, and after a gap nothing is used that
was not asked anew. An answer that was on its way while a change was told is not kept.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, NamedTuple, Protocol

from ringpost.clock import stamp
from ringpost.link.asking import Asking, Away, Told
from ringpost.link.beside import Beside
from ringpost.link.kept_answers import Answered, Kept, KeptAnswers
from ringpost.link.standing_time import StandingTime
from ringpost.model.errors import InvalidRequest
from ringpost.switch.asking import Fields, Posted, Question
from ringpost.switch.deciding import DECIDED_BY, READ_FROM, mark, named_in, told_of

KEPT = "X-Ringpost-Kept"
"""The header of an answer that was kept: when it was given."""
EVERYWHERE = None
"""Where something changed that is told of no domain."""


class Changes(Protocol):
    """Whoever is to know what changed in the domains of the switch."""

    def changed(self, event: Mapping[str, Any]) -> None:
        """That happened: an event as ``event-list`` tells it. The same may be told again."""

    def gap(self) -> None:
        """Something may have happened that is not told."""

    def left(self, domain_uuid: str) -> None:
        """That domain does not live on the switch any more."""

    def caught_up(self) -> None:
        """All that happened until now was told."""


def _nothing(_: Sequence[Fields] | None) -> None:
    pass


class Given(NamedTuple):
    """What the switch is answered."""

    status: int
    body: bytes
    content_type: str
    headers: dict[str, str]


class Unwritten(NamedTuple):
    """Answers that are to be kept; ``changes`` is how many were known when they were asked for."""

    answered: Sequence[Answered]
    changes: int
    is_ahead: bool

    def as_of(self, changes: int) -> list[Answered]:
        """Those that are to be kept when so many are known: one may have touched any answer."""
        return [one for one in self.answered if one.answer is None or self.changes == changes]


@dataclass(slots=True)
class Standing:
    """Answers for a switch, and what is kept of them."""

    link: Beside
    questions: Mapping[str, Question]
    asking: Asking
    kept: KeptAnswers
    time: StandingTime
    stirred: Event = field(default_factory=Event)
    """Set when something changed."""
    forget: Callable[[Sequence[Fields] | None], None] = _nothing
    """Has the switch itself forget what it was answered to these questions, or to all (None)."""
    known: Event = field(default_factory=Event)
    """Set once all changes were known."""
    _changes: int = 0
    _stirred_in: set[str | None] = field(default_factory=set)
    unwritten: deque[Unwritten] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def answer(self, action: str, posted: Posted) -> Given:
        """The answer to a question, whoever has it."""
        question = self.questions[action]
        try:
            fields = question.read(posted)
        except InvalidRequest as problem:
            return Given(400, problem.detail.encode(), "text/plain", {})
        try:
            told = self._asked(question, fields, posted, is_ahead=False)
        except Away as why:
            return self._stood_in(question, fields, str(why))
        self.link.say_once("standing", "the endpoint answers")
        return Given(200, told.body if told.status == 200 else question.nothing, question.answer_type, {})

    def ask_ahead(self, question: Question, fields: Fields) -> Told:
        """Ask what nobody has asked yet, so that its answer is kept; ``Away``."""
        return self._asked(question, fields, question.written(fields), is_ahead=True)

    def ask_ahead_at_once(self, asked: Sequence[tuple[Question, Fields]]) -> list[Told]:
        """Ask many; what the first of these are answered, if the link is not stopping; ``Away``, ``OneByOne``."""
        known = self._changes

        def then(told: Sequence[Told]) -> None:
            answered = zip(asked, told, strict=False)
            self._note([(*one, answer) for one, answer in answered if not answer.is_missing], known, is_ahead=True)

        posted = [(question, question.written(fields)) for question, fields in asked]
        return self.asking.ask_at_once(self.link.switch, posted, then, self.link.stopping)

    def is_kept(self, question: Question, fields: Fields) -> Kept | None:
        """The answer that is kept for a question, if it may be used."""
        try:
            return self.kept.find(question.action, fields)
        except sqlite3.Error as error:
            self.link.say_once("kept", f"what was kept cannot be read: {error}")
            return None

    def changed(self, event: Mapping[str, Any]) -> None:
        """Drop what an event touches."""
        with self._lock:
            self._changes += 1
            self.forget(self.kept.touched(told_of(event), mark(str(event.get("domain_uuid")))))
            self._stirred_in.add(event.get("domain_uuid"))
        self.stirred.set()

    def gap(self) -> None:
        """Use nothing any more that is not asked anew."""
        with self._lock:
            self._changes += 1
            self.kept.lapse()
            self.forget(None)
            self._stirred_in.add(EVERYWHERE)
        self.stirred.set()

    def left(self, domain_uuid: str) -> None:
        """Forget all of a domain."""
        with self._lock:
            self._changes += 1
            self.forget(self.kept.forget(mark(domain_uuid)))
        self.stirred.set()

    def stirred_in(self) -> set[str | None]:
        """The domains in which something changed since this was asked last; ``EVERYWHERE`` may be one of them."""
        with self._lock:
            self.stirred.clear()
            found, self._stirred_in = self._stirred_in, set()
        return found

    def caught_up(self) -> None:
        """What is kept may be used for as long as ever, from now on."""
        self.time.begin_anew()
        self.known.set()

    def _asked(self, question: Question, fields: Fields, posted: Posted, *, is_ahead: bool) -> Told:
        known = self._changes

        def then(told: Told) -> None:
            self._note([(question, fields, told)], known, is_ahead=is_ahead)

        return self.asking.ask(question, posted, then)

    def _note(self, all_told: Sequence[tuple[Question, Fields, Told]], known: int, *, is_ahead: bool) -> None:
        """Keep answers, or what they say is gone not any more."""
        refused = next((told for _, _, told in all_told if told.status in (401, 403)), None)
        answered = [] if refused else [one for told in all_told if (one := self._answered(*told))]
        try:
            if refused:
                self.link.say_once("key", f"the endpoint refuses the link's key: {refused.why}")
                self.gap()
                return
            self.unwritten.append(Unwritten(answered, known, is_ahead))
            with self._lock:
                self._write()
        except sqlite3.Error as error:
            self._cannot_be_kept(error)

    def _write(self) -> None:
        """Write what there is to write, for all who wait to: each time it is the disk that takes its time."""
        all_of_it = [self.unwritten.popleft() for _ in range(len(self.unwritten))]
        for is_ahead in (False, True):
            of_a_kind = [these for these in all_of_it if these.is_ahead == is_ahead]
            answered = [one for these in of_a_kind for one in these.as_of(self._changes)]
            if answered:
                self.kept.keep(answered, is_ahead=is_ahead)

    def _answered(self, question: Question, fields: Fields, told: Told) -> Answered | None:
        """An answer as it is kept; None if it is not one, and nothing is to be done."""
        named = named_in(told.headers.get(DECIDED_BY.lower(), ""))
        try:
            if told.status != 200 or named is None or question.is_nothing(told.body):
                return Answered(question.action, fields)
            answer = Kept(question.kept(told.body), self.link.clock.now())
        except ValueError as error:
            self._cannot_be_kept(error)
            return None
        return Answered(question.action, fields, answer, named, told.headers.get(READ_FROM.lower(), "").split())

    def _cannot_be_kept(self, error: Exception) -> None:
        self.link.say_once("kept", f"an answer cannot be kept: {error}")

    def _stood_in(self, question: Question, fields: Fields, why: str) -> Given:
        kept = None if self.time.is_over else self.is_kept(question, fields)
        if kept is None:
            over = " any more" if self.time.is_over else ""
            self.link.say_once("standing", f"the endpoint is away ({why}), and no answer is kept{over}")
            return Given(200, question.nothing, question.answer_type, {})
        at = stamp(kept.at)
        self.link.say_once("standing", f"the endpoint is away ({why}): standing in")
        self.link.say(f"kept: {question.action} of {at}, {_in_words(question, fields)}")
        return Given(200, question.used_again(kept.body), question.answer_type, {KEPT: at})


def _in_words(question: Question, fields: Fields) -> str:
    """Who or what was asked for, for the log: printable, and not at length."""
    asked_for = (fields.get(name, "") for name in question.says)
    return " ".join(ascii(one[:80])[1:-1] for one in asked_for if one)
