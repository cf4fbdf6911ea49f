"""FreeSWITCH's lists, read: its calls, its parked calls, its registrations. As 1.11.2 prints them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import unescape

from ringpost.clock import stamp
from ringpost.model.call import Direction
from ringpost.model.conference import Participant
from ringpost.model.domain import Domain
from ringpost.model.live import LegState, LiveCall, LiveLeg, Registration, state_of
from ringpost.model.values import is_number, is_uuid
from ringpost.switch.freeswitch import names
from ringpost.switch.freeswitch.parking import Place
from ringpost.switch.freeswitch.said import presence
from ringpost.switch.said import LONG, Said

_STATES: dict[str, LegState] = {"ACTIVE": "answered", "UNHELD": "answered", "HELD": "held"}
_RINGS = ("RINGING", "EARLY")
_NAMELESS = ("", "Outbound Call")
"""What FreeSWITCH calls somebody it has no name for."""
_ACCOUNT = re.compile(r"([0-9*#]{1,32})@(.+)")
_CALLED = re.compile(r"sofia/[^/]+/([^@/]+)")
_PROFILE = re.compile(r"<profile>\s*<name>([A-Za-z0-9_.-]+)</name>")
_MEMBER = re.compile(r"\s*<([a-z-]+)>(.*)</\1>")
_CONTACT = re.compile(r"sips?:[^>\s]{1,256}")
_PORT = re.compile(r"[0-9]{1,5}")
_EXPIRES = re.compile(r"expsecs\((\d{1,9})\)")
_PROTO = re.compile(r"Registered\((\w+)")

_RECORDS = re.compile(r"<function>session_record</function>\s*<target>([^<]*)</target>")

Row = Mapping[str, Any]
Odd = Callable[[str], object]
"""Is told of a row that is left out, for it is none that can be read."""


def may_be_parked(row: Row) -> bool:
    """Whether a row of ``show calls`` may be somebody who waits in a slot: alone, in an application."""
    return row.get("state") == "CS_EXECUTE" and not row.get("b_uuid")


def recorded_to(bugs: str, folder: str) -> str | None:
    """The file of that folder a leg is being recorded into, by what ``uuid_buglist`` lists."""
    return next((path for path in _RECORDS.findall(bugs) if path.startswith(folder)), None)


def calls(domain: Domain, rows: Iterable[Row], slots: Mapping[str, Place], odd: Odd) -> list[LiveCall]:
    """The domain's calls among the rows of ``show calls``, oldest first.

    Our directory, dialplan and originate mark every leg with its domain's uuid, in ``presence_data``.
    ``call_uuid`` is the first leg's, and stays when that has left. A leg without a uuid or a start that can be read is
    left out, and ``odd`` is told; the call is known by the first that is left, then.
    """
    legs = [leg for row in rows for leg in _legs(domain, row, odd)]
    legs.sort(key=lambda leg: (leg["start"], leg["direction"] == "outbound", leg["uuid"]))
    known_as = {leg["channel"]: leg["uuid"] for leg in legs}
    of_uuid: dict[str, list[dict[str, str]]] = {}
    for leg in legs:
        of_uuid.setdefault(leg["uuid"], []).append(
            {**leg, "call_uuid": known_as.get(leg["call_uuid"], leg["call_uuid"])}
        )
    legs = [_as_one(channels) for channels in of_uuid.values()]
    came_from = {leg["uuid"]: leg["call_uuid"] for leg in legs}
    groups: dict[str, list[dict[str, str]]] = {}
    for leg in legs:
        groups.setdefault(_root(leg["call_uuid"], came_from), []).append(leg)
    return [_call(domain, call_uuid, members, slots) for call_uuid, members in groups.items()]


def _root(call_uuid: str, came_from: Mapping[str, str]) -> str:
    """The call a call goes back to: a transferred leg that rings somebody is one of its own for the switch."""
    passed = {call_uuid}
    while (before := came_from.get(call_uuid, call_uuid)) not in passed:
        passed.add(before)
        call_uuid = before
    return call_uuid


def _legs(domain: Domain, row: Row, odd: Odd) -> Iterator[dict[str, str]]:
    """A row is a leg of the domain, and the one it is connected with, whose columns begin with ``b_``."""
    of_row = Said(row)
    name = "call_uuid" if of_row.verbatim("call_uuid") else "uuid"
    call_uuid = of_row.uuid(name) or of_row.verbatim(name)
    for side in ("", "b_"):
        home, _, placed = of_row.verbatim(f"{side}presence_data").partition(":")
        if home != domain.domain_uuid or not row.get(f"{side}uuid"):
            continue
        uuid, start = of_row.uuid(f"{side}uuid"), of_row.moment(f"{side}created")
        if uuid is None or start is None:
            odd("a leg without a uuid or a start")
            continue
        leg = {name: of_row.text(side + name, LONG) or "" for name in _COLUMNS}
        of_leg = placed if is_uuid(placed) else uuid
        yield leg | {"uuid": of_leg, "channel": uuid, "start": start, "call_uuid": call_uuid}


_COLUMNS = (
    "direction", "name", "state", "cid_name", "cid_num", "dest", "presence_id", "accountcode", "callstate",
    "callee_name", "callee_num",
)  # fmt: skip


def legs_of(domain_uuid: str, rows: Iterable[Row]) -> dict[str, str]:
    """The legs of a domain, by their channels: A of a call we have placed goes by that call's uuid."""
    found = {}
    for row in map(Said, rows):
        home, _, placed = row.verbatim("presence_data").partition(":")
        if home == domain_uuid and (channel := row.uuid("uuid")):
            found[channel] = placed if is_uuid(placed) else channel
    return found


