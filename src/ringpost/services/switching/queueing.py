"""Who is logged in to queues, where, and who rests: the table says so, and the switch is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringpost.clock import seconds
from ringpost.context import Context, Moved
from ringpost.model.agent import Agent, AgentSpan
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, Forbidden
from ringpost.model.queue import Queue, QueueMember
from ringpost.model.user import User
from ringpost.services import kept
from ringpost.services.numbers import numbering, queue_orders
from ringpost.services.switching import lines
from ringpost.store import Check, Key, Put, Row, keys
from ringpost.store.keys import agent_layout
from ringpost.switch import Switch

_AWAY = "away"
_HAS_QUEUES = "queue-status"
"""The action that whatever has queues can do."""
_ROWS_OF_ONE = 14
"""Of a queue, or of an agent, with its events and those of its whiles."""
_SPAN_DAYS = 400
_A_DAY = 86_400


def everything(context: Context, home: str) -> list[Queue]:
    """All queues of a domain, by name."""
    return [queue for _, queue in context.store.everything(keys.queues(home), Queue)]


def queues_of(context: Context, agent: Agent) -> list[Queue]:
    """The queues an agent is a member of, by name."""
    return [queue for queue in everything(context, agent.domain_uuid) if queue.member(agent=agent.number)]


def tell(context: Context, home: str, queues: Sequence[Queue]) -> None:
    """Have the domain's switch know these queues as they are once all is written, each once."""
    if not queues:
        return
    uuids = dict.fromkeys(queue.queue_uuid for queue in queues)
    known = (one for one in context.afterwards if isinstance(one, _Telling) and one.home == home)
    if (telling := next(known, None)) is not None:
        telling.queues |= uuids
    else:
        context.afterwards.append(_Telling(context, home, uuids))


@dataclass(slots=True)
class _Telling:
    """What a domain's switch is to be told of once all is written, by the queues' uuids."""

    context: Context
    home: str
    queues: dict[str, None]

    def __call__(self) -> None:
        domain = self.context.store.get(keys.domain(self.home), Domain)
        if domain is not None:
            lines.tell(self.context, domain, _HAS_QUEUES, self._set_queues)

    def _set_queues(self, switch: Switch, domain: Domain) -> None:
        found = (self.context.store.get(keys.queue(self.home, uuid), Queue) for uuid in self.queues)
        switch.set_queues(domain, queue_orders.of_all(self.context, self.home, [queue for queue in found if queue]))


def tell_now(context: Context, home: str) -> None:
    """Tell the domain's switch of all its queues, at once; raises what it says."""
    domain = context.store.get(keys.domain(home), Domain)
    if domain is not None:
        queues = queue_orders.of_all(context, home, everything(context, home))
        lines.of(context, domain).set_queues(domain, queues)


def make_room(context: Context) -> None:
    """Write what is staged, if the next queue or agent might not fit: each is whole by itself."""
    if context.store.room < _ROWS_OF_ONE:
        context.commit()


def tell_gone(context: Context, queue: Queue) -> None:
    """Have the domain's switch forget a queue once all is written."""

    def drop(switch: Switch, domain: Domain) -> None:
        switch.drop_queue(domain, queue.queue_uuid)

    lines.afterwards(context, queue.domain_uuid, _HAS_QUEUES, drop, built_in=True)


def log_in(context: Context, agent: Agent, extension: str, queues: Sequence[Queue] | None) -> Agent:
    """Log an agent in at an extension, for these of its queues or for all; if it is logged in elsewhere, it moves."""
    home = agent.domain_uuid
    phone = numbering.extension(context, home, extension)
    if phone is None or not phone.enabled:
        raise CannotComply(f"no extension here has the number {extension}, or it is disabled", parameter="extension")
    _check_own_phone(context, phone.user_uuid)
    key = keys.extension(home, phone.extension_uuid)
    context.store.stage(Check(key, if_version=phone.version), Moved())  # it may be deleted in this moment
    other = queue_orders.agent_at(context, home, extension)
    if other is not None and other.agent_uuid != agent.agent_uuid:
        raise _taken()
    its = queues_of(context, agent)
    chosen = _chosen(its, queues)
    if agent.extension == extension and chosen is not None:
        chosen = None if agent.queues is None else tuple(sorted({*agent.queues, *chosen}))
    if agent.extension == extension and agent.queues == chosen:
        tell(context, home, its)
        return agent
    if agent.extension not in (None, extension):
        _happened(context, "agent.logged_out", agent)
    changes = {"extension": extension, "queues": chosen, "logged_in_at": agent.logged_in_at or context.now}
    after = _changed(context, agent, changes)
    if agent.logged_in_at is None:
        _write_span(context, after, "login", context.now)
    _happened(context, "agent.logged_in", after, sequence=1)
    tell(context, home, its)
    return after


