"""What a link hands in: notices of its switch, in order, each once."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import Field

from ringpost.auth.actor import Actor
from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.call import Call, CallOrder, Leg, MovedCall
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Forbidden, InvalidRequest, NotFound
from ringpost.model.notices import Notice, NumberedAway, NumberedNotice, OddNotice, TrackedCall
from ringpost.model.outcome import legs_kept
from ringpost.model.queue import Queue
from ringpost.model.record import Entity
from ringpost.model.switch import SwitchRecord
from ringpost.model.transfer import Transfer
from ringpost.services.happenings.call_events import Happening, advanced, begun, joined
from ringpost.services.happenings.call_telling import Teller, keep_transfers, keep_visits, looked_up, with_agents
from ringpost.services.records import joining
from ringpost.services.switching import agent_codes, meters, transferring
from ringpost.services.tenants import switches
from ringpost.store import Put, Row, keys

_MOST_EVENTS = 20
_MOST_CALLS = 10
_MOST_LEGS = 40
_MOST_LOOKED_AT = 200
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
    looked_at: str = Field(
        default="", description="of the records of a while it was away: a domain, and its last place"
    )
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
    if not speaks_for(actor, switch.switch_uuid):
        raise NotFound("switch not found")
    return switch


def speaks_for(actor: Actor, switch_uuid: str) -> bool:
    """Whether somebody may be the link of a switch: with its own key, or an operator's."""
    return actor.is_operator or actor.switches == {switch_uuid}


def take(
    context: Context, switch: SwitchRecord, link_uuid: str, notices: Sequence[NumberedNotice | NumberedAway | OddNotice]
) -> Taken:
    """Take the next notices of a link, as many as one transaction holds; those taken before are passed over."""
    positions = [notice.position for notice in notices]
    if positions != sorted(set(positions)):
        raise InvalidRequest("notices must be in the order of their positions, each once", parameter="notices")
    key = keys.link(switch.switch_uuid, link_uuid)
    progress = context.store.get(key, LinkProgress) or LinkProgress()
    batch, taken = _Batch(context, switch), progress.taken
    looked_at: str | None = None
    for notice in notices:
        if notice.position <= progress.taken:
            continue
        if not batch.has_room_for(notice):
            break
        if isinstance(notice, NumberedAway):
            looked_at = batch.take_unheard(notice, progress.looked_at)
            if looked_at is not None:
                break
        else:
            batch.take(notice)
        taken = notice.position
    if taken == progress.taken and looked_at is None:
        return Taken(taken, 0)
    batch.write()
    after = LinkProgress(taken=taken, looked_at=looked_at or "", version=progress.version + 1)
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
    if found is not None and found.joined_to is None:
        return found
    place = found.joined_to if found else None
    if place is None:
        pointer = context.store.get(keys.call_of_leg(home, leg_uuid), MovedCall)
        place = pointer.leg_uuid if pointer else None
    return context.store.get(keys.tracked_call(home, place), TrackedCall) if place else None


def note_ordered(context: Context, one: Transfer) -> None:
    """Stage that a transfer of a call was ordered: so its end is told, though nothing may be of its beginning."""
    call = call_of(context, one.domain_uuid, one.transferred_leg_uuid)
    if call is not None and not call.has_ended:
        _keep_ordered(context, call, (*call.ordered, one))


def forget_ordered(context: Context, one: Transfer) -> None:
    """Stage that nothing more will come of a transfer that was ordered."""
    call = call_of(context, one.domain_uuid, one.transferred_leg_uuid)
    left = tuple(other for other in call.ordered if other.transfer_uuid != one.transfer_uuid) if call else ()
    if call is not None and left != call.ordered:
        _keep_ordered(context, call, left)


def _keep_ordered(context: Context, call: TrackedCall, ordered: tuple[Transfer, ...]) -> None:
    after = call.model_copy(update={"ordered": ordered})
    _keep(context, after, version=call.version, told_at=call.told_at)


