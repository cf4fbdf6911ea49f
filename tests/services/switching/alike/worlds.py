"""Made-up domains: everything that says where a number leads, and how the phones behind it are."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from pydantic import BaseModel

from ringpost.model.destination import Destination, DestinationAction
from ringpost.model.domain import Domain
from ringpost.model.extension import Extension
from ringpost.model.queue import Queue, QueueMember
from ringpost.model.ring_group import Member, RingGroup, Strategy
from ringpost.model.voicemail import Voicemail
from ringpost.store import Row, keys

STAYS = ("answered", "timeout", "empty", "full")
FATES = ("answered", "busy", "no answer", "declined", "unregistered")
OUTSIDE = ("12025550123", "12025550124", "442071838750", "411")
CODES = ("*97", "*98", "*99100", "*99101", "*3001", "*5900", "*5901", "*9664", "*99199", "*5", "*31234567")
HELP = ("911", "112", "9911", "555")
NOWHERE = ("199", "0", "602", "5550199")


@dataclass(frozen=True)
class Call:
    """Who dials what: a phone, B of a call that was placed for one, or somebody from outside."""

    number: str
    caller: Extension | None = None
    is_placed: bool = False


@dataclass
class World:
    """A domain, and what becomes of whoever is rung there."""

    domain: Domain
    extensions: list[Extension] = field(default_factory=list)
    groups: dict[str, RingGroup] = field(default_factory=dict)
    boxes: list[Voicemail] = field(default_factory=list)
    destinations: list[Destination] = field(default_factory=list)
    fates: dict[str, str] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    """How many calls an extension has already."""
    queues: dict[str, Queue] = field(default_factory=dict)
    stays: dict[str, str] = field(default_factory=dict)
    """What becomes of whoever waits in a queue: answered, timeout, empty, or full."""

    def fate(self, number: str) -> str:
        """What becomes of a number that is rung."""
        return self.fates.get(number, "no answer")

    def is_random(self, number: str) -> bool:
        """Whether whoever has a number rings in any order."""
        return number in self.groups and self.groups[number].ring_group_strategy == "random"

    def rows(self) -> Iterator[Row]:
        """All of it, as it is stored."""
        layouts: tuple[tuple[Any, list[Any]], ...] = (
            (keys.domain_layout, [self.domain]),
            (keys.extension_layout, self.extensions),
            (keys.ring_group_layout, [*self.groups.values()]),
            (keys.queue_layout, [*self.queues.values()]),
            (keys.voicemail_layout, self.boxes),
            (keys.destination_layout, self.destinations),
        )
        for layout, records in layouts:
            for record in records:
                yield from _rows(layout(record).all, record)


def _rows(places: tuple[Any, ...], record: BaseModel) -> Iterator[Row]:
    body = record.model_dump_json()
    return (Row(place, body) for place in places)


class Maker:
    """Makes domains, the same ones of the same seed."""

    def __init__(self, seed: int, *, queues: bool = False) -> None:
        """With ``queues`` each has some."""
        self.random = Random(seed)
        self._has_queues = queues
        self._made = 0

    def world(self) -> World:
        """Another one. The numbers are those of all others, but for those that the world outside calls."""
        self._made += 1
        world = World(self._domain())
        numbers = self.random.sample([*map(str, range(100, 108)), "*55", "5550140", "9911"], self._some(4, 8))
        groups = self.random.sample(["600", "601", "603", "#7"], self._some(1, 3))
        queues = self.random.sample(["700", "701", "#8"], self._some(1, 3)) if self._has_queues else []
        self._targets = [*numbers, *groups, *queues * 3, *CODES, *OUTSIDE, *HELP, *NOWHERE]
        world.extensions = [self._extension(world.domain, number) for number in numbers]
        world.groups = {number: self._group(world.domain, number, numbers) for number in groups}
        world.queues = {number: self._queue(world.domain, number, numbers) for number in queues}
        world.stays = {number: self.random.choice(STAYS) for number in queues}
        world.boxes = [
            self._box(world.domain, number) for number in [*numbers, "700"] if number.isdecimal() and self._is(0.7)
        ]
        world.destinations = [self._destination(world.domain, at) for at in range(2)]
        world.fates = {number: self.random.choice(FATES) for number in [*numbers, *OUTSIDE, *HELP]}
        for number in (*OUTSIDE, *HELP):
            world.fates[number] = self.random.choice(("answered", "busy", "no answer"))
        world.calls = {number: self._some(0, 2) for number in numbers if self._is(0.3)}
        return world

    def call(self, world: World) -> Call:
        """Somebody calls some number."""
        called = self.random.choice(world.destinations).destination_number
        callers = [one for one in world.extensions if one.enabled]
        if not callers or self._is(0.15):
            return Call(self.random.choice([called, called.removeprefix("+"), "13035559999"]))
        mine = [*(one.extension for one in world.extensions), *world.groups, *world.queues] * 3
        number = self.random.choice([*mine, *self._targets])
        return Call(number, self.random.choice(callers), is_placed=self._is(0.2))

    def _is(self, chance: float) -> bool:
        return self.random.random() < chance

    def _some(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def _domain(self) -> Domain:
        prefixes = ("1202", "442", "9", "411", "5550")
        return Domain(
            domain_uuid=self._uuid(),
            domain_name=f"d{self._made}.example.net",
            domain_enabled=self._is(0.97),
            emergency_numbers=("555",) if self._is(0.5) else None,
            outbound_gateway="trunk" if self._is(0.8) else None,
            outbound_prefixes=tuple(self.random.sample(prefixes, self._some(0, 4))),
            record_announcement=self._is(0.2),
        )

    def _extension(self, domain: Domain, number: str) -> Extension:
        forwards: dict[str, Any] = {}
        for kind, chance in (("all", 0.15), ("busy", 0.4), ("no_answer", 0.4), ("user_not_registered", 0.4)):
            if self._is(chance):
                forwards[f"forward_{kind}_enabled"] = self._is(0.9)
                forwards[f"forward_{kind}_destination"] = self.random.choice(self._targets)
        return Extension(
            extension_uuid=self._uuid(),
            extension=number,
            user_context=domain.domain_name,
            domain_uuid=domain.domain_uuid,
            enabled=self._is(0.9),
            do_not_disturb=self._is(0.15),
            limit_max=self.random.choice((1, 2, 5, 5)),
            call_timeout=self.random.choice((5, 20, 30)),
            voicemail_enabled=self._is(0.6),
            voicemail_number="700" if self._is(0.2) else None,
            user_record=self.random.choice((None, None, "all", "local", "inbound")),
            outbound_caller_id_number=self.random.choice(("", "12025550100")),
            outbound_anonymous=self._is(0.1),
            **forwards,
        )

    def _group(self, domain: Domain, number: str, numbers: list[str]) -> RingGroup:
        members = self._some(35, 70) if self._is(0.05) else self._some(0, 6)
        strategies: list[Strategy] = ["simultaneous", "sequence", "enterprise", "rollover"]
        strategy: Strategy = "random" if members < 7 and self._is(0.2) else self.random.choice(strategies)
        return RingGroup(
            ring_group_uuid=self._uuid(),
            domain_uuid=domain.domain_uuid,
            ring_group_name=number,
            ring_group_extension=number,
            ring_group_call_timeout=self.random.choice((10, 30)),
            ring_group_cid_name_prefix=self.random.choice((None, "Sales")),
            ring_group_strategy=strategy,
            ring_group_context=domain.domain_name,
            ring_group_enabled=self._is(0.9),
            ring_group_destinations=tuple(
                Member(
                    number=self.random.choice([*numbers, *numbers, *OUTSIDE, *NOWHERE, "911", "19115550100"]),
                    delay=self.random.choice((0, 0, 5, 40)),
                    timeout=self.random.choice((5, 30, 60)),
                    enabled=self._is(0.85),
                )
                for _ in range(members)
            ),
        )

    def _queue(self, domain: Domain, number: str, numbers: list[str]) -> Queue:
        def way() -> str | None:
            return self.random.choice([*self._targets, None, None])

        members = self.random.sample(numbers, self._some(0, len(numbers)))
        return Queue(
            queue_uuid=self._uuid(),
            domain_uuid=domain.domain_uuid,
            name=number,
            extension=number,
            members=tuple(QueueMember(extension=one) for one in members if one.isdecimal()),
            ring_seconds=self.random.choice((5, 15)),
            longest_wait=self.random.choice((None, 30)),
            most_waiting=self.random.choice((None, 3)),
            join_empty=self._is(0.6),
            timeout_destination=way(),
            full_destination=way(),
            empty_destination=way(),
            enabled=self._is(0.9),
            record=self._is(0.2),
        )

    def _box(self, domain: Domain, number: str) -> Voicemail:
        return Voicemail(
            voicemail_uuid=self._uuid(),
            domain_uuid=domain.domain_uuid,
            number=number,
            enabled=self._is(0.8),
            ask_password=self._is(0.5),
        )

    def _destination(self, domain: Domain, at: int) -> Destination:
        number = f"1303{self._made * 10 + at:07}"
        data = f"{self.random.choice(self._targets)} XML {domain.domain_name}"
        return Destination(
            domain_uuid=domain.domain_uuid,
            destination_uuid=self._uuid(),
            destination_number=f"+{number}",
            destination_number_regex="",
            destination_caller_id_number="",
            destination_cid_name_prefix=self.random.choice(("", "Berlin")),
            destination_actions=(DestinationAction(destination_app="transfer", destination_data=data),),
            destination_enabled=self._is(0.9),
            destination_record=self._is(0.2),
            destination_e164=f"+{number}",
            destination_spellings=(number, number[1:]),
        )
