"""The sandbox's calls, written down ahead of time: their records and events, each due when it will have happened."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.call import Call, CallOrder, Direction, Leg, Rung
from ringpost.model.conference import Participant
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply
from ringpost.model.extension import Extension
from ringpost.model.queue import QueueVisit
from ringpost.model.transfer import Transfer
from ringpost.services.happenings.call_events import Happening, advanced, begun
from ringpost.services.happenings.call_telling import (
    Teller,
    event_uuid,
    keep_transfers,
    keep_visits,
    looked_up,
    record_event_uuid,
    with_agents,
)
from ringpost.services.numbers import numbering, routing
from ringpost.services.records import joining
from ringpost.services.switching import meters, sandbox_rooms, sandbox_slots, sandbox_ways
from ringpost.services.switching.sandbox_ways import Coming, way_in
from ringpost.services.tenants import domains
from ringpost.store import Delete, Key, Put, Row, keys
from ringpost.switch.sandbox import telling
from ringpost.switch.sandbox.play import CALLS_IN, Play, fate_of
from ringpost.switch.scripts import Knows, Script, Turn

_KEPT = 3600
_RUNG_BEFORE = 3
"""As many phones count as rung before a call is sent on: what was foretold of it is taken back in one transaction."""


class SandboxCalls:
    """The ``Scripts`` of the sandbox, in the store."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of_domain(self, domain_uuid: str) -> list[Script]:
        """The scripts of a domain's calls, those that have ended of late among them."""
        listed = self._context.store.everything(keys.scripts(domain_uuid), Script)
        return [script for _, script in listed]

    def way(self, domain_uuid: str, number: str, order: CallOrder, at: float) -> tuple[Rung, ...]:
        """Whom a number leads to, as extensions are forwarded."""
        domain = domains.named(self._context, domain_uuid)
        return way_in(self._context, domain, number, Coming(order, at, rung=_RUNG_BEFORE))

    def rewrite(self, script: Script) -> None:
        """Something was done to a call that changes what becomes of it."""
        order = script.order
        earlier = script.model_copy(update={"turns": script.turns[:-1]})
        _rewrite(self._context, domains.named(self._context, order.domain_uuid), script, earlier)
        self._context.afterwards.append(lambda: self.requeue(order.domain_uuid))
        if any(one.moderator for one in Play(script).met):
            self._context.afterwards.append(lambda: _send_away(self._context, order.domain_uuid))

    def who_knows(self, domain_uuid: str, room: str, pin: str) -> Knows | None:
        """What somebody is in a conference room who says that PIN."""
        return sandbox_rooms.who_knows(self._context, domain_uuid, room, pin)

    def requeue(self, domain_uuid: str) -> None:
        """Find out anew what becomes of those who wait, the first first."""
        requeue(self._context, domain_uuid)

    def note(self, script: Script) -> None:
        """Something was done to a call that changes nothing of what becomes of it."""
        _keep(self._context, script, Play(script).ends)


def is_from_outside(order: CallOrder) -> bool:
    """Whether A is who calls in from outside, and not somebody to ring."""
    return order.monitors is None and order.destination_a.endswith(CALLS_IN)


def prepared(context: Context, domain: Domain, order: CallOrder) -> CallOrder:
    """The order as it will be acted out: whom B leads to now."""
    at = seconds(order.placed_at) + fate_of(order.destination_a).after
    way = sandbox_slots.way(context, domain, order) or way_in(context, domain, order.destination_b, Coming(order, at))
    return order.model_copy(update={"way": way})


def from_outside(context: Context, domain: Domain, order: CallOrder) -> CallOrder:
    """The order of a call from outside, as it will be acted out; refused if what it dials leads nowhere."""
    number = order.destination_b
    inbound, prefix = routing.inbound(context, number), ""
    if inbound is not None and inbound.domain.domain_uuid == domain.domain_uuid:
        number, prefix = inbound.number, inbound.destination.destination_cid_name_prefix
    elif numbering.holder(context, domain.domain_uuid, number) is None:
        raise CannotComply(
            f"{number} is no number of this domain: destination-list has them", parameter="destination_b"
        )
    routing.check(context, domain, number, "destination_b", in_sandbox=True)
    coming = Coming(order.model_copy(update={"direction": "inbound"}), seconds(order.placed_at))
    rungs = way_in(context, domain, number, coming) or (Rung(number=number),)
    return order.model_copy(update={"direction": "inbound", "way": tuple(_named(rung, prefix) for rung in rungs)})