def log_out(context: Context, agent: Agent, queues: Sequence[Queue] | None = None) -> Agent:
    """Log an agent out of these queues, or of all; refused if it is logged in nowhere."""
    _check_logged_in(agent)
    its = queues_of(context, agent)
    if queues is not None:
        _chosen(its, queues)
        gone = {queue.queue_uuid for queue in queues}
        left = tuple(
            queue.queue_uuid for queue in its if agent.is_in(queue.queue_uuid) and queue.queue_uuid not in gone
        )
        if left:
            after = _changed(context, agent, {"queues": left})
            _happened(context, "agent.logged_out", after, queues=sorted(gone))
            tell(context, agent.domain_uuid, its)
            return after
    after = _changed(context, agent, _as_nowhere(context, agent))
    _happened(context, "agent.logged_out", after)
    tell(context, agent.domain_uuid, its)
    return after


def pause(context: Context, agent: Agent, queues: Sequence[Queue] | None, reason: str | None) -> Agent:
    """Let an agent get no calls, of these queues or of any."""
    _check_logged_in(agent)
    its = queues_of(context, agent)
    changes: dict[str, Any] = {"pause_reason": reason, "unanswered": 0}
    if queues is None:
        changes["paused"] = True
    else:
        _chosen(its, queues)
        _check_in(agent, queues)
        changes["paused_in"] = tuple(sorted({*agent.paused_in, *(queue.queue_uuid for queue in queues)}))
    if all(getattr(agent, name) == value for name, value in changes.items()):
        return agent
    is_new = agent.paused_at is None
    after = _changed(context, agent, changes | {"paused_at": agent.paused_at or context.now})
    if is_new:
        _write_span(context, after, "pause", context.now, reason=reason)
    _happened(context, "agent.paused", after)
    tell(context, agent.domain_uuid, its)
    return after


def unpause(context: Context, agent: Agent, queues: Sequence[Queue] | None) -> Agent:
    """Let an agent get calls again, of these queues or of all."""
    _check_logged_in(agent)
    back = {queue.queue_uuid for queue in queues or ()}
    left = () if queues is None else tuple(one for one in agent.paused_in if one not in back)
    if queues is not None and agent.paused:
        raise CannotComply("the agent is paused in all its queues: unpause it without queue", parameter="queue")
    if not agent.paused and left == agent.paused_in:
        return agent
    changes: dict[str, Any] = {"paused": False, "paused_in": left}
    if not left:
        changes |= _rested(context, agent)
    after = _changed(context, agent, changes)
    _happened(context, "agent.unpaused", after)
    tell(context, agent.domain_uuid, queues_of(context, agent))
    return after


def moved(context: Context, home: str, extensions: Mapping[str, str | None], but: frozenset[str] = frozenset()) -> None:
    """Extensions have other numbers now, or are gone: queues ring them there, or not at all, and so for agents.

    ``but`` are agents that are written already.
    """
    for before, after in extensions.items():
        agent = queue_orders.agent_at(context, home, before)
        if agent is None or agent.agent_uuid in but:
            continue
        if after is None:
            log_out(context, agent)
        else:
            _happened(context, "agent.updated", _changed(context, agent, {"extension": after}))
    for queue in everything(context, home):
        rung = (_moved(member, extensions) for member in queue.members)
        members = tuple(member for member in rung if member)
        if members != queue.members:
            _with_members(context, queue, {"members": members})


def _moved(member: QueueMember, extensions: Mapping[str, str | None]) -> QueueMember | None:
    if member.extension is None or member.extension not in extensions:
        return member
    number = extensions[member.extension]
    return member.model_copy(update={"extension": number}) if number else None


def ringing(context: Context, home: str, number: str) -> list[Queue]:
    """The queues that ring an extension now: as a member, or for the agent that is logged in there."""
    agent = queue_orders.agent_at(context, home, number)
    who = agent.number if agent else None
    return [
        queue
        for queue in everything(context, home)
        if queue.member(extension=number) or (who and queue.member(agent=who))
    ]


def forget_user(context: Context, user: User) -> None:
    """A user is gone with its extensions: the agent it was is nobody's, and nobody is logged in there."""
    agents = _agents_of(context, user)
    for agent in agents:
        make_room(context)
        nowhere = _as_nowhere(context, agent) if agent.extension is not None else {}
        after = _changed(context, agent, {"user_uuid": None} | nowhere)
        _happened(context, "agent.logged_out" if nowhere else "agent.updated", after)
        tell(context, user.domain_uuid, queues_of(context, agent))
    known = frozenset(agent.agent_uuid for agent in agents)
    moved(context, user.domain_uuid, {one.extension: None for one in user.extensions}, known)


