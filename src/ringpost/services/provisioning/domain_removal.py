"""Taking a domain away, with all that lives in it.

More than one transaction holds, so: mark it in one write, after which nothing new can be put into
it; empty it household by household, each whole; and only then remove it. Any step may be repeated.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ringpost.context import Context
from ringpost.model.agent import Agent
from ringpost.model.call import Call
from ringpost.model.conference import Conference
from ringpost.model.contact import Contact
from ringpost.model.destination import Destination
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply
from ringpost.model.extension import Extension
from ringpost.model.groups import ExtensionGroup, UserGroup
from ringpost.model.key import ApiKey
from ringpost.model.parking import ParkingLot
from ringpost.model.queue import Queue, QueueVisit
from ringpost.model.record import Entity
from ringpost.model.recording import Recording
from ringpost.model.ring_group import RingGroup
from ringpost.model.transfer import Transfer
from ringpost.model.user import User
from ringpost.model.voicemail import Voicemail
from ringpost.model.webhook import Webhook
from ringpost.services import kept
from ringpost.services.tenants.domains import operators_only
from ringpost.store import MAX_WRITES, Delete, Key, keys
from ringpost.store.keys import domain_layout

WORKS_FOR = 15.0
_AT_A_TIME = 20


def remove(context: Context, domain: Domain, *, cascade: bool, if_version: int | None) -> bool:
    """Take a domain away. True once it is gone; False after ``WORKS_FOR`` seconds: repeat the call."""
    operators_only(context, "domains are removed with an operator's key: one that is bound to no domain")
    if not cascade and not domain.deleting:
        _check_empty(context, domain)
    if not domain.deleting:
        domain = kept.update(context, domain, {"deleting": True}, domain_layout, if_version=if_version)
        context.happened("domain.removing", domain.domain_uuid, {"domain_uuid": domain.domain_uuid})
        context.commit()
    if not cascade:
        _check_still_empty(context, domain)
    if not _emptied(context, domain.domain_uuid, context.clock.now() + WORKS_FOR):
        return False
    kept.delete(context, domain, domain_layout)
    context.happened("domain.deleted", domain.domain_uuid, {"domain_uuid": domain.domain_uuid})
    return True


def _check_empty(context: Context, domain: Domain) -> None:
    if next(_households(context, domain.domain_uuid), None):
        raise CannotComply("the domain is not empty: empty it, or send cascade true", parameter="cascade")


def _check_still_empty(context: Context, domain: Domain) -> None:
    """Somebody may have moved in between the look and the mark: then the mark is taken back."""
    try:
        _check_empty(context, domain)
    except CannotComply:
        kept.update(context, domain, {"deleting": False}, domain_layout)
        context.commit()
        raise


def _emptied(context: Context, domain_uuid: str, deadline: float) -> bool:
    _forget_sounds(context, domain_uuid)
    while households := list(_households(context, domain_uuid)):
        if context.clock.now() > deadline:
            return False
        waiting = 0
        for household in households:
            if waiting + len(household) >= MAX_WRITES:
                context.commit()
                waiting = 0
            for key in household:
                context.store.stage(Delete(key))
            waiting += len(household)
        context.commit()
    return True


def _forget_sounds(context: Context, domain_uuid: str) -> None:
    """Recordings are kept elsewhere: they go first, while it is known what they are called."""
    archive, after = context.archive, None
    while archive and (
        found := context.store.listed(keys.recordings(domain_uuid), Recording, after=after, limit=_AT_A_TIME)
    ):
        for _, recording in found:
            archive.delete(recording.name)
        after = found[-1][0]


def _households(context: Context, domain_uuid: str) -> Iterator[list[Key]]:
    """All rows of each of the first few things that live in a domain."""
    for partition, kind, rows in _KINDS:
        for _, record in context.store.listed(partition(domain_uuid), kind, limit=_AT_A_TIME):
            yield list(rows(record))
    yield from _of_agents(context, domain_uuid)
    for partition in (keys.permissions, keys.statuses, keys.imported):
        for sort, _ in context.store.listed(partition(domain_uuid), Entity, limit=_AT_A_TIME):
            yield [partition.at(domain_uuid, sort)]
    for _, key in context.store.listed(keys.keys_of_domain(domain_uuid), ApiKey, limit=_AT_A_TIME):
        yield (
            list(keys.api_key_layout(key).all)
            if key.limits.domains == (domain_uuid,)
            else [keys.keys_of_domain.at(domain_uuid, key.key_uuid)]
        )


def _of_agents(context: Context, domain_uuid: str) -> Iterator[list[Key]]:
    """When agents were logged in, and only when nothing of that is left the agents: they say where it is."""
    for _, agent in context.store.listed(keys.agents(domain_uuid), Agent, limit=_AT_A_TIME):
        spans = context.store.listed(keys.agent_spans(domain_uuid, agent.agent_uuid), Entity, limit=_AT_A_TIME)
        for sort, _ in spans:
            yield [keys.agent_spans.at(domain_uuid, agent.agent_uuid, sort)]
        if not spans:
            yield list(keys.agent_layout(agent).all)


def _of_extension(record: Extension) -> Iterable[Key]:
    return (*keys.extension_layout(record).all, keys.sip_password(record.domain_uuid, record.extension_uuid))


def _of_voicemail(record: Voicemail) -> Iterable[Key]:
    return (*keys.voicemail_layout(record).all, keys.voicemail_pin(record.domain_uuid, record.number))


def _of_webhook(record: Webhook) -> Iterable[Key]:
    return (*keys.webhook_layout(record).all, keys.webhook_secrets(record.domain_uuid, record.webhook_uuid))


_KINDS: tuple[tuple[Callable[[str], str], type[Any], Callable[[Any], Iterable[Key]]], ...] = (
    (keys.extensions, Extension, _of_extension),
    (keys.voicemails, Voicemail, _of_voicemail),
    (keys.ring_groups, RingGroup, lambda record: keys.ring_group_layout(record).all),
    (keys.queues, Queue, lambda record: keys.queue_layout(record).all),
    (keys.conferences, Conference, lambda record: keys.conference_layout(record).all),
    (keys.parking_lots, ParkingLot, lambda record: keys.parking_lot_layout(record).all),
    (keys.queue_visits, QueueVisit, lambda record: (keys.queue_visit(record),)),
    (
        keys.transfers,
        Transfer,
        lambda one: (keys.transfer(one.domain_uuid, one.transfer_uuid), keys.transfer_place(one)),
    ),
    (keys.destinations, Destination, lambda record: keys.destination_layout(record).all),
    (keys.cdrs, Call, lambda record: keys.cdr_layout(record).all),
    (keys.users, User, lambda record: keys.user_layout(record).all),
    (keys.usergroups, UserGroup, lambda record: keys.usergroup_layout(record).all),
    (keys.extensiongroups, ExtensionGroup, lambda record: keys.extensiongroup_layout(record).all),
    (keys.contacts, Contact, lambda record: keys.contact_layout(record).all),
    (keys.webhooks, Webhook, _of_webhook),
    (keys.recordings, Recording, lambda record: keys.recording_layout(record).all),
)
"""What lives in a domain: where it is listed, and all rows of one."""
