"""The kinds of switches: a folder here each, whose ``KIND`` is all that the rest of the house knows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ringpost.model.errors import CannotComply
from ringpost.switch.asking import Asks, Fields

if TYPE_CHECKING:
    from ringpost.clock import Clock
    from ringpost.model.switch import SwitchRecord
    from ringpost.switch import Switch
    from ringpost.switch.hearing import Ear, Notebook
    from ringpost.switch.queue_abilities import QueueAbilities
    from ringpost.switch.scripts import Scripts


class Means(NamedTuple):
    """What a line to a switch is made with.

    ``secret`` finds a password by its reference. ``resting`` is shared by all lines of a process: until when, in
    seconds since 1970, a switch that failed is left alone. ``scripts`` are the sandbox's, where there is one.
    """

    clock: Clock
    secret: Callable[[str], str]
    resting: dict[str, float]
    scripts: Scripts | None = None


class Place(NamedTuple):
    """Where a link finds its switch, and how it logs in."""

    host: str
    port: int
    user: str | None
    password: str


class Home(NamedTuple):
    """What an operator calls a switch on its own machine: where it listens, its service, the link's password for it.

    ``secrets`` are the places below /etc of the files in which passwords stand.
    """

    address: str
    service: str
    password: str
    secrets: tuple[str, ...] = ()


def _nothing_to_hear(_: Place) -> Ear:
    raise CannotComply("a switch of this kind tells a link nothing")


def _nothing_to_point(_url: str, _socket: str) -> Mapping[str, str]:
    return {}


def _nothing_to_forget(_: Place, _asked: Sequence[Fields] | None) -> None:
    pass


def _no_queues() -> None:
    pass


def _pointed_nowhere(_: Place) -> str:
    raise CannotComply("a switch of this kind asks nobody")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of switch.

    ``needs``: the members of its record without which it cannot be reached from here. ``capabilities``: the actions it
    can do; of one that is not on this machine a line may say that they are fewer. ``has_tls``: whether an address may
    ask for TLS. ``connect`` makes the line to one; nothing is sent before it is first used. ``listen`` opens an ear
    beside one, for a link; raises ``SwitchUnreachable`` and ``SwitchRefused``, and ``CannotComply`` where there
    is nothing to hear. ``asks`` says what one asks and hands in by itself, for a link that stands in. ``pointing`` has
    the files, by their places below /etc, by which one asks at an address, with its own socket at a host;
    ``pointed_at`` is where one says that it asks. ``forget`` has one forget what it was answered to some questions, or
    to all (``SwitchUnreachable``, ``SwitchRefused``). ``notebook`` opens the line on which is noted where phones log in
    from, if its plan looks there (the same two). ``home`` is what it is called where a link runs beside one. ``queues``
    says what it can do of a queue; None: it has none. ``queues_by_link``: it has them with a link only.
    """

    needs: tuple[str, ...]
    capabilities: tuple[str, ...]
    connect: Callable[[SwitchRecord, Means], Switch]
    has_tls: bool = False
    listen: Callable[[Place], Ear] = _nothing_to_hear
    asks: Callable[[], Asks] = Asks
    pointing: Callable[[str, str], Mapping[str, str]] = _nothing_to_point
    pointed_at: Callable[[Place], str] = _pointed_nowhere
    forget: Callable[[Place, Sequence[Fields] | None], None] = _nothing_to_forget
    notebook: Callable[[Place], Notebook] | None = None
    home: Home | None = None
    queues: Callable[[], QueueAbilities | None] = _no_queues
    queues_by_link: bool = False

    @property
    def has_link(self) -> bool:
        """Whether a link can run beside one."""
        return self.home is not None


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind, by its name."""
    folders = sorted(file.parent.name for file in Path(__file__).parent.glob("*/__init__.py"))
    return {name: _exported(f"{__package__}.{name}") for name in folders}


def _exported(folder: str) -> Kind:
    found: Kind | None = getattr(import_module(folder), "KIND", None)
    if found is None:
        raise RuntimeError(f"{folder} exports no KIND: say in its __init__.py what kind of switch it is")
    return found
