"""Where a dialled number leads: one answer for a phone's call, for the second leg of originate, for a transfer.

Emergency numbers come before everything. Then whoever has the number in the domain, then the codes
every domain has, and only then the world outside: through the domain's one gateway, to the numbers
that begin with one of its prefixes. In the sandbox there is a gateway more: to the sandbox's own numbers,
and from a domain that has none to every number that is longer than an extension's.
"""

import re

from ringpost.context import Context
from ringpost.model import dialplan
from ringpost.model.conference import Conference
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply
from ringpost.model.extension import Extension, ForwardKind
from ringpost.model.parking import ParkingLot
from ringpost.model.queue import Queue
from ringpost.model.ring_group import Member, RingGroup
from ringpost.model.route import (
    AgentCode,
    AgentCodeWord,
    Emergency,
    Forwarded,
    Group,
    HoldMusic,
    Inbound,
    Messages,
    Outside,
    Phone,
    Queued,
    Refused,
    Ringing,
    Room,
    Route,
    Slot,
)
from ringpost.services.numbers import emergency, numbering, queue_orders, voicemails
from ringpost.services.numbers import inbound as inbound_numbers
from ringpost.services.tenants import switches
from ringpost.store import keys

_OUTSIDE = re.compile(r"\+?[0-9]{3,32}")
_EXTENSION_DIGITS = 6
"""Numbers longer than this are looked up before they are taken for an extension's."""
_SANDBOX = "sandbox"
"""Its own gateway: to its own numbers, and for a domain that has none to every number that is no extension's."""
_OF_THE_SANDBOX = re.compile(r"5550[0-9]{3}")

_CODES: dict[str, Route] = {
    dialplan.OWN_MESSAGES: Messages(None, own=True),
    dialplan.MESSAGES: Messages(None),
    dialplan.PARK: Slot(None),
    dialplan.HOLD_MUSIC: HoldMusic(dialplan.HOLD_MUSIC),
}
_AGENT_CODES: dict[str, AgentCodeWord] = {
    dialplan.LOG_IN: "log_in",
    dialplan.LOG_OUT: "log_out",
    dialplan.PAUSE: "pause",
    dialplan.UNPAUSE: "unpause",
}
_MOST_FORWARDS = 5
_BUSY = "USER_BUSY"
_NOWHERE = "NO_ROUTE_DESTINATION"
_FORWARDED_AS: dict[str, ForwardKind] = {
    _BUSY: "busy",
    "CALL_REJECTED": "busy",
    "NO_ANSWER": "noanswer",
    "ALLOTTED_TIMEOUT": "noanswer",
    "USER_NOT_REGISTERED": "unregistered",
    "SUBSCRIBER_ABSENT": "unregistered",
    "NO_USER_RESPONSE": "unregistered",
    "RECOVERY_ON_TIMER_EXPIRE": "unregistered",
    "DESTINATION_OUT_OF_ORDER": "unregistered",
}
"""FreeSWITCH's word for why a phone was not reached, and which forward that calls for.

Not what a cause means to whoever called (``model/cause.py``): a phone that does not even say that it rings is, for a
forward, one that is not there.
"""


def route(
    context: Context,
    domain: Domain,
    number: str,
    *,
    from_a_phone: bool = True,
    passed: tuple[str, ...] = (),
    failed: str | None = None,
    in_sandbox: bool = False,
) -> Route | None:
    """Where a number leads that is dialled in a domain; None: nowhere. Help is for the domain's own phones.

    ``passed`` are the numbers that have forwarded the call so far; ``failed`` is why the phones of this one were
    not reached, if they have been rung already. A switch that asks is never the sandbox, whatever its record says.
    """
    by_itself = from_a_phone and not passed
    if emergency.is_dialled(domain, number):
        return Emergency(number, domain.outbound_gateway) if by_itself else None
    holder = numbering.holder(context, domain.domain_uuid, number)
    if isinstance(holder, Extension):
        return _reached(context, domain, holder, passed, failed)
    if isinstance(holder, RingGroup):
        return group(context, domain, holder, in_sandbox=in_sandbox)
    if holder is not None:
        return _waited_at(context, domain, holder, number, passed)
    found = _code(context, domain, number) or outside(domain, number, in_sandbox=in_sandbox)
    is_help = not by_itself and isinstance(found, Outside) and emergency.is_emergency(domain, number)
    return None if is_help else found


def _waited_at(
    context: Context, domain: Domain, holder: Queue | Conference | ParkingLot, number: str, passed: tuple[str, ...]
) -> Route | None:
    """A number at which one comes to wait, or to meet; None: it is disabled."""
    if isinstance(holder, Queue):
        return _queued(context, domain, holder, passed)
    if isinstance(holder, Conference):
        return Room(holder.extension, holder) if holder.enabled else None
    return slot(context, domain, holder, number if number != holder.extension else None)


