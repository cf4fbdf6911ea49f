"""Whom a number leads to in the sandbox, and what becomes of a caller in a queue there."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ringpost.context import Context, Moved
from ringpost.model import dialplan
from ringpost.model.call import CallOrder, Rung, RungSlot
from ringpost.model.domain import Domain
from ringpost.model.extension import Extension
from ringpost.model.queue import Queue, QueueRing
from ringpost.model.ring_group import RingGroup
from ringpost.model.route import AgentCode, Room, Slot
from ringpost.model.route import Queued as ToQueue
from ringpost.services.numbers import numbering, routing
from ringpost.store import Put, Row, keys
from ringpost.switch.sandbox import rooms, slots
from ringpost.switch.sandbox.play import Party, Play, Queued, fate_of, is_patient
from ringpost.switch.sandbox.queueing import Past, busy_with, stay
from ringpost.switch.scripts import Script, Turn

_KEPT = 3600
_MOST_RUNG = 5
"""Members of a ring group, or phones that queues ring: what is foretold of a call is one transaction."""


class Coming(NamedTuple):
    """A call that comes to a number, and when: seconds since 1970."""

    order: CallOrder
    at: float
    rung: int = 0
    """How many phones queues have rung for it so far."""

    @property
    def caller(self) -> str:
        """Whose call it is: who waits in a queue."""
        order = self.order
        return order.caller_id_number if order.direction == "inbound" else order.destination_a


def way(
    context: Context, domain: Domain, number: str, coming: Coming, passed: tuple[str, ...] = ()
) -> tuple[Rung, ...]:
    """Whom a number leads to, as extensions are forwarded and not to be disturbed, ring groups ring, and queues wait.

    A forward that leads nowhere is none, as for any switch.
    """
    rungs: list[Rung] = []
    while True:
        if (
            passed
            and routing.route(context, domain, number, from_a_phone=False, passed=passed, in_sandbox=True) is None
        ):
            return tuple(rungs) or (Rung(number=passed[-1], do_not_disturb=True),)
        extension = numbering.holder(context, domain.domain_uuid, number)
        if not isinstance(extension, Extension):
            at = coming.at + sum(fate_of(one.number).after for one in rungs)
            found = _of_no_extension(context, domain, number, coming._replace(at=at), passed)
            return (*rungs, *(found or ([Rung(number=number)] if passed else [])))
        onward = routing.onward(extension, "unconditional", passed)
        if onward is None:
            rung = Rung(
                number=number,
                do_not_disturb=bool(extension.do_not_disturb),
                by_hand=_by_hand(coming.order, number),
                rings_for=extension.call_timeout,
            )
            rungs.append(rung)
            cause = "USER_BUSY" if rung.do_not_disturb else "NO_ANSWER" if rung.by_hand else fate_of(number).cause
            onward = routing.onward_after(extension, cause, passed)
        if onward is None:
            return tuple(rungs)
        number, passed = onward.number, onward.passed


def _of_no_extension(
    context: Context, domain: Domain, number: str, coming: Coming, passed: tuple[str, ...]
) -> Sequence[Rung]:
    """Whom, or what, a number leads to that is no extension's; nobody: to itself."""
    holder = numbering.holder(context, domain.domain_uuid, number)
    if isinstance(holder, RingGroup):
        return list(_group(context, domain, holder, coming.order))
    if isinstance(holder, Queue):
        return _queued(context, domain, number, coming, passed)
    found = routing.route(context, domain, number, from_a_phone=not passed, passed=passed, in_sandbox=True)
    if isinstance(found, Slot):
        return [_to_slot(context, domain, found, coming, passed)]
    if isinstance(found, AgentCode):
        return [Rung(number=number, is_code=True)]
    return [_to_room(context, domain, found)] if isinstance(found, Room) else []


def _to_slot(context: Context, domain: Domain, slot: Slot, coming: Coming, passed: tuple[str, ...]) -> Rung:
    """A parking slot; one that somebody waits in, and a lot without a free one, are busy.

    Who dials a slot takes whoever waits there (``sandbox_slots``); who is sent there, or calls from outside, does not.
    """
    lot, then = slot.lot, slot.on_timeout
    plays = [Play(script, coming.at) for script in _scripts(context, domain.domain_uuid)]
    free = slots.free(plays, coming.at, lot)
    taken = next((one for one in free if slot.slot in (None, one)), None)
    if taken is None:
        return Rung(number=slot.slot or (lot.extension if lot else dialplan.PARK), do_not_disturb=True)
    if lot is None:
        return Rung(number=taken, slot=RungSlot(slot=taken))
    goes_on = coming._replace(at=coming.at + lot.timeout)
    way_on = way(context, domain, then, goes_on, (*passed, lot.extension)) if then else ()
    place = RungSlot(slot=taken, parkinglot_uuid=lot.parkinglot_uuid, timeout=lot.timeout, then=then or "", way=way_on)
    return Rung(number=taken, slot=place)


