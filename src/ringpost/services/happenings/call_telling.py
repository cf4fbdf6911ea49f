"""Telling what happened to a call: with the user whose phone it is, and who the other party is known to be."""

import uuid
from collections.abc import Sequence
from typing import Any

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.agent import Agent
from ringpost.model.call import Call, CallOrder
from ringpost.model.notices import TrackedCall, TrackedLeg
from ringpost.model.parking import ParkingLot
from ringpost.model.queue import Queue, QueueVisit
from ringpost.model.transfer import Transfer
from ringpost.model.user import User
from ringpost.services.happenings.call_events import Happening
from ringpost.services.numbers import contacts, numbering, queue_orders
from ringpost.store import Delete, Put, Row, keys

_EVENTS = uuid.UUID("5e7e0f2c-9c1d-4b53-8a4e-72696e67706f")
_ABOUT_SOMEBODY = frozenset({"call.ringing", "call.answered", "call.cancelled", "call.ended"})

_VISIT_DAYS = 400
_TRANSFER_DAYS = 30


class Teller:
    """Tells what happens, and looks up whose phone a leg is once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._users: dict[str, dict[str, Any] | None] = {}

    def tell(self, happening: Happening, due_at: str) -> None:
        """Note an event."""
        call, leg = happening.call, happening.leg
        about: dict[str, Any] = {"contact": call.contact}
        if happening.type in _ABOUT_SOMEBODY:
            extension = leg.extension if leg else call.extension
            about["user"] = self._user(call.domain_uuid, extension) if extension else None
        if happening.visit is not None:
            about |= self._in_queue(happening.visit, leg)
        if "room" in happening.more:
            about |= self._in_room(call.domain_uuid, happening.more["room"])
        if "parkinglot_uuid" in happening.more:
            about |= self._in_lot(call.domain_uuid, happening.more["parkinglot_uuid"])
        self._context.happened(
            happening.type,
            call.domain_uuid,
            {**happening.data(), **about},
            due_at=due_at,
            call_uuid=call.call_uuid,
            sequence=call.sequence,
            event_uuid=event_uuid(happening),
        )

    def _in_queue(self, visit: QueueVisit, leg: TrackedLeg | None) -> dict[str, Any]:
        """Which queue it is, and which agent's phone."""
        queue = _queue(self._context, visit)
        agent = agent_of(self._context, visit, leg) if leg else None
        return {
            "queue": queue.model_dump(include={"queue_uuid", "name", "extension"}) if queue else None,
            "agent": agent.model_dump(include={"agent_uuid", "number"}) | {"name": agent.full_name} if agent else None,
        }

    def _in_room(self, home: str, room: str) -> dict[str, Any]:
        """Which conference room it is, if it is no one that was made on the spot."""
        one = numbering.conference(self._context, home, room)
        return {
            "conference_uuid": one.conference_uuid if one else None,
            "conference_name": one.name if one else None,
        }

    def _in_lot(self, home: str, parkinglot_uuid: str | None) -> dict[str, Any]:
        """Which parking lot it is, if it is not the domain's own."""
        one = self._context.store.get(keys.parking_lot(home, parkinglot_uuid), ParkingLot) if parkinglot_uuid else None
        return {"parkinglot_name": one.name if one else None}

    def _user(self, home: str, extension: str) -> dict[str, Any] | None:
        known = f"{extension}@{home}"
        if known not in self._users:
            self._users[known] = _user(self._context, home, extension)
        return self._users[known]


def event_uuid(happening: Happening) -> str:
    """The id of an event: the same however often it is found out."""
    call = happening.call
    return _uuid(call.domain_uuid, call.call_uuid, happening.type, call.sequence)


def record_event_uuid(call: Call) -> str:
    """The id of the event that a call's record was made, however often it is foretold."""
    return _uuid(call.domain_uuid, call.xml_cdr_uuid, "cdr.created")


def _uuid(*what: object) -> str:
    return str(uuid.uuid5(_EVENTS, " ".join(map(str, what))))


def looked_up(context: Context, call: TrackedCall, order: CallOrder | None = None) -> TrackedCall:
    """The call with what is known of it besides: who the other party is, and what was ordered with it."""
    if call.is_looked_up:
        return call
    order = order or context.store.get(keys.order(call.domain_uuid, call.call_uuid), CallOrder)
    ordered = {"external_id": order.external_id, "tags": order.tags} if order else {}
    number = call.caller_id_number if call.direction == "inbound" else call.destination_number
    contact = _contact(context, call.domain_uuid, number) if number and call.direction != "local" else None
    return call.model_copy(update={**ordered, "contact": contact, "is_looked_up": True})


