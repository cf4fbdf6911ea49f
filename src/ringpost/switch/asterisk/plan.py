"""What the generic plan asks of a number that was dialled, and the steps it is answered, as Asterisk 22.10.1 runs them.

``Exec`` expands each step once more: so nothing that a caller or a phone can choose stands in one. What they have said
is only named (``${CALLERID(name)}``), where it is the whole rest of a ``Set``; and a phone's address comes into a
``Dial`` by way of the plan's own ``ringpost-rings``, which reads each letter of it. A quote in a step would be lost.
"""

import random
import re
import secrets
from collections.abc import Iterable
from itertools import count, takewhile
from typing import NamedTuple, Self

from ringpost.model import dialplan
from ringpost.model.call import DIRECTIONS
from ringpost.model.domain import Domain
from ringpost.model.extension import Extension
from ringpost.model.ring_group import RingGroup
from ringpost.model.route import (
    AgentCode,
    Emergency,
    Forwarded,
    Group,
    HoldMusic,
    Inbound,
    Outside,
    Phone,
    Queued,
    Refused,
    Ringing,
    Room,
    Route,
    Slot,
)
from ringpost.model.route import Messages as ToMessages
from ringpost.model.values import EXTENSION, is_number, is_uuid
from ringpost.switch.asterisk import lots, names, posted, queues, rooms
from ringpost.switch.asterisk.causes import number_of, says_more, spoken_of
from ringpost.switch.asterisk.marks import (
    AGENT,
    BOX,
    CONSULTS,
    DIALLED,
    DIRECTION,
    DOMAIN,
    PHONE_OF,
    PLAN,
    REACHED,
    RECORDED,
    SENT,
)
from ringpost.switch.deciding import Looked

NOTHING = b""
PUBLIC = "public"
_ACCOUNT = re.compile(r"([0-9*#]{1,32})@([A-Za-z0-9.-]{1,253})")
_MEMBER = re.compile(r"(\+?[0-9*#]{1,32})(?:x([0-9]{1,3})x([0-9]{1,3})(r?))?")
_MORE = re.compile(r"([0-9*#]{1,32}):([0-9]{1,3}):([0-9a-f]{0,8})")
_MOST_AT_ONCE = 20
"""Members of a group whose phones are put together in one value."""
_MOST_IN_A_ROW = 30
"""Members of a group in one answer: ``CURL`` hands over 4,095 bytes, and nobody is told of the rest (measured)."""
_NOBODY_KNOWS = "NORMAL_TEMPORARY_FAILURE"
_LONGEST_CALL = 24 * 86_400_000
"""Milliseconds. What is left of them is an int to Asterisk: with more, both threads of the call spin, and may not see
that somebody hangs up (tried with 30 days)."""
_ANNOUNCED = "conf-now-recording"
"""What both parties hear first of a call that is recorded, if their domain wants it: of Asterisk's core sounds."""
_ASKS_NOBODY = f" & ${{LEN(${{{CONSULTS}}})}}=0"
_IF_CONSULTING = "${RP_DIALS}"
"""Options of ``Dial`` by which the initiator of a transfer goes on once who was asked hangs up; and that one, if the
initiator does. Empty of whoever else dials."""
_CALLEE = "ringpost-callee"
"""The context whose ``s`` each leg runs that is dialled, before it is: it may have it recorded."""


