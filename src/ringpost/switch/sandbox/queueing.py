"""Who is rung for a caller in a queue of the sandbox, and when: foretold, as everything there is.

Members answer as their numbers say (``play``). A caller whose number ends in 5550151 hangs up after ten seconds.
Only so many phones ring for one caller: what is foretold of a call is one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from ringpost.model.queue import LeftBecause, QueueMemberOrder, QueueOrder, QueueRing, QueueStay
from ringpost.switch.sandbox.play import TALKS_FOR, WAITS_FOR, fate_of, has_phone

GIVES_UP, GIVES_UP_AFTER = "5550151", 10.0
Busy = Mapping[str, Sequence[tuple[float, float]]]
"""Until when each extension has calls, or rests after one: from and until, seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Past:
    """The calls members have taken of late: how many, and when the last one ended."""

    taken: Mapping[str, int] = field(default_factory=dict)
    ended: Mapping[str, float] = field(default_factory=dict)
    last: str | None = None
    """Who was rung last."""


def stay(
    order: QueueOrder,
    *,
    caller: str,
    joins_at: float,
    since: float,
    most: int,
    begun: Sequence[QueueRing],
    before: int,
    busy: Busy,
    past: Past,
    seed: str,
) -> QueueStay:
    """What becomes of a caller who has joined a queue, from a moment on; ``begun`` were rung before that.

    ``before`` callers waited there when it came; ``most`` phones ring for it, and then only one that answers.
    """
    return _Plan(order, caller, joins_at, most, busy, past, Random(seed)).made(since, list(begun), before)  # noqa: S311 - foretold again it is the same


