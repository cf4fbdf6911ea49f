"""Queues on a FreeSWITCH: what mod_callcenter is configured with, and what a caller's dialplan does around it.

What is said here of mod_callcenter was seen on 1.11.3. A queue is called ``queue@domain`` and a member
``extension@domain`` there, the queue and the domain by their uuids: so each event says whose it is, and nothing a name
can hold comes near a command. A member is an agent of a queue as long as it may be rung, and is none while it rests: so
nobody's status ever changes, and a queue of which all rest is empty.

A member's phones are rung without the caller's leg as their origin. So what marks them is in the member's dial string,
which is expanded on the caller's leg.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ringpost.model.domain import Domain
from ringpost.model.queue import LeftBecause, Queue, QueueMemberOrder, QueueOrder, Strategy
from ringpost.model.route import AgentCode, Queued
from ringpost.model.values import EXTENSION, is_uuid
from ringpost.switch.freeswitch import names, phones
from ringpost.switch.freeswitch.recording import IS_RECORDED
from ringpost.switch.freeswitch.said import AGENT, FROM, QUEUE, QUEUED

Step = tuple[str, str]
"""An application and its data."""
CONFIGURATION, DESCRIPTION = "callcenter.conf", "queues of Ringpost"
STRATEGIES: dict[Strategy, str] = {
    "ringall": "ring-all",
    "leastrecent": "longest-idle-agent",
    "fewestcalls": "agent-with-fewest-calls",
    "random": "random",
    "rrmemory": "round-robin",
    "linear": "top-down",
}
AVAILABLE = "Available"
"""A status is compared letter by letter."""
_FIRST_AGAIN = ("longest-idle-agent", "agent-with-fewest-calls")
"""Strategies by which whoever did not answer is first again, and nobody else is rung unless it rests meanwhile."""
_LEAST_REST, _LONGEST_REST = 2, 60
LEFT = "ringpost_left"
"""The variable of a caller's leg that has just left a queue: the queue's number."""
_RINGS = "ringpost_rings"
"""The variable of a caller's leg in a queue: for how many seconds a phone rings for it."""
_REASONS: dict[str, LeftBecause] = {"TIMEOUT": "timeout", "NO_AGENT_TIMEOUT": "empty"}
_REFUSED: dict[LeftBecause, str] = {"full": "USER_BUSY"}
"""The causes of a caller's end that was let into no queue, and has nowhere to go."""
_DONE = "tone_stream://%(150,60,620);%(150,0,770)"
"""What an agent hears whose code was taken."""
_LIMIT = "ringpost_waiting"
_BRIDGED_WITHIN = 2
"""Seconds."""


class AgentIsHere(NamedTuple):
    """A member of a queue as mod_callcenter is to have it: an agent, and its place in that queue."""

    name: str
    contact: str
    wrap_up: int
    rest: int
    level: int
    position: int


def name_of(queue_uuid: str, domain_uuid: str) -> str:
    """What a queue is called on the switch."""
    return f"{queue_uuid}@{domain_uuid}"


def named(text: str) -> tuple[str, str] | None:
    """The uuids of a queue and its domain, by what it is called; None: it is none of ours."""
    queue_uuid, _, domain_uuid = text.lower().partition("@")
    return (queue_uuid, domain_uuid) if is_uuid(queue_uuid) and is_uuid(domain_uuid) else None


def extension_of(agent: str) -> str | None:
    """The extension of a member, by what it is called."""
    extension, _, domain_uuid = agent.partition("@")
    return extension if EXTENSION.fullmatch(extension) and is_uuid(domain_uuid.lower()) else None


def reason(cause: str, why: str, queue: Queue) -> LeftBecause | None:
    """Why a caller has left a queue, by what mod_callcenter has noted on its leg; None: its call is over.

    Nothing is noted if it was never let in: it is full, or the switch does not know it.
    """
    if not cause:
        return "full" if queue.most_waiting is not None else "empty"
    return _REASONS.get(why) if cause == "cancel" else None


def music(name: str | None) -> str:
    """What is heard under a name; the switch's music on hold if there is none."""
    return f"local_stream://{name}" if name else "${hold_music}"


