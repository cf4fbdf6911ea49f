"""Having an Asterisk know queues, and asking it who waits in them.

What a queue is stands in a file of its own, which its manager interface writes: then a call asks for nothing, and no
answer that fails has a caller wait where nobody rings (docs/decisions.md). Members are added by actions.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from threading import Lock
from typing import Protocol

from ringpost.clock import stamp
from ringpost.model.domain import Domain
from ringpost.model.errors import SwitchRefused
from ringpost.model.queue import Queue, QueueOrder, WaitingCaller
from ringpost.switch.asterisk import marks, queues
from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.lists import Channel
from ringpost.switch.asterisk.queues import FILE, Member
from ringpost.switch.said import Said

_LINE = re.compile(r"Line-[0-9]+-[0-9]+")
STATES = "CustomDevstate"
FREE, GONE = "NOT_INUSE", "UNAVAILABLE"
_NOBODY, _NO_QUEUE = "none", "No such queue"
_IN_ORDER = "linear"
_AT_ONCE = 25
"""Lines that one action adds: it has 128 of its own at most."""
_writing = Lock()
"""The file is read, changed and written by the switch as a whole: by one of us at a time."""


class Ask(Protocol):
    """Asks the switch, and has what it answers."""

    def __call__(self, action: str, *more: tuple[str, str], **members: str) -> Message: ...


class List(Protocol):
    """Has what the switch lists."""

    def __call__(self, action: str, **members: str) -> list[Message]: ...


class QueueLine:
    """Queues of one switch. Each method raises ``SwitchUnreachable`` and ``SwitchRefused``."""

    def __init__(self, ask: Ask, listed: List) -> None:
        self._ask, self._list = ask, listed

    # who waits

    def waiting(self, channels: Iterable[Channel], domain: Domain, now: float) -> Iterator[WaitingCaller]:
        """Who waits, of these channels, which are the domain's: its queues, and no other, are looked at."""
        ours = {one.uniqueid: one for one in channels if one.marked.uuid(marks.DOMAIN) == domain.domain_uuid}
        in_use = (queues.named(one.said.verbatim("ApplicationData").partition(",")[0]) for one in ours.values())
        for found in dict.fromkeys(in_use):
            if found is not None and found.domain_uuid == domain.domain_uuid:
                yield from _callers(self._entries(queues.name(*found)), ours, found.queue_uuid, now)

    def _entries(self, name: str) -> list[Message]:
        rows = self._list("QueueStatus", Queue=name, Member=_NOBODY)
        return [row for row in rows if row.event == "QueueEntry"]

    # what there is

    def arrange(self, domain: Domain, orders: Sequence[QueueOrder], registered: Callable[[], set[str]]) -> None:
        """Have these queues be so, with these members and no others; ``registered`` has the extensions with a phone."""
        for order in orders:
            self._set_parameters(order.queue)
        self._set_states(domain, orders, registered)
        for order in orders:
            self._set_members(domain, order)

    def drop(self, domain_uuid: str, queue_uuid: str) -> None:
        """Forget a queue. Who waits is sent on first: once it is forgotten nobody would ring for them."""
        name = queues.name(domain_uuid, queue_uuid)
        for member in self._members(name):
            self._ask("QueueRemove", Queue=name, Interface=member.interface)
        for row in self._entries(name):
            self._ask("QueueWithdrawCaller", Queue=name, Caller=row.get("Channel"))
        self._write(name, None)
        if not self._entries(name):
            self._reload(name)

    def _set_parameters(self, queue: Queue) -> None:
        name = queues.name(queue.domain_uuid, queue.queue_uuid)
        wanted, there = queues.configured(queue), self._configured(name)
        known = [row for row in self._list("QueueStatus", Queue=name, Member=_NOBODY) if row.event == "QueueParams"]
        if there == wanted and known:
            return
        strategy = dict(there or ()).get("strategy")
        if known and _IN_ORDER in (strategy, queue.strategy) and strategy != queue.strategy and not self._entries(name):
            self._write(name, None)  # members of a queue that has another order keep it as long as it lives
            self._reload(name)
        self._write(name, wanted)
        self._reload(name)

    def _configured(self, name: str) -> list[tuple[str, str]] | None:
        """What the file says of a queue; None if it does not."""
        answer = self._ask("GetConfig", Filename=FILE, Category=name)
        if not answer.is_good:
            raise SwitchRefused(f"the switch has no {FILE}: take it and queues.conf from the guide")
        if not any(member.startswith("Category-") for member, _ in answer.members):
            return None
        lines = (value.partition("=") for member, value in answer.members if _LINE.fullmatch(member))
        return [(name, value) for name, _, value in lines]

    def _write(self, name: str, wanted: Sequence[tuple[str, str]] | None) -> None:
        """Have the file say that of a queue, or nothing of it."""
        with _writing:
            is_there = self._configured(name) is not None
            steps = [("DelCat", "", "")] if is_there else []
            steps += [("NewCat", "", ""), *(("Append", *line) for line in wanted)] if wanted is not None else []
            for begins in range(0, len(steps), _AT_ONCE):
                self._change(name, steps[begins : begins + _AT_ONCE])

    def _change(self, name: str, steps: Iterable[tuple[str, str, str]]) -> None:
        more = []
        for at, (action, variable, value) in enumerate(steps):
            more += [(f"Action-{at:06}", action), (f"Cat-{at:06}", name)]
            more += [(f"Var-{at:06}", variable), (f"Value-{at:06}", value)] if variable else []
        answer = self._ask("UpdateConfig", *more, SrcFilename=FILE, DstFilename=FILE, Reload="no")
        if not answer.is_good:
            raise SwitchRefused(f"the switch cannot write {FILE}: it must be its own user's, below /etc/asterisk")

    def _reload(self, name: str) -> None:
        answer = self._ask("QueueReload", Queue=name, Members="no", Rules="no", Parameters="yes")
        if not answer.is_good:
            raise SwitchRefused(
                "the switch does not take its queues: is app_queue loaded, and queues.conf the guide's?"
            )

    # members

    def _set_states(self, domain: Domain, orders: Iterable[QueueOrder], registered: Callable[[], set[str]]) -> None:
        """Say of each member whether it has a phone: what is not said counts as free."""
        extensions = {member.extension for order in orders for member in order.members}
        if not extensions:
            return
        there, known = registered(), states(self._list("DBGetTree", Family=STATES))
        wanted = {queues.device(domain.domain_name, one): FREE if one in there else GONE for one in extensions}
        set_states(self._ask, {device: state for device, state in wanted.items() if known.get(device) != state})

    def _members(self, name: str) -> list[Member]:
        rows = self._list("QueueStatus", Queue=name)
        return [_member(row) for row in rows if row.event == "QueueMember"]

    def _set_members(self, domain: Domain, order: QueueOrder) -> None:
        """Who is there and should not is gone first; whose name or place is another is added anew."""
        name = queues.name(domain.domain_uuid, order.queue.queue_uuid)
        wanted = {one.interface: one for one in (queues.member(domain, each) for each in order.members)}
        there = self._members(name)
        for member in _to_go(there, wanted, in_order=order.queue.strategy == _IN_ORDER):
            self._ask("QueueRemove", Queue=name, Interface=member.interface)
            there.remove(member)
        known = {member.interface: member for member in there}
        for interface, member in wanted.items():
            if interface in known:
                self._change_member(name, known[interface], member)
            else:
                self._add(name, member)

    def _add(self, name: str, member: Member) -> None:
        answer = self._ask(
            "QueueAdd",
            Queue=name,
            Interface=member.interface,
            MemberName=member.name,
            StateInterface=member.state_interface,
            Penalty=str(member.penalty),
            Paused="true" if member.paused else "false",
        )
        if answer.says.endswith(_NO_QUEUE):  # a reload says that all went well whatever it has read
            raise SwitchRefused(f"the switch does not know its queues: does queues.conf include {FILE}?")
        if member.reason:
            self._pause(name, member)

    def _change_member(self, name: str, known: Member, member: Member) -> None:
        if known.penalty != member.penalty:
            self._ask("QueuePenalty", Queue=name, Interface=member.interface, Penalty=str(member.penalty))
        if (known.paused, known.reason) != (member.paused, member.reason):
            self._pause(name, member)

    def _pause(self, name: str, member: Member) -> None:
        paused = "true" if member.paused else "false"
        self._ask("QueuePause", Queue=name, Interface=member.interface, Paused=paused, Reason=member.reason)


