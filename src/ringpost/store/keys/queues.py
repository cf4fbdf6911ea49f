"""Queues, their agents, and what became of those who waited: what the figures are counted from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.store.keys.layout import LayoutOf, by_uuid, in_domain, within_domain
from ringpost.store.keys.names import folded
from ringpost.store.keys.numbers import number

if TYPE_CHECKING:
    from ringpost.model.agent import Agent
    from ringpost.model.queue import Queue, QueueVisit
    from ringpost.store import Key

# queues

queue = by_uuid("queue")
queues = in_domain("queues")
"""The list of a domain's queues, by name, which it claims."""


def queue_name(domain: str, name: str) -> Key:
    """Whichever queue has that name in a domain, in whatever case."""
    return queues.at(domain, folded(name))


queue_layout: LayoutOf[Queue] = LayoutOf(
    truth=lambda it: queue(it.domain_uuid, it.queue_uuid),
    claims=lambda it: (number(it.domain_uuid, it.extension), queue_name(it.domain_uuid, it.name)),
)

# agents

agent = by_uuid("agent")
agents = in_domain("agents")
"""The list of a domain's agents, by number, which it claims."""
agent_number = agents.at
agent_at = in_domain("agent-at").at
"""Whichever agent is logged in at an extension."""

agent_layout: LayoutOf[Agent] = LayoutOf(
    truth=lambda it: agent(it.domain_uuid, it.agent_uuid),
    claims=lambda it: (
        agent_number(it.domain_uuid, it.number),
        *((agent_at(it.domain_uuid, it.extension),) if it.extension else ()),
    ),
)

agent_spans = within_domain("agent#{uuid}#spans")
"""When an agent was logged in and paused, by when that began."""

# what became of those who waited

queue_visits = in_domain("queue-visits")
"""The times callers spent in queues, by when they joined."""


def queue_visit(it: QueueVisit) -> Key:
    """A caller's time in a queue."""
    return queue_visits.at(it.domain_uuid, f"{it.joined_at}#{it.visit_uuid}")
