"""Nothing is timed before it is shown to give our answers."""

import json
from typing import Any

from benchmarks.peer import Read
from benchmarks.work import ABSENT_UUID, CONTEXT, Event, Handler, event
from ringpost.store import Key, Store

CASES: dict[str, tuple[Event, int]] = {
    "a good request": (event(), 200),
    "a wrong secret": (event(secret="wrong"), 401),
    "an absent domain": (event(domain_uuid=ABSENT_UUID), 404),
}


class AnswersDifferError(Exception):
    """A peer does not do our work."""


def from_store(store: Store) -> Read:
    """Rows of a store of ours, for a peer."""

    def read(partition: str, sort: str) -> str | None:
        row = store.get(Key(partition, sort))
        return row.body if row else None

    return read


def answers_alike(ours: Handler, peer: Handler) -> None:
    """The same status for each case, and the same JSON for the good one."""
    for name, (asked, status) in CASES.items():
        mine, theirs = (_answer(handler, asked) for handler in (ours, peer))
        if not mine["statusCode"] == theirs["statusCode"] == status:
            raise AnswersDifferError(f"{name} must be {status}: {mine} {theirs}")
        if status == 200 and json.loads(mine["body"]) != json.loads(theirs["body"]):
            raise AnswersDifferError(f"{name}: {mine} {theirs}")


def _answer(handler: Handler, asked: Event) -> dict[str, Any]:
    return handler(json.loads(json.dumps(asked)), CONTEXT)
