"""Warming: what phones may ask for is asked ahead, at the start and after every change, at an easy pace."""

import time
from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import click

from ringpost.link.asking import Away, OneByOne, Told
from ringpost.link.beside import Beside, Pause
from ringpost.link.standing import EVERYWHERE, Standing
from ringpost.model.answered_ahead import MOST
from ringpost.switch.asking import Fields, Question

A_SECOND = 10.0
"""Questions a second, where they are asked one by one."""
RESTS = 1.0
"""How long it rests after a request of many, in times that it took: so it has half a processor at most."""
_MAY_MISS = 20
"""Questions without an answer after which the endpoint is taken to be away."""
_FIRST = 5.0
_SETTLES = 0.5
"""Changes come in company."""
_EVERY = 3600.0
"""Seconds after which all is looked through again, whether something changed or not."""

_Asked = tuple[Question, Fields]
_ANYWHERE: frozenset[str | None] = frozenset({EVERYWHERE})


@dataclass(slots=True)
class Warming:
    """The work of keeping what is kept complete."""

    link: Beside
    standing: Standing
    a_second: float = A_SECOND
    _missed: int = 0
    _takes_many: bool = True

    def work(self) -> None:
        """Work until the link is stopping."""
        pause, where = Pause(self.link.stopping), _ANYWHERE
        self.link.wait(self.standing.known, _FIRST)  # what changed before it began is nothing to ask anew for
        while not self.link.stopping.is_set():
            where = where | self.standing.stirred_in()
            try:
                self.warm(where)
            except (Away, click.ClickException) as why:
                self.link.say_once("warm", f"nothing is asked ahead: {why}")
                pause.wait()
                continue
            pause.reset()
            self.link.wait(self.standing.stirred, _EVERY)
            where = frozenset() if self.standing.stirred.is_set() else _ANYWHERE
            self.link.stopping.wait(_SETTLES)

    def warm(self, where: frozenset[str | None] = _ANYWHERE) -> None:
        """Ask anew what may have changed, and for the first time whatever is not kept; ``Away``, ``ClickException``.

        What is not kept is looked for in the domains ``where`` something changed.
        """
        self._missed, self._takes_many = 0, True
        self._ask_anew()
        for named in self._domains():
            if EVERYWHERE not in where and named[0]["domain_uuid"] not in where:
                continue
            for question in self.standing.questions.values():
                self._ask(question, question.ahead(named))
                if self.link.stopping.is_set():
                    return
        if self._missed:
            raise Away("some questions had no answer")
        if not self.standing.stirred.is_set():
            self.link.say_once("warm", f"what phones may ask for is kept: {self.standing.kept.asked_ahead()} answers")

    def _ask_anew(self) -> None:
        """Ask what was kept until something changed."""
        row, questions = 0, self.standing.questions
        while lapsed := self.standing.kept.lapsed(row, MOST):
            self._answers([(questions[one.action], one.fields) for one in lapsed if one.action in questions])
            if self.link.stopping.is_set():
                return
            row = lapsed[-1].row

    def _ask(self, question: Question, ahead: Iterator[Fields]) -> None:
        """Ask what is not kept, and what follows from the answers."""
        following: deque[Fields] = deque()
        while wanted := list(islice(self._not_kept(question, ahead, following), MOST)):
            known = -1
            while wanted and not self.link.stopping.is_set():
                before, known = known, self.standing.kept.tests_known(question.action)
                first, alike = self._apart(question, wanted) if known > before else (wanted, [])
                self._follow(question, first, following)
                wanted = [fields for fields in alike if not self._is_kept(question, fields, following)]

    def _not_kept(self, question: Question, ahead: Iterator[Fields], following: deque[Fields]) -> Iterator[Fields]:
        """What is to be asked: what follows from answers comes first."""
        while not self.link.stopping.is_set():
            fields = following.popleft() if following else next(ahead, None)
            if fields is None:
                return
            if not self._is_kept(question, fields, following):
                yield fields

    def _apart(self, question: Question, wanted: Sequence[Fields]) -> tuple[list[Fields], list[Fields]]:
        """Some of these questions, and those that may have the same answer as one of them, as far as is known."""
        first: dict[Hashable, Fields] = {}
        comes_to = self.standing.kept.comes_to
        alike = [one for one in wanted if first.setdefault(comes_to(question.action, one), one) is not one]
        return list(first.values()), alike

    def _is_kept(self, question: Question, fields: Fields, following: deque[Fields]) -> bool:
        """Whether an answer is kept; what follows from it is to be asked, too."""
        kept = self.standing.is_kept(question, fields)
        if kept:
            following.extend(question.follows(fields, kept.body))
        return kept is not None

    def _follow(self, question: Question, asked: Sequence[Fields], following: deque[Fields]) -> None:
        answers = self._answers([(question, fields) for fields in asked])
        for fields, answer in zip(asked, answers, strict=False):
            following.extend(question.follows(fields, answer))

    def _answers(self, asked: Sequence[_Asked]) -> list[bytes]:
        """What each is answered, nothing where it is not; of fewer if the link is stopping."""
        answers: list[bytes] = []
        while len(answers) < len(asked) and not self.link.stopping.is_set():
            answers += self._next_answers(asked[len(answers) :])
        return answers

    def _next_answers(self, asked: Sequence[_Asked]) -> list[bytes]:
        """What the first of these are answered: one by one if not many at once."""
        if self._takes_many and len(asked) > 1:
            try:
                return self._at_once(asked)
            except OneByOne as why:
                self._takes_many = False
                self.link.say_once("many", f"questions are asked one by one: {why}")
            except Away:  # one of them may be why, and is not the others' business
                pass
        answers: list[bytes] = []
        for one in asked:
            if self.link.stopping.is_set():
                break
            answers.append(self._answer(*one))
        return answers

    def _at_once(self, asked: Sequence[_Asked]) -> list[bytes]:
        begun = time.monotonic()
        told = self.standing.ask_ahead_at_once(asked)
        self.link.stopping.wait(RESTS * (time.monotonic() - begun))
        for one in told:
            if one.is_missing:
                self._miss(Away(one.why))
        return [_body(question, one) for (question, _), one in zip(asked, told, strict=False)]

    def _answer(self, question: Question, fields: Fields) -> bytes:
        try:
            return _body(question, self.standing.ask_ahead(question, fields))
        except Away as why:
            self._miss(why)
            return question.nothing
        finally:
            self.link.stopping.wait(1 / self.a_second)

    def _miss(self, why: Away) -> None:
        """One question of many has no answer: the others are asked all the same."""
        self._missed += 1
        if self._missed > _MAY_MISS:
            raise why

    def _domains(self) -> Iterator[list[dict[str, Any]]]:
        """What phones may ask for, a domain after the other."""
        for _, named in groupby(self._named(), key=lambda one: one["domain_uuid"]):
            yield list(named)

    def _named(self) -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] = {"switch": self.link.switch, "limit": 1000}
        while True:
            page = self.link.client.done("switch-link-question-list", asked)
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            asked["cursor"] = page["next_cursor"]


def _body(question: Question, told: Told) -> bytes:
    return told.body if told.status == 200 else question.nothing
