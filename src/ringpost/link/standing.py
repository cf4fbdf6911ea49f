"""Standing in: what the switch asks on loopback is answered by the endpoint, and while that is away by what was kept.

Whatever may have changed meanwhile is not used: a change drops what it touches, and after a gap nothing is used that
was not asked anew. An answer that was on its way while a change was told is not kept.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, NamedTuple, Protocol

from ringpost.clock import stamp
from ringpost.link.asking import Asking, Away, Told
from ringpost.link.beside import Beside
from ringpost.link.kept_answers import Kept, KeptAnswers
from ringpost.link.standing_time import StandingTime
from ringpost.model.errors import InvalidRequest
from ringpost.switch.asking import Fields, Question
from ringpost.switch.deciding import DECIDED_BY, READ_FROM, mark, named_in, told_of

KEPT = "X-Ringpost-Kept"
"""The header of an answer that was kept: when it was given."""


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


class Given(NamedTuple):
    """What the switch is answered."""

    status: int
    body: bytes
    content_type: str
    headers: dict[str, str]


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
    known: Event = field(default_factory=Event)
    """Set once all changes were known."""
    _changes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def answer(self, action: str, body: bytes) -> Given:
        """The answer to a question, whoever has it."""
        question = self.questions[action]
        try:
            fields = question.read(body)
        except InvalidRequest as problem:
            return Given(400, problem.detail.encode(), "text/plain", {})
        try:
            told = self._asked(question, fields, body, is_ahead=False)
        except Away as why:
            return self._stood_in(question, fields, str(why))
        self.link.say_once("standing", "the endpoint answers")
        return Given(200, told.body if told.status == 200 else question.nothing, question.answer_type, {})

    def ask_ahead(self, question: Question, fields: Fields) -> Told:
        """Ask what nobody has asked yet, so that its answer is kept; ``Away``."""
        return self._asked(question, fields, question.written(fields), is_ahead=True)

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
            self.kept.touched(told_of(event), mark(str(event.get("domain_uuid"))))
        self.stirred.set()

    def gap(self) -> None:
        """Use nothing any more that is not asked anew."""
        with self._lock:
            self._changes += 1
            self.kept.lapse()
        self.stirred.set()

    def left(self, domain_uuid: str) -> None:
        """Forget all of a domain."""
        with self._lock:
            self._changes += 1
            self.kept.forget(mark(domain_uuid))
        self.stirred.set()

    def caught_up(self) -> None:
        """What is kept may be used for as long as ever, from now on."""
        self.time.begin_anew()
        self.known.set()

    def _asked(self, question: Question, fields: Fields, body: bytes, *, is_ahead: bool) -> Told:
        known = self._changes

        def then(told: Told) -> None:
            try:
                self._note(question, fields, told, known, is_ahead=is_ahead)
            except (sqlite3.Error, ValueError) as error:
                self.link.say_once("kept", f"an answer cannot be kept: {error}")

        return self.asking.ask(question, body, then)

    def _note(self, question: Question, fields: Fields, told: Told, known: int, *, is_ahead: bool) -> None:
        """Keep an answer, or what it says is gone not any more."""
        action = question.action
        if told.status in (401, 403):
            self.link.say_once("key", f"the endpoint refuses the link's key: {told.why}")
            self.gap()
            return
        named = named_in(told.headers.get(DECIDED_BY.lower(), ""))
        with self._lock:
            if told.status != 200 or named is None or question.is_nothing(told.body):
                self.kept.drop(action, fields)
            elif known == self._changes:
                marks = told.headers.get(READ_FROM.lower(), "").split()
                answer = Kept(question.kept(told.body), self.link.clock.now())
                self.kept.keep(action, fields, named, marks, answer, is_ahead=is_ahead)

    def _stood_in(self, question: Question, fields: Fields, why: str) -> Given:
        kept = None if self.time.is_over else self.is_kept(question, fields)
        if kept is None:
            over = " any more" if self.time.is_over else ""
            self.link.say_once("standing", f"the endpoint is away ({why}), and no answer is kept{over}")
            return Given(200, question.nothing, question.answer_type, {})
        at = stamp(kept.at)
        self.link.say_once("standing", f"the endpoint is away ({why}): standing in")
        self.link.say(f"kept: {question.action} of {at}, {_in_words(fields)}")
        return Given(200, question.used_again(kept.body), question.answer_type, {KEPT: at})


def _in_words(fields: Fields) -> str:
    """Who or what was asked for, for the log: printable, and not at length."""
    asked_for = (
        fields.get(name, "")
        for name in ("section", "user", "domain", "sip_auth_method", "Hunt-Destination-Number", "Hunt-Context")
    )
    return " ".join(ascii(one[:80])[1:-1] for one in asked_for if one)
