"""The figures of queues and agents, counted from what was told of each caller: the same on every kind of switch.

A caller belongs to the hour and the day in which it joined the queue. Who waits still is offered, and nothing else yet.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from ringpost.clock import seconds, stamp
from ringpost.context import Context
from ringpost.model.agent import Agent, AgentSpan
from ringpost.model.errors import CannotComply
from ringpost.model.queue import Queue, QueueVisit
from ringpost.model.record import Entity
from ringpost.services import pages
from ringpost.services.happenings.queue_events import missed_because
from ringpost.services.history.call_statistics import zone_of
from ringpost.store import keys

MOST_VISITS = 50_000
_AT_ONCE = 5000
_LONGEST_SPAN = 31 * 86_400.0
"""Seconds before a time in which what lasts into it may have begun."""
By = Literal["hour", "day", "queue", "agent"]


class QueueFigures(Entity):
    """What came of the callers of one hour, day, queue or agent, or of all. Seconds, whole ones."""

    of: str | None = Field(
        description="the hour, the day, the queue's name or the agent's number; null: all, or nobody"
    )
    offered: int = Field(default=0, description="callers that joined")
    answered: int = 0
    abandoned: int = Field(default=0, description="hung up while they waited")
    overflowed: int = Field(default=0, description="waited too long, or came when it was full or empty")
    elsewhere: int = Field(default=0, description="picked, sent on, hung up from here, or lost with their switch")
    waiting: int = Field(default=0, description="wait still")
    in_service_level: int = Field(default=0, description="answered within their queue's service_level")
    service_level: float | None = Field(default=None, description="of the answered and the abandoned, in percent")
    mean_wait: int | None = Field(default=None, description="of all that wait no more")
    longest_wait: int | None = None
    talk: int = Field(default=0, description="with members, all together")
    mean_talk: int | None = None
    wrap_up: int = Field(default=0, description="rest after those calls, all together")


class AgentFigures(Entity):
    """What an agent did, or all in an hour or a day. Seconds, whole ones."""

    of: str | None = Field(description="the agent's number, the hour, the day or the queue's name; null: all, or none")
    answered: int = 0
    missed: int = Field(default=0, description="rang, and were not answered, though nobody else took them")
    talk: int = 0
    mean_talk: int | None = None
    wrap_up: int = 0
    logged_in: int = Field(default=0, description="of what was asked for, by agent only")
    paused: int = Field(default=0, description="of what was asked for, by agent only")


class Asked(Entity):
    """What is counted."""

    since: str
    until: str
    by: By
    timezone: str = "UTC"
    queue: Queue | None = None
    agent: Agent | None = None


def asked(context: Context, since: str | None, until: str | None, by: By, timezone: str) -> Asked:
    """What is counted; without a time, today so far."""
    zone = zone_of(timezone)
    if since is None:
        midnight = datetime.fromtimestamp(seconds(context.now), zone).replace(hour=0, minute=0, second=0, microsecond=0)
        since = stamp(midnight.timestamp())
    pages.check_span(since, until)
    return Asked(since=since, until=min(until or context.now, context.now), by=by, timezone=timezone)


def of_queues(context: Context, home: str, asked: Asked) -> tuple[list[QueueFigures], QueueFigures]:
    """The figures of queues, in order, and all together."""
    visits = _visits(context, home, asked)
    groups = _grouped(visits, _group(context, home, asked))
    return [_count(of, visits) for of, visits in groups], _count(None, visits)


def of_agents(context: Context, home: str, asked: Asked) -> tuple[list[AgentFigures], AgentFigures]:
    """The figures of agents, in order, and all together."""
    agents = [asked.agent] if asked.agent else [one for _, one in context.store.everything(keys.agents(home), Agent)]
    shares = [share for visit in _visits(context, home, asked) for share in _shares(visit)]
    if asked.agent:
        shares = [share for share in shares if share.agent_uuid == asked.agent.agent_uuid]
    known = {agent.agent_uuid: agent for agent in agents}
    spent = {agent.agent_uuid: _spent(context, agent, asked) for agent in agents}
    if asked.by != "agent":
        found = [_agent_count(of, some) for of, some in _grouped(shares, _share_group(context, home, asked))]
    else:
        by_agent: dict[str, list[_Share]] = {agent.agent_uuid: [] for agent in agents}
        for share in shares:
            if share.agent_uuid in by_agent:
                by_agent[share.agent_uuid].append(share)
        found = [
            _agent_count(known[uuid].number, some).model_copy(update=spent[uuid]) for uuid, some in by_agent.items()
        ]
    together = {what: sum(one[what] for one in spent.values()) for what in ("logged_in", "paused")}
    return found, _agent_count(None, shares).model_copy(update=together)


class _Share(Entity):
    """An agent's part in a caller's time: it took the call, or did not."""

    agent_uuid: str | None
    queue_uuid: str
    at: str
    took: bool = False
    talked: float = 0.0
    wrap_up: int = 0


def _shares(visit: QueueVisit) -> Iterable[_Share]:
    for one in visit.attempts:
        if one.ended_at is not None and one.leg_uuid != visit.agent_leg_uuid and missed_because(one.cause):
            yield _Share(agent_uuid=one.agent_uuid, queue_uuid=visit.queue_uuid, at=visit.joined_at)
    if visit.left_because == "answered":
        yield _Share(
            agent_uuid=visit.agent_uuid,
            queue_uuid=visit.queue_uuid,
            at=visit.joined_at,
            took=True,
            talked=visit.talked or 0.0,
            wrap_up=visit.wrap_up_seconds if visit.ended_at else 0,
        )


def _visits(context: Context, home: str, asked: Asked) -> list[QueueVisit]:
    found: list[QueueVisit] = []
    after, read = None, 0
    while True:
        rows = context.store.listed(
            keys.queue_visits(home), QueueVisit, between=(asked.since, asked.until), after=after, limit=_AT_ONCE
        )
        seen = (visit.as_of(context.now) for _, visit in rows)
        found += [visit for visit in seen if visit and _is_asked_for(visit, asked)]
        read += len(rows)
        if len(rows) < _AT_ONCE:
            return found
        if read >= MOST_VISITS:
            raise CannotComply(
                f"these are more than {MOST_VISITS} callers: ask for a shorter time, with from and until"
            )
        after = rows[-1][0]


def _is_asked_for(visit: QueueVisit, asked: Asked) -> bool:
    if asked.queue is not None and visit.queue_uuid != asked.queue.queue_uuid:
        return False
    if asked.agent is None:
        return True
    uuid = asked.agent.agent_uuid
    return visit.agent_uuid == uuid or any(one.agent_uuid == uuid for one in visit.attempts)


def _count(of: str | None, visits: Sequence[QueueVisit]) -> QueueFigures:
    left = [visit for visit in visits if not visit.waits]
    waits = [visit.waited or 0.0 for visit in left]
    answered = [visit for visit in left if visit.left_because == "answered"]
    talks = [visit.talked for visit in answered if visit.talked is not None]
    abandoned = sum(visit.left_because == "abandoned" for visit in left)
    overflowed = sum(visit.left_because in ("timeout", "full", "empty") for visit in left)
    in_time = sum(visit.was_in_time for visit in answered)
    judged = len(answered) + abandoned
    return QueueFigures(
        of=of,
        offered=len(visits),
        answered=len(answered),
        abandoned=abandoned,
        overflowed=overflowed,
        elsewhere=len(left) - len(answered) - abandoned - overflowed,
        waiting=len(visits) - len(left),
        in_service_level=in_time,
        service_level=round(100.0 * in_time / judged, 1) if judged else None,
        mean_wait=_mean(waits),
        longest_wait=int(max(waits)) if waits else None,
        talk=int(sum(talks)),
        mean_talk=_mean(talks),
        wrap_up=sum(visit.wrap_up_seconds for visit in answered if visit.ended_at),
    )


def _agent_count(of: str | None, shares: Sequence[_Share]) -> AgentFigures:
    took = [share for share in shares if share.took]
    return AgentFigures(
        of=of,
        answered=len(took),
        missed=len(shares) - len(took),
        talk=int(sum(share.talked for share in took)),
        mean_talk=_mean([share.talked for share in took]),
        wrap_up=sum(share.wrap_up for share in took),
    )


def _mean(lengths: Sequence[float]) -> int | None:
    return round(sum(lengths) / len(lengths)) if lengths else None


def _group(context: Context, home: str, asked: Asked) -> Callable[[QueueVisit], str | None]:
    if asked.by == "agent":
        numbers = _names(context, home, "agent")
        return lambda visit: numbers.get(visit.agent_uuid or "", visit.extension)
    if asked.by == "queue":
        names = _names(context, home, "queue")
        return lambda visit: names.get(visit.queue_uuid, visit.queue_uuid)
    of_time = _of_time(asked)
    return lambda visit: of_time(visit.joined_at)


def _share_group(context: Context, home: str, asked: Asked) -> Callable[[_Share], str | None]:
    if asked.by == "queue":
        names = _names(context, home, "queue")
        return lambda share: names.get(share.queue_uuid, share.queue_uuid)
    of_time = _of_time(asked)
    return lambda share: of_time(share.at)


def _names(context: Context, home: str, of: Literal["queue", "agent"]) -> dict[str, str]:
    if of == "queue":
        return {queue.queue_uuid: queue.name for _, queue in context.store.everything(keys.queues(home), Queue)}
    return {one.agent_uuid: one.number for _, one in context.store.everything(keys.agents(home), Agent)}


def _of_time(asked: Asked) -> Callable[[str], str]:
    zone = zone_of(asked.timezone)

    def of(at: str) -> str:
        moment = datetime.fromisoformat(at).astimezone(zone)
        return moment.date().isoformat() if asked.by == "day" else moment.strftime("%Y-%m-%dT%H:00%z")

    return of


def _grouped(things: Sequence[Any], of: Callable[[Any], str | None]) -> list[tuple[str | None, list[Any]]]:
    groups: dict[str | None, list[Any]] = {}
    for one in things:
        groups.setdefault(of(one), []).append(one)
    return [(name, groups[name]) for name in sorted(groups, key=lambda name: (name is None, name or ""))]


def _spent(context: Context, agent: Agent, asked: Asked) -> dict[str, int]:
    """For how long an agent was logged in and paused, of the time that is asked for."""
    begins, ends = seconds(asked.since), seconds(asked.until)
    between = (stamp(max(0.0, begins - _LONGEST_SPAN)), asked.until)
    spans = context.store.everything(keys.agent_spans(agent.domain_uuid, agent.agent_uuid), AgentSpan, between=between)
    times: list[tuple[str, str, str | None]] = [(one.what, one.since, one.until) for _, one in spans if one.until]
    open_since = {"login": agent.logged_in_at, "pause": agent.paused_at}
    times += [(what, since, None) for what, since in open_since.items() if since]
    spent = {"login": 0.0, "pause": 0.0}
    for what, since, until in times:
        ended = seconds(until) if until else ends
        spent[what] += max(0.0, min(ended, ends) - max(seconds(since), begins))
    return {"logged_in": int(spent["login"]), "paused": int(spent["pause"])}
