"""Conference rooms, parking lots, and transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.store.keys.layout import LayoutOf, by_uuid, in_domain
from ringpost.store.keys.names import folded
from ringpost.store.keys.numbers import number

if TYPE_CHECKING:
    from ringpost.model.conference import Conference
    from ringpost.model.parking import ParkingLot
    from ringpost.model.transfer import Transfer
    from ringpost.store import Key

# conference rooms

conference = by_uuid("conference")
conferences = in_domain("conferences")
"""The list of a domain's conference rooms, by name, which it claims."""


def conference_name(domain: str, name: str) -> Key:
    """Whichever conference room has that name in a domain, in whatever case."""
    return conferences.at(domain, folded(name))


conference_layout: LayoutOf[Conference] = LayoutOf(
    truth=lambda it: conference(it.domain_uuid, it.conference_uuid),
    claims=lambda it: (number(it.domain_uuid, it.extension), conference_name(it.domain_uuid, it.name)),
)

# parking lots

parking_lot = by_uuid("parkinglot")
parking_lots = in_domain("parkinglots")
"""The list of a domain's parking lots, by name, which it claims."""


def parking_lot_name(domain: str, name: str) -> Key:
    """Whichever parking lot has that name in a domain, in whatever case."""
    return parking_lots.at(domain, folded(name))


parking_lot_layout: LayoutOf[ParkingLot] = LayoutOf(
    truth=lambda it: parking_lot(it.domain_uuid, it.parkinglot_uuid),
    claims=lambda it: (
        number(it.domain_uuid, it.extension),
        *(number(it.domain_uuid, slot) for slot in it.slots),
        parking_lot_name(it.domain_uuid, it.name),
    ),
)

# transfers

transfer = by_uuid("transfer")
"""A transfer, by its uuid."""
transfers = in_domain("transfers")
"""The transfers of a domain, by when they began."""


def transfer_place(it: Transfer) -> Key:
    """A transfer's place among them."""
    return transfers.at(it.domain_uuid, f"{it.created_at}#{it.transfer_uuid}")
