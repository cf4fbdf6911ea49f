"""Queues of an Asterisk: what they are called there, what is configured of them, and the steps of the plan.

Measured on app_queue of 22.10.1 (docs/asterisk.md has what follows from it).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ringpost.model.domain import Domain
from ringpost.model.queue import LeftBecause, Queue, QueueMemberOrder
from ringpost.model.route import AgentCode, AgentCodeWord, Queued
from ringpost.model.values import EXTENSION, is_uuid
from ringpost.switch.asterisk import marks, names
from ringpost.switch.asterisk.ami import Message

FILE = "ringpost-queues.conf"
"""Below /etc/asterisk; queues.conf includes it."""
_NOBODY_COULD = "paused,unavailable,invalid,unknown"
"""What members are who could take no call, in ``joinempty`` and ``leavewhenempty``."""
_MEMBER = re.compile(rf"Local/({EXTENSION.pattern})@{marks.PHONES}(?:/n)?")
_HALF = re.compile(rf"Local/({EXTENSION.pattern})@{marks.PHONES}-[0-9a-f]{{8}};[12]")
_LEFT: Mapping[str, LeftBecause] = {
    "TIMEOUT": "timeout",
    "FULL": "full",
    "JOINEMPTY": "empty",
    "LEAVEEMPTY": "empty",
    "WITHDRAW": "empty",
    "UNKNOWN": "empty",
}
"""Why a caller left, by QUEUESTATUS; one whose queue is not there is one for whom nobody is."""
NOT_JOINED = frozenset({"FULL", "JOINEMPTY", "UNKNOWN"})
_SOUNDS: Mapping[AgentCodeWord, str] = {
    "log_in": "agent-loginok",
    "log_out": "agent-loggedoff",
    "pause": "de-activated",
    "unpause": "activated",
}
"""Of Asterisk's core sounds."""
_MOST_SAID = 79
"""Bytes of a name and of a reason: Asterisk cuts off what is longer, and would have another than it was told."""


_FREE, _WITHOUT_A_PHONE = "1", "5"


class Named(NamedTuple):
    """A queue, as its name there says it: whose, and which."""

    domain_uuid: str
    queue_uuid: str


def name(domain_uuid: str, queue_uuid: str) -> str:
    """What a queue is called there."""
    return f"{domain_uuid}.{queue_uuid}"


def named(said: str) -> Named | None:
    """The queue of that name; None if it is none of ours."""
    domain_uuid, _, queue_uuid = said.partition(".")
    return Named(domain_uuid, queue_uuid) if is_uuid(domain_uuid) and is_uuid(queue_uuid) else None


def left_because(status: str) -> LeftBecause | None:
    """Why a caller waits no more, by the plan's QUEUESTATUS; None if that does not say it."""
    return _LEFT.get(status)


def without_a_phone(rows: Iterable[Message]) -> list[str]:
    """Extensions of members that would be rung and have no phone, by ``QueueStatus``; none while another is free."""
    members = [row for row in rows if row.event == "QueueMember" and row.get("Paused") == "0"]
    if any(row.get("Status") == _FREE for row in members):
        return []
    there = (extension_of(row.get("Location")) for row in members if row.get("Status") == _WITHOUT_A_PHONE)
    return [one for one in there if one]


# what is configured


def configured(queue: Queue) -> list[tuple[str, str]]:
    """What queues.conf says of a queue: all that is not as Asterisk would have it by itself."""
    says_something = queue.announce_position or queue.announce_wait
    return [
        ("strategy", queue.strategy),
        ("timeout", str(queue.ring_seconds)),
        ("retry", str(max(queue.retry_seconds, 1))),
        ("wrapuptime", str(queue.wrap_up_seconds)),
        ("maxlen", str(queue.most_waiting or 0)),
        ("joinempty", "yes" if queue.join_empty else _NOBODY_COULD),
        ("leavewhenempty", _NOBODY_COULD if queue.leave_empty else "no"),
        ("announce-frequency", str(queue.announce_seconds if says_something else 0)),
        ("announce-position", _word(queue.announce_position)),
        ("announce-holdtime", _word(queue.announce_wait)),
        ("musicclass", queue.music or "default"),
        ("servicelevel", str(queue.service_level)),
        ("ringinuse", "no"),
        ("autofill", "yes"),
    ]


class Member(NamedTuple):
    """A member as ``QueueStatus`` has it, and as it is added."""

    interface: str
    name: str
    state_interface: str
    penalty: int
    paused: bool
    reason: str = ""


def interface(extension: str) -> str:
    """What rings all phones of an extension.

    Without ``/n`` the pair goes away once they talk, and app_queue knows when the agent's talk is over.
    """
    return f"Local/{extension}@{marks.PHONES}"


def extension_of(said: str) -> str | None:
    """The extension a member, or one half of its pair, rings."""
    found = _MEMBER.fullmatch(said) or _HALF.fullmatch(said)
    return found[1] if found else None


def device(domain_name: str, extension: str) -> str:
    """The device whose state says whether an extension has a phone."""
    return f"Custom:ringpost-{_place(domain_name, extension)}"


def member(domain: Domain, order: QueueMemberOrder) -> Member:
    """A member as it is to be."""
    return Member(
        interface(order.extension),
        _said(order.name) or order.extension,
        f"hint:{_place(domain.domain_name, order.extension)}@{marks.STATES}",
        order.penalty,
        order.paused,
        _said(order.pause_reason) if order.paused else "",
    )


def _place(domain_name: str, extension: str) -> str:
    return f"{extension}-{domain_name}"


def _said(text: str) -> str:
    return names.shown(text).encode()[:_MOST_SAID].decode(errors="ignore").strip()


def _word(flag: bool) -> str:
    return "yes" if flag else "no"


# the plan


def steps(domain: Domain, route: Queued | AgentCode, *, announced: str = "") -> Iterator[tuple[str, str]]:
    """The steps for who waits, or dials a code. ``announced`` is said to both parties first, as each comes to hear."""
    return _waits(domain, route, announced) if isinstance(route, Queued) else _dials_code(route)


def _waits(domain: Domain, route: Queued, announced: str) -> Iterator[tuple[str, str]]:
    """A caller waits: then the plan tells why it left, and where it goes on."""
    queue = route.order.queue
    its = name(domain.domain_uuid, queue.queue_uuid)
    yield "Answer", ""
    if announced:
        yield "Playback", announced
    yield "Set", f"{marks.QUEUED}={queue.queue_uuid}"
    yield "Set", "QUEUESTATUS="
    yield "Queue", f"{its},i${{RP_QUEUES}},,{announced},{queue.longest_wait or ''}"
    yield "UserEvent", f"{marks.UNQUEUED},Queue: {its},Status: ${{QUEUESTATUS}}"
    yield "Set", f"RP_PASSED={':'.join(route.passed)}"
    ways = {"timeout": route.on_timeout, "full": route.on_full, "empty": route.on_empty}
    for status, because in _LEFT.items():
        number = ways.get(because)
        if number is not None:
            yield "ExecIf", f"$[x${{QUEUESTATUS}}=x{status}]?Goto({marks.PLAN},{number},1)"


def _dials_code(route: AgentCode) -> Iterator[tuple[str, str]]:
    """An agent dials a code: whether it may is not known here."""
    yield "Answer", ""
    agent = f",Agent: {route.agent}" if route.agent else ""
    yield "UserEvent", f"{marks.AGENT_CODE},What: {route.what}{agent}"
    yield "Wait", "1"
    yield "Playback", _SOUNDS[route.what]
