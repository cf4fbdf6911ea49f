"""Parking lots of an Asterisk: what they are called there, the places in them, and the steps that park and take.

Measured on res_parking of 22.10.1. A lot is made when somebody first waits there, and is as it was made for as long as
the switch runs: so its slots are in its name, and other slots make another lot. Places are numbers without zeros in
front, below 2^31: those of a lot are counted from 1.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ringpost.model import dialplan
from ringpost.model.domain import Domain
from ringpost.model.parking import MOST_SLOTS, ParkingLot
from ringpost.model.route import Slot
from ringpost.model.values import is_uuid
from ringpost.switch.asterisk.marks import GOES_BACK_TO, PARKS, TIMED_OUT

_NAME = re.compile(r"([0-9a-f-]{36})-([0-9]{1,10})-([0-9]{1,10})")
_PLACE = re.compile(r"[0-9]{1,10}")


class Waits(NamedTuple):
    """Where somebody waits: the slot as it is dialled or told, and the lot it is of; None: the domain's own."""

    slot: str
    parkinglot_uuid: str | None = None


def name(lot: ParkingLot) -> str:
    """What a lot is called there."""
    return f"{lot.parkinglot_uuid}-{lot.slots_start}-{lot.slots_end}"


def waits(lot: str, place: str, domain_name: str | None = None) -> Waits | None:
    """Where somebody waits, by the name of a lot and a place in it; None if it is no lot of ours.

    A domain's own lot is known by its domain's name, or, if that is not known, by what such names begin with.
    """
    if not _PLACE.fullmatch(place):
        return None
    own = dialplan.lot(domain_name or "")
    if lot == own or (domain_name is None and lot.startswith(own)):
        return Waits(place)
    found = _NAME.fullmatch(lot)
    if found is None or not is_uuid(found[1]) or not 1 <= int(place) <= MOST_SLOTS:
        return None
    slot = int(found[2]) + int(place) - 1
    return Waits(f"{slot:0{len(found[2])}}", found[1]) if slot <= int(found[3]) else None


def steps(domain: Domain, route: Slot) -> Iterator[tuple[str, str]]:
    """Waits in a slot, a free one if none is named; or takes whoever waits there, unless an action parks this leg."""
    lot, slot = route.lot, route.slot
    its, home, count = _own(domain) if lot is None else (name(lot), name(lot), f"1-{len(lot.slots)}")
    if slot is not None:
        place = slot if lot is None else str(int(slot) - int(lot.slots_start) + 1)
        is_there = f"$[${{DEVICE_STATE(park:{place}@{home})}} = INUSE & x${{{PARKS}}} = x]"
        yield "ExecIf", f"{is_there}?ParkedCall({its},{place})"
        yield "Set", f"PARKINGEXTEN={place}"
    else:
        yield "Set", "PARKINGEXTEN="
    yield "Set", f"{PARKS}="
    yield "Set", "PARKINGDYNAMIC=default"
    yield "Set", f"PARKINGDYNCONTEXT={home}"
    yield "Set", f"PARKINGDYNPOS={count}"
    if lot is None:
        yield "Park", f"{its},st(0)"
        return
    yield "Set", f"RP_HOME={domain.domain_name}"
    if route.on_timeout is not None:
        yield "Set", f"{GOES_BACK_TO}={route.on_timeout}"
    music = f"m({lot.music})" if lot.music else ""
    yield "Park", f"{its},st({lot.timeout})c({TIMED_OUT},s,1){music}"


def _own(domain: Domain) -> tuple[str, str, str]:
    slots = dialplan.SLOTS
    return dialplan.lot(domain.domain_name), f"park-{domain.domain_name}", f"{slots[0]}-{slots[-1]}"
