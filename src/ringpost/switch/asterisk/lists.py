"""Asterisk's lists, read: its channels, its parked calls, its registrations. As 22.10.1 tells them over AMI.

No Local channel is a leg but one: ``;1`` of a call we placed, which is its A for as long as it is there. The phones
that ring for that A are marked with its uuid; what is done to A by its telephone is done to them.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ringpost.clock import stamp
from ringpost.model.call import Direction
from ringpost.model.domain import Domain
from ringpost.model.live import LegState, LiveCall, LiveLeg, Registration, state_of
from ringpost.model.values import EXTENSION, is_number, is_uuid
from ringpost.switch.asterisk import lots, marks
from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.lots import Waits
from ringpost.switch.said import DIRECTIONS, LONG, Said

Odd = Callable[[str], object]
"""Is told of a row that is left out, for it is none that can be read."""
NAME = re.compile(
    r"(PJSIP)/([A-Za-z0-9_.+*#@-]{1,300})-[0-9a-f]{8}|(Local)/([A-Za-z0-9_.+*#@-]{1,300})-[0-9a-f]{8};([12])"
)
"""What a channel may be called: nothing in it parts arguments or begins a pattern."""
UNIQUEID = re.compile(r"[A-Za-z0-9_.-]{1,150}(;2)?")
_EPOCH = re.compile(r"(?:.*-)?([0-9]{1,10})\.([0-9]{1,9})")
_DURATION = re.compile(r"([0-9]{1,6}):([0-5][0-9]):([0-5][0-9])")
_ANSWERED = "6"
_CALLING = "4"
_UNNAMED = ("", "<unknown>", "unknown")
_ONHOLD = "ONHOLD"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of ``CoreShowChannels``. ``order`` sorts those of a call by when they began."""

    name: str
    uniqueid: str
    linkedid: str
    kind: str
    endpoint: str
    half: str
    start: float
    order: tuple[bool, int, int]
    said: Said
    marked: Said

    @property
    def leg_uuid(self) -> str:
        """The leg it is."""
        return marks.leg_uuid(self.uniqueid)

    @property
    def is_placed(self) -> bool:
        """Whether it is A of a call we placed."""
        return self.half != "2" and is_uuid(self.uniqueid) and self.marked.uuid(marks.CALL) == self.uniqueid

    @property
    def is_up(self) -> bool:
        """Whether it has answered, or was."""
        return self.said.verbatim("ChannelState") == _ANSWERED

    @property
    def calls(self) -> bool:
        """Whether it is somebody who calls and whom nobody has answered."""
        return self.said.verbatim("ChannelState") == _CALLING

    @property
    def bridge(self) -> str:
        """The bridge it is in; empty if in none."""
        return self.said.verbatim("BridgeId")


@dataclass(frozen=True, slots=True)
class Party:
    """A leg: its channel, and if it is an A that was placed, the phones of that A."""

    channel: Channel
    phones: tuple[Channel, ...]
    company: tuple[Channel, ...]
    """Who else is in its bridge."""

    @property
    def leg_uuid(self) -> str:
        """The leg."""
        return self.channel.leg_uuid

    @property
    def telephones(self) -> tuple[Channel, ...]:
        """The channels of its telephone: the one that has answered, or all that ring."""
        if self.channel.kind == "PJSIP":
            return (self.channel,)
        return tuple(phone for phone in self.phones if phone.is_up)[:1] or self.phones


def channels(rows: Iterable[Message], now: float, odd: Odd) -> list[Channel]:
    """The channels in the rows of ``CoreShowChannels``; ``now`` is what their durations count to.

    Each once: while a channel takes another's place, as an A's phone does once it answers, it is listed several times.
    """
    found = (_channel(row, now, odd) for row in rows)
    return list({one.uniqueid: one for one in found if one is not None}.values())