def log_out_user(context: Context, user: User) -> None:
    """A user is disabled: the agent it is works no more."""
    for agent in _agents_of(context, user):
        if agent.extension is not None:
            make_room(context)
            log_out(context, agent)


def forget_agent(context: Context, agent: Agent) -> None:
    """An agent is gone: no queue rings it."""
    for queue in queues_of(context, agent):
        _with_members(context, queue, {"members": tuple(one for one in queue.members if one.agent != agent.number)})


def _with_members(context: Context, queue: Queue, changes: dict[str, Any]) -> None:
    make_room(context)
    after = kept.update(context, queue, changes, keys.queue_layout)
    context.happened("queue.updated", queue.domain_uuid, after.model_dump())
    tell(context, queue.domain_uuid, [after])


def user_is(context: Context, user: User, *, away: bool) -> None:
    """A user says how it is: its agents rest in the queues that say so while it is away."""
    for agent in _agents_of(context, user):
        if agent.extension is None:
            continue
        make_room(context)
        resting = [queue for queue in queues_of(context, agent) if "away" in queue.pause_on] if away else []
        if resting:
            pause(context, agent, resting, _AWAY)
        elif not away and agent.pause_reason == _AWAY and not agent.paused:
            unpause(context, agent, None)


def _agents_of(context: Context, user: User) -> list[Agent]:
    agents = context.store.everything(keys.agents(user.domain_uuid), Agent, of_anybody=True)
    return [agent for _, agent in agents if agent.user_uuid == user.user_uuid]


def _chosen(its: Sequence[Queue], queues: Sequence[Queue] | None) -> tuple[str, ...] | None:
    if queues is None:
        return None
    known = {queue.queue_uuid for queue in its}
    for queue in queues:
        if queue.queue_uuid not in known:
            raise CannotComply(
                f"the agent is no member of {queue.name}: queue-member-add makes it one", parameter="queue"
            )
    return tuple(sorted({queue.queue_uuid for queue in queues}))


def _check_in(agent: Agent, queues: Sequence[Queue]) -> None:
    for queue in queues:
        if not agent.is_in(queue.queue_uuid):
            raise CannotComply(f"the agent is not logged in in {queue.name}", parameter="queue")


def _check_own_phone(context: Context, user_uuid: str | None) -> None:
    users = context.actor.users
    if users and user_uuid not in users:
        raise Forbidden("this key acts for a user: it logs in at that user's extensions only")


def _check_logged_in(agent: Agent) -> None:
    if agent.extension is None:
        raise CannotComply("the agent is not logged in: agent-login logs it in", parameter="agent")


def _taken() -> Conflict:
    return Conflict("another agent is logged in at that extension: log that one out first", parameter="extension")


def taken(claim: Key) -> Conflict:
    """What it means that somebody else has what an agent claims, by its key."""
    if claim.partition.endswith("#agents"):
        return Conflict("that agent number is taken in this domain", parameter="number")
    return _taken()


def _changed(context: Context, agent: Agent, changes: dict[str, Any]) -> Agent:
    return kept.update(context, agent, changes, agent_layout, taken=taken, renames=False)


def _as_nowhere(context: Context, agent: Agent) -> dict[str, Any]:
    """What changes of an agent who is logged in nowhere any more; its whiles end."""
    changes = _rested(context, agent)
    if agent.logged_in_at is not None:
        _write_span(context, agent, "login", agent.logged_in_at, until=context.now)
    return changes | {
        "extension": None, "queues": None, "logged_in_at": None, "paused": False, "paused_in": (), "unanswered": 0
    }  # fmt: skip


def _rested(context: Context, agent: Agent) -> dict[str, Any]:
    """What changes of an agent who is paused nowhere any more."""
    if agent.paused_at is not None:
        _write_span(context, agent, "pause", agent.paused_at, until=context.now, reason=agent.pause_reason)
    return {"pause_reason": None, "paused_at": None}


def _write_span(
    context: Context, agent: Agent, what: str, since: str, *, until: str | None = None, reason: str | None = None
) -> None:
    span = AgentSpan(agent_uuid=agent.agent_uuid, what=what, since=since, until=until, reason=reason)
    key = keys.agent_spans.at(agent.domain_uuid, agent.agent_uuid, f"{since}#{what}")
    expires = int(seconds(context.now)) + _SPAN_DAYS * _A_DAY
    context.store.stage(Put(Row(key, span.model_dump_json(), expires=expires)))


def _happened(context: Context, what: str, agent: Agent, *, sequence: int = 0, **more: Any) -> None:
    """Tell what an agent did; who moves is told as gone before it is told as there, by their ``sequence``."""
    context.happened(what, agent.domain_uuid, agent.model_dump() | more, sequence=sequence)
