"""Which actions are tools of their own, and what a model is told of each."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ringpost.mcp.asked import Trouble
from ringpost.mcp.offered import Action, Details
from ringpost.mcp.schemas import slim
from ringpost.nearest import nearest

DEFAULT = (
    # who called
    "cdr-search", "cdr-details", "cdr-statistics", "contact-lookup",
    # call somebody; calls that are up
    "originate", "call-list", "call-transfer", "call-hold", "call-resume", "call-hangup", "parked-call-list",
    "call-unpark",
    # who is there, and free
    "extension-status-list", "user-list", "user-status-details", "user-status-set", "extension-dnd-set",
    "extension-forward-details", "extension-forward-set",
    # people outside
    "contact-list", "contact-create", "contact-update",
    # messages, recordings
    "voicemail-message-list", "voicemail-list", "recording-list",
    # queues
    "queue-list", "queue-status", "queue-statistics", "agent-status", "agent-statistics", "agent-pause",
    "agent-unpause",
    # where we are
    "domain-list",
)  # fmt: skip
"""What a receptionist's or an owner's assistant needs; those the key may call, and the endpoint has."""
FIND, CALL, MORE = "find_action", "call_action", "read_more"
CODE = "confirmation"
_MOST_FOUND = 12
_CODE_SCHEMA = {
    "type": "string",
    "description": "the code that the first call answers; send it with the same arguments once the user has said yes",
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: the name, what a model is told, what it takes, and what a client may think of it."""

    name: str
    description: str
    schema: Mapping[str, Any]
    reads_only: bool
    is_destructive: bool


def chosen(actions: Mapping[str, Action], families: Collection[str]) -> list[str]:
    """The names of the actions that are tools: of these families, or the usual ones. ``Trouble``: there is no such."""
    there = {action.family for action in actions.values()}
    for family in families:
        if family not in there:
            raise Trouble(
                f'no family "{family}" for this key{nearest(family, there) or "."}'
                f" There are: {', '.join(sorted(there))}."
            )
    if families:
        return sorted(name for name, action in actions.items() if action.family in families)
    return [name for name in DEFAULT if name in actions]


def tool(action: Action, details: Details, *, asks: bool) -> Tool:
    """An action as a tool of its own. ``asks``: whether the user is asked before what costs or takes something away."""
    schema = slim(details.request)
    if asks and _may_ask(action, details):
        schema["properties"] = {**schema["properties"], CODE: _CODE_SCHEMA}
    said = [f"{action.summary}.", details.description, _warning(action, asks=asks)]
    return Tool(action.name, "\n".join(filter(None, said)), schema, not action.writes, action.asks_first)


def helpers(actions: Iterable[Action]) -> list[Tool]:
    """The tools that are always there: to find the other actions, to call them, to read on."""
    actions = list(actions)
    reads_only = bool(actions) and not any(action.writes for action in actions)
    return [
        Tool(
            FIND,
            "Find an action of the telephone system that is no tool of its own, by words such as 'ring group' or its"
            " name. An action's exact name answers all about it: what it takes, and an example.",
            _object({"words": {"type": "string", "description": "what it is about, or its name; empty: the families"}}),
            reads_only=True,
            is_destructive=False,
        ),
        Tool(
            CALL,
            "Call an action by its name; find_action says what there is and what it takes. Use a tool of that name"
            " instead if there is one.",
            _object(
                {
                    "action": {"type": "string"},
                    "arguments": {"type": "object", "description": "what the action takes"},
                    CODE: _CODE_SCHEMA,
                },
                "action",
            ),
            reads_only=reads_only,
            is_destructive=not reads_only,
        ),
        Tool(
            MORE,
            "Read on where an answer was cut.",
            _object({"cursor": {"type": "string", "description": "as the cut answer says it"}}, "cursor"),
            reads_only=True,
            is_destructive=False,
        ),
    ]


def found(actions: Mapping[str, Action], words: str) -> str:
    """The actions that these words mean, best first, a line each; without any, the families."""
    wanted = [word.removesuffix("s") for word in re.findall(r"\w{2,}", words.lower())]
    scores = {name: _score(action, wanted) for name, action in actions.items()}
    best = sorted((name for name in scores if scores[name]), key=lambda name: (-scores[name], name))[:_MOST_FOUND]
    if best:
        return "\n".join(f"{name}: {actions[name].summary}. {_kind(actions[name])}" for name in best)
    families: dict[str, int] = {}
    for action in actions.values():
        families[action.family] = families.get(action.family, 0) + 1
    nothing = "Nothing is called so. " if wanted else ""
    return f"{nothing}The families, and how many actions each has: " + ", ".join(
        f"{family} {count}" for family, count in sorted(families.items())
    )


def about(action: Action, details: Details) -> dict[str, Any]:
    """All about an action, for a model."""
    return {
        "action": action.name,
        "family": action.family,
        "summary": action.summary,
        "description": details.description,
        "kind": _kind(action),
        "takes": slim(details.request),
        "example": details.example,
    }


def _may_ask(action: Action, details: Details) -> bool:
    return action.asks_first or (action.writes and "dry_run" in details.members)


def _warning(action: Action, *, asks: bool) -> str:
    effects = action.effects
    if not action.asks_first:
        return ""
    why = {"costs": "It may cost money", "removes": "It takes something away or ends it"}
    said = [why[one] for one in sorted(effects or ()) if one in why] or ["What it does to others is not known"]
    return f"{'. '.join(said)}: {'the user is asked first' if asks else 'ask the user first'}."


def _kind(action: Action) -> str:
    return "Asks first." if action.asks_first else "Writes." if action.writes else "Reads."


def _score(action: Action, words: Iterable[str]) -> int:
    name, family, summary = action.name, action.family, action.summary.lower()
    return sum(4 * (word in name) + 2 * (word in family) + (word in summary) for word in words)


def _object(members: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": list(required), "additionalProperties": False}
