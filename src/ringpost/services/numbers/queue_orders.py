"""Who of a queue is to be rung, as it is now: what every kind of switch is told of it."""

from ringpost.context import Context
from ringpost.model.agent import Agent
from ringpost.model.queue import Queue, QueueMember, QueueMemberOrder, QueueOrder
from ringpost.services.numbers import numbering
from ringpost.store import keys


def of(context: Context, queue: Queue) -> QueueOrder:
    """A queue with those of its members that may be rung: extensions, and agents that are logged in."""
    ordered = (_member(context, queue, member) for member in queue.members)
    return QueueOrder(queue=queue, members=tuple(one for one in ordered if one))


def agent(context: Context, domain_uuid: str, number: str) -> Agent | None:
    """The agent of that number, whoever asks."""
    return context.store.get(keys.agent_number(domain_uuid, number), Agent, of_anybody=True)


def agent_at(context: Context, domain_uuid: str, extension: str) -> Agent | None:
    """The agent that is logged in at an extension, whoever asks."""
    return context.store.get(keys.agent_at(domain_uuid, extension), Agent, of_anybody=True)


def _member(context: Context, queue: Queue, member: QueueMember) -> QueueMemberOrder | None:
    home = queue.domain_uuid
    who = agent(context, home, member.agent) if member.agent else None
    number = member.extension
    if who is not None:
        number = who.extension if who.is_in(queue.queue_uuid) else None
    extension = numbering.extension(context, home, number) if number else None
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