def _named(rung: Rung, prefix: str) -> Rung:
    """A rung with what the number that was dialled is shown with, in front."""
    stay = rung.stay and rung.stay.model_copy(update={"name_prefix": f"{prefix} {rung.stay.name_prefix}".strip()})
    return rung.model_copy(update={"name_prefix": f"{prefix} {rung.name_prefix}".strip(), "stay": stay})


def requeue(context: Context, home: str, since: float = 0.0) -> None:
    """Find out anew what becomes of those who wait in a domain's queues, the first first; each is written by itself.

    ``since``: of those who join one after that.
    """
    domain = domains.named(context, home)
    for call_uuid in sandbox_ways.Turns(context, home, since):
        context.write_apart(partial(_wait_on, context, domain, call_uuid))


def _send_away(context: Context, home: str) -> None:
    """Who is in a room still whose last moderator is gone has to leave, if it ends so."""
    domain = domains.named(context, home)
    for one in sandbox_rooms.without_moderator(context, domain):
        context.write_apart(partial(_dismiss, context, domain, one))


def _dismiss(context: Context, domain: Domain, one: Participant) -> None:
    call_uuid = one.call_uuid or one.leg_uuid
    script = context.store.get(keys.script(domain.domain_uuid, call_uuid), Script)
    if script is not None:
        turn = Turn(at=context.clock.now(), what="dismiss", leg_uuid=one.leg_uuid)
        _rewrite(context, domain, script.model_copy(update={"turns": (*script.turns, turn)}), script)


def _rewrite(context: Context, domain: Domain, after: Script, earlier: Script, *, beside: bool = False) -> None:
    """Stage what has become of a call, in the place of what was foretold; ``beside`` another one of its domain."""
    before = context.store.get(keys.cdr(domain.domain_uuid, after.order.call_uuid), Call)
    legs = telling.legs(Play(after))
    until = seconds(max(leg.end_stamp or leg.start_stamp for leg in legs))
    if beside:
        _counted_apart(context, after.order, until)
    else:
        meters.runs_until(context, after.order, until)
    write(context, domain, after, legs, before, earlier)
    for turn in after.turns:
        if turn.what == "take":
            _keep_taker_counted(context, domain, after, turn)


def _keep_taker_counted(context: Context, domain: Domain, taken: Script, turn: Turn) -> None:
    """Whoever has taken it from its slot placed a call for that, which runs as long as its leg does."""
    order = context.store.get(keys.order(domain.domain_uuid, turn.other_uuid), CallOrder)
    if order is not None:
        _counted_apart(context, order, sandbox_slots.ends(taken, turn.other_uuid))


def _counted_apart(context: Context, order: CallOrder, until: float) -> None:
    """Beside another call of the same domain: a row is written once in a transaction, so its meters have their own."""
    context.afterwards.append(lambda: context.write_apart(lambda: meters.runs_until(context, order, until)))


def _wait_on(context: Context, domain: Domain, call_uuid: str) -> None:
    """What becomes of one who waits, from now on."""
    one_at_a_time = sandbox_ways.turnstile(context, domain)
    script = context.store.get(keys.script(domain.domain_uuid, call_uuid), Script)
    turn = sandbox_ways.onward(context, domain, script) if script else None
    if script is None or turn is None or context.store.get(keys.cdr(domain.domain_uuid, call_uuid), Call) is None:
        return
    context.store.stage(one_at_a_time, Moved())
    others = (one for one in script.turns if (one.what, one.value) != (turn.what, turn.value))
    _rewrite(context, domain, script.model_copy(update={"turns": (*others, turn)}), script)


def write(
    context: Context,
    domain: Domain,
    script: Script,
    foretold: Sequence[Leg],
    before: Call | None = None,
    earlier: Script | None = None,
) -> None:
    """Stage a script, the record of its call, and the events, each due when it will have happened.

    ``before`` and ``earlier`` are the record and the script it had until now, if it had. A call that takes another one
    from its slot has none of these: that other one is written.
    """
    order = script.order
    if before is None and _takes(context, domain, order):
        return
    legs = [joining.with_extension(context, domain.domain_uuid, leg) for leg in foretold]
    is_local = legs[0].extension is not None and _leads_to_extension(context, domain, order, legs)
    direction = order.direction or ("local" if is_local else "outbound")
    directed = [
        leg.model_copy(
            update={
                "direction": direction,
                "missed_call": False if leg.leg == "a" and order.direction != "inbound" else None,
            }
        )
        for leg in legs
    ]
    end = max(leg.end_stamp or leg.start_stamp for leg in legs)
    extensions = tuple(sorted({leg.extension for leg in legs if leg.extension}))
    kept = _keep(context, script.model_copy(update={"extensions": extensions}), seconds(end))
    marks = joining.Marks(order.external_id, order.tags, sandbox=True, due_at=end)
    call = joining.foretold(context, domain, before, directed, marks)
    was = None
    if before is not None and earlier is not None:
        was = _Told(before, _happenings(context, domain, earlier, before.direction))
    told = _Told(call, _happenings(context, domain, kept, call.direction))
    _tell(context, domain, script.turns, was, told)
    keep_visits(context, was.visits if was else (), told.visits)
    keep_transfers(context, was.transfers if was else (), told.transfers)
    if before is None:
        since = seconds(told.visits[0].joined_at) if told.visits else 0.0
        context.afterwards.append(lambda: requeue(context, domain.domain_uuid, since))