def tell_end(context: Context, domain: Domain, order: CallOrder, leg: Leg) -> None:
    """Tell that a call has ended of which no switch will: there never was a leg of it."""
    notice = Notice(
        what="ended",
        at=leg.end_stamp or leg.start_stamp,
        domain_uuid=domain.domain_uuid,
        leg_uuid=order.call_uuid,
        start_stamp=leg.start_stamp,
        direction=order.direction,
        extension=leg.extension,
        number=order.destination_a,
        caller_id_number=order.caller_id_number,
        caller_id_name=order.caller_id_name or None,
        dialled=order.destination_b,
        cause=leg.hangup_cause,
        placed=True,
    )
    known = call_of(context, domain.domain_uuid, order.call_uuid)
    call, happened = advanced(looked_up(context, known or begun(notice, domain.domain_name), order), notice)
    if not happened:
        return
    teller, now = Teller(context), stamp(context.clock.now())
    for happening in happened:
        teller.tell(happening, now)
    _keep(context, call, version=known.version if known else 0, told_at=now)


def _keep(context: Context, call: TrackedCall, *, version: int, told_at: str) -> int:
    """Stage a call as it is now, which was read in that version (0: it was not there); until when it is kept."""
    after = call.model_copy(update={"told_at": told_at, "version": version + 1})
    expires = int(seconds(context.now)) + _CALL_DAYS * _A_DAY
    row = Row(keys.tracked_call(call.domain_uuid, call.call_uuid), after.model_dump_json(), after.version, expires)
    context.store.stage(Put(row, if_version=version) if version else Put(row, if_absent=True), Moved())
    return expires


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
        self._failed: set[_Place] = set()
        self._new_legs = 0
        self._is_closed = False
        self.refused = 0

    @property
    def is_full(self) -> bool:
        """Whether the next notice might not fit into the transaction."""
        return (
            len(self._happened) >= _MOST_EVENTS
            or len(self._calls) >= _MOST_CALLS
            or self._new_legs >= _MOST_LEGS
            or bool(self._unrecorded())
            or self._is_closed
        )

    def has_room_for(self, notice: NumberedNotice | NumberedAway | OddNotice) -> bool:
        """Whether a notice fits into the transaction; one of which records are made or read has one to itself."""
        is_alone = isinstance(notice, NumberedAway) or (
            isinstance(notice, Notice) and notice.what in ("failed", "lost", "agent_code")
        )
        return not self.is_full and not (is_alone and self._calls)

    def take_unheard(self, away: NumberedAway, looked_at: str) -> str | None:
        """Tell to their end calls that began and ended while the link was away, but for those that were looked at.

        How far it has come; None: these are all.
        """
        for read, (place, record) in enumerate(self._unheard(away, looked_at)):
            if self.is_full or read == _MOST_LOOKED_AT:
                return place
            self._tell_unheard(record)
        return None

    def _unheard(self, away: NumberedAway, looked_at: str) -> Iterator[tuple[str, Call]]:
        """The records of that while, each with what was looked at before it."""
        oldest = stamp(seconds(self._context.now) - _OLDEST)
        between = (max(away.away_from, oldest), max(away.away_until, oldest))
        lists = self._context.store.everything(keys.domains_of_switch(self._switch.switch_uuid), Domain)
        home, _, after = looked_at.partition(" ")
        for domain_uuid in sorted(domain.domain_uuid for _, domain in lists):
            if domain_uuid < home or self._domain(domain_uuid) is None:
                continue
            place = after if domain_uuid == home else ""
            while rows := self._context.store.listed(
                keys.cdrs(domain_uuid), Call, between=between, after=place or None, limit=_MOST_LOOKED_AT
            ):
                for sort, record in rows:
                    yield f"{domain_uuid} {place}", record
                    place = sort

    def _tell_unheard(self, record: Call) -> None:
        is_a_switchs = any(leg.ended_by for leg in record.legs) and not record.sandbox
        if not is_a_switchs or record.end_stamp is None or self._known(record.domain_uuid, record.xml_cdr_uuid):
            return
        call = looked_up(self._context, TrackedCall.of_record(record))
        self._before[_place(call)] = None
        self._calls[_place(call)] = call
        self._new_legs += len(call.legs)
        self._happened.append(Happening("call.ended", record.end_stamp, call))

    def take(self, notice: Notice | OddNotice) -> None:
        """Take a notice, if it is one, of a domain of this switch and of our time."""
        if isinstance(notice, OddNotice):
            self.refused += 1
            return
        domain = self._domain(notice.domain_uuid)
        age = seconds(self._context.now) - seconds(notice.at)
        if domain is None or not -_CLOCKS_DIFFER <= age <= _OLDEST:
            self.refused += 1
            return
        if notice.what == "agent_code":
            agent_codes.dialled(self._context, domain, notice)
            self._is_closed = True
            return
        if notice.what == "queued" and not self._has_queue(notice):
            self.refused += 1
            return
        told = self._found_out(notice)
        if told is None:
            return
        notice = told
        call = self._with_taker(self._call(notice, domain), notice)
        after, happened = advanced(call, notice)
        if happened and notice.what == "failed":
            self._failed.add(_place(after))
        if happened:
            after = looked_up(self._context, after)
            more = {name: getattr(after, name) for name in ("contact", "external_id", "tags", "is_looked_up")}
            happened = [_with(one, more) for one in happened]
        after = with_agents(self._context, after)
        self._new_legs += len({leg.leg_uuid for leg in after.legs} - {leg.leg_uuid for leg in call.legs})
        home, place = after.domain_uuid, _place(after)
        self._calls[place] = after
        self._of_leg.update({(home, leg.leg_uuid): place for leg in after.legs})
        self._happened += happened

    def _has_queue(self, notice: Notice) -> bool:
        """Whether a queue is the domain's: what a link says of others counts nowhere."""
        uuid = notice.queue_uuid
        return uuid is not None and self._context.store.get(keys.queue(notice.domain_uuid, uuid), Queue) is not None

    def write(self) -> None:
        """Stage the calls as they are now, and tell what happened, not before what was told before."""
        now = stamp(self._context.clock.now())
        due = {place: max(now, call.told_at) for place, call in self._calls.items()}
        teller = Teller(self._context)
        for happening in self._happened:
            teller.tell(happening, due[_place(happening.call)])
        agent_codes.count_missed(self._context, self._happened)
        transferring.send_on(self._context, self._happened)
        for place, call in self._calls.items():
            before, uuid = self._before[place], call.call_uuid
            if call == before:
                continue
            keep_visits(self._context, before.visits if before else (), call.visits)
            keep_transfers(self._context, before.transfers if before else (), call.transfers)
            for one in call.transfers:
                if one.is_over and (before is None or one not in before.transfers):
                    meters.ended(self._context, call.domain_uuid, one.transfer_uuid)
            expires = _keep(self._context, call, version=before.version if before else 0, told_at=due[place])
            known = {leg.leg_uuid for leg in before.legs} if before else set()
            pointer = MovedCall(leg_uuid=uuid).model_dump_json()
            legs = call.legs if call.joined_to is None else ()  # the other's are theirs
            for leg in legs:
                if leg.leg_uuid not in known and leg.leg_uuid != uuid:
                    row = Row(keys.call_of_leg(call.domain_uuid, leg.leg_uuid), pointer, 1, expires)
                    self._context.store.stage(Put(row))
        for call in self._unrecorded():
            self._record(call)

    def _found_out(self, notice: Notice) -> Notice | None:
        """What a notice comes to: of a leg that is gone its record says how it ended, now or later."""
        if notice.what == "failed":
            return self._of_order(notice)
        if notice.what not in ("gone", "lost"):
            return notice
        record = self._context.store.get(keys.cdr(notice.domain_uuid, notice.leg_uuid), Call)
        leg = record.leg(notice.leg_uuid) if record else None
        if leg is None or leg.end_stamp is None or (leg.heard and notice.what == "gone"):
            return notice if notice.what == "lost" else None
        if self._known(notice.domain_uuid, notice.leg_uuid) is None:
            return None  # of a call that nothing was told of, or that has long been told
        return notice.model_copy(update=_how_it_ended(leg))

    def _with_taker(self, call: TrackedCall, notice: Notice) -> TrackedCall:
        """The call of a parked party with the leg that has taken it, which began as a call of its own.

        The lot tells of both; if that was not heard, the end of the one that took names the other.
        """
        if notice.taken_by is not None:
            return self._joined(call, self._known(call.domain_uuid, notice.taken_by))
        source = notice.source_uuid and self._known(call.domain_uuid, notice.source_uuid)
        if source and call.call_uuid == notice.leg_uuid and not source.has_ended:
            return self._joined(source, call)
        return call

    def _joined(self, call: TrackedCall, taker: TrackedCall | None) -> TrackedCall:
        if taker is None or taker.has_ended or taker.call_uuid == call.call_uuid:
            return call
        first = taker.leg(taker.call_uuid)
        if first is not None and first.placed:  # whoever has placed it knows it by its own uuid
            return call
        self._calls[_place(taker)] = taker.model_copy(update={"has_ended": True, "joined_to": call.call_uuid})
        return joined(call, taker)

    def _of_order(self, notice: Notice) -> Notice | None:
        """A notice that a call was placed in vain, with what its order says; None if nobody has ordered it here."""
        order = self._context.store.get(keys.order(notice.domain_uuid, notice.leg_uuid), CallOrder)
        if order is None:
            return None
        shows = {"caller_id_name": order.caller_id_name or None, "start_stamp": order.placed_at}
        return notice if self._known(notice.domain_uuid, notice.leg_uuid) else notice.model_copy(update=shows)

    def _unrecorded(self) -> list[TrackedCall]:
        """The calls that have ended now of which no record comes: nobody heard how a leg did, or there was none."""
        ended = [place for place, call in self._calls.items() if call.has_ended and not _had_ended(self._before[place])]
        return [self._calls[place] for place in ended if self._calls[place].is_lost or place in self._failed]

    def _record(self, call: TrackedCall) -> None:
        """Record a call whose switch will hand in no record: as it was heard, and marked so."""
        domain = self._domain(call.domain_uuid)
        if domain is None:
            return
        order = self._context.store.get(keys.order(call.domain_uuid, call.call_uuid), CallOrder)
        if order is not None:
            meters.stop(self._context, order)
        legs = [leg.model_copy(update={"heard": True}) for leg in legs_kept(call.as_record())]
        legs = [joining.with_own_extension(self._context, call.domain_uuid, leg) for leg in legs]
        known = self._context.store.get(keys.cdr(call.domain_uuid, call.call_uuid), Call)
        is_less = known is not None and known.heard and _place(call) in self._failed  # what somebody else has heard
        with suppress(CannotComply):  # what cannot be recorded holds up nobody
            marks = joining.Marks(call.external_id, call.tags)
            joining.record(self._context, domain, legs, marks, if_version=known.version if known and is_less else None)

    def _domain(self, domain_uuid: str) -> Domain | None:
        """The domain, if it lives on this switch."""
        if domain_uuid not in self._domains:
            self._domains[domain_uuid] = living_on(self._context, self._switch, domain_uuid)
        return self._domains[domain_uuid]

    def _call(self, notice: Notice, domain: Domain) -> TrackedCall:
        for leg_uuid in filter(None, (notice.leg_uuid, notice.source_uuid)):
            found = self._known(domain.domain_uuid, leg_uuid)
            if found is not None:
                return found
        new = begun(notice, domain.domain_name)
        self._before[_place(new)] = None
        return new

    def _known(self, home: str, leg_uuid: str) -> TrackedCall | None:
        """The call a leg belongs to, as these notices have left it."""
        known = self._of_leg.get((home, leg_uuid))
        if known is not None:
            return self._calls[known]
        found = call_of(self._context, home, leg_uuid)
        if found is None:
            return None
        self._before.setdefault(_place(found), found)
        return self._calls.get(_place(found), found)


def _how_it_ended(leg: Leg) -> dict[str, Any]:
    """What a notice would have said of a leg's end."""
    is_first = leg.leg == "a"
    return {
        "what": "ended",
        "at": leg.end_stamp,
        "start_stamp": leg.start_stamp,
        "answer_stamp": leg.answer_stamp,
        "source_uuid": leg.originating_leg_uuid,
        "direction": leg.direction,
        "extension": leg.extension,
        "number": leg.extension or (leg.source_number if is_first else leg.destination_number),
        "cause": leg.hangup_cause,
        "ended_by": leg.ended_by,
        "to_voicemail": leg.to_voicemail,
        "reached": leg.reached,
    }


def _had_ended(before: TrackedCall | None) -> bool:
    return before is not None and before.has_ended


def _place(call: TrackedCall) -> _Place:
    return call.domain_uuid, call.call_uuid


def _with(happening: Happening, more: dict[str, object]) -> Happening:
    return replace(happening, call=happening.call.model_copy(update=more))