def states(rows: Iterable[Message]) -> dict[str, str]:
    """The devices whose state we have said, from the rows of ``DBGetTree``."""
    found = {row.get("Key").removeprefix(f"/{STATES}/"): row.get("Val") for row in rows}
    return {f"Custom:{place}": state for place, state in found.items() if place.startswith("ringpost-")}


def set_states(ask: Ask, wanted: Mapping[str, str]) -> None:
    """Say how these devices are."""
    for device, state in wanted.items():
        ask("Setvar", Variable=f"DEVICE_STATE({device})", Value=state)


def _callers(
    entries: Iterable[Message], ours: Mapping[str, Channel], queue_uuid: str, now: float
) -> Iterator[WaitingCaller]:
    """Those of a queue, in its order, who are the domain's."""
    for row in entries:
        channel = ours.get(row.get("Uniqueid"))
        if channel is None:
            continue
        said = Said(dict(reversed(row.members)))
        yield WaitingCaller(
            queue_uuid=queue_uuid,
            leg_uuid=channel.leg_uuid,
            call_uuid=marks.leg_uuid(channel.linkedid),
            since=stamp(max(now - (said.whole("Wait") or 0), channel.start)),
            caller_id_number=said.number("CallerIDNum"),
            caller_id_name=_shown(said.text("CallerIDName")),
        )


def _shown(name: str | None) -> str | None:
    return None if name in (None, "", "unknown", "<unknown>") else name


def _member(row: Message) -> Member:
    penalty = row.get("Penalty")
    return Member(
        row.get("Location"),
        row.get("Name"),
        row.get("StateInterface"),
        int(penalty) if penalty.isdecimal() else 0,
        row.get("Paused") == "1",
        row.get("PausedReason"),
    )


def _to_go(there: Sequence[Member], wanted: Mapping[str, Member], *, in_order: bool) -> list[Member]:
    """Whom to take out: who is not wanted, or not so; and where their order counts, whoever is not in his place."""
    stays = [one for one in there if (want := wanted.get(one.interface)) is not None and one[:3] == want[:3]]
    if in_order:
        row = [one.interface for one in stays]
        in_place = [one == other for one, other in zip_longest(row, wanted, fillvalue="")]
        stays = stays[: in_place.index(False)] if False in in_place else stays
    return [one for one in there if one not in stays]