def params(queue: Queue) -> dict[str, str]:
    """A queue's configuration. Who waits too long, or with nobody there, comes out of it and goes on."""
    waits = {"max-wait-time": str(queue.longest_wait or 0), "max-wait-time-with-no-agent": str(int(queue.leave_empty))}
    return {
        "strategy": STRATEGIES.get(queue.strategy, "random"),
        "moh-sound": music(queue.music),
        "time-base-score": "queue",
        "tier-rules-apply": "true" if queue.strategy == "ringall" else "false",
        "tier-rule-wait-second": str(queue.ring_seconds),
        "tier-rule-wait-multiply-level": "true",
        "tier-rule-no-agent-no-wait": "true",
        "discard-abandoned-after": "5",
        "abandoned-resume-allowed": "false",
        **waits,
        "max-wait-time-with-no-agent-time-reached": "0",
    }


def members(domain: Domain, orders: Iterable[QueueOrder]) -> dict[str, list[AgentIsHere]]:
    """Those who may be rung in each of these queues, by what it is called.

    How long one rests counts in all its queues: the longest of these does.
    """
    found: dict[str, list[AgentIsHere]] = {}
    rests: dict[str, tuple[int, int]] = {}
    for order in orders:
        queue, ringing = order.queue, _ringing(order.members)
        rest = _rest(queue, len(ringing))
        here = [_agent(domain, queue, one, rest, place) for place, one in enumerate(ringing, 1)]
        for one in here:
            wrap_up, longest = rests.get(one.name, (0, 0))
            rests[one.name] = max(wrap_up, one.wrap_up), max(longest, one.rest)
        found[name_of(queue.queue_uuid, queue.domain_uuid)] = here
    return {
        name: [one._replace(wrap_up=rests[one.name][0], rest=rests[one.name][1]) for one in here]
        for name, here in found.items()
    }


def _ringing(members: Sequence[QueueMemberOrder]) -> list[QueueMemberOrder]:
    """Those who do not rest, each extension once."""
    found: dict[str, QueueMemberOrder] = {}
    for one in members:
        known = found.get(one.extension)
        if not one.paused and (known is None or one.penalty < known.penalty):
            found[one.extension] = one
    return list(found.values())


def _rest(queue: Queue, members: int) -> int:
    """How long whoever did not answer is left alone: it may be paused for that, and others are to have their turn."""
    turn = queue.ring_seconds * (members - 1) if STRATEGIES.get(queue.strategy) in _FIRST_AGAIN else 0
    return max(_LEAST_REST, queue.retry_seconds, min(turn, _LONGEST_REST))


def _agent(domain: Domain, queue: Queue, one: QueueMemberOrder, rest: int, position: int) -> AgentIsHere:
    return AgentIsHere(
        name=f"{one.extension}@{domain.domain_uuid}",
        contact=contact(domain, one.extension, one.agent_uuid),
        wrap_up=queue.wrap_up_seconds,
        rest=rest,
        level=1 + one.penalty,
        position=position,
    )


def contact(domain: Domain, extension: str, agent_uuid: str | None = None) -> str:
    """What rings all phones of a member, as legs of the caller's call. The variables are those of the caller's leg.

    Of two who answer at once, and of one who answers whose caller has gone, mod_callcenter forgets the leg: it ends by
    itself unless it is connected.
    """
    marks = {
        "leg_timeout": f"${{{_RINGS}}}",
        "domain_uuid": domain.domain_uuid,
        "domain_name": domain.domain_name,
        "presence_data": domain.domain_uuid,
        "originating_leg_uuid": "${uuid}",
        "call_uuid": "${uuid}",
        "call_direction": "${call_direction}",
        "ringpost_dialled": "${ringpost_dialled}",
        FROM: f"${{{FROM}}}",
        "ringpost_group": "true",
        IS_RECORDED: f"${{{IS_RECORDED}}}",
        **({AGENT: agent_uuid} if agent_uuid else {}),
        "execute_on_answer": f"sched_hangup +{_BRIDGED_WITHIN} LOSE_RACE",
        "execute_on_pre_bridge_ringpost_0": "sched_cancel",
    }
    carried = ",".join(f"{name}={value}" for name, value in marks.items())
    return f"[{carried}]user/{extension}@{domain.domain_name}"


def as_configured(agent: AgentIsHere) -> dict[str, str]:
    """An agent, as its configuration has it."""
    rests = dict.fromkeys(("reject-delay-time", "busy-delay-time", "no-answer-delay-time"), str(agent.rest))
    return {
        "name": agent.name,
        "type": "callback",
        "contact": agent.contact,
        "status": AVAILABLE,
        "max-no-answer": "0",
        "wrap-up-time": str(agent.wrap_up),
        **rests,
    }


class Elsewhere(NamedTuple):
    """What a caller's dialplan does first if its condition is met, and then nothing else."""

    field: str
    expression: str
    steps: Sequence[Step]


