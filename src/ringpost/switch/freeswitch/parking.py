"""Parking lots on a FreeSWITCH: their names, what comes with the dialplan, what mod_valet_parking lists and tells."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from ringpost.model import dialplan
from ringpost.model.domain import Domain
from ringpost.model.notices import What
from ringpost.model.parking import ParkingLot, ParkingPlace
from ringpost.model.route import Slot
from ringpost.model.values import is_uuid
from ringpost.switch.freeswitch import queues

EVENTS = "valet_parking::info"
"""The events of mod_valet_parking."""
PARKS = "ringpost_parks"
"""The variable of a leg that is to wait in the slot it goes to, and not to take who waits there."""
PARKED_BY = "ringpost_parked_by"
"""The variable of a leg that is parked: the extension it comes back to when the time is over."""
TIMED_OUT = "ringpost_timed_out"
"""The variable of a leg that has waited for too long, while it goes on."""
SLOT = "valet_lot_extension"
"""mod_valet_parking's variable of a leg that waits, or has waited."""
APPLICATION = "valet_park"

Step = tuple[str, str]
_OWN = "park"
_LOT = re.compile(r'<lot name="([^"]*)">(.*?)</lot>', re.DOTALL)
_PARKED = re.compile(r'<extension uuid="([0-9a-f-]{36})">(\d{1,10})</extension>')
_WHAT: dict[str, What] = {"hold": "parked", "bridge": "unparked", "exit": "unparked"}
_GOES_ON = f"m:^:set:{TIMED_OUT}=true^"
"""What a leg is sent to that has waited for too long begins so."""


class Place(NamedTuple):
    """A slot; of the domain's own lot, or of that one."""

    slot: str
    lot_uuid: str | None = None


def lot_name(domain_name: str, lot: ParkingLot | None) -> str:
    """What a lot is called on the switch. It knows slots as numbers: how many digits one has is in the name."""
    if lot is None:
        return dialplan.lot(domain_name)
    return f"{lot.parkinglot_uuid}.{len(lot.slots_start)}@{domain_name}"


def place(lot_name: str, slot: str, domain_name: str) -> Place | None:
    """The place a slot of a lot on the switch is; None: it is none of that domain's."""
    name, _, home = lot_name.partition("@")
    if home != domain_name or not slot.isdecimal():
        return None
    if name == _OWN:
        return Place(slot)
    lot_uuid, _, digits = name.partition(".")
    return Place(slot.zfill(int(digits)), lot_uuid) if is_uuid(lot_uuid) and digits.isdecimal() else None


def waiting(text: str, domain_name: str) -> dict[str, Place]:
    """Who waits where in a domain, by ``valet_info``."""
    found = {}
    for lot in _LOT.findall(text):
        for channel, slot in _PARKED.findall(lot[1]):
            where = place(lot[0], slot, domain_name)
            if where is not None:
                found[channel] = where
    return found


# what the dialplan has


def waits(domain: Domain, route: Slot, *, parks: bool, has_spoken: bool, parked_by: str | None) -> list[Step]:
    """What a leg does that comes to a slot: it waits there, or takes who waits.

    ``parks``: it is to wait; then it takes nobody, and any free slot if somebody was faster. ``has_spoken``: a phone
    has sent it there. A slot that was left is known a little longer: whoever dials it then takes nobody.
    """
    name, free = lot_name(domain.domain_name, route.lot), _free(route.lot)
    steps: list[Step] = [("answer", ""), ("set", f"{PARKS}="), *_settings(domain, route, parked_by)]
    if has_spoken:  # it need not know where it is, and would hear that before it waits
        steps.append(("set", "valet_announce_slot=false"))
    if route.slot is None:
        return [*steps, (APPLICATION, f"{name} {free}")]
    slot = str(int(route.slot))
    if parks:
        return [*steps, (APPLICATION, f"{name} auto in {slot} {slot}"), (APPLICATION, f"{name} {free}")]
    ticket = "" if has_spoken else "none"
    return [*steps, ("set", f"valet_ticket={ticket}"), (APPLICATION, f"{name} {slot}")]


def _free(lot: ParkingLot | None) -> str:
    if lot is None:
        return f"auto in {dialplan.SLOTS[0]} {dialplan.SLOTS[-1]}"
    return f"auto in {int(lot.slots_start)} {int(lot.slots_end)}"


def _settings(domain: Domain, route: Slot, parked_by: str | None) -> list[Step]:
    """Said of every lot: it stays on a leg that waits in another one later."""
    lot, on = route.lot, route.on_timeout or parked_by
    after = f"transfer:{on} XML {domain.domain_name}" if on else "hangup:NORMAL_CLEARING"
    timed = lot is not None and lot.timeout
    settings = {
        "valet_hold_music": queues.music(lot.music if lot else None),
        "valet_parking_timeout": str(lot.timeout) if lot and timed else "",
        "valet_parking_orbit_exten": f"{_GOES_ON}{after}" if timed else "",
        "valet_parking_orbit_dialplan": "inline" if timed else "",
        PARKED_BY: "",
    }
    return [("set", f"{name}={value}") for name, value in settings.items()]


# what the switch is told


def comes_back(lot: ParkingLot | None, on_timeout: str | None) -> bool:
    """Whether who waits too long in a lot comes back to whoever has parked it."""
    return lot is not None and bool(lot.timeout) and on_timeout is None


def number(place: ParkingPlace) -> str:
    """The number of a domain that leads to a place."""
    if place.lot is None:
        return f"*{place.slot}" if place.slot else dialplan.PARK
    return place.slot or place.lot.extension


# what it tells


class Told(NamedTuple):
    """What an event says of a leg and a slot."""

    what: What
    place: Place | None
    timed_out: bool


def told(event: Mapping[str, Any], domain_name: str) -> Told | None:
    """What an event says; who hangs up in a slot leaves it too, but nobody has taken the call."""
    what = _WHAT.get(str(event.get("Action")))
    if what is None or event.get("Answer-State") == "hangup":
        return None
    lot = unquote(str(event.get("Valet-Lot-Name", dialplan.lot(domain_name))))
    slot = unquote(str(event.get("Valet-Extension")))
    timed_out = event.get("Action") == "exit" and str(event.get("Caller-Destination-Number")).startswith(_GOES_ON)
    return Told(what, place(lot, slot, domain_name), timed_out)
