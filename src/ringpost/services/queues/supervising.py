"""What a supervisor sees and does: who waits, what the members do, taking a caller out of the row."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ringpost.clock import seconds, stamp
from ringpost.context import Context
from ringpost.model.agent import Agent, AgentStatus
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound
from ringpost.model.live import LiveCall, LiveLeg
from ringpost.model.queue import (
    MemberState,
    Queue,
    QueueCaller,
    QueueMember,
    QueueMemberStatus,
    QueueStatus,
    QueueVisit,
    WaitingCaller,
)
from ringpost.services.calls import live_calls
from ringpost.services.calls.live_calls import Party
from ringpost.services.numbers import numbering, queue_orders, routing
from ringpost.services.queues import agents
from ringpost.services.switching import lines, queueing
from ringpost.store import keys
from ringpost.switch import Switch

_TALKS_AT_MOST = 4 * 3600.0
"""Seconds before now in which a caller may have joined who was spoken to just now."""


class Scene(NamedTuple):
    """What a domain's switch says at one moment."""

    line: Switch
    calls: Sequence[LiveCall]
    registered: Callable[[str], bool]
    """Whether an extension has a phone."""
    resting: frozenset[str]
    """The extensions that rest after a call of a queue."""

    def state(self, extension: str) -> MemberState:
        """What an extension is."""
        if not self.registered(extension):
            return "unregistered"
        states = {leg.state for call in self.calls for leg in call.legs if leg.extension == extension}
        if states - {"ringing"}:
            return "in_call"
        if states:
            return "ringing"
        return "wrap_up" if extension in self.resting else "idle"

    def calls_of(self, extension: str) -> tuple[LiveCall, ...]:
        """The calls an extension is in."""
        return tuple(call for call in self.calls if any(leg.extension == extension for leg in call.legs))


def scene(context: Context, domain: Domain, queues: Iterable[Queue]) -> Scene:
    """How things are with a domain's members now."""
    line = lines.of(context, domain)
    return Scene(line, line.calls(domain), lines.registered(line, domain), _resting(context, domain, queues))


def status(context: Context, domain: Domain, queues: Sequence[Queue]) -> list[QueueStatus]:
    """How queues are now."""
    now = scene(context, domain, queues)
    waiting = now.line.waiting(domain)
    return [
        _status(context, queue, now, [one for one in waiting if one.queue_uuid == queue.queue_uuid]) for queue in queues
    ]


def agents_status(context: Context, domain: Domain, some: Sequence[Agent]) -> list[AgentStatus]:
    """How agents are now."""
    queues = queueing.everything(context, domain.domain_uuid)
    now = scene(context, domain, queues)
    return [
        AgentStatus.model_validate(
            {
                **agent.model_dump(),
                "state": _state(now, agent, None),
                "in_queues": agents.places(agent, queues),
                "calls": now.calls_of(agent.extension) if agent.extension else (),
                "sandbox": now.line.is_sandbox,
            }
        )
        for agent in some
    ]


def pick(context: Context, domain: Domain, call_uuid: str, extension: str) -> tuple[WaitingCaller, Party]:
    """Let a waiting caller ring an extension, before its turn."""
    if routing.check_phone(context, domain, extension, "extension") is None:
        raise CannotComply("a waiting caller is taken by an extension", parameter="extension")
    return _taken_out(
        context, domain, call_uuid, "command.transferred", lambda line, home, leg: line.transfer(home, leg, extension)
    )


def remove(context: Context, domain: Domain, call_uuid: str) -> tuple[WaitingCaller, Party]:
    """Hang up a caller who waits."""
    return _taken_out(context, domain, call_uuid, "command.hung_up", lambda line, home, leg: line.hang_up(home, leg))


