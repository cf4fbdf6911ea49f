"""Watching: what changed in the domains of the switch. The live connection tells it; what that missed is read.

Read is from where it was read to, at each new connection, after a gap, and every minute; where nothing is told, every
few seconds.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

import click

from ringpost.client import Answer
from ringpost.clock import stamp
from ringpost.link.beside import Beside
from ringpost.link.kept_answers import KeptAnswers
from ringpost.link.standing import Changes
from ringpost.link.standing_time import StandingTime
from ringpost.live.messages import CHANGES

_EVERY = 5.0
_IF_TOLD = 60.0
"""Seconds, where the live connection tells of changes."""
_BEFORE = 60.0
"""Seconds before it is first asked from which on changes are read: clocks differ."""
_AT_ONCE = 200
_MOST_REMEMBERED = 10_000
_DOMAINS = "domains"


class Unknown(Exception):
    """The endpoint does not say."""


@dataclass(slots=True)
class Watching:
    """The work of telling changes. Where it has come to is kept with the answers."""

    link: Beside
    kept: KeptAnswers
    time: StandingTime
    changes: Changes
    every: float = _EVERY
    if_told: float = _IF_TOLD
    _is_told: bool = False
    _due: Event = field(default_factory=Event)
    _told: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def work(self) -> None:
        """Work until the link is stopping."""
        while not self.link.stopping.is_set():
            self._due.clear()
            pause = self.every
            try:
                self.look()
                pause = self.if_told if self._is_told else self.every
            except Unknown as why:
                self.link.say_once("changes", f"what changed is not known: {why}")
                self.time.note()
            self.link.wait(self._due, pause)

    # what the live connection says

    def connected(self, *, is_told: bool) -> None:
        """There is a new one, on which changes are told, or are not: what was missed is read."""
        self._is_told = is_told
        self._due.set()

    def cut(self) -> None:
        """There is none: nothing is told."""
        self._is_told = False
        self._due.set()

    def told(self, event: Mapping[str, Any]) -> None:
        """That happened."""
        self._tell(event)

    def left(self, domain_uuid: str) -> None:
        """That domain has left the switch: which are still there is read."""
        self.changes.left(domain_uuid)
        self._due.set()

    def gap(self) -> None:
        """Something was not told: it is read."""
        self._due.set()

    # what is read

    def look(self) -> None:
        """Tell all that changed until now; ``Unknown`` if that cannot be found out."""
        if self.time.is_over:
            self.changes.gap()
        homes = self._homes()
        known: list[str] = json.loads(self.kept.place(_DOMAINS) or "[]")
        for home in known:
            if home not in homes:
                self.changes.left(home)
                self.kept.note(f"events {home}", None)
        self.kept.note(_DOMAINS, json.dumps(homes))
        for home in homes:
            self._follow(home)
        self.changes.caught_up()
        self.link.say_once("changes", "all changes are known")

    def _homes(self) -> list[str]:
        """The domains that live on the switch."""
        homes: list[str] = []
        asked: dict[str, Any] = {"limit": 1000}
        while True:
            page = self._answer("domain-list", asked)
            homes += [one["domain_uuid"] for one in page["items"]]
            if page["next_cursor"] is None:
                return homes
            asked["cursor"] = page["next_cursor"]

    def _follow(self, home: str) -> None:
        """Tell what happened in a domain since it was last looked at."""
        name = f"events {home}"
        since = {"from": stamp(self.link.clock.now() - _BEFORE)}
        asked: dict[str, Any] = json.loads(self.kept.place(name) or "null") or since
        while True:
            about = {"domain_uuid": home, "types": CHANGES, "fresh": True, "limit": _AT_ONCE, **asked}
            answer = self._asked("event-list", about)
            if answer.status == 404:  # it has left just now
                return
            if answer.status == 400 and "cursor" in asked:  # another key's, or another version's
                self.changes.gap()
                asked = since
                continue
            page = self._read(answer)
            for event in page["items"]:
                self._tell(event)
            asked["cursor"] = page["next_cursor"]
            self.kept.note(name, json.dumps(asked))
            if not page["more"]:
                return

    def _tell(self, event: Mapping[str, Any]) -> None:
        """Tell what is fresh once, though it comes again."""
        with self._lock:
            if event["id"] in self._told:
                return
            self.changes.changed(event)
            self._told[event["id"]] = None
            if len(self._told) > _MOST_REMEMBERED:
                self._told.popitem(last=False)

    def _answer(self, action: str, members: dict[str, Any]) -> Any:
        return self._read(self._asked(action, members))

    def _asked(self, action: str, members: dict[str, Any]) -> Answer:
        try:
            return self.link.client.call(action, members)
        except click.ClickException as error:
            raise Unknown(error.message) from None

    def _read(self, answer: Answer) -> Any:
        if answer.status in (401, 403):
            self.changes.gap()
        if not answer.is_good:
            raise Unknown(answer.why)
        try:
            return answer.json
        except ValueError:
            raise Unknown(f"what answers at {self.link.client.url} is not Ringpost") from None
