"""What each type of event holds, for the description: the models its data is written from, and those made here."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from ringpost.model.agent import Agent
from ringpost.model.call import Call, CallOrder, Direction, HungUpBy
from ringpost.model.cause import Meaning
from ringpost.model.conference import Conference
from ringpost.model.contact import Contact
from ringpost.model.destination import Destination
from ringpost.model.domain import Domain
from ringpost.model.event_types import TYPES
from ringpost.model.extension import Extension
from ringpost.model.groups import ExtensionGroup, Permission, UserGroup
from ringpost.model.key import KeyDetails
from ringpost.model.notices import ToldState
from ringpost.model.parking import ParkingLot
from ringpost.model.queue import LeftBecause, MissedBecause, Queue
from ringpost.model.record import is_none
from ringpost.model.recording import Recording
from ringpost.model.ring_group import RingGroup
from ringpost.model.status import UserStatus
from ringpost.model.switch import SwitchRecord
from ringpost.model.transfer import Flow, TransferStatus
from ringpost.model.user import User
from ringpost.model.values import Timestamp, Uuid
from ringpost.model.voicemail import Voicemail

_GONE = "What is gone, by its uuid."


class Shape(BaseModel):
    """Base of what is only described here, and written elsewhere."""

    model_config = ConfigDict(defer_build=True)


class DomainUpdated(Domain):
    """A domain, and which switch it has left if it lives on another now."""

    left_switch_uuid: Uuid | None


class DomainGone(Shape):
    """A domain is gone, or going."""

    domain_uuid: Uuid


class ToldLeg(Shape):
    """One party of a call in an event."""

    leg_uuid: Uuid
    source_uuid: Uuid | None = Field(description="the leg for which this one was rung")
    extension: str | None
    number: str | None
    state: ToldState
    start_stamp: Timestamp
    answer_stamp: Timestamp | None
    end_stamp: Timestamp | None
    hangup_cause: str | None


class ToldCall(Shape):
    """The whole call as it was when the event happened."""

    call_uuid: Uuid
    domain_uuid: Uuid
    domain_name: str
    direction: Direction | None
    start_stamp: Timestamp
    answer_stamp: Timestamp | None = Field(description="when the A leg was answered; null if nobody took the call")
    end_stamp: Timestamp | None
    caller_id_name: str | None
    caller_id_number: str | None
    destination_number: str | None = Field(description="what was dialled to begin with")
    caller_destination: str | None = Field(description="the same, by its name in the record")
    answered_by: str | None = Field(description="the extension, or the number, that answered last")
    slot: str | None = Field(default=None, exclude_if=is_none, description="where it is parked")
    external_id: str | None
    tags: tuple[str, ...]
    sandbox: bool
    extension: str | None = Field(description="whose call it is here")
    state: ToldState
    duration: int | None = Field(description="seconds from start to end")
    billsec: int | None = Field(description="seconds from the answer to the end")
    hangup_cause: str | None
    hung_up_by: HungUpBy | None
    missed_call: bool | None = Field(description="null: it is not over yet")
    extensions: tuple[str, ...]
    legs: tuple[ToldLeg, ...]


class ToldUser(Shape):
    """The user whose phone it is."""

    user_uuid: Uuid
    username: str | None
    email: str | None
    name: str


class ToldContact(Shape):
    """Who the other party is known to be."""

    contact_uuid: Uuid
    display_name: str
    company: str
    external_id: str | None


class OfCall(Shape):
    """What happened to a call."""

    at: Timestamp
    contact: ToldContact | None
    call: ToldCall


class OfLeg(OfCall):
    """What happened to one party of a call."""

    extension: str | None
    number: str | None
    leg_uuid: Uuid


class OfPhone(OfLeg):
    """What a phone did."""

    user: ToldUser | None


class PhoneCancelled(OfPhone):
    """A phone rings no more."""

    reason: Meaning


class ToldQueue(Shape):
    """A queue, in an event about one who waits there."""

    queue_uuid: Uuid
    name: str
    extension: str


class ToldAgent(Shape):
    """The agent whose phone it is."""

    agent_uuid: Uuid
    number: str
    name: str


class ToldVisit(Shape):
    """A caller's time in a queue."""

    visit_uuid: Uuid
    queue_uuid: Uuid
    joined_at: Timestamp
    left_at: Timestamp | None
    left_because: LeftBecause | None
    waited: int | None = Field(description="seconds; null: it waits still")
    talked: int | None = Field(description="seconds with the member that took it")
    agent_uuid: Uuid | None
    extension: str | None = Field(description="the extension that took it")
    ended_at: Timestamp | None = Field(description="when they had talked")
    service_level: int | None