def _taken_out(
    context: Context, domain: Domain, call_uuid: str, what: str, do: Callable[[Switch, Domain, str], None]
) -> tuple[WaitingCaller, Party]:
    line = lines.of(context, domain)
    calls = line.calls(domain)
    for waiting in line.waiting(domain):
        call = next((one for one in calls if one.has(waiting.leg_uuid)), None)
        if call_uuid in (waiting.leg_uuid, waiting.call_uuid) or (call is not None and call.has(call_uuid)):
            leg = call.leg(waiting.leg_uuid) if call else None
            call = call or _alone(domain, waiting)
            party = Party(line, domain, call, leg or call.first, None)
            live_calls.acted(context, party, what, do)
            return waiting, party
    raise NotFound("nobody with that call waits in a queue")


def _alone(domain: Domain, waiting: WaitingCaller) -> LiveCall:
    """A caller whose switch lists no call of it yet."""
    leg = LiveLeg(leg_uuid=waiting.leg_uuid, state="answered", start_stamp=waiting.since)
    return LiveCall(
        call_uuid=waiting.call_uuid or waiting.leg_uuid,
        domain_uuid=domain.domain_uuid,
        state="answered",
        start_stamp=waiting.since,
        legs=(leg,),
    )


def _status(context: Context, queue: Queue, now: Scene, waiting: Sequence[WaitingCaller]) -> QueueStatus:
    at = seconds(context.now)
    callers = tuple(
        QueueCaller(
            position=place,
            call_uuid=one.call_uuid or one.leg_uuid,
            leg_uuid=one.leg_uuid,
            since=one.since,
            waited=max(0, int(at - seconds(one.since))),
            caller_id_number=one.caller_id_number,
            caller_id_name=one.caller_id_name,
        )
        for place, one in enumerate(waiting, 1)
    )
    members = tuple(_member(context, queue, member, now) for member in queue.members)
    return QueueStatus(
        queue_uuid=queue.queue_uuid,
        name=queue.name,
        extension=queue.extension,
        enabled=queue.enabled,
        waiting=callers,
        longest_wait=max((one.waited for one in callers), default=0),
        idle=sum(member.state == "idle" for member in members),
        members=members,
        sandbox=now.line.is_sandbox,
    )


def _member(context: Context, queue: Queue, member: QueueMember, now: Scene) -> QueueMemberStatus:
    home = queue.domain_uuid
    if member.agent is not None:
        agent = queue_orders.agent(context, home, member.agent)
        if agent is None:
            return QueueMemberStatus(**member.model_dump(), state="logged_out")
        return QueueMemberStatus(
            **member.model_dump(),
            agent_uuid=agent.agent_uuid,
            name=agent.full_name,
            at=agent.extension,
            state=_state(now, agent, queue),
            pause_reason=agent.pause_reason,
            unanswered=agent.unanswered,
        )
    extension = numbering.extension(context, home, member.extension or "")
    return QueueMemberStatus(
        **member.model_dump(),
        name=extension.effective_caller_id_name if extension else None,
        at=member.extension,
        state=now.state(member.extension or "") if extension and extension.enabled else "logged_out",
    )


def _state(now: Scene, agent: Agent, queue: Queue | None) -> MemberState:
    """What an agent is, in one of its queues or in all."""
    if agent.extension is None or (queue is not None and not agent.is_in(queue.queue_uuid)):
        return "logged_out"
    busy = now.state(agent.extension)
    if busy in ("in_call", "ringing"):
        return busy
    if agent.paused if queue is None else agent.is_paused_in(queue.queue_uuid):
        return "paused"
    return busy


def _resting(context: Context, domain: Domain, queues: Iterable[Queue]) -> frozenset[str]:
    """The extensions whose last call of a queue is over for less than that queue's wrap-up."""
    if not any(queue.wrap_up_seconds for queue in queues):
        return frozenset()
    now = seconds(context.now)
    between = (stamp(now - _TALKS_AT_MOST), context.now)
    rows = context.store.everything(keys.queue_visits(domain.domain_uuid), QueueVisit, between=between)
    visits = (visit.as_of(context.now) for _, visit in rows)
    return frozenset(
        visit.extension
        for visit in visits
        if visit and visit.extension and visit.ended_at and now < seconds(visit.ended_at) + visit.wrap_up_seconds
    )
