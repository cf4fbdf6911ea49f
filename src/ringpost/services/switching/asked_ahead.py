"""What the phones of a switch may ask for: listed for its link, which asks ahead, for when we are away."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Literal, TypeVar

from pydantic import Field

from ringpost.context import Context
from ringpost.model import dialplan
from ringpost.model.conference import Conference
from ringpost.model.destination import Destination
from ringpost.model.domain import Domain
from ringpost.model.extension import Extension
from ringpost.model.parking import ParkingLot
from ringpost.model.queue import Queue
from ringpost.model.record import Entity
from ringpost.model.requests import Page
from ringpost.model.ring_group import RingGroup
from ringpost.model.switch import SwitchRecord
from ringpost.model.values import Uuid
from ringpost.services import pages
from ringpost.store import keys

_CODES = (dialplan.HOLD_MUSIC, dialplan.MESSAGES, dialplan.OWN_MESSAGES, dialplan.PARK)
_AT_ONCE = 100
_FIRST, _LAST = "0", "\uffff"
_SLOT_OF = "\x00"
"""Between a lot's name and a slot: no name holds it."""

What = Literal["extension", "ring_group", "queue", "conference", "parking_lot", "code", "help", "destination"]


class Ahead(Entity):
    """Something a switch may ask about."""

    domain_uuid: Uuid
    domain_name: str
    what: What
    number: str = Field(description="what is dialled; of a destination in one of the ways a switch may name it")
    record_uuid: Uuid | None = Field(description="the extension, the ring group or the destination")
    user_record: str | None = Field(default=None, description="of an extension: which of its calls are recorded")


E = TypeVar("E", bound=Entity)
_Place = tuple[str, str]
"""A place within a domain: which of its lists, and after which row."""


def listed(context: Context, switch: SwitchRecord, request: Page) -> pages.PageOf[Ahead]:
    """A page of all that a switch may be asked about by phones, and by who calls them: a domain after the other."""
    place = pages.opened(context, request)
    found = list(islice(_following(context, switch, place or ["", "", ""]), request.limit + 1))
    shown = found[: request.limit]
    cursor = pages.sealed(context, request, shown[-1][0]) if len(found) > len(shown) else None
    return pages.PageOf([item for _, item in shown], cursor)


def _following(context: Context, switch: SwitchRecord, place: list[str]) -> Iterator[tuple[list[str], Ahead]]:
    """What comes behind a place, each with its own."""
    home, part, after = place
    for domain in _domains(context, switch, home):
        since = (part, after) if domain.domain_uuid == home else ("", "")
        for within, item in _of_domain(context, domain, since):
            yield [domain.domain_uuid, *within], item


def _domains(context: Context, switch: SwitchRecord, since: str) -> Iterator[Domain]:
    """The domains of a switch that may be asked about, by uuid, from one on."""
    partition, after = keys.domains_of_switch(switch.switch_uuid), None
    while True:
        rows = context.store.listed(partition, Domain, between=(since or _FIRST, _LAST), after=after, limit=_AT_ONCE)
        yield from (one for _, one in rows if one.domain_enabled and not one.deleting)
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1][0]


def _of_domain(context: Context, domain: Domain, since: _Place) -> Iterator[tuple[_Place, Ahead]]:
    """What is most needed comes first: help, and who there is."""
    parts: dict[str, Callable[[str], Iterator[tuple[str, Ahead]]]] = {
        "1": lambda after: _plain(domain, "help", _help(domain), after),
        "2": lambda after: _extensions(context, domain, after),
        "3": lambda after: _ring_groups(context, domain, after),
        "4": lambda after: _plain(domain, "code", list(_CODES), after),
        "5": lambda after: _destinations(context, domain, after),
        "6": lambda after: _queues(context, domain, after),
        "7": lambda after: _conferences(context, domain, after),
        "8": lambda after: _parking_lots(context, domain, after),
    }
    for part, of in parts.items():
        if part >= since[0]:
            yield from (((part, sort), item) for sort, item in of(since[1] if part == since[0] else ""))