class _Plan:
    """One caller's stay in the making."""

    def __init__(
        self, order: QueueOrder, caller: str, joins_at: float, most: int, busy: Busy, past: Past, chance: Random
    ) -> None:
        self._order, self._queue = order, order.queue
        self._joins_at, self._most = joins_at, most
        self._busy, self._past, self._chance = busy, past, chance
        self._rings: list[QueueRing] = []
        ends: list[tuple[float, LeftBecause]] = [(joins_at + WAITS_FOR, "timeout")]
        if caller.endswith(GIVES_UP):
            ends.append((joins_at + GIVES_UP_AFTER, "abandoned"))
        if self._queue.longest_wait is not None:
            ends.append((joins_at + self._queue.longest_wait, "timeout"))
        self._ends, self._because = min(ends)

    def made(self, since: float, begun: list[QueueRing], before: int) -> QueueStay:
        """The stay from a moment on."""
        queue, self._rings = self._queue, begun
        if begun and self._is_answered(begun[-1]):
            return self._stay(None, "answered")
        if since <= self._joins_at and queue.most_waiting is not None and before >= queue.most_waiting:
            return self._left(since, "full")
        if since <= self._joins_at and not queue.join_empty and self._is_empty:
            return self._left(since, "empty")
        at = max(since, self._tried_until)
        while at < self._ends:
            if queue.leave_empty and self._is_empty:
                return self._left(at, "empty")
            free = self._free(at)
            if self._rung >= self._most:
                free = [one for one in free if fate_of(one.extension).cause is None]
            if not free:
                at = self._next_free(at)
                continue
            ring = self._ring(free, at)
            self._rings.append(ring)
            if self._is_answered(ring):
                return self._stay(None, "answered")
            at += ring.seconds + max(queue.retry_seconds, 1)
        return self._left(self._ends, self._because)

    def _is_answered(self, ring: QueueRing) -> bool:
        """Whether one of those that ring answers, before the caller is gone."""
        fates = [fate_of(number) for number in ring.numbers]
        answers = [ring.at + fate.after for fate in fates if fate.cause is None and fate.after <= ring.seconds]
        return bool(answers) and min(answers) <= self._ends

    @property
    def _rung(self) -> int:
        return sum(len(ring.numbers) for ring in self._rings)

    @property
    def _tried_until(self) -> float:
        """When the next may be rung after those that were."""
        retry = max(self._queue.retry_seconds, 1)
        return max((ring.at + ring.seconds + retry for ring in self._rings), default=self._joins_at)

    @property
    def _is_empty(self) -> bool:
        """Whether nobody could take a call: logged in, with a phone, and not paused."""
        return not any(self._could(one) for one in self._order.members)

    def _could(self, one: QueueMemberOrder) -> bool:
        return not one.paused and has_phone(one.extension)

    def _free(self, at: float) -> list[QueueMemberOrder]:
        """The members who are free then, of the lowest penalty that any of them has."""
        free = [one for one in self._order.members if not one.paused and not self._is_busy(one.extension, at)]
        if self._queue.strategy == "wrandom":
            return free
        lowest = min((one.penalty for one in free), default=0)
        return [one for one in free if one.penalty == lowest]

    def _is_busy(self, extension: str, at: float) -> bool:
        """Whether it has a call then, or will have one before it could be done with this one."""
        fate = fate_of(extension)
        rings = min(fate.after, float(self._queue.ring_seconds))
        until = at + rings + (TALKS_FOR + self._queue.wrap_up_seconds if fate.cause is None else 0.0)
        return any(begins < until and at < ends for begins, ends in self._busy.get(extension, ()))

    def _next_free(self, at: float) -> float:
        """When the next member has no call any more; never, if none has one."""
        ends = (end for one in self._order.members for _, end in self._busy.get(one.extension, ()) if end > at)
        return min(ends, default=self._ends)

    def _ring(self, free: Sequence[QueueMemberOrder], at: float) -> QueueRing:
        in_order = self._in_order(free)
        chosen = in_order if self._queue.strategy == "ringall" else in_order[:1]
        rung = list({one.extension: one for one in chosen}.values())[: max(1, self._most - self._rung)]
        longest = max(fate_of(one.extension).after for one in rung)
        return QueueRing(
            at=at,
            numbers=tuple(one.extension for one in rung),
            agents=tuple(one.agent_uuid for one in rung),
            seconds=min(longest, float(self._queue.ring_seconds)),
        )

    def _in_order(self, free: Sequence[QueueMemberOrder]) -> list[QueueMemberOrder]:
        """Who is rung first; who was rung in vain for this caller comes after all others."""
        strategy, past = self._queue.strategy, self._past
        found = list(free)
        if strategy == "random":
            self._chance.shuffle(found)
        elif strategy == "wrandom":
            found.sort(key=lambda one: self._chance.random() * (1 + one.penalty))
        elif strategy == "leastrecent":
            found.sort(key=lambda one: past.ended.get(one.extension, 0.0))
        elif strategy == "fewestcalls":
            found.sort(key=lambda one: past.taken.get(one.extension, 0))
        elif strategy == "rrmemory":
            found = _after(found, past.last)
        tried = [number for ring in self._rings for number in ring.numbers]
        return sorted(found, key=lambda one: tried.count(one.extension))

    def _left(self, at: float, because: LeftBecause) -> QueueStay:
        return self._stay(max(at, self._joins_at), because)

    def _stay(self, leaves_at: float | None, because: LeftBecause) -> QueueStay:
        return QueueStay(
            queue_uuid=self._queue.queue_uuid,
            joins_at=self._joins_at,
            rings=tuple(self._rings),
            leaves_at=leaves_at,
            because=because,
            name_prefix=self._queue.name_prefix,
        )


def _after(members: Sequence[QueueMemberOrder], last: str | None) -> list[QueueMemberOrder]:
    """The members from behind one on, round about."""
    place = next((place for place, one in enumerate(members, 1) if one.extension == last), 0)
    return [*members[place:], *members[:place]]


def busy_with(parties: Iterable[tuple[str, float, float]]) -> dict[str, list[tuple[float, float]]]:
    """Until when extensions have calls, from whose leg was there from when to when."""
    found: dict[str, list[tuple[float, float]]] = {}
    for number, begins, ends in parties:
        found.setdefault(number, []).append((begins, ends))
    return found