class Asked(Looked):
    """A question of the plan: each member is what the plan knows of the leg that has dialled."""

    __slots__ = ()

    @classmethod
    def read(cls, body: bytes) -> Self:
        """The question a body is; ``InvalidRequest`` if it is none of a switch's."""
        return cls(posted.read(body))

    @property
    def number(self) -> str:
        """What was dialled; empty if it is no number."""
        number = self.get("number")
        return number if is_number(number) else ""

    @property
    def account(self) -> tuple[str, str] | None:
        """The number and the domain of the phone whose leg it is; None if it is no phone of ours."""
        found = _ACCOUNT.fullmatch(self.get("endpoint"))
        return (found[1], found[2]) if found else None

    @property
    def domain_uuid(self) -> str:
        """The domain the leg is marked with; empty if it is not."""
        uuid = self.get("domain").lower()
        return uuid if is_uuid(uuid) else ""

    @property
    def placed_call(self) -> str:
        """The call of ours the leg is A of, or one of A's phones is asked for; empty if it is none."""
        uuid = self.get("call").lower()
        return uuid if is_uuid(uuid) else ""

    @property
    def direction(self) -> str:
        """Which way the call goes, if that is known already."""
        return self.get("direction") if self.get("direction") in DIRECTIONS else ""

    @property
    def has_dialled(self) -> bool:
        """Whether the leg has led somewhere before, or was dialled itself."""
        return self.has("dialled")

    @property
    def dialled(self) -> str:
        """What was dialled to begin with."""
        number = self.get("dialled")
        return number if is_number(number) else ""

    @property
    def passed(self) -> tuple[str, ...]:
        """The numbers that have forwarded this call so far, as our own steps noted them."""
        return tuple(number for number in self.get("passed").split(":") if EXTENSION.fullmatch(number))

    def failed(self, number: str) -> str | None:
        """Why the phones of a number were not reached, if our own steps have just tried them: FreeSWITCH's word."""
        if self.get("full") == number:
            return "USER_BUSY"
        if self.get("tried") != number or self.says("dialstatus", "ANSWER"):
            return None
        return spoken_of(self._cause, self.get("dialstatus")) or _NOBODY_KNOWS

    @property
    def _cause(self) -> str:
        """Why dialling ended, as a number, if that says more than its status: a link asks ahead without."""
        numbers = says_more(self.get("dialstatus"))
        if numbers is None:
            return self.get("cause")
        return next((number for number in numbers if self.says("cause", number)), "")

    def more(self, number: str) -> "Rest":
        """How many members of a group were answered already, if our own steps ask for more of them."""
        found = _MORE.fullmatch(self.get("more"))
        return Rest(int(found[2]), found[3]) if found and found[1] == number else Rest()

    @property
    def member(self) -> "Member | None":
        """Whose phones are to ring, asked in the plan's own context."""
        found = _MEMBER.fullmatch(self.get("number"))
        return Member(found[1], int(found[2] or 0), int(found[3] or 0), bool(found[4])) if found else None


class Rest(NamedTuple):
    """What a large group still needs: from which member on, and what the order is made of if it is any."""

    begins: int = 0
    order: str = ""


class Member(NamedTuple):
    """A number that rings for itself: after ``delay`` seconds, for ``timeout`` seconds (0: as long as may be)."""

    number: str
    delay: int = 0
    timeout: int = 0
    is_recorded: bool = False

    @property
    def is_of_a_queue(self) -> bool:
        """Whether it may be one of a queue: those of a ring group have a time of their own."""
        return self == Member(self.number)

    @property
    def named(self) -> str:
        """What it is dialled as in the plan's own context."""
        return f"{self.number}x{self.delay}x{self.timeout}{'r' if self.is_recorded else ''}"


class Caller(NamedTuple):
    """Who dials: an extension of the domain, or somebody from outside."""

    extension: Extension | None = None
    direction: str = ""
    is_placed: bool = False
    """A of a call that an action placed: it shows what that has said."""
    is_recorded: bool = False
    dialled: str = ""
    has_dialled: bool = False
    comes_again: bool = False
    """The phones of this number have just been tried."""
    rest: Rest = Rest()


class Step(NamedTuple):
    """An application and its data."""

    application: str
    data: str = ""


def steps(found: Iterable[Step]) -> bytes:
    """Steps as the plan reads them."""
    numbered = enumerate(found, 1)
    return posted.written(pair for at, one in numbered for pair in ((f"a{at}", one.application), (f"d{at}", one.data)))


def read(answer: bytes) -> list[Step]:
    """The steps of an answer."""
    members = posted.read(answer)
    numbered = takewhile(lambda at: f"a{at}" in members, count(1))
    return [Step(members[f"a{at}"], members.get(f"d{at}", "")) for at in numbered]


def dialled(domain: Domain, number: str, route: Route, caller: Caller, *, parties: Iterable[Extension] = ()) -> bytes:
    """What is done with a number that was dialled in a domain.

    ``parties`` are the extensions whose call it is, beside the caller's: any of them may have it recorded.
    """
    if isinstance(route, Group) and caller.rest.begins:
        return steps(_members(domain, route, caller))
    direction = caller.direction or ("outbound" if isinstance(route, Outside | Emergency) else "local")
    everybody = [*parties, *([caller.extension] if caller.extension else [])]
    recorded = _recorded(domain, route, everybody, direction, is_recorded=caller.is_recorded)
    caller = caller._replace(direction=direction, is_recorded=caller.is_recorded or bool(recorded))
    return steps(
        [
            *_marks(domain, direction, caller.dialled or number),
            *_on_its_way(number, route, caller),
            *_limited(domain, route, caller),
            *(_named(route.order.queue.name_prefix) if isinstance(route, Queued) else []),
            *recorded,
            *_steps(domain, route, caller),
        ]
    )