def _to_room(context: Context, domain: Domain, room: Room) -> Rung:
    """A conference room; one that is locked, or full, is busy."""
    now = context.clock.now()
    plays = [Play(script, now) for script in _scripts(context, domain.domain_uuid)]
    inside = next((one for one in rooms.live(plays, now) if one.room == room.room), None)
    most = room.conference.most_participants if room.conference else None
    is_full = inside is not None and most is not None and len(inside.participants) >= most
    is_closed = inside is not None and (inside.locked or is_full)
    of = room.conference
    return Rung(
        number=room.room,
        do_not_disturb=is_closed,
        is_room=not is_closed,
        asks_pin=of is not None and of.pin is not None,
        is_recorded=of is not None and of.record,
    )


def way_in(context: Context, domain: Domain, number: str, coming: Coming) -> tuple[Rung, ...]:
    """Whom a number leads to, for a call that comes; of two who join queues at once the second is found out anew."""
    one_at_a_time = turnstile(context, domain)
    rungs = way(context, domain, number, coming)
    if any(rung.stay for rung in rungs):
        context.store.stage(one_at_a_time, Moved())
    return rungs


def turnstile(context: Context, domain: Domain) -> Put:
    """What only one at a time can write: to be had before anything is read of who waits, and written with the rest."""
    key = keys.queueing(domain.domain_uuid)
    context.turn.take(key.partition)
    row = context.store.row(key)
    version = row.version if row else 0
    put = Row(key, "{}", version + 1, int(context.clock.now()) + _KEPT)
    return Put(put, if_version=version) if version else Put(put, if_absent=True)


def _by_hand(order: CallOrder, number: str) -> bool:
    """Whether an extension rings until somebody answers it by hand: not one that would not answer anyhow."""
    return is_patient(order) and fate_of(number).cause is None


def _group(context: Context, domain: Domain, group: RingGroup, order: CallOrder) -> Iterator[Rung]:
    """Whom a ring group rings: at once, or one after the other until somebody answers."""
    at_once = group.ring_group_strategy in ("simultaneous", "enterprise")
    found = routing.group(context, domain, group, in_sandbox=True)
    members = list(found.ringing if found else ())
    if group.ring_group_strategy == "sequence":
        members.sort(key=lambda member: member.delay)
    rung = 0
    for member in members:
        extension = numbering.extension(context, group.domain_uuid, member.number)
        if rung == _MOST_RUNG or not (member.gateway or (extension and extension.enabled)):
            continue
        is_busy = bool(extension and extension.do_not_disturb)
        by_hand = extension is not None and _by_hand(order, member.number)
        yield Rung(
            number=member.number,
            do_not_disturb=is_busy,
            alongside=at_once and rung > 0,
            by_hand=by_hand,
            name_prefix=group.ring_group_cid_name_prefix or "",
        )
        rung += 1
        if not at_once and not is_busy and not by_hand and fate_of(member.number).cause is None:
            return
    if not rung:
        yield Rung(number=group.ring_group_extension, do_not_disturb=True)


class Turns:
    """Whose turn it is to have found out anew what becomes of him: those who wait in queues, or will, as they join."""

    def __init__(self, context: Context, home: str, since: float = 0.0) -> None:
        """Of those who join after a moment: all others are before them, and stay as they are."""
        self._context, self._home, self._since = context, home, since
        self._had: set[tuple[float, str]] = set()
        self._next = [turn for play in _plays(context, home) for turn in self._of(play)]

    def __iter__(self) -> Iterator[str]:
        """Each call, and again for each queue it will go on to: what becomes of it there hangs on those before it."""
        while self._next:
            self._next.sort(reverse=True)
            turn = self._next.pop()
            if turn in self._had:
                continue
            self._had.add(turn)
            yield turn[1]
            script = self._context.store.get(keys.script(self._home, turn[1]), Script)
            later = self._of(Play(script)) if script else []
            self._next += [one for one in later if one > turn]

    def _of(self, play: Play) -> list[tuple[float, str]]:
        now = self._context.clock.now()
        return [(one.joins, play.script.order.call_uuid) for one in _waits(play, now) if one.joins > self._since]


def onward(context: Context, domain: Domain, script: Script) -> Turn | None:
    """What becomes of a caller who waits, from now on, in the place of what was foretold; None: that stands."""
    now, play = context.clock.now(), Play(script)
    one = next(iter(_waits(play, now)), None)
    if one is None:
        return None
    in_same = [queued for queued in play.queued if queued.place == one.place]
    known = play.way_of(one.place)
    stays = [place for place, rung in enumerate(known) if rung.stay is not None]
    place = stays[in_same.index(one)]
    told = known[place].stay
    if told is None:
        return None
    begun = [ring for ring in told.rings if ring.at <= now]
    rung = sum(len(ring.numbers) for one in known[:place] if one.stay for ring in one.stay.rings)
    coming = Coming(script.order, told.joins_at, rung)
    passed = tuple(rung.number for rung in known[:place])
    queue = context.store.get(keys.queue(domain.domain_uuid, told.queue_uuid), Queue)
    found = _queued(context, domain, queue.extension, coming, passed, since=now, begun=begun) if queue else ()
    if not found:  # the queue has been deleted, or disabled
        gone = told.model_copy(update={"rings": tuple(begun), "leaves_at": now, "because": "empty"})
        found = (known[place].model_copy(update={"stay": gone}),)
    prefix = told.name_prefix
    found = tuple(_shown(rung, prefix) if at == 0 else rung for at, rung in enumerate(found))
    after = (*known[:place], *found)
    if after == known:
        return None
    return Turn(at=now, what="requeue", leg_uuid=one.caller.leg_uuid, value=str(one.place), way=after)


