"""What agents do on their phones: codes they dial, and calls they do not answer."""

from collections.abc import Iterable

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
    if agent is None or (notice.agent_code != "log_in" and agent.extension != notice.extension):
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


def missed(context: Context, happened: Iterable[Happening]) -> None:
    """Count what agents have not answered, and let those rest whose queue says so; who answers begins anew."""
    counted: dict[str, int] = {}
    agents: dict[str, Agent] = {}
    because: dict[str, tuple[Queue, PauseCause]] = {}
    for one in happened:
        agent, queue = _whose(context, one)
        if agent is None or queue is None:
            continue
        uuid = agent.agent_uuid
        agents[uuid] = agent
        if one.type == "queue.connected":
            counted[uuid] = 0
            because.pop(uuid, None)
            continue
        counted[uuid] = counted.get(uuid, agent.unanswered) + 1
        cause = _PAUSED_ON[one.more["reason"]]
        is_enough = cause == "unregistered" or counted[uuid] >= queue.pause_after
        if cause in queue.pause_on and is_enough and not agent.is_paused_in(queue.queue_uuid):
            because[uuid] = queue, cause
    for uuid, agent in agents.items():
        if uuid in because:
            queue, cause = because[uuid]
            queueing.pause(context, agent, [queue], cause)
        elif counted[uuid] != agent.unanswered:
            kept.update(context, agent, {"unanswered": counted[uuid]}, keys.agent_layout)


def _whose(context: Context, one: Happening) -> tuple[Agent | None, Queue | None]:
    """The agent whose phone it was, and the queue whose caller."""
    if one.visit is None or one.leg is None or one.leg.extension is None:
        return None, None
    if one.type not in ("agent.missed", "queue.connected"):
        return None, None
    agent = agent_of(context, one.visit, one.leg)
    key = keys.queue(one.visit.domain_uuid, one.visit.queue_uuid)
    return agent, context.store.get(key, Queue) if agent else None
