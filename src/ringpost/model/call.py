"""A call as it was ordered, and its record: one call, one record, with its legs."""

from typing import Literal, get_args

from pydantic import Field

from ringpost.model.queue import QueueStay
from ringpost.model.record import Entity, Record, is_empty, is_false, is_none
from ringpost.model.values import DomainName, ExternalId, Gateway, Number, ShortText, TagList, Timestamp, Uuid

Direction = Literal["inbound", "outbound", "local"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
MonitorMode = Literal["listen", "whisper", "barge"]
EndedBy = Literal["party", "api", "switch"]
HungUpBy = Literal["caller", "callee", "api", "switch"]


class Wanted(Entity):
    """What a caller says of the call it wants."""

    caller_id_number: Number = Field(description="the number A and B are shown")
    caller_id_name: ShortText = Field(default="", description="the name A and B are shown")
    destination_a: Number = Field(description="rung first")
    destination_b: Number = Field(description="connected once A has answered")
    external_id: ExternalId | None = Field(default=None, description="travels into the call's events and record")
    tags: TagList = Field(default=(), description="at most ten; travel into the call's events and record")


class Rung(Entity):
    """A number the sandbox rings on the way to B. One that is not to be disturbed is busy."""

    number: Number
    do_not_disturb: bool = False
    alongside: bool = Field(default=False, description="at once with the one before, and not after it")
    by_hand: bool = Field(default=False, description="it rings until call-answer answers it")
    name_prefix: str = Field(default="", description="what it is shown in front of the caller's name")
    stay: QueueStay | None = Field(default=None, description="it is a queue, and this becomes of the caller there")
    is_room: bool = Field(default=False, description="it is a conference room: who calls is in it, and nobody is rung")
    asks_pin: bool = Field(default=False, description="the room lets in who knows its PIN")
    is_recorded: bool = Field(default=False, description="the room is, from when it is not empty")
    rings_for: int | None = Field(default=None, description="seconds, its call_timeout; null: as its fate is")
    is_code: bool = Field(default=False, description="it is a code of an agent's: who calls hears that it was taken")
    takes: "RungTaking | None" = Field(
        default=None, description="it is a slot somebody waits in: who calls takes that one"
    )
    slot: "RungSlot | None" = Field(default=None, description="it is a parking slot: who calls waits there")


class RungSlot(Entity):
    """A parking slot of the sandbox, and where a call goes on from there; ``timeout`` in seconds, 0: it does not."""

    slot: str
    parkinglot_uuid: Uuid | None = None
    timeout: int = 0
    then: str = Field(default="", description="the number it goes on to; empty: it is hung up")
    way: tuple[Rung, ...] = ()


class RungTaking(Entity):
    """The call in the sandbox that is taken from its slot, and until when the two will talk, in seconds since 1970."""

    call_uuid: Uuid
    until: float


class CallOrder(Wanted):
    """Ring A, then connect B through the domain's dialplan. The uuid is ours, fixed beforehand."""

    call_uuid: Uuid
    domain_uuid: Uuid
    domain_name: DomainName
    ring_seconds: int = 30
    placed_at: Timestamp
    key_uuid: Uuid
    direction: Direction | None = None
    gateway: Gateway | None = Field(default=None, description="the trunk A is rung through; null: it is an extension")
    monitors: Uuid | None = Field(default=None, description="the leg A listens to, instead of being connected to B")
    monitor_mode: MonitorMode = "listen"
    room: Number | None = Field(
        default=None, description="A is put into this room, unasked, instead of being connected"
    )
    moderator: bool = Field(default=False, description="as a moderator of it")
    way: tuple[Rung, ...] = Field(default=(), description="in the sandbox: whom B's forwards lead to; empty: to B")


class Leg(Entity):
    """One leg of a call, as FusionPBX's CDR table has it. Times and seconds are of this leg."""

    xml_cdr_uuid: Uuid
    extension_uuid: Uuid | None = None
    direction: Direction | None = None
    start_stamp: Timestamp
    end_stamp: Timestamp | None = None
    hangup_cause: str | None = None
    duration: int | None = Field(default=None, description="seconds from start to end")
    missed_call: bool | None = None
    missed_said: bool | None = Field(
        default=None, exclude_if=is_none, description="what whoever posted it said of missed_call"
    )
    record_name: str | None = None
    bridge_uuid: Uuid | None = None
    caller_id_name: str | None = None
    caller_id_number: str | None = None
    caller_destination: str | None = None
    source_number: str | None = None
    destination_number: str | None = None
    leg: Literal["a", "b"] = "a"
    extension: str | None = None
    answer_stamp: Timestamp | None = None
    billsec: int | None = Field(default=None, description="seconds from answer to end")
    originating_leg_uuid: Uuid | None = None
    hangup_cause_q850: int | None = None
    sip_hangup_disposition: str | None = None
    last_app: str | None = None
    last_arg: str | None = None
    record_path: str | None = None
    record_paths: tuple[str, ...] | None = Field(
        default=None, exclude_if=is_none, description="if it was recorded more than once: all files, the first first"
    )
    read_codec: str | None = None
    write_codec: str | None = None
    ended_by: EndedBy | None = Field(default=None, description="who ended it: its own phone, an action, or the switch")
    reached: tuple[str, ...] = Field(
        default=(),
        exclude_if=is_empty,
        description="the extensions it was sent to, whether a phone of theirs rang or not",
    )
    to_voicemail: bool = Field(default=False, exclude_if=is_false, description="it was left to somebody's voicemail")
    waited: bool = Field(default=False, exclude_if=is_false, description="it has waited in a queue")
    heard: bool = Field(
        default=False,
        exclude_if=is_false,
        description="made from what was heard of it: its switch has handed in no record",
    )


class Call(Record):
    """One call. ``xml_cdr_uuid`` is its A leg's; the summary members are worked out from the legs."""

    xml_cdr_uuid: Uuid
    domain_uuid: Uuid
    domain_name: str | None = None
    direction: Direction | None = None
    start_stamp: Timestamp
    answer_stamp: Timestamp | None = None
    end_stamp: Timestamp | None = None
    duration: int | None = None
    billsec: int | None = None
    hangup_cause: str | None = None
    missed_call: bool = False
    caller_id_name: str | None = None
    caller_id_number: str | None = None
    caller_destination: str | None = None
    source_number: str | None = None
    destination_number: str | None = None
    answered_by: str | None = Field(default=None, description="the extension, or the number, that answered last")
    hung_up_by: HungUpBy | None = Field(default=None, description="null: nobody answered, or nobody knows")
    extension_uuid: Uuid | None = None
    extensions: tuple[str, ...] = Field(default=(), description="the extensions that took part, or were to")
    numbers: tuple[str, ...] = Field(default=(), description="every number of every leg, for the look-up by number")
    external_id: str | None = None
    tags: tuple[str, ...] = ()
    sandbox: bool = False
    heard: bool = Field(
        default=False, exclude_if=is_false, description="made from what was heard: its switch handed in no record"
    )
    listed_at: Timestamp = Field(description="its place in lists: the start its first post had")
    due_at: Timestamp | None = Field(
        default=None, exclude_if=is_none, description="the sandbox writes ahead of time: not shown before then"
    )
    legs: tuple[Leg, ...]
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    def leg(self, leg_uuid: str) -> Leg | None:
        """The leg of that uuid."""
        return next((leg for leg in self.legs if leg.xml_cdr_uuid == leg_uuid), None)


class MovedCall(Entity):
    """A call whose first leg was released: its switch knows it by the one that is left."""

    leg_uuid: Uuid


class RecordedTo(Entity):
    """Where a leg is recorded, on its switch: one row for each recording."""

    path: str


class Meter(Entity):
    """The calls of one key or one domain, for the limits: those placed of late, and those running."""

    placed: tuple[float, ...] = ()
    running: dict[str, float] = Field(default_factory=dict)
    version: int = 0