def called_from_outside(number: str, inbound: Inbound) -> bytes:
    """What is done with a call from a trunk: on to the number in a domain that it leads to."""
    domain, destination = inbound.domain, inbound.destination
    name = names.shown(destination.destination_caller_id_name)
    return steps(
        [
            *_marks(domain, "inbound", number),
            *([Step("Set", f"CALLERID(name)={name}")] if name else []),
            *_named(destination.destination_cid_name_prefix),
            *(_begun_once_connected(domain) if destination.destination_record else []),
            _on(inbound.number),
        ]
    )


def phones(domain: Domain, ringing: Ringing, member: Member, call_uuid: str, agent_uuid: str | None = None) -> bytes:
    """What rings all phones of a number, for a call that was placed, for a ring group, or for an agent in a queue.

    Who places a call wants it, also who is not to be disturbed; and shows what was ordered, whoever of A's picks up
    (``I``).
    """
    if not call_uuid and ringing.extension is not None and not _can_ring(ringing):
        return steps([Step("Hangup", str(number_of("USER_BUSY")))])
    options = f"{_rung(_new_file(domain))}{_says(domain)}" if member.is_recorded else _rung()
    options += "I" if call_uuid else ""
    return steps(
        [
            *([Step("Set", f"__{PHONE_OF}={call_uuid}")] if call_uuid else []),
            *([Step("Set", f"_{AGENT}={agent_uuid}")] if agent_uuid else []),
            *([Step("Wait", str(member.delay))] if member.delay else []),
            *_rings(domain, [ringing], rings_anyway=bool(call_uuid)),
            *_dials(member.timeout, options),
            _WITH_PHONES,
        ]
    )


def _marks(domain: Domain, direction: str, dialled: str) -> list[Step]:
    """What every leg carries: whose it is, for the fence and the list of calls; for the record where its call goes."""
    inherited = {DOMAIN: domain.domain_uuid, DIRECTION: direction, DIALLED: dialled}
    return [Step("Set", f"__{name}={value}") for name, value in inherited.items()]


def _on_its_way(number: str, route: Route, caller: Caller) -> list[Step]:
    """Notes whose number it is, for the record, and tells that somebody is sent on."""
    is_extension = _is_an_extensions(number, route)
    if caller.comes_again:
        return []
    noted = [Step("Set", f"{REACHED}=${{{REACHED}}}{number}:")] if is_extension else []
    if not caller.has_dialled or isinstance(route, Slot):
        return noted
    extension = f",Extension: {number}" if is_extension else ""
    return [*noted, Step("UserEvent", f"{SENT},Number: {number}{extension}")]


def _is_an_extensions(number: str, route: Route) -> bool:
    """Whether a number is an extension's, by where it leads: nobody has a forward or a refusal but an extension."""
    if isinstance(route, ToMessages):
        return route.leave and not number.startswith(dialplan.MESSAGE_TO)
    return isinstance(route, Phone | Forwarded | Refused)


def _limited(domain: Domain, route: Route, caller: Caller) -> list[Step]:
    """No more calls at once than the caller may have, nor than who is called; one for help is no matter of that.

    A caller who has enough is told that it is busy, unless it asks somebody in a transfer: that is no call more. Whose
    called phone has enough is asked about again: it is busy.
    """
    if isinstance(route, Emergency):
        return []
    who = caller.extension
    counted = [*_counts(domain, who, "from"), *_refused_if(f"{_calls(domain, who)}{_ASKS_NOBODY}")] if who else []
    if not isinstance(route, Phone) or route.extension == who:
        return counted
    called = route.extension
    return [
        *counted,
        *_counts(domain, called, "to"),
        Step("Set", f"RP_FULL=${{IF($[{_calls(domain, called)}]?{called.extension}:)}}"),
        Step("ExecIf", f"$[${{LEN(${{RP_FULL}})}}>0]?Goto({PLAN},{called.extension},1)"),
    ]


def _refused_if(condition: str) -> list[Step]:
    return [Step("ExecIf", f"$[{condition}]?Hangup(17)")]


def _counts(domain: Domain, extension: Extension, way: str) -> list[Step]:
    return [Step("Set", f"GROUP({way})={_group(domain, extension)}")]


