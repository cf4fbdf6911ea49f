"""Parking slots of the sandbox: which are free."""

from collections.abc import Iterable

from ringpost.model import dialplan
from ringpost.model.parking import ParkingLot
from ringpost.switch.sandbox.play import Play


def free(plays: Iterable[Play], now: float, lot: ParkingLot | None) -> list[str]:
    """The slots of a lot, or the domain's own, that nobody waits in, or comes to; of calls as they are at a moment."""
    lot_uuid = lot.parkinglot_uuid if lot else None
    taken = {play.slot for play in plays if now < play.ends and play.parkinglot_uuid == lot_uuid}
    slots = lot.slots if lot else map(str, dialplan.SLOTS)
    return [slot for slot in slots if slot not in taken]
