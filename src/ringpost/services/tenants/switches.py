"""Switches: where domains live. They are the operator's."""

import uuid
from typing import Any

from ringpost.context import Context, Moved
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, Forbidden, InvalidRequest, NotFound
from ringpost.model.queue import Queue
from ringpost.model.record import Entity
from ringpost.model.requests import Listing
from ringpost.model.switch import SwitchRecord
from ringpost.model.values import TLS, is_uuid
from ringpost.services import kept, pages
from ringpost.store import Check, keys
from ringpost.store.keys import switch_layout
from ringpost.switch.kinds import kinds

BUILT_IN = SwitchRecord(
    switch_uuid="5a5a5a5a-0000-4000-8000-000000000000",
    switch_name="sandbox",
    kind="sandbox",
    description="Built in: simulated calls",
)
_ABSENT = "switch not found"
_TAKEN = "that switch name is taken"


def found(context: Context, reference: str) -> SwitchRecord:
    """A switch by name or uuid, for the operator."""
    _operators_only(context)
    return named(context, reference)


def named(context: Context, reference: str) -> SwitchRecord:
    """A switch by name or uuid."""
    if reference in (BUILT_IN.switch_name, BUILT_IN.switch_uuid):
        return BUILT_IN
    key = keys.switch(reference) if is_uuid(reference) else keys.switch_name(reference)
    switch = context.store.get(key, SwitchRecord)
    if switch is None:
        raise NotFound(_ABSENT)
    return switch


def plays_calls(context: Context, domain: Domain) -> bool:
    """Whether a domain's calls are simulated; one whose switch is gone may come to a real one."""
    if domain.switch_uuid is None:
        return True
    switch = context.store.get(keys.switch(domain.switch_uuid), SwitchRecord)
    return switch is not None and switch.kind == "sandbox"


def listed(context: Context, request: Listing) -> pages.PageOf[SwitchRecord]:
    """All switches but the built-in one, by name."""
    _operators_only(context)
    return pages.page(context, keys.SWITCHES, SwitchRecord, request)


def create(context: Context, members: dict[str, Any]) -> SwitchRecord:
    """A new switch."""
    _operators_only(context)
    _check_name(members["switch_name"], "name")
    switch = SwitchRecord.model_validate({"switch_uuid": str(uuid.uuid4()), **_plain(members)})
    _check_complete(switch)
    made = kept.create(context, switch, switch_layout, taken=Conflict(_TAKEN, parameter="name"))
    context.happened("switch.created", None, made.model_dump())
    return made


def update(context: Context, switch: SwitchRecord, changes: dict[str, Any], if_version: int | None) -> SwitchRecord:
    """Change a switch. Its domains carry its name, so that is fixed with the first of them."""
    _check_own(switch)
    if changes.get("switch_name", switch.switch_name) != switch.switch_name:
        _check_name(changes["switch_name"], "new_name")
        switch = _closed(context, switch, "only a switch without domains is renamed: they carry its name", if_version)
        if_version = None
    after = kept.update(
        context,
        switch,
        changes | {"closing": False},
        switch_layout,
        if_version=if_version,
        taken=Conflict(_TAKEN, parameter="new_name"),
    )
    _check_complete(after)
    context.happened("switch.updated", None, after.model_dump())
    return after


def delete(context: Context, switch: SwitchRecord, if_version: int | None) -> None:
    """Take a switch away that no domain lives on."""
    _check_own(switch)
    switch = _closed(context, switch, "domains live on this switch: give them another one first", if_version)
    kept.delete(context, switch, switch_layout)
    context.happened("switch.deleted", None, {"switch_uuid": switch.switch_uuid})


def _closed(context: Context, switch: SwitchRecord, says: str, if_version: int | None) -> SwitchRecord:
    """The switch, marked so that no domain moves in any more, if none lives there; taken back if one was quicker."""
    _check_unused(context, switch, says)
    marked = kept.update(context, switch, {"closing": True}, switch_layout, if_version=if_version)
    context.commit()
    try:
        _check_unused(context, marked, says)
    except CannotComply:
        kept.update(context, marked, {"closing": False}, switch_layout)
        context.commit()
        raise
    return marked


def check_queue(context: Context, domain: Domain, queue: Queue) -> None:
    """Refuse a queue that the domain's switch cannot have as it is to be."""
    switch = BUILT_IN
    if domain.switch_uuid is not None:
        switch = context.store.get(keys.switch(domain.switch_uuid), SwitchRecord) or BUILT_IN
    _check_can(switch, queue)


def check_queues(context: Context, domain: Domain, reference: str | None) -> None:
    """Refuse to let a domain live on a switch that cannot have its queues as they are."""
    switch = named(context, reference or BUILT_IN.switch_name)
    for _, queue in context.store.everything(keys.queues(domain.domain_uuid), Queue):
        _check_can(switch, queue, of_switch=True)


def _check_can(switch: SwitchRecord, queue: Queue, *, of_switch: bool = False) -> None:
    kind = kinds()[switch.kind]
    abilities = kind.queues()
    whose = f"the queue {queue.name} cannot be on {switch.switch_name}" if of_switch else f"{switch.switch_name} cannot"
    if abilities is None:
        raise CannotComply(f"{whose}: a {switch.kind} switch has no queues", parameter="switch" if of_switch else None)
    if kind.queues_by_link and switch.via != "link":
        says = f"a {switch.kind} switch has queues only with a link beside it (via=link)"
        raise CannotComply(f"{whose}: {says}", parameter="switch" if of_switch else None)
    for parameter, says in abilities.lacking(queue):
        raise CannotComply(f"{whose} {says}", parameter="switch" if of_switch else parameter)


def chosen(context: Context, reference: str | None) -> dict[str, Any]:
    """The members of a domain that say which switch it lives on. It must be there when they are written."""
    switch = named(context, reference or BUILT_IN.switch_name)
    if switch is BUILT_IN:
        return {"switch": switch.switch_name, "switch_uuid": None}
    if switch.closing:
        raise CannotComply("that switch is being renamed or removed: try again", parameter="switch")
    context.store.stage(Check(keys.switch(switch.switch_uuid), if_version=switch.version), Moved())
    return {"switch": switch.switch_name, "switch_uuid": switch.switch_uuid}


def _plain(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _check_complete(switch: SwitchRecord) -> None:
    kind = kinds()[switch.kind]
    if switch.via == "link" and not kind.has_link:
        raise InvalidRequest(f"a {switch.kind} switch has no link: via is direct", parameter="via")
    if (switch.address or "").startswith(TLS) and not kind.has_tls:
        raise InvalidRequest(f"a {switch.kind} switch has no TLS: leave {TLS} away", parameter="address")
    for member in kind.needs if switch.via == "direct" else ():
        if getattr(switch, member) is None:
            raise InvalidRequest(f"a {switch.kind} switch needs {member}", parameter=member)


def _check_name(name: str, parameter: str) -> None:
    if name == BUILT_IN.switch_name:
        raise Conflict("the sandbox is built in: give this switch another name", parameter=parameter)


def _check_own(switch: SwitchRecord) -> None:
    if switch is BUILT_IN:
        raise CannotComply("the sandbox is built in: it is not changed", parameter="switch")


def _check_unused(context: Context, switch: SwitchRecord, says: str) -> None:
    if context.store.listed(keys.domains_of_switch(switch.switch_uuid), Entity, limit=1):
        raise CannotComply(says, parameter="switch")


def _operators_only(context: Context) -> None:
    if not context.actor.is_operator:
        raise Forbidden("switches are seen and changed with an operator's key: one that is bound to no domain")