def _calls(domain: Domain, extension: Extension) -> str:
    """Whether an extension has more calls than it may have, as an expression."""
    group = _group(domain, extension)
    counts = "+".join(f"${{GROUP_COUNT({group}@{way})}}" for way in ("from", "to"))
    return f"{counts}>{extension.limit_max}"


def _group(domain: Domain, extension: Extension) -> str:
    return f"{domain.domain_uuid}-{extension.extension}"


def _recorded(
    domain: Domain, route: Route, parties: Iterable[Extension], direction: str, *, is_recorded: bool
) -> list[Step]:
    """What has a call recorded, if a party or the number that was dialled wants it; once, whoever wants it."""
    if is_recorded or isinstance(route, Emergency | ToMessages | Refused | AgentCode):
        return []
    is_wanted = isinstance(route, Queued) and route.order.queue.record
    if not is_wanted and not any(one.records(direction) for one in parties):
        return []
    return _begun_now(domain) if isinstance(route, Room) else _begun_once_connected(domain)


def _begun_once_connected(domain: Domain) -> list[Step]:
    """Has the leg recorded while it is connected with another."""
    return _records(domain, "b")


def _begun_now(domain: Domain) -> list[Step]:
    """The same for somebody who is connected with nobody: in a conference."""
    said = [Step("Playback", _ANNOUNCED)] if domain.record_announcement else []
    return [Step("Answer"), *said, *_records(domain, "")]


def _records(domain: Domain, options: str) -> list[Step]:
    file = f"{_new_file(domain)}-${{UNIQUEID}}.wav"
    return [Step("Set", f"{RECORDED}={file}"), Step("MixMonitor", f"${{{RECORDED}}},{options}")]


def _new_file(domain: Domain) -> str:
    return f"{domain.domain_name}/{secrets.token_hex(4)}"


def _says(domain: Domain) -> str:
    """The option that has both parties hear that they are recorded.

    It is said as a limited call's first words (``LIMIT_CONNECT_FILE``), of 24 days: ``A`` would say it before who calls
    is answered, to whom nobody sends a sound then (heard, on 22.10.1).
    """
    return f"L({_LONGEST_CALL})" if domain.record_announcement else ""


def _options(domain: Domain, caller: Caller) -> str:
    return f"{_rung()}{_says(domain) if caller.is_recorded else ''}{_IF_CONSULTING}"


def _rung(file: str = "") -> str:
    """Options of whatever rings: a phone that answers "call that one instead" has nobody called (``i``).

    With a file, whoever answers is recorded.
    """
    return f"ib({_CALLEE}^s^1{f'({file})' if file else ''})"


def _steps(domain: Domain, route: Route, caller: Caller) -> list[Step]:  # noqa: PLR0911 - one for each kind
    match route:
        case Phone():
            return _to_phone(domain, route, caller)
        case Group():
            return _to_group(domain, route, caller)
        case Outside(number, gateway):
            return [*_shown(caller), *_through(number, gateway, _options(domain, caller))]
        case Emergency():
            return _to_help(route, caller)
        case ToMessages():
            return _to_messages(domain, route)
        case Forwarded(number, passed):
            return [Step("Set", f"RP_PASSED={':'.join(passed)}"), _on(number)]
        case Refused(cause):
            return [Step("Hangup", str(number_of(cause)))]
        case Queued() | AgentCode():
            said = _ANNOUNCED if caller.is_recorded and domain.record_announcement else ""
            return [Step(*one) for one in queues.steps(domain, route, announced=said)]
        case Room() | Slot() | HoldMusic():
            return [Step("Answer"), *_by_code(domain, route)]


def _by_code(domain: Domain, route: Room | Slot | HoldMusic) -> list[Step]:
    match route:
        case Room():
            return [Step(*one) for one in rooms.steps(domain, route, file=f"{_new_file(domain)}-${{UNIQUEID}}.wav")]
        case Slot():
            return [Step(*one) for one in lots.steps(domain, route)]
        case HoldMusic():
            return [Step("MusicOnHold")]


_AS_IT_ENDED = Step("Goto", "ringpost-ended,s,1")
_WITH_PHONES = Step("Goto", "ringpost-ended,phones,1")


def _dials(seconds: int, options: str, before: str = "") -> list[Step]:
    """Rings what was put together, and notes until when: ``HANGUPCAUSE`` is an earlier one's after that (measured)."""
    until = [Step("Set", f"RP_UNTIL=$[${{EPOCH}}+{seconds}]")] if seconds else []
    return [*until, Step("Dial", f"{before}${{RP_RINGS}},{seconds or ''},{options}")]


