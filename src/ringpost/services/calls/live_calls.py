"""Calls that are up: finding them, and doing something to one of their parties.

Holding, muting and recording are done by our own party, transferring and parking to the other one,
unless the caller names a leg: docs/calls.md.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model import dialplan
from ringpost.model.call import CallOrder, MovedCall, RecordedTo
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Forbidden, InvalidRequest, NotFound, Problem
from ringpost.model.extension import Extension
from ringpost.model.live import ExtensionStatus, ListedStatus, LiveCall, LiveLeg, Registration
from ringpost.model.requests import ForUser, ListedForUser, OneCall, OneParty
from ringpost.model.route import Outside
from ringpost.model.user import User
from ringpost.services import pages
from ringpost.services.numbers import parking_lots, routing
from ringpost.services.people import extensions, permissions
from ringpost.services.people.permissions import Acting
from ringpost.services.switching import lines, meters
from ringpost.services.tenants import domains
from ringpost.store import Put, Row, keys
from ringpost.switch import Switch
from ringpost.switch.sandbox.play import has_phone

_ABSENT = "call not found"
T = TypeVar("T")
_A_DAY = 86_400
_RECORDING_DAYS = 30 * _A_DAY
_SETTLES_IN = 0.3
"""A call is in its switch's list that many seconds after it was placed."""
_STATES: tuple[tuple[str, Literal["in_use", "ringing", "held"]], ...] = (
    ("answered", "in_use"),
    ("ringing", "ringing"),
    ("held", "held"),
    ("parked", "held"),
)
Side = Literal["first", "own", "ringing", "far"]


class Party(NamedTuple):
    """One party of a call, at its switch."""

    line: Switch
    domain: Domain
    call: LiveCall
    leg: LiveLeg
    acting: Acting | None

    def told(self) -> dict[str, Any]:
        """What is answered of it."""
        return {"call_uuid": self.call.call_uuid, "leg_uuid": self.leg.leg_uuid, "sandbox": self.line.is_sandbox}


def listed(context: Context, domain: Domain, request: ForUser) -> list[LiveCall]:
    """The calls of a domain that are up, oldest first; those that the user it is for may see."""
    calls = lines.of(context, domain).calls(domain)
    sees = permissions.sees_calls(context, permissions.acting(context, domain.domain_uuid, request))
    return [call for call in calls if sees(_extensions(call))]


def found(context: Context, request: OneCall) -> LiveCall:
    """The call a request means."""
    domain = domains.found(context, request)
    acting = permissions.acting(context, domain.domain_uuid, request)
    return _found(context, lines.of(context, domain), domain, request.call_uuid, acting)


def as_ordered(context: Context, call: LiveCall) -> dict[str, Any]:
    """A call with what its order says, if it was placed through here: whom it shows, its external id, its tags."""
    told, order = call.model_dump(), context.store.get(keys.order(call.domain_uuid, call.call_uuid), CallOrder)
    if order is None:
        return {**told, "external_id": None, "tags": ()}
    shown = order.model_dump(include={"caller_id_name", "caller_id_number", "external_id", "tags"})
    return {**told, **shown, "destination_number": call.destination_number or order.destination_b}


def party(context: Context, request: OneParty, usual: Side) -> Party:
    """The party a request means: the leg it names, or the one that is usually meant."""
    domain = domains.found(context, request)
    line = lines.of(context, domain)
    acting = permissions.acting(context, domain.domain_uuid, request)
    call = _found(context, line, domain, request.call_uuid, acting)
    leg = call.leg(request.leg_uuid) if request.leg_uuid else _usual(call, usual, acting)
    if leg is None:
        raise NotFound("this call has no such leg")
    return Party(line, domain, call, leg, acting)


def act(
    context: Context, request: OneParty, usual: Side, what: str, do: Callable[[Switch, Domain, str], T]
) -> tuple[Party, T]:
    """Do something to the party a request means, and note that it happened."""
    one = party(context, request, usual)
    check_takes_part(one)
    return one, acted(context, one, what, do)


def acted(context: Context, one: Party, what: str, do: Callable[[Switch, Domain, str], T]) -> T:
    """Do something to a party, and note that it happened."""
    with lines.once(context, one.line, one.leg.leg_uuid):
        done = do(one.line, one.domain, one.leg.leg_uuid)
    told = {"call_uuid": one.call.call_uuid, "leg_uuid": one.leg.leg_uuid}
    context.happened(what, one.domain.domain_uuid, told)
    return done


def record(context: Context, request: OneParty) -> tuple[Party, str]:
    """Record a party, and remember where until its call record comes."""
    one, path = act(
        context, request, "own", "command.record_started", lambda switch, domain, leg: switch.record(domain, leg)
    )
    key = keys.recorded_to(one.domain.domain_uuid, one.leg.leg_uuid, context.now, path)
    expires = int(seconds(context.now)) + _RECORDING_DAYS
    context.store.stage(Put(Row(key, RecordedTo(path=path).model_dump_json(), expires=expires)))
    return one, path


