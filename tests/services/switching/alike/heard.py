"""What would ring: the same words for whatever kind of switch is asked."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tests.services.switching.alike.worlds import World

MOST_STEPS = 60


class Rung(NamedTuple):
    """Somebody who rings, from and until when, in seconds: an extension's phones, or a number through a gateway."""

    number: str
    gateway: str = ""
    begins: int = 0
    ends: int | None = None

    def within(self, most: int | None) -> "Rung":
        """The same, if all stops after so many seconds."""
        ends = [one for one in (self.ends, most) if one is not None]
        return self._replace(ends=min(ends) if ends else None)


class Heard(NamedTuple):
    """One thing after the other: what it is, of what."""

    what: str
    about: Any = None


class Story:
    """What happens to one call."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.heard: list[Heard] = []
        self._together: list[Rung] | None = None

    def say(self, what: str, about: Any = None) -> None:
        """It goes on so."""
        assert len(self.heard) < MOST_STEPS, "it goes round for ever"
        self.heard.append(Heard(what, about))

    def rings(self, rung: Iterable[Rung]) -> str:
        """These ring at once; what becomes of it: that of the only one, or ``answered``, or ``several``."""
        able = [one for one in rung if self.world.fate(one.number) != "unregistered"]
        able = [one for one in able if one.ends is None or one.ends > one.begins]
        if self._together is not None:
            self._together += able
            return "several"
        if able:
            self.say("ring", frozenset(able))
        return self._fate(able)

    def begin_in_any_order(self) -> None:
        """Whoever rings from now on is rung one after the other, and who is first is chance."""
        self._together = []

    def all_have_rung(self) -> str:
        """Those have, until one answered: what becomes of it."""
        together, self._together = self._together or [], None
        if together:
            self.say("rings in any order", frozenset(together))
        return self._fate(together)

    def _fate(self, able: Sequence[Rung]) -> str:
        fates = {self.world.fate(one.number) for one in able}
        if "answered" in fates:
            self.say("answered")
            return "answered"
        if not fates:
            return "unregistered"
        return fates.pop() if len(fates) == 1 else "several"


def same(one: Sequence[Heard], other: Sequence[Heard]) -> bool:
    """Whether both are the same; why a ring group ended is known to a switch only."""
    if len(one) != len(other):
        return False
    pairs = zip(one, other, strict=True)
    return all(a == b or (a.what == b.what == "ended" and None in (a.about, b.about)) for a, b in pairs)
