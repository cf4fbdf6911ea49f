"""What a tool does when it is called, whatever it is called over: order, question, answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ringpost.client import Answer
from ringpost.mcp import tools
from ringpost.mcp.answers import Answers
from ringpost.mcp.asked import Calling, Trouble, answered, as_text
from ringpost.mcp.consent import Codes
from ringpost.mcp.offered import Action, Details, Offer
from ringpost.mcp.schemas import FEW
from ringpost.mcp.shown import shown, unmarked
from ringpost.mcp.tools import CODE, Tool

_VALUE_SIZE = 200
_TRIED_SIZE = 1000
NOT_DONE = "Nothing was done: the user said no."


@dataclass(frozen=True, slots=True)
class Order:
    """An action with its members, ready to be done. ``question``: what the user is asked first."""

    action: Action
    members: Mapping[str, Any]
    secret: frozenset[str]
    takes: frozenset[str]
    question: str = ""


@dataclass(slots=True)
class Desk:
    """The tools of one key at one endpoint. Safe for several threads."""

    endpoint: Calling
    families: tuple[str, ...] = ()
    with_secrets: bool = False
    asks: bool = True
    """Whether the user is asked before what costs or takes something away."""
    answers: Answers = field(default_factory=Answers)
    codes: Codes = field(default_factory=Codes)
    offer: Offer = field(init=False)

    def __post_init__(self) -> None:
        self.offer = Offer(self.endpoint, self.with_secrets)

    def tools(self) -> list[Tool]:
        """All of them. ``Trouble`` if the endpoint does not say which."""
        actions = self.offer.actions()
        details = self.offer.all_details(tools.chosen(actions, self.families))
        return [
            *tools.helpers(actions.values()),
            *(tools.tool(actions[name], about, asks=self.asks) for name, about in details.items()),
        ]

    def helpers(self) -> list[Tool]:
        """Those that are there even if the endpoint is away."""
        return tools.helpers(())

    def order(self, name: str, arguments: Mapping[str, Any]) -> Order | str:
        """What is ordered, or the answer if nothing is left to be done. ``Trouble`` says what is wrong."""
        if name == tools.FIND:
            return self._find(str(arguments.get("words", "")).strip())
        if name == tools.MORE:
            return self.answers.more(str(arguments.get("cursor", "")))
        if name == tools.CALL:
            called, members = str(arguments.get("action", "")), arguments.get("arguments") or {}
            if not isinstance(members, dict):
                raise Trouble('arguments is an object: what the action takes, such as {"limit": 5}.')
            return self._ordered(called, members, arguments.get(CODE))
        return self._ordered(name, {one: value for one, value in arguments.items() if one != CODE}, arguments.get(CODE))

    def code(self, order: Order) -> str:
        """A code with which the same order is done, once the user has said yes."""
        return self.codes.give(order.action.name, order.members)

    def has_consent(self, order: Order, code: Any) -> bool:
        """Whether the user has said yes to just this."""
        return self.codes.take(code, order.action.name, order.members)

    def done(self, order: Order) -> str:
        """Do it, and answer. ``Trouble`` says what is wrong."""
        answer = answered(self.endpoint, order.action.name, order.members, writes=order.action.writes)
        cursor = {name.lower(): value for name, value in answer.headers.items()}.get("x-next-cursor")
        told = _read(answer)
        if isinstance(told, str):
            return self.answers.plain(told, _advice(order, cursor))
        has_more = isinstance(told, dict) and told.get("next_cursor")
        return self.answers.of(told, order.secret, _advice(order, "<next_cursor>" if has_more else None))

    def _find(self, words: str) -> str:
        actions = self.offer.actions()
        if words not in actions:
            return tools.found(actions, words)
        return as_text(tools.about(actions[words], self.offer.details(words)))

    def _ordered(self, name: str, members: Mapping[str, Any], code: Any) -> Order:
        action, details = self.offer.action(name), self.offer.details(name)
        members = unmarked(dict(members))
        if "action" in members:
            raise Trouble(f"{name} takes no action: call the tool of that name, or call_action.")
        if "limit" in details.members:
            members = {"limit": FEW, **members}
        secret = frozenset[str]() if self.with_secrets else details.secret_members
        order = Order(action, members, secret, frozenset(details.members))
        if not self._asks(action, details, members) or self.has_consent(order, code):
            return order
        return replace(order, question=self._question(order, details))

    def _asks(self, action: Action, details: Details, members: Mapping[str, Any]) -> bool:
        if not self.asks or not action.writes:
            return False
        has_dry_run = "dry_run" in details.members
        return (action.asks_first or has_dry_run) and not (has_dry_run and members.get("dry_run") is True)

    def _question(self, order: Order, details: Details) -> str:
        """What the user is asked; with what a dry run says, where there is one. ``Trouble`` if that refuses it."""
        members = shown(dict(order.members), order.secret)
        said = ", ".join(f"{name} = {_short(value, _VALUE_SIZE)}" for name, value in members.items())
        question = f"{order.action.name}: {order.action.summary}. With {said or 'no arguments'}."
        if "dry_run" not in details.members:
            return question
        tried = answered(self.endpoint, order.action.name, {**order.members, "dry_run": True})
        return f"{question} It would answer: {_short(shown(_read(tried), order.secret), _TRIED_SIZE)}"


def _read(answer: Answer) -> Any:
    """What was answered: JSON, or its text."""
    try:
        return answer.json
    except ValueError:
        return answer.body.decode(errors="replace")


def _short(value: Any, size: int) -> str:
    """A value for a question, which is to be read at a glance."""
    text = value if isinstance(value, str) else as_text(value)
    return text if len(text) <= size else f"{text[:size]}… (cut)"


def _advice(order: Order, cursor: str | None) -> str:
    """How the next page is read, and that counting is better."""
    if not cursor or "cursor" not in order.takes:
        return ""
    count = " count=true with limit=1 says how many there are;" if "count" in order.takes else ""
    return f"There are more than these:{count} filters find the ones that are meant; cursor={cursor} goes on."