def _channel(row: Message, now: float, odd: Odd) -> Channel | None:
    if row.event != "CoreShowChannel":
        return None
    said, marked = Said(dict(reversed(row.members))), Said(row.variables())
    name, uniqueid = NAME.fullmatch(said.verbatim("Channel")), said.matching(UNIQUEID, "Uniqueid")
    start = _start(said, now)
    if name is None or uniqueid is None or start is None:
        if marked.uuid(marks.DOMAIN):  # what else there is on a switch is called as it likes
            odd("a channel without a name, an id or a start")
        return None
    linkedid = said.matching(UNIQUEID, "Linkedid") or uniqueid
    born = _EPOCH.fullmatch(uniqueid)
    order = (uniqueid != linkedid, int(born[1]), int(born[2])) if born else (uniqueid != linkedid, int(start), 0)
    kind, endpoint = name[1] or name[3], name[2] or name[4]
    return Channel(name[0], uniqueid, linkedid, kind, endpoint, name[5] or "", start, order, said, marked)


def _start(said: Said, now: float) -> float | None:
    """When a channel began: its id says it, to the second, unless the id is of our choice."""
    born = _EPOCH.fullmatch(said.verbatim("Uniqueid"))
    if born:
        return float(born[1])
    lasts = _DURATION.fullmatch(said.verbatim("Duration"))
    return (
        now - sum(int(part) * unit for part, unit in zip(lasts.groups(), (3600, 60, 1), strict=True)) if lasts else None
    )


def parties(domain: Domain, found: Collection[Channel]) -> list[Party]:
    """The legs of a domain, in the order in which they began."""
    ours = sorted(
        (one for one in found if one.marked.uuid(marks.DOMAIN) == domain.domain_uuid), key=lambda one: one.order
    )
    placed = {one.uniqueid for one in ours if one.is_placed and one.kind == "Local"}
    phones: dict[str, list[Channel]] = {}
    legs = []
    for one in ours:
        of = one.marked.uuid(marks.PHONE_OF)
        if of in placed and one.kind == "PJSIP":
            phones.setdefault(of or "", []).append(one)
        elif one.kind == "PJSIP" or one.is_placed:
            legs.append(one)
    company = _Bridges(found, placed)
    return [Party(leg, tuple(phones.get(leg.uniqueid, ())), company.of(leg)) for leg in legs]


class _Bridges:
    """Who is in a bridge with whom, seen through pairs of Local channels, but not through those that are an A."""

    def __init__(self, found: Iterable[Channel], placed: Collection[str]) -> None:
        self._placed = placed
        self._names: dict[str, Channel] = {}
        self._inside: dict[str, list[Channel]] = {}
        for one in found:
            self._names[one.name] = one
            self._inside.setdefault(one.bridge, []).append(one)

    def of(self, leg: Channel) -> tuple[Channel, ...]:
        """Everybody else in the bridge of a leg."""
        return tuple(map(self._beyond, self._others(leg)))

    def _others(self, one: Channel) -> list[Channel]:
        return [other for other in self._inside[one.bridge] if other is not one] if one.bridge else []

    def _beyond(self, one: Channel) -> Channel:
        """Whoever is alone with the other half of a pair; of what is no such pair, itself."""
        half = self._names.get(f"{one.name[:-1]}{'21'[one.half == '2']}") if one.half else None
        if half is None or {one.uniqueid, half.uniqueid} & set(self._placed):
            return one
        others = self._others(half)
        return others[0] if len(others) == 1 else one


def may_be_parked(leg: Party) -> bool:
    """Whether a leg may be somebody who waits in a slot: in a bridge with nobody of its call."""
    is_alone = bool(leg.channel.bridge) and all(one.linkedid != leg.channel.linkedid for one in leg.company)
    return leg.channel.is_up and (is_alone or leg.channel.said.verbatim("Application") == "Park")


def may_hold(leg: Party) -> bool:
    """Whether a leg may hold: it talks to somebody."""
    return leg.channel.is_up and len(leg.company) == 1


