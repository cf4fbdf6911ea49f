"""What a link hands in: notices of its switch, in order, each once."""

from collections.abc import Sequence
from typing import NamedTuple

from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.call import MovedCall
from ringpost.model.domain import Domain
from ringpost.model.errors import Forbidden, InvalidRequest, NotFound
from ringpost.model.notices import Notice, NumberedNotice, OddNotice, TrackedCall
from ringpost.model.record import Entity
from ringpost.model.switch import SwitchRecord
from ringpost.services import switches
from ringpost.services.call_events import Happening, advanced, begun
from ringpost.services.call_telling import Teller, looked_up
from ringpost.store import Put, Row, keys

_MOST_EVENTS = 20
_MOST_CALLS = 10
_MOST_LEGS = 40
_CALL_DAYS = 4
_LINK_DAYS = 400
_OLDEST = 3 * 86_400.0
_CLOCKS_DIFFER = 300.0
_A_DAY = 86_400


_Place = tuple[str, str]
"""A domain and a leg: what one tenant's switch leg is called says nothing of another's."""


class LinkProgress(Entity):
    """How far a link has told what its switch did."""

    taken: int = 0
    version: int = 0


class Taken(NamedTuple):
    """How far the notices were taken, and how many of these were none of this switch's."""

    taken: int
    refused: int


def switch_of(context: Context, reference: str) -> SwitchRecord:
    """The switch a link speaks for. Only its own key, or an operator's, may."""
    actor = context.actor
    if not (actor.is_operator or actor.switches):
        raise Forbidden("a link needs a switch's key: ringpost key create --switch")
    switch = switches.named(context, reference)
    if not actor.is_operator and actor.switches != {switch.switch_uuid}:
        raise NotFound("switch not found")
    return switch


def take(
    context: Context, switch: SwitchRecord, link_uuid: str, notices: Sequence[NumberedNotice | OddNotice]
) -> Taken:
    """Take the next notices of a link, as many as one transaction holds; those taken before are passed over."""
    positions = [notice.position for notice in notices]
    if positions != sorted(set(positions)):
        raise InvalidRequest("notices must be in the order of their positions, each once", parameter="notices")
    key = keys.link(switch.switch_uuid, link_uuid)
    progress = context.store.get(key, LinkProgress) or LinkProgress()
    batch, taken = _Batch(context, switch), progress.taken
    for notice in notices:
        if notice.position <= progress.taken:
            continue
        if batch.is_full:
            break
        if isinstance(notice, OddNotice):
            batch.refused += 1
        else:
            batch.take(notice)
        taken = notice.position
    if taken == progress.taken:
        return Taken(taken, 0)
    batch.write()
    after = LinkProgress(taken=taken, version=progress.version + 1)
    row = Row(key, after.model_dump_json(), after.version, int(seconds(context.now)) + _LINK_DAYS * _A_DAY)
    condition = Put(row, if_version=progress.version) if progress.version else Put(row, if_absent=True)
    context.store.stage(condition, Moved())
    return Taken(taken, batch.refused)


def living_on(context: Context, switch: SwitchRecord, domain_uuid: str) -> Domain | None:
    """A domain, if it lives on that switch: what its link says of others is none of its business."""
    if not (context.actor.is_operator or context.store.reaches(domain_uuid)):
        return None
    found = context.store.get(keys.domain(domain_uuid), Domain)
    return found if found and not found.deleting and found.switch_uuid == switch.switch_uuid else None


def call_of(context: Context, home: str, leg_uuid: str) -> TrackedCall | None:
    """The call a leg belongs to, as far as it was told."""
    found = context.store.get(keys.tracked_call(home, leg_uuid), TrackedCall)
    if found is not None:
        return found
    place = context.store.get(keys.call_of_leg(home, leg_uuid), MovedCall)
    return context.store.get(keys.tracked_call(home, place.leg_uuid), TrackedCall) if place else None


