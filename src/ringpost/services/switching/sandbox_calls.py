"""The sandbox's calls, written down ahead of time: their records and events, each due when it will have happened."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.call import Call, CallOrder, Direction, Leg, Rung
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply
from ringpost.model.ring_group import RingGroup
from ringpost.services.happenings.call_events import Happening, advanced, begun
from ringpost.services.happenings.call_telling import Teller, event_uuid, looked_up, record_event_uuid
from ringpost.services.numbers import numbering, routing
from ringpost.services.records import joining
from ringpost.services.switching import meters
from ringpost.services.tenants import domains
from ringpost.store import Delete, Key, Put, Row, keys
from ringpost.switch.sandbox.play import CALLS_IN, Play, fate_of
from ringpost.switch.scripts import Script, Turn

_KEPT = 3600
_MOST_RUNG = 5
"""Members of a ring group: what is foretold of a call is one transaction."""


class SandboxCalls:
    """The ``Scripts`` of the sandbox, in the store."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of_domain(self, domain_uuid: str) -> list[Script]:
        """The scripts of a domain's calls, those that have ended of late among them."""
        listed = self._context.store.everything(keys.scripts(domain_uuid), Script)
        return [script for _, script in listed]

    def way(self, domain_uuid: str, number: str) -> tuple[Rung, ...]:
        """Whom a number leads to, as extensions are forwarded."""
        return way(self._context, domains.named(self._context, domain_uuid), number)

    def rewrite(self, script: Script, legs: Sequence[Leg]) -> None:
        """Something was done to a call: these are the legs it will have had now."""
        order = script.order
        before = self._context.store.get(keys.cdr(order.domain_uuid, order.call_uuid), Call)
        ends = max(leg.end_stamp or leg.start_stamp for leg in legs)
        meters.runs_until(self._context, order, seconds(ends))
        write(self._context, domains.named(self._context, order.domain_uuid), script, legs, before)

    def note(self, script: Script) -> None:
        """Something was done to a call that changes nothing of what becomes of it."""
        _keep(self._context, script, Play(script).ends)


def is_from_outside(order: CallOrder) -> bool:
    """Whether A is who calls in from outside, and not somebody to ring."""
    return order.monitors is None and order.destination_a.endswith(CALLS_IN)


def prepared(context: Context, domain: Domain, order: CallOrder) -> CallOrder:
    """The order as it will be acted out: whom B leads to now."""
    return order.model_copy(update={"way": way(context, domain, order.destination_b)})


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
    rungs = way(context, domain, number) or (Rung(number=number),)
    named = tuple(rung.model_copy(update={"name_prefix": f"{prefix} {rung.name_prefix}".strip()}) for rung in rungs)
    return order.model_copy(update={"direction": "inbound", "way": named})


def way(context: Context, domain: Domain, number: str) -> tuple[Rung, ...]:
    """Whom a number leads to, as extensions are forwarded and not to be disturbed, and ring groups ring.

    A forward that leads nowhere is none, as for any switch.
    """
    rungs: list[Rung] = []
    passed: tuple[str, ...] = ()
    while True:
        if (
            passed
            and routing.route(context, domain, number, from_a_phone=False, passed=passed, in_sandbox=True) is None
        ):
            return tuple(rungs) or (Rung(number=passed[-1], do_not_disturb=True),)
        extension = numbering.holder(context, domain.domain_uuid, number)
        if isinstance(extension, RingGroup):
            return (*rungs, *_group(context, domain, extension))
        if extension is None:
            return (*rungs, Rung(number=number)) if passed else ()
        onward = routing.onward(extension, "unconditional", passed)
        if onward is None:
            rung = Rung(number=number, do_not_disturb=bool(extension.do_not_disturb))
            rungs.append(rung)
            cause = "USER_BUSY" if rung.do_not_disturb else fate_of(number).cause
            onward = routing.onward_after(extension, cause, passed)
        if onward is None:
            return tuple(rungs)
        number, passed = onward.number, onward.passed


def _group(context: Context, domain: Domain, group: RingGroup) -> Iterator[Rung]:
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
        yield Rung(
            number=member.number,
            do_not_disturb=is_busy,
            alongside=at_once and rung > 0,
            name_prefix=group.ring_group_cid_name_prefix or "",
        )
        rung += 1
        if not at_once and not is_busy and fate_of(member.number).cause is None:
            return
    if not rung:
        yield Rung(number=group.ring_group_extension, do_not_disturb=True)


def write(
    context: Context, domain: Domain, script: Script, foretold: Sequence[Leg], before: Call | None = None
) -> None:
    """Stage a script, the record of its call, and the events, each due when it will have happened."""
    order = script.order
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
    if before is not None:
        earlier = script.model_copy(update={"turns": script.turns[:-1]})
        was = _Told(before, _happenings(context, domain, earlier, before.direction))
    _tell(context, domain, script.turns, was, _Told(call, _happenings(context, domain, kept, call.direction)))


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


def _keys(told: _Told) -> list[Key]:
    call = told.call
    end = call.due_at or call.end_stamp or call.start_stamp
    return [
        *(keys.event(call.domain_uuid, one.at, one.call.sequence, event_uuid(one)) for one in told.happenings),
        keys.event(call.domain_uuid, end, joining.RECORD_EVENTS, record_event_uuid(call)),
    ]


def _happenings(context: Context, domain: Domain, script: Script, direction: Direction | None) -> list[Happening]:
    """What happens to a call of that script, as a switch would have told it."""
    first, *rest = (notice.model_copy(update={"direction": direction}) for notice in Play(script).notices())
    call = begun(first, domain.domain_name).model_copy(update={"sandbox": True})
    call = looked_up(context, call, script.order)
    found: list[Happening] = []
    for notice in (first, *rest):
        call, happened = advanced(call, notice)
        found += happened
    return found


def _leads_to_extension(context: Context, domain: Domain, order: CallOrder, legs: Sequence[Leg]) -> bool:
    """Whether B, or whom its forwards lead to, is within the domain: its leg knows, if there will be one."""
    holder = numbering.holder(context, domain.domain_uuid, order.destination_b)
    if isinstance(holder, RingGroup) or order.destination_b.startswith("*"):
        return True
    b = max(1, len(order.way))
    return legs[b].extension is not None if len(legs) > b else holder is not None