class OfQueue(OfLeg):
    """What happened to a caller in a queue."""

    queue: ToldQueue | None = Field(description="null: it was deleted meanwhile")
    agent: ToldAgent | None = Field(description="null: no agent's phone")
    visit: ToldVisit


class AgentMissed(OfQueue):
    """A member's phone rang for a caller, or was to, and nobody answered there."""

    reason: MissedBecause


class OfParticipant(OfLeg):
    """What happened to somebody in a conference room."""

    room: str = Field(description="what is dialled for it")
    conference_uuid: Uuid | None = Field(description="null: it was made on the spot, by its code")
    conference_name: str | None
    moderator: bool


class InConference(Shape):
    """Something was done to a conference room, or to somebody in it whose switch does not tell of it."""

    room: str = Field(description="what is dialled for it")
    conference_uuid: Uuid | None = Field(description="null: it was made on the spot, by its code")
    conference_name: str | None


class ToParticipant(InConference):
    """Something was done to somebody in a conference room."""

    leg_uuid: Uuid
    extension: str | None
    number: str | None


class InSlot(OfLeg):
    """What happened to a call in a parking slot."""

    slot: str | None
    parkinglot_uuid: Uuid | None = Field(description="null: the domain's own lot")
    parkinglot_name: str | None


class ToldTransfer(Shape):
    """A transfer, as far as it has come."""

    transfer_uuid: Uuid
    flow: Flow
    status: TransferStatus
    destination: str | None
    initiator_leg_uuid: Uuid | None
    initiator_extension: str | None
    transferred_leg_uuid: Uuid
    transferred_number: str | None
    recipient_leg_uuid: Uuid | None
    recipient_extension: str | None
    by_phone: bool = Field(description="it was made on the phone itself")
    created_at: Timestamp
    rang_at: Timestamp | None
    answered_at: Timestamp | None
    ended_at: Timestamp | None


class OfTransfer(Shape):
    """What became of a transfer; what an action tells itself has no call beside it."""

    at: Timestamp
    extension: str | None = Field(description="who transfers, if an action tells it; else whom it goes to, or is about")
    number: str | None
    leg_uuid: Uuid | None
    transfer: ToldTransfer
    contact: ToldContact | None = Field(default=None, exclude_if=is_none)
    call: ToldCall | None = Field(default=None, exclude_if=is_none)


class LegTransferred(OfLeg):
    """A party was sent on."""

    stays_leg_uuid: Uuid


class LegParked(OfLeg):
    """A party was parked, or fetched."""

    slot: str | None


class CallEnded(OfCall):
    """The last party is gone."""

    user: ToldUser | None = Field(description="whose call it was, if it was one extension's")


class CommandGiven(Shape):
    """A switch was told to do something to a party."""

    call_uuid: Uuid
    leg_uuid: Uuid


class RecordingReady(Shape):
    """A recording can be heard."""

    extension: str | None
    recording: Recording


class RecordingGone(Shape):
    """A recording was deleted."""

    recording_uuid: Uuid
    call_uuid: Uuid


class PhonesDropped(Shape):
    """The registrations of an extension were dropped."""

    extension_uuid: Uuid
    dropped: int


class TokenGone(Shape):
    """A token was revoked."""

    token_uuid: Uuid
    key_uuid: Uuid


class TokenBought(TokenGone):
    """A token was bought."""

    expires_at: Timestamp


class WebhookTold(Shape):
    """A webhook, without its address: for many receivers that is a secret."""

    webhook_uuid: Uuid
    domain_uuid: Uuid | None
    name: str
    events: tuple[str, ...]
    enabled: bool


class WebhookDisabled(Shape):
    """A webhook was disabled: its receiver is gone, or has failed for days."""

    webhook_uuid: Uuid
    name: str
    because: Literal["gone", "failing"]


class WebhookRetried(Shape):
    """Deliveries were asked for again."""

    webhook_uuid: Uuid
    deliveries: int


