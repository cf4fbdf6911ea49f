"""The sandbox's calls, written down ahead of time: their records and events, each due when it will have happened."""

import uuid
from collections.abc import Sequence

from ringpost.clock import seconds
from ringpost.context import Context, Moved
from ringpost.model.call import Call, CallOrder, Leg, Rung
from ringpost.model.domain import Domain
from ringpost.services import cdrs, domains, meters, numbers, pages, routing
from ringpost.store import Delete, Key, Put, Row, keys
from ringpost.switch.sandbox_play import fate_of
from ringpost.switch.scripts import Script

_KEPT = 3600
_EVENTS = uuid.UUID("5e7e0f2c-9c1d-4b53-8a4e-72696e67706f")


class SandboxCalls:
    """The ``Scripts`` of the sandbox, in the store."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of_domain(self, domain_uuid: str) -> list[Script]:
        """The scripts of a domain's calls, those that have ended of late among them."""
        listed = self._context.store.listed(keys.scripts(domain_uuid), Script, limit=pages.WHOLE)
        return [script for _, script in listed]

    def way(self, domain_uuid: str, number: str) -> tuple[Rung, ...]:
        """Whom a number leads to, as extensions are forwarded."""
        return way(self._context, domain_uuid, number)

    def rewrite(self, script: Script, legs: Sequence[Leg]) -> None:
        """Something was done to a call: these are the legs it will have had now."""
        order = script.order
        before = self._context.store.get(keys.cdr(order.domain_uuid, order.call_uuid), Call)
        ends = max(leg.end_stamp or leg.start_stamp for leg in legs)
        meters.runs_until(self._context, order, seconds(ends))
        write(self._context, domains.named(self._context, order.domain_uuid), script, legs, before)


def way(context: Context, domain_uuid: str, number: str) -> tuple[Rung, ...]:
    """Whom a number leads to, one after the other, as extensions are forwarded and not to be disturbed."""
    rungs: list[Rung] = []
    passed: tuple[str, ...] = ()
    while True:
        extension = numbers.extension(context, domain_uuid, number)
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


def write(
    context: Context, domain: Domain, script: Script, foretold: Sequence[Leg], before: Call | None = None
) -> None:
    """Stage a script, the record of its call, and the events, each due when it will have happened."""
    order = script.order
    legs = [cdrs.with_extension(context, domain.domain_uuid, leg) for leg in foretold]
    is_local = legs[0].extension is not None and _leads_to_extension(context, domain, order, legs)
    directed = [
        leg.model_copy(
            update={
                "direction": "local" if is_local else "outbound",
                "missed_call": is_local and leg.leg == "b" and leg.answer_stamp is None,
            }
        )
        for leg in legs
    ]
    end = max(leg.end_stamp or leg.start_stamp for leg in legs)
    kept = script.model_copy(
        update={
            "extensions": tuple(sorted({leg.extension for leg in legs if leg.extension})),
            "version": script.version + 1,
        }
    )
    row = Row(
        Key(keys.scripts(domain.domain_uuid), order.call_uuid),
        kept.model_dump_json(),
        kept.version,
        int(seconds(end)) + _KEPT,
    )
    condition = Put(row, if_version=script.version) if script.version else Put(row, if_absent=True)
    context.store.stage(condition, Moved())
    marks = cdrs.Marks(order.external_id, order.tags, sandbox=True, due_at=end)
    _tell(context, before, cdrs.foretold(context, domain, before, directed, marks))


def _tell(context: Context, before: Call | None, call: Call) -> None:
    """Note the events to come, in the place of those that were to come before."""
    told = _events(before, context.now) if before else {}
    coming = _events(call, context.now if before else "")
    for key in told.keys() - coming.keys():
        context.store.stage(Delete(key))
    for what, sequence, due_at in coming.values():
        context.happened(
            what,
            call.domain_uuid,
            call.model_dump(),
            due_at=due_at,
            call_uuid=call.xml_cdr_uuid,
            sequence=sequence,
            event_uuid=_event_uuid(call, what),
        )


def _events(call: Call, since: str) -> dict[Key, tuple[str, int, str]]:
    """The events of a call that are due then or later, under the keys of their rows."""
    moments = [
        ("call.ringing", 1, call.start_stamp),
        ("call.answered", 2, call.answer_stamp),
        ("call.ended", 3, call.end_stamp),
        ("cdr.created", 4, call.end_stamp),
    ]
    return {
        keys.event(call.domain_uuid, due_at, sequence, _event_uuid(call, what)): (what, sequence, due_at)
        for what, sequence, due_at in moments
        if due_at is not None and due_at >= since
    }


def _event_uuid(call: Call, what: str) -> str:
    return str(uuid.uuid5(_EVENTS, f"{call.xml_cdr_uuid} {what}"))


def _leads_to_extension(context: Context, domain: Domain, order: CallOrder, legs: Sequence[Leg]) -> bool:
    """Whether B, or whom its forwards lead to, is an extension: its leg knows, if there will be one."""
    b = max(1, len(order.way))
    if len(legs) > b:
        return legs[b].extension is not None
    return numbers.extension(context, domain.domain_uuid, order.destination_b) is not None
