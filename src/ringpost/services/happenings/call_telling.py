"""Telling what happened to a call: with the user whose phone it is, and who the other party is known to be."""

import uuid
from typing import Any

from ringpost.context import Context
from ringpost.model.call import Call, CallOrder
from ringpost.model.notices import TrackedCall
from ringpost.model.user import User
from ringpost.services.happenings.call_events import Happening
from ringpost.services.numbers import contacts, numbering
from ringpost.store import keys

_EVENTS = uuid.UUID("5e7e0f2c-9c1d-4b53-8a4e-72696e67706f")
_ABOUT_SOMEBODY = frozenset({"call.ringing", "call.answered", "call.cancelled", "call.ended"})


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
        self._context.happened(
            happening.type,
            call.domain_uuid,
            {**happening.data(), **about},
            due_at=due_at,
            call_uuid=call.call_uuid,
            sequence=call.sequence,
            event_uuid=event_uuid(happening),
        )

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