def joins(domain: Domain, route: Queued) -> list[Step]:
    """What a caller's dialplan does to have it wait; it asks again when the caller comes out of the queue."""
    queue = route.order.queue
    name = name_of(queue.queue_uuid, domain.domain_uuid)
    waits = [("callcenter", name)]
    if queue.most_waiting is not None:
        waits = [
            ("set", f"api_before_bridge=uuid_limit_release ${{uuid}} hash {_LIMIT} {name}"),
            ("limit_execute", f"hash {_LIMIT} {name} {queue.most_waiting} callcenter {name}"),
            ("set", "api_before_bridge="),
        ]
    return [
        ("set", f"{QUEUED}={queue.queue_uuid}"),
        ("set", "cc_cause="),
        ("set", "cc_cancel_reason="),
        ("set", f"{_RINGS}={queue.ring_seconds}"),
        ("set", f"cc_outbound_cid_name_prefix={_prefix(queue.name_prefix)}"),
        *waits,
        ("set", f"{LEFT}={queue.extension}"),
        ("transfer", f"{queue.extension} XML {domain.domain_name}"),
    ]


def _prefix(text: str) -> str:
    """What stands before the caller's name on members' phones: a blank at its end would be cut."""
    return f"{names.shown(text)}%20" if text.strip() else ""


def if_empty(domain: Domain, route: Queued) -> Elsewhere | None:
    """What is done instead if nobody could take the call: logged in, not resting, with a phone; None: it waits."""
    order = route.order
    if order.queue.join_empty:
        return None
    there = [phones.number_of(one.extension, domain.domain_name) for one in _ringing(order.members)]
    return Elsewhere("".join(there) or "0", "^0*$", goes_on(domain, route, "empty", waited=False))


def goes_on(domain: Domain, route: Queued, because: LeftBecause | None, *, waited: bool = True) -> list[Step]:
    """What becomes of a caller who has left a queue, or was not let in (``waited``: it was), which is told."""
    queue = route.order.queue
    ways: dict[LeftBecause | None, str | None] = {
        "timeout": route.on_timeout,
        "full": route.on_full,
        "empty": route.on_empty,
    }
    way = ways.get(because)
    told = {"Ringpost-Queue": name_of(queue.queue_uuid, domain.domain_uuid), "Ringpost-Left": because or ""}
    steps = [("set", f"{QUEUED}={queue.queue_uuid}"), ("set", f"{LEFT}="), *([] if waited else [_event(told)])]
    if way is None:
        return [*steps, ("hangup", "NORMAL_CLEARING" if waited else _REFUSED.get(because or "empty", "NO_ANSWER"))]
    return [
        *steps,
        ("set", f"ringpost_passed={':'.join(route.passed)}"),
        ("transfer", f"{way} XML {domain.domain_name}"),
    ]


def agent_code(route: AgentCode) -> list[Step]:
    """What a code does that an agent dials: it is told, and heard that it was."""
    told = {"Ringpost-Code": route.what, "Ringpost-Agent": route.agent or ""}
    return [("answer", ""), _event(told), ("sleep", "300"), ("playback", _DONE), ("hangup", "NORMAL_CLEARING")]


def _event(told: Mapping[str, str]) -> Step:
    named = {"Event-Name": "CUSTOM", "Event-Subclass": QUEUE, **told}
    return "event", ",".join(f"{name}={value}" for name, value in named.items() if value)


# what mod_callcenter lists

_COLUMNS = 19
_MEMBER = re.compile(
    r"([0-9a-f-]{36}@[0-9a-f-]{36})\|[^|]*\|([0-9a-f-]{36})\|([0-9a-f-]{36})\|(.*)\|\d+\|(\d{1,12})\|\d+\|\d+\|\d+\|"
    r"-?\d+\|-?\d+\|[^|]*\|[^|]*\|(Waiting|Trying)\|-?\d+"
)
"""A caller who waits. Name and number are as they were sent: anything may be in them, but a line break ends the row."""
_LISTED = (
    ("strategy", 1), ("moh-sound", 2), ("time-base-score", 3), ("tier-rules-apply", 4), ("tier-rule-wait-second", 5),
    ("tier-rule-wait-multiply-level", 6), ("tier-rule-no-agent-no-wait", 7), ("discard-abandoned-after", 8),
    ("abandoned-resume-allowed", 9), ("max-wait-time", 10), ("max-wait-time-with-no-agent", 11),
    ("max-wait-time-with-no-agent-time-reached", 12),
)  # fmt: skip