def _shown(rung: Rung, prefix: str) -> Rung:
    return rung.model_copy(update={"stay": rung.stay and rung.stay.model_copy(update={"name_prefix": prefix})})


def _queued(
    context: Context,
    domain: Domain,
    number: str,
    coming: Coming,
    passed: tuple[str, ...],
    *,
    since: float | None = None,
    begun: Sequence[QueueRing] = (),
) -> tuple[Rung, ...]:
    """A queue, what becomes of the caller there, and whom it goes on to if nobody takes the call."""
    route = routing.route(context, domain, number, from_a_phone=False, passed=passed, in_sandbox=True)
    if not isinstance(route, ToQueue):
        return ()
    floor = _Floor(context, domain, coming)
    made = stay(
        route.order,
        caller=coming.caller,
        joins_at=coming.at,
        since=coming.at if since is None else since,
        most=max(1, _MOST_RUNG - coming.rung),
        begun=begun,
        before=floor.waits_in(route.order.queue.queue_uuid),
        busy=floor.busy,
        past=floor.past(route.order.queue.queue_uuid),
        seed=coming.order.call_uuid,
    )
    ways_on = {"timeout": route.on_timeout, "full": route.on_full, "empty": route.on_empty}
    on = ways_on.get(made.because) if made.leaves_at is not None else None
    rung = Rung(number=number, stay=made)
    if on is None or made.leaves_at is None:
        return (rung,)
    coming = Coming(coming.order, made.leaves_at, coming.rung + sum(len(ring.numbers) for ring in made.rings))
    then = way(context, domain, on, coming, route.passed) or (Rung(number=on),)
    return (rung, *then)


def _scripts(context: Context, home: str) -> list[Script]:
    return [script for _, script in context.store.everything(keys.scripts(home), Script)]


def _plays(context: Context, home: str) -> list[Play]:
    return [Play(script) for script in _scripts(context, home)]


def _waits(play: Play, now: float) -> list[Queued]:
    """Where a caller waits now, or will."""
    return [
        one for one in play.queued if one.joins < play.ends and now < min(one.leaves, play.taken_at(one), play.ends)
    ]


class _Floor:
    """What all members of a domain do, as far as it is foretold, but for who joins a queue later than a caller."""

    def __init__(self, context: Context, domain: Domain, coming: Coming) -> None:
        self._now, self._coming = context.clock.now(), coming
        self._plays = [
            play
            for play in _plays(context, domain.domain_uuid)
            if play.script.order.call_uuid != coming.order.call_uuid
        ]
        self._wrap_ups = {
            queue.queue_uuid: queue.wrap_up_seconds
            for _, queue in context.store.everything(keys.queues(domain.domain_uuid), Queue)
        }

    @property
    def busy(self) -> dict[str, list[tuple[float, float]]]:
        """Until when extensions have calls, or rest; whoever is rung for somebody behind the caller is so still."""
        return busy_with(
            (party.number, party.start, party.ends + self._rests(play, party))
            for play in self._plays
            for until in [self._counts_until(play)]
            for party in play.parties
            if party.number in play.script.extensions and (party.start <= self._now or party.start < until)
        )

    def _counts_until(self, play: Play) -> float:
        """Until when what is foretold of a call stands before the caller: then it joins a queue behind him."""
        later = (one.joins for one in _waits(play, self._now) if one.joins > self._coming.at)
        return min(later, default=math.inf)

    def waits_in(self, queue_uuid: str) -> int:
        """How many wait in a queue when the caller comes."""
        found = (play.waits_in(self._coming.at) for play in self._plays)
        return sum(one is not None and one.queue_uuid == queue_uuid for one in found)

    def past(self, queue_uuid: str) -> Past:
        """The calls of a queue that members have taken."""
        taken: dict[str, int] = {}
        ended: dict[str, float] = {}
        last: tuple[float, str] | None = None
        for play in self._plays:
            for one in play.queued:
                if one.queue_uuid != queue_uuid:
                    continue
                for party in play.parties:
                    if party.source != one.caller.leg_uuid:
                        continue
                    last = max(last or (0.0, ""), (party.start, party.number))
                    if party.answered is not None:
                        taken[party.number] = taken.get(party.number, 0) + 1
                        ended[party.number] = max(ended.get(party.number, 0.0), party.ends)
        return Past(taken, ended, last[1] if last else None)

    def _rests(self, play: Play, party: Party) -> float:
        """Seconds a member rests after a call of a queue."""
        if party.answered is None:
            return 0.0
        of = next((one for one in play.queued if one.caller.leg_uuid == party.source), None)
        return float(self._wrap_ups.get(of.queue_uuid, 0)) if of else 0.0
