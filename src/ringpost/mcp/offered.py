"""What the endpoint offers this key: learned from ``action-list`` and ``action-details``, and asked anew after a while.

The endpoint may be older or newer than this. What it does not say of an action is taken for the worse.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Self

from ringpost.mcp.asked import Calling, Trouble, asked
from ringpost.nearest import nearest

KEPT_SECONDS = 300.0
_AT_ONCE = 8
_ABOUT_SECRETS = re.compile(r"(key|token|sip-account)-.*|.*-(secret-rotate|password-reset)")
"""Of an endpoint that does not say."""
_SECRET_NAMES = frozenset({"password", "voicemail_password", "secret", "token", "key_secret", "key_token"})


@dataclass(frozen=True, slots=True)
class Action:
    """An action in a line, as ``action-list`` has it."""

    name: str
    family: str
    summary: str
    writes: bool
    effects: frozenset[str] | None
    """``costs``, ``removes``, ``secrets``, or what a newer endpoint calls its own; None if it does not say."""

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """What the endpoint says of it. ``KeyError`` if that is no action."""
        effects = line.get("effects")
        return cls(
            name=str(line["action"]),
            family=str(line.get("family", "other")),
            summary=str(line.get("summary", "")),
            writes=line.get("writes") is not False,
            effects=frozenset(map(str, effects)) if isinstance(effects, list) else None,
        )

    @property
    def asks_first(self) -> bool:
        """Whether the user is asked before it is done: it costs, takes something away, or nobody knows."""
        return self.writes and (self.effects is None or bool(self.effects - {"secrets"}))

    @property
    def is_about_secrets(self) -> bool:
        """Whether it answers what proves somebody, or is about it."""
        return _ABOUT_SECRETS.fullmatch(self.name) is not None if self.effects is None else "secrets" in self.effects


@dataclass(frozen=True, slots=True)
class Details:
    """An action whole, as ``action-details`` has it."""

    description: str
    request: Mapping[str, Any]
    example: Mapping[str, Any]
    secret_members: frozenset[str]
    """The members of its answer that nobody is shown."""

    @classmethod
    def read(cls, about: Mapping[str, Any]) -> Self:
        """What the endpoint says of it."""
        return cls(
            description=str(about.get("description", "")),
            request=_object(about.get("request")),
            example={name: value for name, value in _object(about.get("example")).items() if name != "action"},
            secret_members=_SECRET_NAMES | frozenset(_secret(about.get("response"))),
        )

    @property
    def members(self) -> Mapping[str, Any]:
        """What it takes."""
        return _object(self.request.get("properties"))

    @property
    def takes_members(self) -> bool:
        """Whether it takes JSON members, as a tool does, and not bytes as they are."""
        return self.request.get("type") == "object"


@dataclass(slots=True)
class Offer:
    """The actions this key may call and an assistant may use. Safe for several threads."""

    endpoint: Calling
    with_secrets: bool = False
    now: Callable[[], float] = time.monotonic
    _actions: dict[str, Action] = field(default_factory=dict)
    _details: dict[str, Details] = field(default_factory=dict)
    _asked_at: float | None = None
    _one_at_a_time: Lock = field(default_factory=Lock)

    def actions(self) -> Mapping[str, Action]:
        """By name. ``Trouble`` if the endpoint does not say, and has not said lately."""
        with self._one_at_a_time:
            if self._asked_at is None or self.now() - self._asked_at > KEPT_SECONDS:
                told = asked(self.endpoint, "action-list", {})
                found = [Action.read(line) for line in _lines(told, self.endpoint.url)]
                allowed = [action for action in found if self.with_secrets or not action.is_about_secrets]
                self._actions, self._details = {action.name: action for action in allowed}, {}
                self._asked_at = self.now()
            return self._actions

    def action(self, name: str) -> Action:
        """One of them. ``Trouble`` if this key may not call it, or there is none."""
        found = self.actions().get(name)
        if found is None:
            raise Trouble(
                f'there is no tool or action "{name[:64]}" for this key{nearest(name, self._actions) or "."}'
                " find_action finds those there are."
            )
        return found

    def details(self, name: str) -> Details:
        """One of them whole. ``Trouble`` as above, or if it takes no JSON."""
        self.action(name)
        if name not in self._details:
            details = Details.read(_object(asked(self.endpoint, "action-details", {"name": name})))
            if not details.takes_members:
                raise Trouble(f"{name} takes its body as it is: it is for a switch, not for an assistant.")
            self._details[name] = details
        return self._details[name]

    def all_details(self, names: Iterable[str]) -> dict[str, Details]:
        """Several whole, asked for side by side; those without are left out."""
        names = list(names)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = zip(names, pool.map(self._details_or_none, names), strict=True)
            return {name: details for name, details in found if details is not None}

    def _details_or_none(self, name: str) -> Details | None:
        try:
            return self.details(name)
        except Trouble:
            return None


def _lines(told: Any, url: str) -> list[Mapping[str, Any]]:
    try:
        return [line for line in told["items"] if line["action"]]
    except (KeyError, TypeError):
        raise Trouble(f"what answers at {url} lists no actions: is RINGPOST_URL right?") from None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _secret(schema: Any) -> Iterable[str]:
    """The members that a schema calls passwords, wherever in it."""
    if isinstance(schema, dict):
        for name, member in _object(schema.get("properties")).items():
            kinds = [member, *_object(member).get("anyOf", ())]
            if any(_object(kind).get("format") == "password" for kind in kinds):
                yield name
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _secret(part)