def _on(number: str) -> Step:
    return Step("Goto", f"{PLAN},{number},1")


def _to_phone(domain: Domain, route: Phone, caller: Caller) -> list[Step]:
    extension = route.extension
    rings = [
        *_rings(domain, [Ringing(extension.extension, None, 0, extension.call_timeout, extension)]),
        *_dials(extension.call_timeout, _options(domain, caller)),
    ]
    if route.asks_again:
        return [Step("Set", f"RP_TRIED={extension.extension}"), *rings, _on(extension.extension)]
    return [*rings, *(_takes_a_message(domain, extension.box) if route.takes_messages else [_WITH_PHONES])]


def _takes_a_message(domain: Domain, number: str) -> list[Step]:
    """A caller who gave up is not there any more, so that no step comes."""
    return [
        Step("Set", f"{BOX}={number}"),
        Step("Answer", "500"),
        Step("VoiceMail", f"{names.account(number, domain.domain_name)},us"),
    ]


def _to_messages(domain: Domain, route: ToMessages) -> list[Step]:
    if route.leave and route.number:
        return _takes_a_message(domain, route.number)
    box = f"{route.number or ''}@{domain.domain_name}"
    return [Step("Answer", "500"), Step("VoiceMailMain", f"{box},{'' if route.asks_pin else 's'}")]


def _to_group(domain: Domain, route: Group, caller: Caller) -> list[Step]:
    if not route.ringing:
        return [Step("Hangup", "3")]
    able = [one for one in route.ringing if _can_ring(one)]
    if not able:
        is_busy = any(one.extension is not None for one in route.ringing)
        return [Step("Hangup", str(number_of("USER_BUSY" if is_busy else "SUBSCRIBER_ABSENT")))]
    return [
        *_shown_by_a_group(route.group),
        *_named(route.group.ring_group_cid_name_prefix or ""),
        Step("Set", "RP_RINGS="),
        *_members(domain, route, caller),
    ]


def _members(domain: Domain, route: Group, caller: Caller) -> list[Step]:
    """What rings a group's members, in any case those of one answer: if there are more, they are asked for."""
    group, rest = route.group, caller.rest
    if not rest.begins and len(route.ringing) > _MOST_IN_A_ROW:
        rest = Rest(order=secrets.token_hex(4))
    ends = rest.begins + _MOST_IN_A_ROW
    row = [one._replace(is_recorded=_is_recorded(one, caller)) for one in _in_order(route, rest.order)]
    ringing = [one for one in row[rest.begins : ends] if _can_ring(one)]
    number = group.ring_group_extension
    asks = [Step("Set", f"RP_MORE={number}:{ends}:{rest.order}"), _on(number)] if len(row) > ends else []
    kept = [Step("Set", f"RP_RINGS_{ends}=${{RP_RINGS}}"), Step("Set", "RP_RINGS=")] if asks else []
    before = "".join(f"${{RP_RINGS_{end}}}" for end in range(_MOST_IN_A_ROW, ends, _MOST_IN_A_ROW))
    options = _options(domain, caller)
    if group.ring_group_strategy in ("sequence", "rollover", "random"):
        return [*_one_by_one(domain, group, ringing, options), *(asks or [_WITH_PHONES])]
    dials = _dials(group.ring_group_call_timeout, options, before)
    return [*_at_once(domain, route, ringing), *kept, *(asks or [*dials, _WITH_PHONES])]


def _in_order(route: Group, order: str) -> list[Ringing]:
    row = list(route.ringing)
    match route.group.ring_group_strategy:
        case "sequence":
            row.sort(key=lambda one: one.delay)
        case "random":
            random.Random(order or None).shuffle(row)  # noqa: S311 - who rings first is no secret
        case _:
            pass
    return row


def _is_recorded(one: Ringing, caller: Caller) -> bool:
    """Whether a member's own leg is recorded: its calls are, and the caller's leg is not."""
    return one.extension is not None and not caller.is_recorded and one.extension.records(caller.direction)


def _shown_by_a_group(group: RingGroup) -> list[Step]:
    """What the members see instead of who calls, and what stands before that one's number."""
    prefix, number = group.ring_group_cid_number_prefix or "", group.ring_group_caller_id_number or ""
    number = prefix + (number or "${CALLERID(num)}") if prefix else number
    name = names.shown(group.ring_group_caller_id_name or "")
    return [*_shows(number, ""), *([Step("Set", f"CALLERID(name)={_IN_FRONT}{name}")] if name else [])]


