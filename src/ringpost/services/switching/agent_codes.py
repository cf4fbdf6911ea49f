"""What agents do on their phones: codes they dial, and calls they do not answer."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.agent import Agent
from ringpost.model.domain import Domain
from ringpost.model.errors import Problem
from ringpost.model.notices import Notice
from ringpost.model.queue import MissedBecause, PauseCause, Queue
from ringpost.services import kept
from ringpost.services.happenings.call_events import Happening
from ringpost.services.happenings.call_telling import agent_of
from ringpost.services.numbers import queue_orders
from ringpost.services.switching import queueing
from ringpost.store import keys

_PAUSED_ON: dict[MissedBecause, PauseCause] = {
    "no_answer": "no_answer",
    "busy": "no_answer",
    "refused": "no_answer",
    "unregistered": "unregistered",
}

COUNTED = ("agent.missed", "queue.connected")
"""The events that say whether an agent has answered."""
_AN_ORDER = 600.0
"""Seconds within which what a phone has dialled, or not answered, has an effect."""


def dialled(context: Context, domain: Domain, notice: Notice) -> None:
    """A phone has dialled a code: its extension's agent, or the one named, logs in or out, or rests or rests no more.

    Of what cannot be done nothing is done: the link that tells it is not held up.
    """
    if notice.extension is None:
        return
    home = domain.domain_uuid
    if notice.agent_number is not None:
        agent = queue_orders.agent(context, home, notice.agent_number)
    else:
        agent = queue_orders.agent_at(context, home, notice.extension)
    if agent is None or not _is_of_now(context, notice.at) or (agent.update_date or "") > notice.at:
        return  # somebody has said otherwise since
    if notice.agent_code != "log_in" and agent.extension != notice.extension:
        return  # nobody logs another one out from his own phone
    try:
        match notice.agent_code:
            case "log_in":
                queueing.log_in(context, agent, notice.extension, None)
            case "log_out":
                queueing.log_out(context, agent)
            case "pause":
                queueing.pause(context, agent, None, None)
            case "unpause":
                queueing.unpause(context, agent, None)
    except Problem:
        context.store.forget()


class Rang(NamedTuple):
    """An agent's phone rang for a caller in a queue: answered (no reason), or why not."""

    home: str
    agent_uuid: str
    queue_uuid: str
    at: str
    reason: MissedBecause | None


def count_missed(context: Context, happened: Sequence[Happening]) -> None:
    """Once all is written: count what agents have not answered, and let those rest whose queue says so.

    Apart from what a link has told: what cannot be counted holds up no link.
    """
    if any(one.type in COUNTED for one in happened):
        context.afterwards.append(lambda: count(context, [*_rang(context, happened)]))


def _rang(context: Context, happened: Sequence[Happening]) -> Iterator[Rang]:
    for one in happened:
        if one.type not in COUNTED or one.visit is None or one.leg is None:
            continue
        agent = agent_of(context, one.visit, one.leg)
        if agent is not None:
            home, reason = one.call.domain_uuid, one.more.get("reason")
            yield Rang(home, agent.agent_uuid, one.visit.queue_uuid, one.at, reason)


def count(context: Context, rang: Sequence[Rang]) -> None:
    """Count what agents have not answered, an agent by itself, and let those rest whose queue says so; commits."""
    of_agent: dict[tuple[str, str], list[Rang]] = {}
    for one in rang:
        of_agent.setdefault((one.home, one.agent_uuid), []).append(one)
    for (home, agent_uuid), all_of_it in of_agent.items():
        context.write_apart(partial(_count_of, context, home, agent_uuid, all_of_it))


def _count_of(context: Context, home: str, agent_uuid: str, rang: Sequence[Rang]) -> None:
    """Of one agent; whoever answers begins anew."""
    agent = context.store.get(keys.agent(home, agent_uuid), Agent, of_anybody=True)
    if agent is None or agent.extension is None:
        return
    unanswered = agent.unanswered
    because: tuple[Queue, PauseCause] | None = None
    for one in rang:
        if one.reason is None:
            unanswered, because = 0, None
            continue
        unanswered += 1
        queue = context.store.get(keys.queue(home, one.queue_uuid), Queue)
        cause = _PAUSED_ON[one.reason]
        if queue is None or cause not in queue.pause_on or agent.is_paused_in(queue.queue_uuid):
            continue
        if (cause == "unregistered" or unanswered >= queue.pause_after) and _is_of_now(context, one.at):
            because = queue, cause
    if because is not None:
        queueing.pause(context, agent, [because[0]], because[1])
    elif unanswered != agent.unanswered:
        kept.update(context, agent, {"unanswered": unanswered}, keys.agent_layout)


def _is_of_now(context: Context, at: str) -> bool:
    """Whether what a phone did was told soon: of long ago it is no order any more."""
    return seconds(context.now) - seconds(at) < _AN_ORDER