def _help(domain: Domain) -> list[str]:
    from ringpost.model.telephone.help import all_dialled  # 60 ms that a cold start can do without

    return all_dialled(domain.country, domain.emergency_numbers or ())


def _plain(domain: Domain, what: What, numbers: list[str], after: str) -> Iterator[tuple[str, Ahead]]:
    yield from ((number, _ahead(domain, what, number)) for number in sorted(numbers) if number > after)


def _extensions(context: Context, domain: Domain, after: str) -> Iterator[tuple[str, Ahead]]:
    for sort, one in _rows(context, keys.extensions(domain.domain_uuid), Extension, after):
        if one.enabled:
            asked = _ahead(domain, "extension", one.extension, one.extension_uuid)
            yield sort, asked.model_copy(update={"user_record": one.user_record})


def _ring_groups(context: Context, domain: Domain, after: str) -> Iterator[tuple[str, Ahead]]:
    for sort, one in _rows(context, keys.ring_groups(domain.domain_uuid), RingGroup, after):
        if one.ring_group_enabled:
            yield sort, _ahead(domain, "ring_group", one.ring_group_extension, one.ring_group_uuid)


def _queues(context: Context, domain: Domain, after: str) -> Iterator[tuple[str, Ahead]]:
    for sort, one in _rows(context, keys.queues(domain.domain_uuid), Queue, after):
        if one.enabled:
            yield sort, _ahead(domain, "queue", one.extension, one.queue_uuid)


def _conferences(context: Context, domain: Domain, after: str) -> Iterator[tuple[str, Ahead]]:
    for sort, one in _rows(context, keys.conferences(domain.domain_uuid), Conference, after):
        if one.enabled:
            yield sort, _ahead(domain, "conference", one.extension, one.conference_uuid)


def _parking_lots(context: Context, domain: Domain, after: str) -> Iterator[tuple[str, Ahead]]:
    """Each with its slots; the place within one is behind its own."""
    row, _, number = after.partition(_SLOT_OF)
    partition = keys.parking_lots(domain.domain_uuid)
    begun = context.store.listed(partition, ParkingLot, between=(row, row), limit=1) if row else []
    for sort, one in chain(begun, _rows(context, partition, ParkingLot, row)):
        for slot in ("", *one.slots) if one.enabled else ():
            if sort != row or slot > number:
                yield (
                    f"{sort}{_SLOT_OF}{slot}",
                    _ahead(domain, "parking_lot", slot or one.extension, one.parkinglot_uuid),
                )


def _destinations(context: Context, domain: Domain, after: str) -> Iterator[tuple[str, Ahead]]:
    """Each in all its spellings; the place within one is behind its own."""
    row, _, spelled = after.partition(" ")
    partition = keys.destinations(domain.domain_uuid)
    begun = context.store.listed(partition, Destination, between=(row, row), limit=1) if row else []
    for sort, one in chain(begun, _rows(context, partition, Destination, row)):
        if not one.destination_enabled or not one.destination_actions:
            continue
        for number in sorted({one.destination_e164 or one.destination_number, *one.destination_spellings}):
            if sort != row or number > spelled:
                yield f"{sort} {number}", _ahead(domain, "destination", number, one.destination_uuid)


def _rows(context: Context, partition: str, kind: type[E], after: str) -> Iterator[tuple[str, E]]:
    last: str | None = after or None
    while True:
        rows = context.store.listed(partition, kind, after=last, limit=_AT_ONCE)
        yield from rows
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1][0]


def _ahead(domain: Domain, what: What, number: str, record_uuid: str | None = None) -> Ahead:
    return Ahead(
        domain_uuid=domain.domain_uuid,
        domain_name=domain.domain_name,
        what=what,
        number=number,
        record_uuid=record_uuid,
    )
