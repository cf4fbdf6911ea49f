"""The port of a link: hearing what happens on a switch, in our words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from ringpost.model.notices import Notice, RecordedFile


class Recorded(NamedTuple):
    """A file the switch has recorded into, as a path or as one below its recordings, and of which leg."""

    path: str
    file: RecordedFile


class PostedRecord(NamedTuple):
    """The record of a leg, as its switch has posted it for an action, or as an ear has written it."""

    action: str
    query: str
    content_type: str
    body: bytes


class Known(NamedTuple):
    """What a link knew when its connection broke: the run of the switch, when it last heard of it, legs and domains."""

    core: str
    heard_at: float
    legs: Mapping[str, str]


class CaughtUp(NamedTuple):
    """What is to be told after a break, with what was heard meanwhile in between: it may say how a leg has ended."""

    there: list[Notice]
    gone: list[Notice]
    core: str = ""


class Heard(NamedTuple):
    """What the switch has told: of legs, of recordings, and in which run of it. ``is_alive``: it told anything.

    ``records`` are those of legs that have ended, where the switch hands in none itself.
    """

    notices: list[Notice]
    recorded: list[Recorded]
    core: str
    is_alive: bool
    records: Sequence[PostedRecord] = ()


class Notebook(Protocol):
    """A line on which a switch tells where its phones log in from, and is told to remember. ``SwitchUnreachable``."""

    def __enter__(self) -> Self:
        """Itself."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Hang up."""

    def write(self, seconds: float) -> None:
        """Note who has logged in since; if nobody has, the next who does within ``seconds``."""


class Ear(Protocol):
    """A line on which a switch tells what happens. Each method raises ``SwitchUnreachable`` once it is cut."""

    def __enter__(self) -> Self:
        """Itself."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Hang up."""

    def recordings(self) -> Path | None:
        """The folder the switch records into, if it says."""

    def caught_up(self, known: Known) -> CaughtUp:
        """How far each leg has come, and which are gone. From before that on it is listened to: nothing is missed."""

    def heard(self, seconds: float) -> Heard:
        """What has been told since; if nothing was, the next that is, within ``seconds``."""