def current(context: Context, domain: Domain, extension: Extension, request: ForUser) -> LiveCall | None:
    """The call an extension is in now: the newest, one that was answered before one that rings."""
    permissions.check_seen(context, domain.domain_uuid, request, extension)
    calls = [
        (leg.state != "ringing", leg.start_stamp, call)
        for call in listed(context, domain, request)
        for leg in _legs_of(call, extension)
    ]
    return max(calls, key=lambda found: found[:2])[2] if calls else None


def status(context: Context, domain: Domain, extension: Extension, request: ForUser) -> ExtensionStatus:
    """How an extension is: its phones, its calls, and what that comes to."""
    permissions.check_seen(context, domain.domain_uuid, request, extension)
    return _statuses(context, domain, [extension], request)[0]


def statuses_page(context: Context, domain: Domain, request: ListedForUser) -> pages.PageOf[ListedStatus]:
    """A page of how the extensions of a domain are; those that the user it is for sees."""
    home = domain.domain_uuid
    if request.reads_all:
        some = permissions.seen(context, home, request, extensions.everything(context, home))
        statuses = _statuses(context, domain, some, request)
        return pages.arranged(context, ((one.extension, one) for one in statuses), request)
    page = permissions.seen_page(context, home, request)
    statuses = _statuses(context, domain, page.items, request)
    shown = list(pages.Scales().fitting(statuses, lambda one: one))
    is_cut = len(shown) < len(statuses)
    return pages.PageOf(shown, pages.sealed(context, request, [shown[-1].extension]) if is_cut else page.next_cursor)


def _statuses(context: Context, domain: Domain, some: Sequence[Extension], request: ForUser) -> list[ListedStatus]:
    """How these extensions are: the switch is asked once for its phones and once for its calls."""
    line = lines.of(context, domain)
    phones = _by(line.registrations(domain), lambda phone: [phone.extension])
    acting = permissions.acting(context, domain.domain_uuid, request)
    sees, wanted = permissions.sees_calls(context, acting), {one.extension for one in some}
    calls = [call for call in line.calls(domain) if wanted & _extensions(call) and sees(_extensions(call))]
    of_extension = _by(calls, _extensions)

    def status(extension: Extension) -> ListedStatus:
        contacts, calls = phones.get(extension.extension, ()), of_extension.get(extension.extension, ())
        states = {leg.state for call in calls for leg in _legs_of(call, extension)}
        registered = has_phone(extension.extension) if line.is_sandbox else bool(contacts)
        otherwise: Literal["idle", "unavailable"] = "idle" if registered else "unavailable"
        return ListedStatus(
            extension_uuid=extension.extension_uuid,
            extension=extension.extension,
            effective_caller_id_name=extension.effective_caller_id_name,
            registered=registered,
            contacts=tuple(contacts) if acting is None or acting.user.has(extension.extension_uuid) else (),
            state=next((word for state, word in _STATES if state in states), otherwise),
            do_not_disturb=bool(extension.do_not_disturb),
            calls=tuple(calls),
            sandbox=line.is_sandbox,
        )

    return [status(extension) for extension in some]


def transfer(context: Context, party: Party, number: str, *, to_voicemail: bool) -> None:
    """Connect a party with a number of the domain: an extension, a ring group, one outside, or a voicemail."""
    check_takes_part(party)
    permissions.check_number(context, party.acting, "transfer_to", number)
    outside = False
    if to_voicemail:
        phone = routing.check_phone(context, party.domain, number, "destination")
        if phone is None or not phone.takes_messages:
            raise CannotComply("that extension takes no messages", parameter="destination")
        number = dialplan.MESSAGE_TO + number
    else:
        target = routing.check(context, party.domain, number, "destination", in_sandbox=party.line.is_sandbox)
        outside = isinstance(target, Outside) and not party.line.is_sandbox
    counted = meters.count_leg(context, party.domain, party.leg.leg_uuid, number) if outside else None
    try:
        acted(context, party, "command.transferred", lambda switch, domain, leg: switch.transfer(domain, leg, number))
    except Problem:
        if counted:
            meters.stop(context, counted)
            context.commit()
        raise
    goes_on_as(context, party)


def park(context: Context, request: OneParty, parkinglot: str | None, slot: str | None) -> tuple[Party, str]:
    """Let a party wait in a slot, and say in which."""
    place = parking_lots.place(context, domains.found(context, request), parkinglot, slot)
    one, taken = act(
        context, request, "far", "command.parked", lambda switch, domain, leg: switch.park(domain, leg, place)
    )
    goes_on_as(context, one)
    return one, taken


def goes_on_as(context: Context, one: Party) -> None:
    """Remember the leg a call goes on as, so that whoever knows its uuid still finds it."""
    if one.leg.leg_uuid != one.call.call_uuid and not one.line.is_sandbox:
        key = keys.moved_call(one.domain.domain_uuid, one.call.call_uuid)
        body = MovedCall(leg_uuid=one.leg.leg_uuid).model_dump_json()
        context.store.stage(Put(Row(key, body, expires=int(seconds(context.now)) + _A_DAY)))


