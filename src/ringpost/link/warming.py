"""Warming: what phones may ask for is asked ahead, slowly, at the start and after every change."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import click

from ringpost.link.asking import Away
from ringpost.link.beside import Beside, Pause
from ringpost.link.standing import Standing
from ringpost.switch.asking import Fields, Question

A_SECOND = 10.0
"""Questions a second."""
_AT_ONCE = 100
_MAY_MISS = 20
"""Questions without an answer after which the endpoint is taken to be away."""
_FIRST = 5.0
_SETTLES = 0.5
"""Changes come in company."""
_EVERY = 3600.0
"""Seconds after which all is looked through again, whether something changed or not."""


@dataclass(slots=True)
class Warming:
    """The work of keeping what is kept complete."""

    link: Beside
    standing: Standing
    a_second: float = A_SECOND
    _missed: int = 0

    def work(self) -> None:
        """Work until the link is stopping."""
        pause = Pause(self.link.stopping)
        self.link.wait(self.standing.known, _FIRST)  # what changed before it began is nothing to ask anew for
        while not self.link.stopping.is_set():
            self.standing.stirred.clear()
            try:
                self.warm()
            except (Away, click.ClickException) as why:
                self.link.say_once("warm", f"nothing is asked ahead: {why}")
                pause.wait()
                continue
            pause.reset()
            self.link.wait(self.standing.stirred, _EVERY)
            self.link.stopping.wait(_SETTLES)

    def warm(self) -> None:
        """Ask anew what may have changed, and for the first time whatever is not kept; ``Away``, ``ClickException``."""
        self._missed = 0
        self._ask_anew()
        for named in self._domains():
            for question in self.standing.questions.values():
                for fields in question.ahead(named):
                    self._ask(question, fields)
                    if self.link.stopping.is_set():
                        return
        if self._missed:
            raise Away("some questions had no answer")
        if not self.standing.stirred.is_set():
            self.link.say_once("warm", f"what phones may ask for is kept: {self.standing.kept.asked_ahead()} answers")

    def _ask_anew(self) -> None:
        """Ask what was kept until something changed."""
        row = 0
        while lapsed := self.standing.kept.lapsed(row, _AT_ONCE):
            for one in lapsed:
                if self.link.stopping.is_set():
                    return
                if one.action in self.standing.questions:
                    self._asked(self.standing.questions[one.action], one.fields)
                row = one.row

    def _ask(self, question: Question, fields: Fields) -> None:
        """Ask what is not kept, and what follows from its answer."""
        waiting = [fields]
        while waiting and not self.link.stopping.is_set():
            fields = waiting.pop()
            kept = self.standing.is_kept(question, fields)
            waiting += question.follows(fields, kept.body if kept else self._asked(question, fields))

    def _asked(self, question: Question, fields: Fields) -> bytes:
        """What is answered; nothing where one question of many has none: the others are asked all the same."""
        try:
            told = self.standing.ask_ahead(question, fields)
        except Away:
            self._missed += 1
            if self._missed > _MAY_MISS:
                raise
            return question.nothing
        finally:
            self.link.stopping.wait(1 / self.a_second)
        return told.body if told.status == 200 else question.nothing

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