def parties(domain: Domain, rows: Iterable[Row], odd: Odd) -> dict[str, Participant]:
    """Who is on which channel of a domain, by the rows of ``show channels``: its legs, as somebody in a room."""
    found = {}
    for leg in (leg for row in rows for leg in _legs(domain, row, odd)):
        one = _leg(domain, leg, {})
        about = one.model_dump(include={"leg_uuid", "extension", "number", "name"})
        call_uuid = leg["call_uuid"] if is_uuid(leg["call_uuid"]) else None
        found[leg["channel"]] = Participant(call_uuid=call_uuid, **about)
    return found


def channels_of(leg_uuid: str, domain_uuid: str, rows: Iterable[Row]) -> list[str]:
    """The channels that are a leg under another uuid than theirs: A's phones, or the one of them that has answered."""
    found = [Said(row) for row in rows if row.get("presence_data") == presence(domain_uuid, leg_uuid)]
    answered = [row for row in found if row.verbatim("callstate") in _STATES]
    return [uuid for row in answered or found if (uuid := row.uuid("uuid"))]


def _as_one(phones: list[dict[str, str]]) -> dict[str, str]:
    """A leg of several channels, which are A's phones: the one that has answered, or rings."""
    nearest = max(phones, key=lambda phone: (phone["callstate"] in _STATES, phone["callstate"] in _RINGS))
    return nearest if nearest["callstate"] in _STATES else {**nearest, "start": phones[0]["start"]}


def _call(domain: Domain, call_uuid: str, members: list[dict[str, str]], slots: Mapping[str, Place]) -> LiveCall:
    members.sort(key=lambda leg: leg["uuid"] != call_uuid)
    first, legs = members[0], tuple(_leg(domain, leg, slots) for leg in members)
    place = next((slots[leg["channel"]] for leg in members if leg["channel"] in slots), None)
    return LiveCall(
        call_uuid=call_uuid if is_uuid(call_uuid) else first["uuid"],
        domain_uuid=domain.domain_uuid,
        direction=_direction(legs, first),
        state=state_of(legs),
        start_stamp=legs[0].start_stamp,
        caller_id_name=_name(first["cid_name"]) or legs[0].name,
        caller_id_number=_caller(first, legs[0]),
        destination_number=_number(first["dest"]),
        slot=place.slot if place else None,
        parkinglot_uuid=place.lot_uuid if place else None,
        legs=legs,
    )


