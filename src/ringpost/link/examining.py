"""Examining, beside the switch, each step of a link in both directions, and saying in words what is wrong."""

import http.client
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from ringpost.client import Answer, Client
from ringpost.link import secret_files
from ringpost.link.loopback import is_loopback
from ringpost.live import messages
from ringpost.live_client import LiveClient
from ringpost.model.domain import Domain
from ringpost.model.errors import Problem
from ringpost.switch import Finding, Switch
from ringpost.switch.hearing import Known
from ringpost.switch.kinds import Kind, Place

_SECONDS = 10.0
_HEARS = ("switch-event",)
_DOES = ("switch-link",)
_STANDS_IN = (
    "switch-link-question-list", "switch-link-answer-lookup", "switch-link-queue-list", "domain-list", "event-list",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examining:
    """What a link is to be, and with which it is tried. ``door`` is where it answers its switch, if it does.

    It disturbs no link that runs: it makes no claim to be one, and writes nothing down.
    """

    switch: str
    kind: Kind
    client: Client
    live_url: str
    listens_as: Place
    connect: Callable[[], Switch]
    recordings: Path | None = None
    door: tuple[str, int] | None = None
    etc: Path | None = None

    def findings(self) -> Iterator[Finding]:
        """What was tried, in order: towards the endpoint, towards the switch, and back."""
        reached = list(self._endpoint())
        yield from reached
        domain = None
        if all(finding.well for finding in reached):
            yield from self._scopes()
            yield self._reach()
            yield self._live()
            domain = self._domain()
        yield from self._hears()
        yield from self._does(domain)
        yield self._secrets()
        if self.door:
            yield self._door(*self.door)
            yield self._pointed(*self.door)

    def _secrets(self) -> Finding:
        exposed = "; ".join(secret_files.exposed(self.kind, self.etc))
        return Finding("secrets", well=not exposed, words=exposed or "nobody else may read a file with passwords")

    def _endpoint(self) -> Iterator[Finding]:
        parts = urlsplit(self.client.url)
        is_here = parts.hostname == "localhost" or is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not is_here:
            words = f"{self.client.url} is asked in clear, and the key goes with it: https://"
            yield Finding("endpoint", well=False, words=words)
        answer = self._asked(_HEARS[0])
        if isinstance(answer, str):
            yield Finding("endpoint", well=False, words=answer)
        elif not answer.code and not answer.is_good:
            words = f"what answers at {self.client.url} ({answer.status}) is not Ringpost: is RINGPOST_URL right?"
            yield Finding("endpoint", well=False, words=words)
        elif answer.status == 401:
            yield Finding("key", well=False, words="the endpoint does not know the key: is RINGPOST_TOKEN right?")
        else:
            yield Finding("endpoint", well=True, words=f"{self.client.url} answers, and knows the key")

    def _scopes(self) -> Iterator[Finding]:
        """Asked without parameters nothing is done; whether the key may is looked at first."""
        asks = self.kind.asks()
        questions = tuple(question.action for question in asks.questions)
        needed = (*_HEARS, *_DOES, *((*questions, *asks.records, *_STANDS_IN) if self.door else ()))
        for action in needed:
            answer = self._asked(action)
            refused = answer if isinstance(answer, str) else answer.why if answer.status in (401, 403, 429) else ""
            words = f"the key may not, or cannot just now: {refused}" if refused else "the key may"
            yield Finding(action.replace("-", "."), well=not refused, words=words)

    def _reach(self) -> Finding:
        """Whether it is this switch's key: an answer that nobody waits for changes nothing."""
        nobody = "00000000-0000-4000-8000-000000000000"
        answered = {"command_uuid": nobody, "switch_uuid": nobody, "outcome": {}}
        answer = self._asked(_DOES[0], {"switch": self.switch, "answer": answered})
        if isinstance(answer, str) or not answer.is_good:
            why = answer if isinstance(answer, str) else answer.why
            return Finding("switch", well=False, words=f"the key is none of {self.switch}: {why}")
        return Finding("switch", well=True, words=f"the key is one of {self.switch}")

    def _live(self) -> Finding:
        try:
            with LiveClient(self.live_url, self.client.token) as line:
                begun = time.monotonic()
                line.say(messages.Heartbeat(message="heartbeat"))
                heard: object = line.hear(_SECONDS)
                while heard is not None and not isinstance(heard, messages.Alive):
                    heard = line.hear(_SECONDS)
        except OSError as problem:
            return Finding("live connection", well=False, words=f"{problem}; commands come over it")
        words = f"word there and back takes {1000 * (time.monotonic() - begun):.0f} ms"
        return Finding("live connection", well=heard is not None, words=words if heard else "nothing is said on it")

    def _domain(self) -> Domain | None:
        """A domain of the switch, if the key may see one: with it the switch is tried as for a call."""
        answer = self._asked("domain-list", {"limit": 100})
        try:
            items = answer.json["items"] if isinstance(answer, Answer) and answer.is_good else []
            domains = [Domain.model_validate(item) for item in items]
        except (ValueError, KeyError, TypeError):
            return None
        return next((one for one in domains if str(one.switch).lower() == self.switch.lower()), None)

    def _hears(self) -> Iterator[Finding]:
        """Log in as who listens, and ask for what a link asks when it begins."""
        place = self.listens_as
        recordings = self.recordings
        try:
            with self.kind.listen(place) as ear:
                recordings = recordings or ear.recordings()
                ear.caught_up(Known("", 0.0, {}))
            who = place.user or "whoever has its password"
            yield Finding(
                "listening", well=True, words=f"{place.host}:{place.port} lets {who} in, and tells what happens"
            )
        except Problem as problem:
            yield Finding("listening", well=False, words=problem.detail)
        yield _readable(recordings)

    def _does(self, domain: Domain | None) -> Iterator[Finding]:
        line = self.connect()
        try:
            yield from line.examine(domain)
        except Problem as problem:
            yield Finding("event socket", well=False, words=problem.detail)
        finally:
            line.close()

    def _door(self, host: str, port: int) -> Finding:
        """Whether a link answers there: what is nobody's question it refuses in its own words."""
        line = http.client.HTTPConnection(host, port, timeout=_SECONDS)
        try:
            line.request("POST", "/", b"", {"Content-Length": "0"})
            answer = line.getresponse()
            is_links = answer.status == 404 and b"a link answers only" in answer.read(10_000)
        except (OSError, http.client.HTTPException) as problem:
            words = f"no link answers the switch at {host}:{port} ({problem}): does it run, with --listen?"
            return Finding("door", well=False, words=words)
        finally:
            line.close()
        words = f"the link answers at {host}:{port}" if is_links else f"what answers at {host}:{port} is no link"
        return Finding("door", well=is_links, words=words)

    def _pointed(self, host: str, port: int) -> Finding:
        try:
            found = self.kind.pointed_at(self.listens_as)
        except Problem as problem:
            return Finding("switch asks", well=False, words=f"where, it does not say: {problem.detail}")
        if _is_at(found, host, port):
            return Finding("switch asks", well=True, words=f"the link, at {found}")
        words = (
            f"at {found or 'no address'}, and not the link at {door(host, port)}: ringpost link --install says where"
        )
        return Finding("switch asks", well=False, words=words)

    def _asked(self, action: str, members: Mapping[str, Any] | None = None) -> Answer | str:
        """The answer, or why there is none."""
        try:
            return self.client.call(action, members or {})
        except click.ClickException as error:
            return error.message


def door(host: str, port: int) -> str:
    """The address of a link's door, as its switch is told it."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _is_at(url: str, host: str, port: int) -> bool:
    try:
        parts = urlsplit(url)
        is_it = parts.hostname == host or ip_address(parts.hostname or "") == ip_address(host)
        is_it = is_it and parts.port == port
    except ValueError:
        return False
    return is_it and parts.scheme == "http" and not parts.path


def _readable(folder: Path | None) -> Finding:
    if folder is None:
        return Finding("recordings", well=False, words="the switch does not say where they are: --recordings does")
    try:
        with os.scandir(folder) as entries:
            shut = next((entry.path for entry in entries if not os.access(entry.path, os.R_OK)), None)
    except OSError as error:
        return Finding("recordings", well=False, words=f"{error}: the link must be able to read there")
    words = f"{shut} may not be read: the link must be able to" if shut else f"{folder} can be read"
    return Finding("recordings", well=shut is None, words=words)
