"""What follows from what is told of the sandbox's calls, once it is told: nothing else runs there when it falls due.

A switch's link hands in what phones do; of played ones the events say it, and the same is done then.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.event import Event
from ringpost.model.notices import Notice
from ringpost.model.route import AgentCode
from ringpost.services.numbers import routing
from ringpost.services.switching import agent_codes
from ringpost.services.switching.agent_codes import Rang
from ringpost.store import keys

_ANSWERED = "call.answered"


def has_one(event: Event) -> bool:
    """Whether something may follow from an event."""
    call = event.data.get("call") or {}
    if event.domain_uuid is None or not call.get("sandbox"):
        return False
    if event.type == _ANSWERED:
        return _is_code(call.get("destination_number")) and event.data["leg_uuid"] == call["call_uuid"]
    return event.type in agent_codes.COUNTED


def follow(context: Context, events: Sequence[Event]) -> None:
    """Do what follows: who does not answer is counted and may be paused, and a code that is dialled is heard; commits.

    Of what cannot be done nothing is done.
    """
    agent_codes.count(context, [*_rang(events)])
    for event in events:
        if event.type == _ANSWERED:
            context.write_apart(partial(_dialled, context, event))


def _is_code(number: str | None) -> bool:
    return bool(number) and routing.agent_code(number or "") is not None


def _rang(events: Sequence[Event]) -> Iterator[Rang]:
    for event in events:
        data = event.data
        if event.type in agent_codes.COUNTED and data.get("agent") and data.get("queue"):
            about = data["agent"]["agent_uuid"], data["queue"]["queue_uuid"]
            yield Rang(event.domain_uuid or "", *about, event.due_at, data.get("reason"))


def _dialled(context: Context, event: Event) -> None:
    """Whoever has answered is connected with what was dialled: its own phone has, if it is an extension's."""
    call, data = event.data["call"], event.data
    domain = context.store.get(keys.domain(call["domain_uuid"]), Domain)
    code = routing.route(context, domain, call["destination_number"], in_sandbox=True) if domain else None
    if domain is None or not isinstance(code, AgentCode):
        return
    notice = Notice(
        what="agent_code",
        at=event.due_at,
        domain_uuid=domain.domain_uuid,
        leg_uuid=data["leg_uuid"],
        start_stamp=event.due_at,
        extension=data["extension"],
        agent_code=code.what,
        agent_number=code.agent,
    )
    agent_codes.dialled(context, domain, notice)