def calls(domain: Domain, legs: Iterable[Party], slots: Mapping[str, Waits], held: Collection[str]) -> list[LiveCall]:
    """The domain's calls, oldest first. ``held`` are the legs that hold."""
    groups: dict[str, list[Party]] = {}
    for leg in legs:
        groups.setdefault(leg.channel.linkedid, []).append(leg)
    found = [_call(domain, linkedid, members, slots, held) for linkedid, members in groups.items()]
    return sorted(found, key=lambda call: call.start_stamp)


def _call(
    domain: Domain, linkedid: str, members: list[Party], slots: Mapping[str, Waits], held: Collection[str]
) -> LiveCall:
    first, legs = members[0], tuple(_leg(domain, leg, slots, held) for leg in members)
    said, marked = first.channel.said, first.channel.marked
    place = next((slots[leg.channel.uniqueid] for leg in members if leg.channel.uniqueid in slots), None)
    return LiveCall(
        call_uuid=marks.leg_uuid(linkedid),
        domain_uuid=domain.domain_uuid,
        direction=DIRECTIONS.get(marked.verbatim(marks.DIRECTION)) or _supposed(legs, first),
        state=state_of(legs),
        start_stamp=legs[0].start_stamp,
        caller_id_name=_name(said) or legs[0].name,
        caller_id_number=_caller(first, legs[0]),
        destination_number=marked.number(marks.DIALLED) or said.number("Exten"),
        slot=place.slot if place else None,
        parkinglot_uuid=place.parkinglot_uuid if place else None,
        legs=legs,
    )


def _leg(domain: Domain, leg: Party, slots: Mapping[str, Waits], held: Collection[str]) -> LiveLeg:
    channel = leg.channel
    own = extension(domain, channel)
    return LiveLeg(
        leg_uuid=leg.leg_uuid,
        extension=own,
        number=own or outside(channel),
        name=shown(leg),
        state=_state(leg, slots, held),
        start_stamp=stamp(channel.start),
    )


def shown(leg: Party) -> str | None:
    """Its name. The channel of an A that was placed has the name that was ordered to be shown, and not A's."""
    if leg.channel.is_placed:
        return _name(leg.telephones[0].said) if leg.phones else None
    return _name(leg.channel.said)


def _state(leg: Party, slots: Mapping[str, Waits], held: Collection[str]) -> LegState:
    if leg.channel.uniqueid in slots:
        return "parked"
    if not leg.channel.is_up:
        return "ringing"
    return "held" if leg.leg_uuid in held else "answered"


def extension(domain: Domain, channel: Channel) -> str | None:
    """The extension a leg is: whose endpoint it is at, which no phone can choose, or the one we rang."""
    if channel.kind == "Local":
        return channel.marked.matching(EXTENSION, marks.EXTENSION)
    number, _, home = channel.endpoint.rpartition("@")
    return number if home.lower() == domain.domain_name and EXTENSION.fullmatch(number) else None


def outside(channel: Channel) -> str | None:
    placed = channel.marked.number(marks.NUMBER) if channel.is_placed else None
    return placed or channel.said.number("CallerIDNum")


def _caller(first: Party, leg: LiveLeg) -> str | None:
    """Who called: one of our phones is itself; who was placed shows what was ordered."""
    if not first.channel.is_placed and leg.extension:
        return leg.extension
    return first.channel.said.number("CallerIDNum") or leg.number


def _supposed(legs: tuple[LiveLeg, ...], first: Party) -> Direction | None:
    if all(leg.extension for leg in legs):
        return "local" if len(legs) > 1 else None
    return "outbound" if legs[0].extension or first.channel.is_placed else "inbound"


def _name(said: Said) -> str | None:
    name = said.text("CallerIDName")
    return None if name in _UNNAMED else name


def marked_as_holding(legs: Iterable[Party]) -> set[str]:
    """The legs whose telephones are marked as holding."""
    return {
        leg.leg_uuid
        for leg in legs
        if any(one.marked.verbatim(marks.HELD) == "true" for one in (leg.channel, *leg.telephones))
    }