def outside(domain: Domain, number: str, *, in_sandbox: bool) -> Outside | None:
    """The way to a number outside, if the domain has one."""
    gateway = domain.outbound_gateway
    if not _OUTSIDE.fullmatch(number):
        return None
    if gateway is not None and number.startswith(domain.outbound_prefixes):
        return Outside(number, gateway)
    is_long = len(number.removeprefix("+")) > _EXTENSION_DIGITS
    is_its_own = (is_long and gateway is None) or _OF_THE_SANDBOX.fullmatch(number)
    return Outside(number, _SANDBOX) if in_sandbox and is_its_own else None


def check(context: Context, domain: Domain, number: str, parameter: str, *, in_sandbox: bool) -> Route:
    """Where a number leads that a caller gave; refused if that is nowhere, or to help in any disguise."""
    emergency.refuse(context, domain, number, parameter)
    found = route(context, domain, number, in_sandbox=in_sandbox)
    while isinstance(found, Forwarded):
        number = found.number
        found = route(context, domain, number, from_a_phone=False, passed=found.passed, in_sandbox=in_sandbox)
    if found is None:
        raise CannotComply(_why_not(domain, number, in_sandbox=in_sandbox), parameter=parameter)
    return found


def check_way(context: Context, domain: Domain, number: str, parameter: str, *, awaited: bool = False) -> None:
    """Refuse a number to which calls are to go later: one that calls for help, or that leads nowhere from here.

    With ``awaited`` a number as short as an extension's may be one that is yet to come.
    """
    emergency.refuse(context, domain, number, parameter)
    if leads(context, domain, number):
        return
    holder = numbering.holder(context, domain.domain_uuid, number)
    if awaited and (holder is not None or len(number) <= _EXTENSION_DIGITS):
        return
    why_not = _why_not(domain, number, in_sandbox=switches.plays_calls(context, domain))
    raise CannotComply(f"{number} is disabled" if holder else why_not, parameter=parameter)


def leads(context: Context, domain: Domain, number: str) -> bool:
    """Whether a call that is sent on to a number comes to somebody, be it to a voicemail."""
    if emergency.is_reached(context, domain, number):
        return False
    holder = numbering.holder(context, domain.domain_uuid, number)
    if isinstance(holder, Extension):
        return holder.enabled
    if isinstance(holder, RingGroup):
        return holder.ring_group_enabled
    if isinstance(holder, Queue | Conference | ParkingLot):
        return holder.enabled
    in_sandbox = switches.plays_calls(context, domain)
    return bool(_code(context, domain, number) or outside(domain, number, in_sandbox=in_sandbox))


def check_phone(context: Context, domain: Domain, number: str, parameter: str) -> Phone | None:
    """The phones of the extension that has a number a caller gave, forwarded or not; None: no extension has it."""
    emergency.refuse(context, domain, number, parameter)
    extension = numbering.extension(context, domain.domain_uuid, number)
    if extension is None:
        return None
    phone = _phone(context, extension)
    if phone is None:
        raise CannotComply(f"the extension {number} is disabled", parameter=parameter)
    return phone


def onward(extension: Extension, kind: ForwardKind, passed: tuple[str, ...]) -> Forwarded | None:
    """Where an extension's calls go in that case, unless they come from there."""
    number = extension.forward(kind)
    if number is None or number in (*passed, extension.extension) or len(passed) >= _MOST_FORWARDS:
        return None
    return Forwarded(number, (*passed, extension.extension))


def onward_after(extension: Extension, cause: str | None, passed: tuple[str, ...]) -> Forwarded | None:
    """Where an extension's calls go when its phones were not reached, by FreeSWITCH's word for it."""
    kind = _FORWARDED_AS.get(cause or "")
    return onward(extension, kind, passed) if kind else None


def group(context: Context, domain: Domain, group: RingGroup, *, in_sandbox: bool) -> Group | None:
    """Who of a ring group can be rung; None: it is disabled."""
    if not group.ring_group_enabled:
        return None
    members = [member for member in group.ring_group_destinations if member.enabled]
    ringing = (_ringing(context, domain, member, in_sandbox=in_sandbox) for member in members)
    return Group(group, tuple(one for one in ringing if one))


def slot(context: Context, domain: Domain, lot: ParkingLot, number: str | None) -> Slot | None:
    """A slot of a parking lot, a free one if none is named; None: the lot is disabled."""
    on = lot.timeout_destination
    return Slot(number, lot, on if on and leads(context, domain, on) else None) if lot.enabled else None


