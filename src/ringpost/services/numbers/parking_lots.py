"""Parking lots: finding them, making them, and where in one a call is to wait."""

import uuid
from functools import partial
from typing import Any

from ringpost.context import Context
from ringpost.model import dialplan
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, InvalidRequest, NotFound
from ringpost.model.parking import MOST_SLOTS, ParkingLot, ParkingPlace
from ringpost.model.requests import Listing, OneParkingLot
from ringpost.services import kept, pages
from ringpost.services.numbers import emergency, numbering, routing
from ringpost.services.tenants import domains
from ringpost.store import Key, keys
from ringpost.store.keys import parking_lot_layout

_ABSENT = "parking lot not found"


def found(context: Context, request: OneParkingLot) -> ParkingLot:
    """The parking lot a request means."""
    return named(context, domains.uuid_of(context, request), request.parkinglot)


def named(context: Context, home: str, reference: str) -> ParkingLot:
    """The parking lot of that uuid, number or name."""
    lot = numbering.named(context, home, reference, ParkingLot, keys.parking_lot, keys.parking_lot_name)
    if lot is None:
        raise NotFound(_ABSENT)
    return lot


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[ParkingLot]:
    """The parking lots of a domain, by name."""
    return domains.page(context, home, keys.parking_lots(home), ParkingLot, request)


def create(context: Context, domain: Domain, members: dict[str, Any]) -> ParkingLot:
    """A new parking lot."""
    domains.stays(context, domain)
    lot = ParkingLot.model_validate(
        {"parkinglot_uuid": str(uuid.uuid4()), **members, "domain_uuid": domain.domain_uuid}
    )
    _check(context, domain, lot, members)
    made = kept.create(context, lot, parking_lot_layout, taken=partial(_taken, lot))
    context.happened("parkinglot.created", domain.domain_uuid, made.model_dump())
    return made


def update(context: Context, lot: ParkingLot, changes: dict[str, Any], if_version: int | None) -> ParkingLot:
    """Change a parking lot. Who waits in a slot that it has no more waits there until the time is over."""
    domain = domains.named(context, lot.domain_uuid)
    wanted = lot.model_copy(update=kept.cleared(ParkingLot, changes))
    _check(context, domain, wanted, changes)
    after = kept.update(context, lot, changes, parking_lot_layout, if_version=if_version, taken=partial(_taken, wanted))
    context.happened("parkinglot.updated", after.domain_uuid, after.model_dump())
    return after


def delete(context: Context, lot: ParkingLot, if_version: int | None) -> None:
    """Take a parking lot away. Who waits there waits until the time is over."""
    kept.delete(context, lot, parking_lot_layout, if_version=if_version)
    context.happened("parkinglot.deleted", lot.domain_uuid, {"parkinglot_uuid": lot.parkinglot_uuid})


def place(context: Context, domain: Domain, reference: str | None, slot: str | None) -> ParkingPlace:
    """Where a call is to wait: in a lot a caller names, or the domain's own; in a slot of it, or a free one."""
    if reference is None:
        if slot is not None and not dialplan.is_slot(slot):
            first, last = dialplan.SLOTS[0], dialplan.SLOTS[-1]
            raise CannotComply(
                f"the domain's own slots are {first} to {last}: name the parkinglot of another", parameter="slot"
            )
        return ParkingPlace(slot=slot)
    lot = named(context, domain.domain_uuid, reference)
    if slot is not None and slot not in lot.slots:
        raise CannotComply(f"the slots of {lot.name} are {lot.slots_start} to {lot.slots_end}", parameter="slot")
    found = routing.slot(context, domain, lot, slot)
    if found is None:
        raise CannotComply(f"the parking lot {lot.name} is disabled", parameter="parkinglot")
    return ParkingPlace(slot=slot, lot=lot, on_timeout=found.on_timeout)


def _check(context: Context, domain: Domain, lot: ParkingLot, changes: dict[str, Any]) -> None:
    """Refuse slots that are none, numbers nobody can have, and a way on that leads nowhere, or back here."""
    first, last = lot.slots_start, lot.slots_end
    if len(first) != len(last) or int(first) > int(last):
        raise InvalidRequest(
            "slots_end must not come before slots_start, and has as many digits", parameter="slots_end"
        )
    if int(last) - int(first) >= MOST_SLOTS:
        raise InvalidRequest(f"a lot has at most {MOST_SLOTS} slots: make another for more", parameter="slots_end")
    if lot.extension in lot.slots:
        raise InvalidRequest("the number that parks in a free slot is none of the slots", parameter="extension")
    if {"extension", "slots_start", "slots_end"} & changes.keys():
        emergency.refuse_to_give(domain, lot.extension)
        for slot in lot.slots:
            emergency.refuse_to_give(domain, slot, "slots_start")
    on = lot.timeout_destination
    back = numbering.way_back(context, domain.domain_uuid, on, (lot.extension, *lot.slots)) if on else None
    if back:
        way = " → ".join([lot.extension, *back])
        raise CannotComply(f"a call would come back to this parking lot: {way}", parameter="timeout_destination")
    if on is not None and "timeout_destination" in changes:
        routing.check_way(context, domain, on, "timeout_destination")


def _taken(lot: ParkingLot, claim: Key) -> Conflict:
    if claim.partition.endswith("#parkinglots"):
        return Conflict("that name is another parking lot's in this domain", parameter="name")
    if claim.sort == lot.extension:
        return numbering.taken()
    return Conflict(f"{claim.sort} is taken in this domain", parameter="slots_start")