def holding(legs: Collection[Party], devices: Iterable[Message]) -> set[str]:
    """The legs that hold, as far as ``DeviceStateList`` tells.

    It tells of an endpoint that somebody else has put on hold; of one with several calls only if all of them are.
    """
    on_hold = {row.get("Device") for row in devices if row.get("State") == _ONHOLD}
    waits = {leg.channel.uniqueid for leg in legs if any(f"PJSIP/{one.endpoint}" in on_hold for one in leg.telephones)}
    return {
        leg.leg_uuid
        for leg in legs
        if may_hold(leg) and leg.company[0].uniqueid in waits and leg.channel.uniqueid not in waits
    }


def slots(rows: Iterable[Message], domain_name: str) -> dict[str, Waits]:
    """Where each channel waits, by its Uniqueid, from ``ParkedCalls``: in the domain's own lot, or in one it was given.

    Another domain's lots are among those: whose a channel is says its mark.
    """
    found = {}
    for row in rows:
        if row.event == "ParkedCall":
            place = lots.waits(row.get("Parkinglot"), row.get("ParkingSpace"), domain_name)
            if place is not None:
                found[row.get("ParkeeUniqueid")] = place
    return found


_CONTACT_KEY = re.compile(r"/registrar/(contact/([^;/]{1,300});@[0-9a-f]{32})")
_SINCE_1970 = re.compile(r"[0-9]{9,10}")
_SIP = re.compile(r"sips?:[^>\s]{1,256}")
_TRANSPORT = re.compile(r";transport=([A-Za-z]{2,4})(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone that is registered: the key under which Asterisk's own database has it, whose, and what it says."""

    key: str
    number: str
    home: str
    said: Said

    @property
    def expires(self) -> float | None:
        """When its time runs out, in seconds since 1970."""
        at = self.said.matching(_SINCE_1970, "expiration_time")
        return float(at) if at else None

    def is_in(self, domain: Domain) -> bool:
        """Whether it is of the domain."""
        return self.home == domain.domain_name and is_number(self.number)


def contacts(rows: Iterable[Message], now: float, odd: Odd) -> list[Contact]:
    """The phones in the rows of ``DBGetTree``, family ``registrar``, whose time has not run out."""
    found = []
    for row in rows:
        key = _CONTACT_KEY.fullmatch(row.get("Key"))
        if row.event != "DBGetTreeResponse" or key is None:
            continue
        members = _read(row.get("Val"))
        if members is None:
            odd("a registration that is no JSON")
            continue
        number, _, home = key[2].rpartition("@")
        contact = Contact(key[1], number, home.lower(), Said(members))
        if (contact.expires or now) >= now:
            found.append(contact)
    return found


def _read(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text, parse_int=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def registration(contact: Contact) -> Registration:
    """A registration as it is answered."""
    said = contact.said
    uri = said.text("uri", LONG) or ""
    found, transport = _SIP.match(uri), _TRANSPORT.search(uri)
    host, port = _place(said, found[0] if found else "")
    return Registration(
        extension=contact.number,
        contact=found[0] if found else uri[:256],
        agent=said.text("user_agent"),
        network_ip=host,
        network_port=port,
        network_proto=transport[1].lower() if transport else "tls" if uri.startswith("sips:") else "udp",
        expires_at=stamp(contact.expires) if contact.expires else None,
    )


def _place(said: Said, uri: str) -> tuple[str | None, int | None]:
    """Where a phone is: at its contact, which Asterisk rewrites to where it was heard from, else where it says."""
    try:
        parts = urlsplit(f"//{uri.partition(':')[2].partition(';')[0]}")
        place = parts.hostname, parts.port
    except ValueError:
        place = None, None
    return place[0] or said.text("via_addr"), place[1] or said.whole("via_port")