class _Batch:
    """Notices at work: the calls they are about, read once and written once."""

    def __init__(self, context: Context, switch: SwitchRecord) -> None:
        self._context = context
        self._switch = switch
        self._domains: dict[str, Domain | None] = {}
        self._calls: dict[_Place, TrackedCall] = {}
        self._before: dict[_Place, TrackedCall | None] = {}
        self._of_leg: dict[_Place, _Place] = {}
        self._happened: list[Happening] = []
        self._new_legs = 0
        self.refused = 0

    @property
    def is_full(self) -> bool:
        """Whether the next notice might not fit into the transaction."""
        return len(self._happened) >= _MOST_EVENTS or len(self._calls) >= _MOST_CALLS or self._new_legs >= _MOST_LEGS

    def take(self, notice: Notice) -> None:
        """Take a notice, if it is of a domain of this switch and of our time."""
        domain = self._domain(notice.domain_uuid)
        age = seconds(self._context.now) - seconds(notice.at)
        if domain is None or not -_CLOCKS_DIFFER <= age <= _OLDEST:
            self.refused += 1
            return
        call = self._call(notice, domain)
        after, happened = advanced(call, notice)
        if happened:
            after = looked_up(self._context, after)
            more = {name: getattr(after, name) for name in ("contact", "external_id", "tags", "is_looked_up")}
            happened = [_with(one, more) for one in happened]
        self._new_legs += len({leg.leg_uuid for leg in after.legs} - {leg.leg_uuid for leg in call.legs})
        home, place = after.domain_uuid, _place(after)
        self._calls[place] = after
        self._of_leg.update({(home, leg.leg_uuid): place for leg in after.legs})
        self._happened += happened

    def write(self) -> None:
        """Stage the calls as they are now, and tell what happened, not before what was told before."""
        now = stamp(self._context.clock.now())
        due = {place: max(now, call.told_at) for place, call in self._calls.items()}
        teller = Teller(self._context)
        for happening in self._happened:
            teller.tell(happening, due[_place(happening.call)])
        expires = int(seconds(self._context.now)) + _CALL_DAYS * _A_DAY
        for place, call in self._calls.items():
            before, uuid = self._before[place], call.call_uuid
            if call == before:
                continue
            version = before.version if before else 0
            after = call.model_copy(update={"told_at": due[place], "version": version + 1})
            row = Row(keys.tracked_call(call.domain_uuid, uuid), after.model_dump_json(), after.version, expires)
            condition = Put(row, if_version=version) if version else Put(row, if_absent=True)
            self._context.store.stage(condition, Moved())
            known = {leg.leg_uuid for leg in before.legs} if before else set()
            pointer = MovedCall(leg_uuid=uuid).model_dump_json()
            for leg in call.legs:
                if leg.leg_uuid not in known and leg.leg_uuid != uuid:
                    row = Row(keys.call_of_leg(call.domain_uuid, leg.leg_uuid), pointer, 1, expires)
                    self._context.store.stage(Put(row))

    def _domain(self, domain_uuid: str) -> Domain | None:
        """The domain, if it lives on this switch."""
        if domain_uuid not in self._domains:
            self._domains[domain_uuid] = living_on(self._context, self._switch, domain_uuid)
        return self._domains[domain_uuid]

    def _call(self, notice: Notice, domain: Domain) -> TrackedCall:
        home = domain.domain_uuid
        for leg_uuid in filter(None, (notice.leg_uuid, notice.source_uuid)):
            known = self._of_leg.get((home, leg_uuid))
            if known is not None:
                return self._calls[known]
            found = call_of(self._context, home, leg_uuid)
            if found is not None:
                self._before[_place(found)] = found
                return found
        new = begun(notice, domain.domain_name)
        self._before[_place(new)] = None
        return new


def _place(call: TrackedCall) -> _Place:
    return call.domain_uuid, call.call_uuid


def _with(happening: Happening, more: dict[str, object]) -> Happening:
    return Happening(
        happening.type, happening.at, happening.call.model_copy(update=more), happening.leg, happening.more
    )