def _leg(domain: Domain, leg: dict[str, str], slots: Mapping[str, Place]) -> LiveLeg:
    called = leg["direction"] == "outbound"
    # Whoever calls may say he is anybody: his account is from the directory. Whom we rang, our dial string says.
    name = _ACCOUNT.fullmatch(leg["presence_id"] if called else leg["accountcode"])
    extension = name[1] if name and name[2].lower() == domain.domain_name else None
    return LiveLeg(
        leg_uuid=leg["uuid"],
        extension=extension,
        number=extension or (_called(leg) if called else _number(leg["cid_num"])),
        name=_name(leg["callee_name"] if called else leg["cid_name"]),
        state="parked" if leg["channel"] in slots else _state(leg),
        start_stamp=leg["start"],
    )


def _state(leg: dict[str, str]) -> LegState:
    """A leg we rang runs a dialplan once it has answered, though it is said to ring while it hears somebody ring."""
    if leg["direction"] == "outbound" and leg["state"] == "CS_EXECUTE" and leg["callstate"] in _RINGS:
        return "answered"
    return _STATES.get(leg["callstate"], "ringing")


def _caller(first: dict[str, str], leg: LiveLeg) -> str | None:
    """Who called: one of our phones is itself, whatever it says."""
    if first["direction"] == "inbound" and leg.extension:
        return leg.extension
    return _number(first["cid_num"]) or leg.number


def _called(leg: dict[str, str]) -> str | None:
    """The number a leg was dialled by: its name has it, when the rest has long been exchanged with its partner's."""
    name = _CALLED.match(leg["name"])
    return _number(name[1] if name else "") or _number(leg["callee_num"])


def _direction(legs: tuple[LiveLeg, ...], first: dict[str, str]) -> Direction | None:
    if all(leg.extension for leg in legs):
        return "local" if len(legs) > 1 else None
    return "outbound" if legs[0].extension or first["direction"] == "outbound" else "inbound"


def _name(text: str) -> str | None:
    return None if text in _NAMELESS else names.read(text)


def _number(text: str) -> str | None:
    return text if is_number(text) else None


def profiles(text: str) -> list[str]:
    """The names of the SIP profiles, from ``sofia xmlstatus``."""
    return _PROFILE.findall(text)


def registrations(text: str) -> list[dict[str, str]]:
    """The registrations in ``sofia xmlstatus profile … reg``.

    Read line by line: not all that phones say is escaped there, but no line break is among it.
    """
    found: list[dict[str, str]] = []
    for line in text.split("\n"):
        if line.strip() == "<registration>":
            found.append({})
        elif (member := _MEMBER.fullmatch(line)) and found:
            found[-1].setdefault(member[1], unescape(member[2], {"&quot;": '"', "&apos;": "'"}))
    return [one for one in found if "@" in one.get("user", "")]


def is_in(domain: Domain, found: Mapping[str, str]) -> bool:
    """Whether a registration is of a phone of the domain."""
    extension, _, home = found["user"].rpartition("@")
    return home.lower() == domain.domain_name and is_number(extension)


def registration(found: Mapping[str, str], now: float) -> Registration:
    """A registration as it is answered; ``now`` is what its expiry counts from."""
    said = Said(found)
    where, status = said.text("contact", LONG) or "", said.verbatim("status")
    contact, expires, proto = _CONTACT.search(where), _EXPIRES.search(status), _PROTO.search(status)
    port = said.matching(_PORT, "network-port")
    return Registration(
        extension=said.verbatim("user").partition("@")[0],
        contact=contact[0] if contact else where[:256],
        agent=said.text("agent"),
        network_ip=said.text("network-ip"),
        network_port=int(port) if port else None,
        network_proto=proto[1].lower() if proto else None,
        expires_at=stamp(now + int(expires[1])) if expires else None,
    )
