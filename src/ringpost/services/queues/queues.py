"""Queues: finding them, making them, who is in them."""

import uuid
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from ringpost.context import Context, Moved
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, InvalidRequest, NotFound
from ringpost.model.queue import MOST_MEMBERS, Queue, QueueMember
from ringpost.model.requests import InDomain, Listing, OneQueue
from ringpost.services import kept, pages
from ringpost.services.numbers import emergency, numbering, queue_orders, routing
from ringpost.services.switching import queueing
from ringpost.services.tenants import domains, switches
from ringpost.store import Check, Key, keys
from ringpost.store.keys import queue_layout

_ABSENT = "queue not found"
_WAYS_ON = ("timeout_destination", "full_destination", "empty_destination")
_ROOM_LEFT = 10


def found(context: Context, request: OneQueue) -> Queue:
    """The queue a request means."""
    return named(context, domains.uuid_of(context, request), request.queue)


def named(context: Context, home: str, reference: str) -> Queue:
    """The queue of that uuid, number or name."""
    queue = numbering.named(context, home, reference, Queue, keys.queue, keys.queue_name)
    if queue is None:
        raise NotFound(_ABSENT)
    return queue


def some(context: Context, request: InDomain, reference: str | None) -> list[Queue] | None:
    """The queues a request names, or None for all."""
    return [named(context, domains.uuid_of(context, request), reference)] if reference else None


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[Queue]:
    """The queues of a domain, by name."""
    return domains.page(context, home, keys.queues(home), Queue, request)


def create(context: Context, domain: Domain, members: dict[str, Any]) -> Queue:
    """A new queue."""
    domains.stays(context, domain)
    emergency.refuse_to_give(domain, members["extension"])
    queue = Queue.model_validate({"queue_uuid": str(uuid.uuid4()), **members, "domain_uuid": domain.domain_uuid})
    _check(context, domain, queue, members)
    made = kept.create(context, queue, queue_layout, taken=_taken)
    _happened(context, "queue.created", made)
    return made


def update(context: Context, queue: Queue, changes: dict[str, Any], if_version: int | None) -> Queue:
    """Change a queue."""
    domain = domains.named(context, queue.domain_uuid)
    if changes.get("extension") not in (None, queue.extension):
        emergency.refuse_to_give(domain, changes["extension"])
        _check_unused(context, queue)
    after = kept.update(context, queue, changes, queue_layout, if_version=if_version, taken=_taken)
    _check(context, domain, after, changes, known=queue.members)
    _happened(context, "queue.updated", after)
    return after


def delete(context: Context, queue: Queue, if_version: int | None) -> None:
    """Take a queue away; refused while another sends its callers there."""
    _check_unused(context, queue)
    kept.delete(context, queue, queue_layout, if_version=if_version)
    context.happened("queue.deleted", queue.domain_uuid, {"queue_uuid": queue.queue_uuid})
    queueing.tell_gone(context, queue)


def add_member(context: Context, queue: Queue, member: QueueMember, if_version: int | None) -> Queue:
    """One more member."""
    if queue.member(agent=member.agent, extension=member.extension) is not None:
        raise Conflict("that one is a member of the queue already", parameter="agent" if member.agent else "extension")
    if len(queue.members) >= MOST_MEMBERS:
        raise CannotComply(f"a queue has at most {MOST_MEMBERS} members")
    return update(context, queue, {"members": (*queue.members, member)}, if_version)


def remove_member(context: Context, queue: Queue, member: QueueMember, if_version: int | None) -> Queue:
    """One member less. Whoever has been rung already may take that call still."""
    gone = queue.member(agent=member.agent, extension=member.extension)
    if gone is None:
        raise NotFound("no such member in this queue")
    return update(context, queue, {"members": tuple(one for one in queue.members if one is not gone)}, if_version)


def set_penalty(context: Context, queues: Sequence[Queue], agent: str, penalty: int) -> list[Queue]:
    """The place of an agent in these queues: those of a lower penalty are rung first."""
    changed = []
    for queue in queues:
        if queue.member(agent=agent) is None:
            raise CannotComply(
                f"the agent is no member of {queue.name}: queue-member-add makes it one", parameter="queue"
            )
        members = tuple(
            one.model_copy(update={"penalty": penalty}) if one.agent == agent else one for one in queue.members
        )
        queueing.make_room(context)
        changed.append(update(context, queue, {"members": members}, None) if members != queue.members else queue)
    return changed


def _check_unused(context: Context, queue: Queue) -> None:
    for other in queueing.everything(context, queue.domain_uuid):
        if other.queue_uuid != queue.queue_uuid and queue.extension in other.ways_on:
            raise CannotComply(f"the queue {other.name} sends callers on to this one: change that first")


def _check(
    context: Context,
    domain: Domain,
    queue: Queue,
    changes: dict[str, Any],
    known: Sequence[QueueMember] = (),
) -> None:
    """Refuse what the switch cannot do, members that are not here, and ways on that lead nowhere or back.

    Only what is new is looked at: what somebody else has done since is no reason to refuse anything.
    """
    switches.check_queue(context, domain, queue)
    if "members" in changes:
        _check_members(context, domain, queue.members, {(one.agent, one.extension) for one in known})
    for name in _WAYS_ON:
        number = getattr(queue, name)
        if number is None or not {name, "extension"} & changes.keys():
            continue
        if changes.get(name) is not None and number != queue.extension:
            routing.check_way(context, domain, number, name)
        back = numbering.way_back(context, queue.domain_uuid, number, [queue.extension])
        if back:
            way = " → ".join([queue.extension, *back])
            raise CannotComply(f"callers would come back to this queue: {way}", parameter=name)


def _check_members(
    context: Context, domain: Domain, members: Iterable[QueueMember], known: AbstractSet[tuple[str | None, str | None]]
) -> None:
    seen: set[tuple[str | None, str | None]] = set()
    for member in members:
        who = (member.agent, member.extension)
        if who in seen:
            raise InvalidRequest(f"{member.agent or member.extension} is named twice", parameter="members")
        seen.add(who)
        if who in known:
            continue
        if member.agent is not None:
            agent = queue_orders.agent(context, domain.domain_uuid, member.agent)
            if agent is None:
                raise CannotComply(f"there is no agent {member.agent} here: agent-create makes it", parameter="members")
            if context.store.room > _ROOM_LEFT:  # it may be deleted in this moment
                key = keys.agent(domain.domain_uuid, agent.agent_uuid)
                context.store.stage(Check(key, if_version=agent.version), Moved())
        elif numbering.extension(context, domain.domain_uuid, member.extension or "") is None:
            raise CannotComply(f"no extension here has the number {member.extension}", parameter="members")


def _taken(claim: Key) -> Conflict:
    if claim.partition.endswith("#queues"):
        return Conflict("that queue name is taken in this domain", parameter="name")
    return numbering.taken()


def _happened(context: Context, what: str, queue: Queue) -> None:
    context.happened(what, queue.domain_uuid, queue.model_dump())
    queueing.tell(context, queue.domain_uuid, [queue])