def _at_once(domain: Domain, route: Group, ringing: Iterable[Ringing]) -> list[Step]:
    """All these at once; each by itself where it has a time of its own, or where they are many."""
    most, are_many = route.group.ring_group_call_timeout, len(route.ringing) > _MOST_AT_ONCE
    named = [
        _alone(one) if are_many or one.delay or one.timeout < most or one.is_recorded else _named_in_a_row(one)
        for one in ringing
    ]
    return _puts_together(domain, named, ringing)


def _one_by_one(domain: Domain, group: RingGroup, ringing: Iterable[Ringing], options: str) -> list[Step]:
    """One member after the other, until one answers: the plan goes through the row."""
    most = group.ring_group_call_timeout
    named = "&".join(f"{min(one.timeout, most)}-{_named_in_a_row(one)}" for one in ringing)
    gateway = _gateway(ringing)
    return [Step("Gosub", f"ringpost-row,s,1({domain.domain_name},{named},{gateway},{options})")] if named else []


def _named_in_a_row(one: Ringing) -> str:
    """A member, as the plan's own ``ringpost-rings`` reads it."""
    if one.is_recorded:
        return _alone(one._replace(delay=0))
    return one.number if one.gateway is None else f"{one.number}-o"


def _alone(one: Ringing) -> str:
    return Member(one.number, one.delay, one.timeout, one.is_recorded).named


def _gateway(ringing: Iterable[Ringing]) -> str:
    """A domain has one."""
    return next((one.gateway for one in ringing if one.gateway is not None), "")


def _can_ring(one: Ringing) -> bool:
    """Whether a member is anybody: one that is not to be disturbed is busy, and nobody has no phone."""
    return one.gateway is not None or (one.extension is not None and not one.extension.do_not_disturb)


def _rings(domain: Domain, ringing: Iterable[Ringing], *, rings_anyway: bool = False) -> list[Step]:
    """Puts the phones of all these together, for a ``Dial``."""
    able = [one for one in ringing if _can_ring(one) or (rings_anyway and one.extension is not None)]
    return [Step("Set", "RP_RINGS="), *_puts_together(domain, map(_named_in_a_row, able), able)]


def _puts_together(domain: Domain, named: Iterable[str], ringing: Iterable[Ringing]) -> list[Step]:
    """Adds these to what is to ring."""
    row = "&".join(named)
    return [Step("Gosub", f"ringpost-rings,s,1({domain.domain_name},{row},{_gateway(ringing)})")] if row else []


def _through(number: str, gateway: str, options: str) -> list[Step]:
    return [Step("Dial", f"PJSIP/{number}@{gateway},,{options}"), _AS_IT_ENDED]


def _shown(caller: Caller) -> list[Step]:
    """What the world outside is shown of an extension, unless the API's caller asked for something else."""
    extension = caller.extension
    if extension is None or caller.is_placed:
        return []
    if extension.outbound_anonymous:
        return [Step("Set", "CALLERID(pres)=prohib"), *_shows("anonymous", "Anonymous")]
    number = extension.outbound_caller_id_number
    return _shows(number, extension.outbound_caller_id_name or number)


def _to_help(route: Emergency, caller: Caller) -> list[Step]:
    if route.gateway is None:
        return [Step("Hangup", "34")]
    extension = caller.extension
    number = name = ""
    if extension is not None:
        number = extension.emergency_caller_id_number or extension.outbound_caller_id_number
        name = extension.emergency_caller_id_name or extension.outbound_caller_id_name
    return [*_shows(number, name), *_through(route.number, route.gateway, f"{_rung()}{_IF_CONSULTING}")]


def _shows(number: str, name: str) -> list[Step]:
    members = {"num": number, "name": names.shown(name)}
    return [Step("Set", f"CALLERID({member})={value}") for member, value in members.items() if value]


def _named(prefix: str) -> list[Step]:
    """What was called goes in front of the caller's name, behind what has been put there before.

    The name is named, not written, for anybody may be called so.
    """
    shown = names.shown(prefix)
    if not shown:
        return []
    longer = len(f"{shown} ".encode())
    return [
        Step("Set", f"CALLERID(name)={_IN_FRONT}{shown} ${{CALLERID(name):0${{RP_AHEAD}}}}"),
        Step("Set", f"RP_AHEAD=$[0${{RP_AHEAD}}+{longer}]"),
    ]


_IN_FRONT = "${CALLERID(name):0:0${RP_AHEAD}}"
"""What stands in front of the caller's name already: the plan counts its bytes."""