class WebhookTested(Shape):
    """A made-up call, for the webhook that was asked for."""

    webhook_uuid: Uuid
    name: str
    extension: str
    call: ToldCall


class RingGroupTold(RingGroup):
    """A ring group, with its uuid under both of its names."""

    ringgroup_uuid: Uuid


def _without(model: type[BaseModel], name: str, *left_out: str) -> type[BaseModel]:
    """What is told of a record that has members nobody is told."""
    members: dict[str, Any] = {
        member: (field.annotation, field) for member, field in model.model_fields.items() if member not in left_out
    }
    return create_model(name, __base__=Shape, __doc__=model.__doc__, **members)


_PLACED = _without(CallOrder, "PlacedCall", "key_uuid")
_CONFERENCE = _without(Conference, "ConferenceTold", "pin", "moderator_pin")
_KEY = _without(KeyDetails, "KeyTold", "within")

_DATA: dict[str, type[BaseModel]] = {
    "agent.missed": AgentMissed,
    **{f"queue.{what}": OfQueue for what in ("abandoned", "completed", "connected", "joined", "left")},
    **{f"conference.{what}": OfParticipant for what in ("joined", "left", "muted", "unmuted")},
    **{f"conference.{what}": ToParticipant for what in ("deafened", "undeafened")},
    **{f"conference.{what}": InConference for what in ("locked", "unlocked", "record_started", "record_stopped")},
    **{f"parking.{what}": InSlot for what in ("abandoned", "parked", "taken", "timed_out")},
    "call.placed": _PLACED,
    "call.ringing": OfPhone,
    "call.answered": OfPhone,
    "call.cancelled": PhoneCancelled,
    "call.transferred": LegTransferred,
    "call.parked": LegParked,
    "call.unparked": LegParked,
    "call.ended": CallEnded,
    "domain.deleted": DomainGone,
    "domain.removing": DomainGone,
    "domain.updated": DomainUpdated,
    "extension.unregistered": PhonesDropped,
    "permission.set": Permission,
    "recording.deleted": RecordingGone,
    "recording.ready": RecordingReady,
    "token.created": TokenBought,
    "token.deleted": TokenGone,
    "user.status_changed": UserStatus,
    "webhook.deleted": WebhookTold,
    "webhook.disabled": WebhookDisabled,
    "webhook.retried": WebhookRetried,
    "webhook.test": WebhookTested,
}
_FAMILIES: dict[str, type[BaseModel]] = {
    "agent": Agent,
    "call": OfLeg,
    "cdr": Call,
    "command": CommandGiven,
    "conference": _CONFERENCE,
    "contact": Contact,
    "destination": Destination,
    "domain": Domain,
    "extension": Extension,
    "extensiongroup": ExtensionGroup,
    "key": _KEY,
    "parkinglot": ParkingLot,
    "queue": Queue,
    "ringgroup": RingGroupTold,
    "switch": SwitchRecord,
    "transfer": OfTransfer,
    "user": User,
    "usergroup": UserGroup,
    "voicemail": Voicemail,
    "webhook": WebhookTold,
}
"""What is told of a family, where a type says nothing else; of what is deleted only its uuid."""


@cache
def shapes() -> Mapping[str, type[BaseModel]]:
    """Each type of event, and the model of the whole event as it is told, sorted."""
    return {what: _event(what) for what in sorted(TYPES)}


def _event(what: str) -> type[BaseModel]:
    members: dict[str, Any] = {
        "id": (Uuid, Field(description="the same however often it is told: the webhook-id")),
        "type": (Literal[what], ...),
        "timestamp": (Timestamp, ...),
        "domain_uuid": (Uuid | None, Field(description="null: it is about no domain")),
        "call_uuid": (Uuid | None, ...),
        "sequence": (int, Field(description="the order of what happened in one call")),
        "data": (_data(what), ...),
    }
    return create_model(f"{_in_one_word(what)}Event", __base__=Shape, **members)


def _data(what: str) -> type[BaseModel]:
    family, _, happened = what.partition(".")
    if what in _DATA or happened != "deleted":
        return _DATA.get(what) or _FAMILIES[family]
    member: Any = {f"{family}_uuid": (Uuid, ...)}
    return create_model(f"{family.capitalize()}Gone", __base__=Shape, __doc__=_GONE, **member)


def _in_one_word(what: str) -> str:
    return "".join(part.capitalize() for part in what.replace("_", ".").split("."))
