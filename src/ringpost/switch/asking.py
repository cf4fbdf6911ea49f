"""The port of a link that stands in: what a kind of switch asks, and what it hands in, on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Fields = Mapping[str, str]


class Posted(NamedTuple):
    """What a switch posts to an action's path: the body, and the query behind the path."""

    body: bytes
    query: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something a switch posts, to be answered by the action of that name.

    ``read`` makes members of what is posted (``InvalidRequest``), as the endpoint does; ``written`` is the way back.
    ``nothing`` sends the switch to its own files; ``is_nothing`` says whether an answer does. ``kept`` is an answer as
    it may lie on a disk: no secret but SIP digests (``ValueError``: it is no answer); ``used_again`` what must be new
    each time made new. ``ahead`` are the questions to come about what ``switch-link-question-list`` names of one
    domain, the most needed first; ``follows`` those that come after an answer. ``says`` are the members that tell a log
    what was asked.
    """

    action: str
    content_type: str
    answer_type: str
    nothing: bytes
    read: Callable[[Posted], Fields]
    written: Callable[[Fields], Posted]
    is_nothing: Callable[[bytes], bool]
    kept: Callable[[bytes], bytes]
    used_again: Callable[[bytes], bytes]
    ahead: Callable[[Iterable[Mapping[str, Any]]], Iterator[Fields]]
    follows: Callable[[Fields, bytes], Iterator[Fields]]
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asks:
    """All that a kind of switch asks, and the actions by which it hands in its records."""

    questions: tuple[Question, ...] = ()
    records: tuple[str, ...] = ()
