"""Who of a queue is to be rung, as it is now: what every kind of switch is told of it."""

from collections.abc import Sequence

from ringpost.context import Context
from ringpost.model.agent import Agent
from ringpost.model.extension import Extension
from ringpost.model.queue import Queue, QueueMember, QueueMemberOrder, QueueOrder
from ringpost.services.numbers import numbering
from ringpost.store import keys

_ONE_BY_ONE = 10
"""Members that are looked up so; of more the lists are read."""


def of(context: Context, queue: Queue) -> QueueOrder:
    """A queue with those of its members that may be rung: extensions, and agents that are logged in."""
    return of_all(context, queue.domain_uuid, [queue])[0]


def of_all(context: Context, home: str, queues: Sequence[Queue]) -> list[QueueOrder]:
    """Queues of a domain, each with those of its members that may be rung: who is in several is looked up once."""
    people = _People(context, home, sum(len(queue.members) for queue in queues))
    found = []
    for queue in queues:
        ordered = (people.member(queue, member) for member in queue.members)
        found.append(QueueOrder(queue=queue, members=tuple(one for one in ordered if one)))
    return found


def agent(context: Context, domain_uuid: str, number: str) -> Agent | None:
    """The agent of that number, whoever asks."""
    return context.store.get(keys.agent_number(domain_uuid, number), Agent, of_anybody=True)


def agent_at(context: Context, domain_uuid: str, extension: str) -> Agent | None:
    """The agent that is logged in at an extension, whoever asks."""
    return context.store.get(keys.agent_at(domain_uuid, extension), Agent, of_anybody=True)


class _People:
    """The agents and extensions of a domain, each looked up once: one by one, or if many are wanted all together."""

    def __init__(self, context: Context, home: str, wanted: int) -> None:
        self._context, self._home = context, home
        self._has_all = wanted > _ONE_BY_ONE
        self._agents: dict[str, Agent | None] = {}
        self._extensions: dict[str, Extension | None] = {}
        if self._has_all:
            agents = context.store.everything(keys.agents(home), Agent, of_anybody=True)
            extensions = context.store.everything(keys.extensions(home), Extension, of_anybody=True)
            self._agents |= {one.number: one for _, one in agents}
            self._extensions |= {one.extension: one for _, one in extensions}

    def member(self, queue: Queue, member: QueueMember) -> QueueMemberOrder | None:
        """A member as a switch is told of it; None: it is not to be rung."""
        who = self._agent(member.agent) if member.agent else None
        number = member.extension
        if who is not None:
            number = who.extension if who.is_in(queue.queue_uuid) else None
        extension = self._extension(number) if number else None
        if extension is None or not extension.enabled:
            return None
        if who is None:
            name = extension.effective_caller_id_name or extension.extension
            return QueueMemberOrder(extension=extension.extension, name=name, penalty=member.penalty)
        return QueueMemberOrder(
            extension=extension.extension,
            agent_uuid=who.agent_uuid,
            name=who.full_name,
            penalty=member.penalty,
            paused=who.is_paused_in(queue.queue_uuid),
            pause_reason=who.pause_reason or "",
        )

    def _agent(self, number: str) -> Agent | None:
        if number not in self._agents and not self._has_all:
            self._agents[number] = agent(self._context, self._home, number)
        return self._agents.get(number)

    def _extension(self, number: str) -> Extension | None:
        if number not in self._extensions and not self._has_all:
            self._extensions[number] = numbering.extension(self._context, self._home, number)
        return self._extensions.get(number)