class Waits(NamedTuple):
    """A row of those who wait: in which queue, on which channel, since when (seconds since 1970)."""

    queue_uuid: str
    channel: str
    since: int
    number: str
    name: str


def waiting(text: str, domain_uuid: str) -> list[Waits]:
    """Those who wait in a domain's queues, by ``queue list members``; who is being put through waits still."""
    found = []
    for row in filter(None, map(_MEMBER.fullmatch, text.split("\n"))):
        its = named(row[1])
        if its is not None and its[1] == domain_uuid and is_uuid(row[3]):
            number, _, name = row[4].partition("|")
            found.append(Waits(its[0], row[3], int(row[5]), number, name))
    return found


def configured(text: str) -> dict[str, dict[str, str]]:
    """How the queues that are loaded are configured, by ``queue list``."""
    rows = (line.split("|") for line in text.split("\n"))
    return {row[0]: {name: row[at] for name, at in _LISTED} for row in rows if len(row) == _COLUMNS and named(row[0])}


class Agent(NamedTuple):
    """An agent as the switch has it."""

    contact: str
    status: str
    wrap_up: int
    rests: tuple[int, int, int]


_AGENT = re.compile(
    r"([^|]+)\|[^|]*\|[^|]*\|callback\|(.*)\|([A-Za-z ()]+)\|[A-Za-z ]+\|\d+\|"
    r"(\d{1,9})\|(\d{1,9})\|(\d{1,9})\|(\d{1,9})(?:\|\d+){9}"
)


def agents(text: str) -> dict[str, Agent]:
    """The agents the switch has, by ``agent list`` or ``queue list agents``."""
    rows = filter(None, map(_AGENT.fullmatch, text.split("\n")))
    return {row[1]: Agent(row[2], row[3], int(row[4]), (int(row[5]), int(row[6]), int(row[7]))) for row in rows}


_TIER = re.compile(r"[^|]+\|([^|]+)\|[A-Za-z ]+\|(\d{1,9})\|(\d{1,9})")


def tiers(text: str) -> dict[str, tuple[int, int]]:
    """Level and position of the agents of a queue, by ``queue list tiers``."""
    return {row[1]: (int(row[2]), int(row[3])) for row in filter(None, map(_TIER.fullmatch, text.split("\n")))}


def has_members(text: str) -> bool:
    """Whether a queue has anybody in it, who waits or talks, by ``queue list members``."""
    return any(
        row.startswith(tuple("0123456789abcdef")) for row in text.split("\n") if row.count("|") >= _LEAST_COLUMNS
    )


_LEAST_COLUMNS = 16


# what mod_callcenter is told

IS_SO_ALREADY = ("-ERR Agent already exist", "-ERR Tier already exist")


def why_not(answer: str) -> str:
    """Why mod_callcenter did not do what it was told."""
    if "Command not found" in answer:
        return "the switch has no queues: load mod_callcenter, docs/freeswitch.md says how"
    if "Queue not found" in answer:
        return "the switch does not get the queue from here: is configuration among the bindings of xml_curl.conf.xml?"
    return "the switch did not do callcenter_config: see its log"


def agent_commands(wanted: AgentIsHere, there: Agent | None) -> Iterator[str]:
    """What makes an agent as it is to be; last that it may be rung. Nothing is said twice: each is an event."""
    name = wanted.name
    if there is None:
        yield f"agent add {name} callback"
    known = there or Agent("", "", 0, (0, 0, 0))
    if known.contact != wanted.contact:
        yield f"agent set contact {name} '{wanted.contact}'"
    if known.wrap_up != wanted.wrap_up:
        yield f"agent set wrap_up_time {name} {wanted.wrap_up}"
    for key, seconds in zip(("reject", "busy", "no_answer"), known.rests, strict=True):
        if seconds != wanted.rest:
            yield f"agent set {key}_delay_time {name} {wanted.rest}"
    if known.status != AVAILABLE:
        yield f"agent set status {name} {AVAILABLE}"


def tier_commands(queue: str, wanted: AgentIsHere, there: tuple[int, int] | None) -> Iterator[str]:
    """What gives an agent its place in a queue."""
    place = {"level": wanted.level, "position": wanted.position}
    if there is None:
        yield f"tier add {queue} {wanted.name} {wanted.level} {wanted.position}"
        return
    for (key, number), known in zip(place.items(), there, strict=True):
        if number != known:
            yield f"tier set {key} {queue} {wanted.name} {number}"