def _takes(context: Context, domain: Domain, order: CallOrder) -> bool:
    """Stage that a new call takes another one from its slot, if it does: it is a leg of that, and nothing else."""
    taking = order.way[0].takes if order.way else None
    if taking is None:
        return False
    script = context.store.get(keys.script(domain.domain_uuid, taking.call_uuid), Script)
    if script is None:
        raise Moved
    _rewrite(context, domain, sandbox_slots.taken(script, order), script, beside=True)
    return True


def _keep(context: Context, script: Script, ends: float) -> Script:
    """Stage a script as it is now."""
    kept = script.model_copy(update={"version": script.version + 1})
    key = keys.script(script.order.domain_uuid, script.order.call_uuid)
    row = Row(key, kept.model_dump_json(), kept.version, int(ends) + _KEPT)
    condition = Put(row, if_version=script.version) if script.version else Put(row, if_absent=True)
    context.store.stage(condition, Moved())
    return kept


def _tell(context: Context, domain: Domain, turns: Sequence[Turn], before: "_Told | None", after: "_Told") -> None:
    """Note the events to come, in the place of those that were to come before: since something was done, the last."""
    since = stamp(turns[-1].at) if turns else ""
    told = {key for key in _keys(before) if key.sort >= since} if before else set()
    for key in told - set(_keys(after)):
        context.store.stage(Delete(key))
        context.store.stage(Delete(keys.due_event(domain.domain_uuid, key.sort)))
    teller = Teller(context)
    for happening in after.happenings:
        if happening.at >= since:
            teller.tell(happening, happening.at)
    call = after.call
    context.happened(
        "cdr.created",
        call.domain_uuid,
        call.model_dump(),
        due_at=call.due_at or call.end_stamp,
        call_uuid=call.xml_cdr_uuid,
        sequence=joining.RECORD_EVENTS,
        event_uuid=record_event_uuid(call),
    )


class _Told(NamedTuple):
    """What is told of a call: its record, and before that what happens."""

    call: Call
    happenings: list[Happening]

    @property
    def visits(self) -> tuple[QueueVisit, ...]:
        """Its times in queues, as they will have been."""
        return self.happenings[-1].call.visits if self.happenings else ()

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """Its transfers, as they will have been."""
        return self.happenings[-1].call.transfers if self.happenings else ()


def _keys(told: _Told) -> list[Key]:
    call = told.call
    end = call.due_at or call.end_stamp or call.start_stamp
    return [
        *(keys.event(call.domain_uuid, one.at, one.call.sequence, event_uuid(one)) for one in told.happenings),
        keys.event(call.domain_uuid, end, joining.RECORD_EVENTS, record_event_uuid(call)),
    ]


def _happenings(context: Context, domain: Domain, script: Script, direction: Direction | None) -> list[Happening]:
    """What happens to a call of that script, as a switch would have told it."""
    first, *rest = (notice.model_copy(update={"direction": direction}) for notice in telling.notices(Play(script)))
    call = begun(first, domain.domain_name).model_copy(update={"sandbox": True})
    call = looked_up(context, call, script.order)
    found: list[Happening] = []
    for notice in (first, *rest):
        call, happened = advanced(call, notice)
        call = with_agents(context, call)
        found += happened
    return found


def _leads_to_extension(context: Context, domain: Domain, order: CallOrder, legs: Sequence[Leg]) -> bool:
    """Whether B, or whom its forwards lead to, is within the domain: its leg knows, if there will be one."""
    holder = numbering.holder(context, domain.domain_uuid, order.destination_b)
    is_within = holder is not None and not isinstance(holder, Extension)
    if is_within or order.destination_b.startswith("*"):
        return True
    b = max(1, len(order.way))
    return legs[b].extension is not None if len(legs) > b else holder is not None
