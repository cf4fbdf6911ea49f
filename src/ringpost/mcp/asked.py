"""Asking the endpoint, and saying in a sentence what is wrong and what to do."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

import click

from ringpost.client import Answer

_WHAT_TO_DO = {
    401: "The key has ended, or is none. The user can make one with 'ringpost key create', set RINGPOST_TOKEN to it and"
    " start ringpost mcp again; nothing else helps.",
    403: "Another key is needed, if the user wants that.",
    400: "find_action with the action's name shows what it takes.",
    404: "Look for it with a list or a search first; find_action says what there is.",
    409: "Read it again, and decide then.",
    413: "Send less at once.",
    422: "Say it otherwise, or ask the user.",
    429: "Wait a minute, and ask for less.",
}
_MAY_BE_DONE = "It may have been done all the same: look before you do it again."


class Calling(Protocol):
    """What calls an action, as ``client.Client`` does."""

    @property
    def url(self) -> str:
        """Where the endpoint is."""

    def call(self, action: str, members: Mapping[str, Any]) -> Answer:
        """Call an action. ``ClickException`` if nobody answers."""


class Trouble(Exception):
    """What is wrong, in a sentence, with what to do."""


class PassingTrouble(Trouble):
    """What may be well again without anybody's doing: the endpoint is away, or busy."""


def answered(endpoint: Calling, action: str, members: Mapping[str, Any], *, writes: bool = False) -> Answer:
    """A good answer. ``Trouble`` for any other; of a write that may have been done all the same it says that."""
    try:
        answer = endpoint.call(action, members)
    except click.ClickException as error:
        raise PassingTrouble(f"{error.message}.{f' {_MAY_BE_DONE}' if writes else ''}") from None
    if not answer.is_good:
        passes = answer.status >= 500 or answer.status == 429 or not answer.code
        raise (PassingTrouble if passes else Trouble)(_refused(action, answer, writes=writes))
    return answer


def asked(endpoint: Calling, action: str, members: Mapping[str, Any]) -> Any:
    """What a reading action answers, read."""
    answer = answered(endpoint, action, members)
    try:
        return answer.json
    except ValueError:
        raise Trouble(f"what answers at {endpoint.url} is not Ringpost: is RINGPOST_URL right?") from None


def _refused(action: str, answer: Answer, *, writes: bool) -> str:
    if not answer.code:
        return f"{action}: something between here and the endpoint answered {answer.status}. Try again later."
    status, said = answer.status, answer.why.rstrip(".")
    do = _WHAT_TO_DO.get(status, "Try again later, or tell the user." if status >= 500 else "")
    may_be_done = _MAY_BE_DONE if writes and status >= 500 else ""
    return " ".join(filter(None, [f"{action} was refused ({status}, {answer.code}): {said}.", do, may_be_done]))


def as_text(value: Any) -> str:
    """JSON in as few letters as it takes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