def parked(context: Context, domain: Domain, request: ForUser, parkinglot: str | None = None) -> list[LiveCall]:
    """The calls that wait in a slot; of one parking lot, if it is named."""
    lot = parking_lots.named(context, domain.domain_uuid, parkinglot).parkinglot_uuid if parkinglot else None
    calls = [call for call in listed(context, domain, request) if call.slot]
    return [call for call in calls if lot in (None, call.parkinglot_uuid)]


def waiting_in(
    context: Context, domain: Domain, request: ForUser, slot: str | None, call_uuid: str | None, lot: str | None
) -> LiveCall:
    """The parked call that is in a slot, of that lot if it is named; or the one of that uuid."""
    if (slot is None) == (call_uuid is None):
        raise InvalidRequest("slot or call_uuid is required, one of the two", parameter="slot")
    waiting = parked(context, domain, request, lot)
    found = [call for call in waiting if call.slot == slot or (call_uuid and call.has(call_uuid))]
    if not found:
        raise NotFound("nobody waits there")
    if len(found) > 1:
        raise CannotComply("somebody waits in a slot of that number of two lots: say call_uuid", parameter="slot")
    return found[0]


def unpark(context: Context, domain: Domain, call: LiveCall, extension: str, request: ForUser) -> None:
    """Let whoever waits in a slot ring an extension."""
    if routing.check_phone(context, domain, extension, "extension") is None:
        raise CannotComply("a parked call is taken by an extension", parameter="extension")
    acting = permissions.acting(context, domain.domain_uuid, request)
    permissions.check_number(context, acting, "transfer_to", extension)
    one = Party(lines.of(context, domain), domain, call, call.first, acting)
    acted(context, one, "command.unparked", lambda switch, domain, leg: switch.transfer(domain, leg, extension))


def registered(context: Context, domain: Domain) -> list[Registration]:
    """The phones that are registered; the user's own, if the actor is bound to one."""
    phones = lines.of(context, domain).registrations(domain)
    user = context.store.acting_user()
    return phones if user is None else [phone for phone in phones if phone.extension in _numbers(user)]


def unregister(context: Context, domain: Domain, extension: Extension) -> int:
    """Drop the registrations of an extension, and say how many there were."""
    line = lines.of(context, domain)
    with lines.once(context, line, extension.extension_uuid):
        dropped = line.unregister(domain, extension.extension)
    told = {"extension_uuid": extension.extension_uuid, "dropped": dropped}
    context.happened("extension.unregistered", domain.domain_uuid, told)
    return dropped


def _by(things: Iterable[T], names: Callable[[T], Iterable[str]]) -> dict[str, list[T]]:
    """Things by each of the names they have."""
    found: dict[str, list[T]] = {}
    for thing in things:
        for name in names(thing):
            found.setdefault(name, []).append(thing)
    return found


def _legs_of(call: LiveCall, extension: Extension) -> list[LiveLeg]:
    return [leg for leg in call.legs if leg.extension == extension.extension]


def _usual(call: LiveCall, usual: Side, acting: Acting | None) -> LiveLeg:
    """The leg that is usually meant; for a user who is in the call our own party is that user's."""
    mine = _leg_of(call, acting)
    if mine is None or usual == "first":
        leg: LiveLeg = getattr(call, usual)
        return leg
    return next((leg for leg in call.legs if leg is not mine), mine) if usual == "far" else mine


def _leg_of(call: LiveCall, acting: Acting | None) -> LiveLeg | None:
    numbers = _numbers(acting.user) if acting else set()
    return next((leg for leg in call.legs if leg.extension in numbers), None)


def _numbers(user: User) -> set[str]:
    return {one.extension for one in user.extensions}


def check_takes_part(one: Party) -> None:
    """Whoever acts for a user does nothing to the calls of others: listening in is another matter."""
    if one.acting is not None and _leg_of(one.call, one.acting) is None:
        raise Forbidden("this user is not in the call")


def _extensions(call: LiveCall) -> set[str]:
    return {leg.extension for leg in call.legs if leg.extension}


def _found(context: Context, line: Switch, domain: Domain, call_uuid: str, acting: Acting | None) -> LiveCall:
    sees = permissions.sees_calls(context, acting)

    def look(uuid: str) -> LiveCall | None:
        return next((call for call in line.calls(domain) if call.has(uuid) and sees(_extensions(call))), None)

    call = look(call_uuid)
    if call is None and not line.is_sandbox:
        moved = context.store.get(keys.moved_call(domain.domain_uuid, call_uuid), MovedCall)
        if moved is None:
            context.clock.sleep(_SETTLES_IN)
        call = look(moved.leg_uuid if moved else call_uuid)
    if call is None:
        raise NotFound(_ABSENT)
    return call