def _queued(context: Context, domain: Domain, queue: Queue, passed: tuple[str, ...]) -> Queued | None:
    """A queue and who of it may be rung; None: it is disabled."""
    if not queue.enabled:
        return None

    def led(number: str | None) -> str | None:
        goes_on = number is not None and number not in behind and len(passed) < _MOST_FORWARDS
        return number if goes_on and number and leads(context, domain, number) else None

    behind = (*passed, queue.extension)
    return Queued(
        queue_orders.of(context, queue),
        behind,
        led(queue.timeout_destination),
        led(queue.full_destination),
        led(queue.empty_destination),
    )


def inbound(context: Context, number: str) -> Inbound | None:
    """Where a call from outside to this number leads; None: the number is nobody's."""
    destination = inbound_numbers.destination(context, number)
    if destination is None or not destination.destination_enabled or not destination.destination_actions:
        return None
    domain = context.store.get(keys.domain(destination.domain_uuid), Domain)
    if domain is None or domain.deleting or not domain.domain_enabled:
        return None
    return Inbound(destination, domain, destination.destination_actions[0].destination_data.partition(" ")[0])


def _reached(
    context: Context, domain: Domain, extension: Extension, passed: tuple[str, ...], failed: str | None
) -> Route | None:
    """An extension's phones, or where its calls go instead: always, when not disturbed, or after the phones failed.

    A forward that leads nowhere any more leads to the voicemail.
    """
    phone = _phone(context, extension)
    if phone is None:
        return None

    def led(elsewhere: Forwarded | None) -> Forwarded | None:
        return elsewhere if elsewhere and leads(context, domain, elsewhere.number) else None

    if failed is None and (always := onward(extension, "unconditional", passed)):
        if led(always):
            return always
        failed = _NOWHERE
    if extension.do_not_disturb:
        failed = _BUSY
    if failed is None:
        asks_again = any(led(onward(extension, kind, passed)) for kind in ("busy", "noanswer", "unregistered"))
        return phone._replace(asks_again=asks_again)
    if elsewhere := led(onward_after(extension, failed, passed)):
        return elsewhere
    return Messages(extension.box, leave=True) if phone.takes_messages else Refused(failed)


def _phone(context: Context, extension: Extension) -> Phone | None:
    if not extension.enabled:
        return None
    box = voicemails.of_extension(context, extension)
    return Phone(extension, box is not None and box.enabled)


def _ringing(context: Context, domain: Domain, member: Member, *, in_sandbox: bool) -> Ringing | None:
    """A member is an extension unless its number is too long for one and nobody here has it."""
    number, gateway = member.number, None
    extension = numbering.extension(context, domain.domain_uuid, number)
    if len(number) > _EXTENSION_DIGITS and extension is None:
        way = outside(domain, number, in_sandbox=in_sandbox)
        if way is None or emergency.is_emergency(domain, number):
            return None
        gateway = way.gateway
    reached = extension if extension is not None and extension.enabled else None
    return Ringing(number, gateway, member.delay, member.timeout, reached)


def _code(context: Context, domain: Domain, number: str) -> Route | None:
    if number in _CODES:
        return _CODES[number]
    if number[:1] == "*" and dialplan.is_slot(number[1:]):
        return Slot(number[1:])
    if number.startswith(dialplan.MESSAGE_TO) and len(number) > len(dialplan.MESSAGE_TO):
        return _message_to(context, domain, number.removeprefix(dialplan.MESSAGE_TO))
    return Room(number) if dialplan.is_on_the_spot(number) else agent_code(number)


def agent_code(number: str) -> AgentCode | None:
    """What an agent's code means that is dialled, unless somebody has that number; None: it is none."""
    what, agent = _AGENT_CODES.get(number[:3]), number[3:]
    if what is None or not (agent.isdecimal() or (what != "log_in" and not agent)):
        return None
    return AgentCode(what, agent or None)


def _message_to(context: Context, domain: Domain, number: str) -> Messages | None:
    holder = numbering.extension(context, domain.domain_uuid, number)
    phone = _phone(context, holder) if holder else None
    return Messages(phone.extension.box, leave=True) if phone and phone.takes_messages else None


def _why_not(domain: Domain, number: str, *, in_sandbox: bool) -> str:
    if not _OUTSIDE.fullmatch(number):
        return f"{number} leads nowhere in this domain"
    if domain.outbound_gateway is None and in_sandbox:
        return f"nobody here has the number {number}; in the sandbox those outside have seven digits or more"
    if domain.outbound_gateway is None:
        return f"nobody here has the number {number}, and the domain has no outbound_gateway to call outside"
    return f"nobody here has the number {number}, and it begins with none of the domain's outbound_prefixes"