def agent_of(context: Context, visit: QueueVisit, leg: TrackedLeg) -> Agent | None:
    """The agent for whom a leg was rung: as it was known then, or who is logged in there now."""
    known = (one.agent_uuid for one in visit.attempts if one.leg_uuid == leg.leg_uuid)
    uuid = leg.agent_uuid or next(known, None) or (visit.agent_uuid if leg.leg_uuid == visit.agent_leg_uuid else None)
    if uuid is not None:
        return context.store.get(keys.agent(visit.domain_uuid, uuid), Agent, of_anybody=True)
    return queue_orders.agent_at(context, visit.domain_uuid, leg.extension) if leg.extension else None


def with_agents(context: Context, call: TrackedCall) -> TrackedCall:
    """The call with what its times in queues are counted by: whose phones were rung, and how soon it was to be."""
    if not call.visits:
        return call
    return call.model_copy(update={"visits": tuple(_known(context, visit) for visit in call.visits)})


def _known(context: Context, visit: QueueVisit) -> QueueVisit:
    changes: dict[str, Any] = {}
    queue = _queue(context, visit) if visit.service_level is None else None
    if queue is not None:
        changes |= {"service_level": queue.service_level, "wrap_up_seconds": queue.wrap_up_seconds}
    new = [one for one in visit.attempts if one.agent_uuid is None and one.extension and one.ended_at is None]
    whose = {one.extension: queue_orders.agent_at(context, visit.domain_uuid, one.extension or "") for one in new}
    if any(whose.values()):
        known = {extension: agent.agent_uuid for extension, agent in whose.items() if agent}
        named = (
            one.model_copy(update={"agent_uuid": one.agent_uuid or known.get(one.extension)}) for one in visit.attempts
        )
        changes["attempts"] = tuple(named)
    if visit.extension is not None and visit.agent_uuid is None and not visit.is_over:
        taker = queue_orders.agent_at(context, visit.domain_uuid, visit.extension)
        changes["agent_uuid"] = taker.agent_uuid if taker else None
    return visit.model_copy(update=changes) if changes else visit


def _queue(context: Context, visit: QueueVisit) -> Queue | None:
    return context.store.get(keys.queue(visit.domain_uuid, visit.queue_uuid), Queue)


def keep_visits(context: Context, before: Sequence[QueueVisit], after: Sequence[QueueVisit]) -> None:
    """Stage the times of a call in queues, in the place of what was known of them."""
    known = {keys.queue_visit(visit): visit for visit in before}
    kept = {keys.queue_visit(visit): visit for visit in after}
    for key, visit in kept.items():
        if known.get(key) != visit:
            expires = int(seconds(visit.joined_at)) + _VISIT_DAYS * 86_400
            context.store.stage(Put(Row(key, visit.model_dump_json(), expires=expires)))
    for key in known.keys() - kept.keys():
        context.store.stage(Delete(key))


def keep_transfers(context: Context, before: Sequence[Transfer], after: Sequence[Transfer]) -> None:
    """Stage the transfers of a call, in the place of what was known of them."""
    kept = {one.transfer_uuid for one in after}
    for one in after:
        if one not in before:
            known = context.store.get(keys.transfer(one.domain_uuid, one.transfer_uuid), Transfer)
            if known is not None and known.is_over and not (one.is_over or one.sandbox):
                continue  # it was ended by an action, and this is told late
            keep_transfer(context, one.model_copy(update={"created_at": known.created_at}) if known else one)
    for one in before:
        if one.transfer_uuid not in kept:
            context.store.stage(Delete(keys.transfer(one.domain_uuid, one.transfer_uuid)))
            context.store.stage(Delete(keys.transfer_place(one)))


def keep_transfer(context: Context, one: Transfer) -> None:
    """Stage a transfer as it is now."""
    body, expires = one.model_dump_json(), int(seconds(one.created_at)) + _TRANSFER_DAYS * 86_400
    for key in (keys.transfer(one.domain_uuid, one.transfer_uuid), keys.transfer_place(one)):
        context.store.stage(Put(Row(key, body, expires=expires)))


def _contact(context: Context, home: str, number: str) -> dict[str, Any] | None:
    found = contacts.known(context, home, number).contact
    if found is None:
        return None
    return found.model_dump(include={"contact_uuid", "display_name", "company", "external_id"})


def _user(context: Context, home: str, extension: str) -> dict[str, Any] | None:
    holder = numbering.extension(context, home, extension)
    if holder is None or holder.user_uuid is None:
        return None
    user = context.store.get(keys.user(home, holder.user_uuid), User, of_anybody=True)
    if user is None:
        return None
    name = f"{user.firstname} {user.lastname or ''}".strip()
    return {**user.model_dump(include={"user_uuid", "username", "email"}), "name": name}
