"""Ring groups: one number that rings several phones."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from ringpost.context import Context
from ringpost.model.conference import Conference
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, InvalidRequest, NotFound
from ringpost.model.extension import Extension
from ringpost.model.parking import ParkingLot
from ringpost.model.queue import Queue
from ringpost.model.requests import Listing, OneRingGroup
from ringpost.model.ring_group import MOST_MEMBERS, Member, RingGroup
from ringpost.model.values import is_uuid
from ringpost.services import kept, pages
from ringpost.services.numbers import emergency, numbering, routing
from ringpost.services.tenants import domains
from ringpost.store import keys
from ringpost.store.keys import ring_group_layout

_ABSENT = "ring group not found"
_WHAT: dict[type[object], str] = {
    RingGroup: "a ring group",
    Queue: "a queue",
    Conference: "a conference room",
    ParkingLot: "of a parking lot",
}


def found(context: Context, reference: OneRingGroup) -> RingGroup:
    """The ring group a request means: one read."""
    home = domains.uuid_of(context, reference)
    named = reference.ring_group_uuid or reference.extension
    if named is None:
        raise InvalidRequest("ring_group_uuid or extension is required", parameter="ring_group_uuid")
    if is_uuid(named):
        group = context.store.get(keys.ring_group(home, named), RingGroup)
    else:
        group = numbering.ring_group(context, home, named)
    if group is None or reference.extension not in (None, named, group.ring_group_extension):
        raise NotFound(_ABSENT)
    return group


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[RingGroup]:
    """The ring groups of a domain, by number."""
    return domains.page(context, home, keys.ring_groups(home), RingGroup, request)


def create(context: Context, domain: Domain, members: dict[str, Any]) -> RingGroup:
    """A new ring group."""
    domains.stays(context, domain)
    emergency.refuse_to_give(domain, members["ring_group_extension"])
    _check_members(context, domain, members["ring_group_destinations"])
    group = kept.create(
        context,
        RingGroup.model_validate(
            {
                "ring_group_uuid": str(uuid.uuid4()),
                "domain_uuid": domain.domain_uuid,
                "ring_group_context": domain.domain_name,
                **members,
            }
        ),
        ring_group_layout,
        taken=numbering.taken(),
    )
    context.happened("ringgroup.created", domain.domain_uuid, _told(group))
    return group


def update(context: Context, group: RingGroup, changes: dict[str, Any], if_version: int | None) -> RingGroup:
    """Change a ring group."""
    if changes.get("ring_group_extension") not in (None, group.ring_group_extension):
        emergency.refuse_to_give(domains.named(context, group.domain_uuid), changes["ring_group_extension"])
    if changes.get("ring_group_destinations"):
        _check_members(context, domains.named(context, group.domain_uuid), changes["ring_group_destinations"])
    after = kept.update(context, group, changes, ring_group_layout, if_version=if_version, taken=numbering.taken())
    context.happened("ringgroup.updated", after.domain_uuid, _told(after))
    return after


def delete(context: Context, group: RingGroup, if_version: int | None) -> None:
    """Take a ring group away."""
    kept.delete(context, group, ring_group_layout, if_version=if_version)
    context.happened("ringgroup.deleted", group.domain_uuid, {"ringgroup_uuid": group.ring_group_uuid})


def add_member(context: Context, group: RingGroup, member: Member, if_version: int | None) -> RingGroup:
    """Let one more number ring."""
    if any(known.number == member.number for known in group.ring_group_destinations):
        raise Conflict("that number is a member already", parameter="number")
    if len(group.ring_group_destinations) >= MOST_MEMBERS:
        raise CannotComply(f"a ring group has at most {MOST_MEMBERS} members", parameter="number")
    return _with_members(context, group, [*group.ring_group_destinations, member], if_version)


def remove_member(context: Context, group: RingGroup, number: str, if_version: int | None) -> RingGroup:
    """Let a number ring no more."""
    left = [member for member in group.ring_group_destinations if member.number != number]
    if len(left) == len(group.ring_group_destinations):
        raise NotFound("no such member in this ring group")
    return _with_members(context, group, left, if_version)


def _check_members(context: Context, domain: Domain, members: Iterable[Member]) -> None:
    for member in members:
        holder = numbering.holder(context, domain.domain_uuid, member.number)
        if holder is not None and not isinstance(holder, Extension):
            raise CannotComply(
                f"{member.number} is {_WHAT[type(holder)]}: a group rings extensions and numbers outside",
                parameter="destinations",
            )
        routing.check_way(context, domain, member.number, "destinations", awaited=True)


def _with_members(context: Context, group: RingGroup, members: Sequence[Member], if_version: int | None) -> RingGroup:
    return update(context, group, {"ring_group_destinations": tuple(members)}, if_version)


def _told(group: RingGroup) -> dict[str, Any]:
    return {"ringgroup_uuid": group.ring_group_uuid, **group.model_dump()}
