"""The switch port: what a telephone switch can be asked, in the words of the telephone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringpost.model.call import CallOrder, Leg
    from ringpost.model.conference import LiveRoom, ParticipantChange
    from ringpost.model.domain import Domain
    from ringpost.model.live import LiveCall, Registration
    from ringpost.model.parking import ParkingPlace
    from ringpost.model.queue import QueueOrder, WaitingCaller
    from ringpost.model.switch import SwitchRecord, SwitchStatus
    from ringpost.model.transfer import Consultation
    from ringpost.model.values import Digits, ExtensionNumber, Number, Uuid
    from ringpost.switch.scripts import Scripts

CALL_ACTIONS = (
    "originate",
    "call-list",
    "call-details",
    "call-current",
    "call-answer",
    "call-hangup",
    "call-hold",
    "call-resume",
    "call-mute",
    "call-unmute",
    "call-dtmf",
    "call-transfer",
    "call-park",
    "call-unpark",
    "parked-call-list",
    "call-record-start",
    "call-record-stop",
    "call-monitor",
    "extension-status",
    "extension-status-list",
    "registration-list",
    "registration-delete",
    "conference-participant-list",
    "conference-participant-mute",
    "conference-participant-unmute",
    "conference-participant-deaf",
    "conference-participant-kick",
    "conference-participant-invite",
    "conference-lock",
    "conference-unlock",
    "conference-record-start",
    "conference-record-stop",
    "transfer-create",
    "transfer-complete",
    "transfer-cancel",
)
"""What there is for a switch to do: each can do these, or says which of them it can."""
QUEUE_ACTIONS = ("queue-status", "queue-caller-pick", "queue-caller-remove", "agent-status")
"""What there is to do for a switch that has queues."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the A leg has come. ``cause`` is FreeSWITCH's word, once it has ended or failed.

    ``unheard``: there never was a leg, so the switch tells and records nothing of the call.
    """

    state: Literal["ringing", "answered", "ended"]
    answered: bool = False
    cause: str | None = None
    unheard: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One step of an examination: what was tried, whether it went well, and what to do if not."""

    step: str
    well: bool
    words: str


class Switch(Protocol):
    """A telephone switch.

    Any method may raise ``SwitchRefused`` or ``SwitchUnreachable``. One that takes a leg acts on it
    only after the switch has said that it belongs to the domain, and raises ``NotFound`` otherwise.
    What they take and answer is what travels to a link (``calls``): a value that means nothing to a switch's own
    language, and a type that pydantic reads.
    """

    @property
    def is_sandbox(self) -> bool:
        """Whether its calls are simulated."""

    @property
    def capabilities(self) -> tuple[str, ...]:
        """The actions it can do."""

    def close(self) -> None:
        """Let go of the line to it, if there is one."""

    def status(self) -> SwitchStatus:
        """How it is."""

    def examine(self, domain: Domain | None) -> Sequence[Finding]:
        """Try each step from here to a registered phone, and say in words what is wrong."""

    # placing calls

    def place(self, order: CallOrder) -> None:
        """Ring A, then connect B. Returns once the switch has taken the order."""

    def await_answer(self, order: CallOrder, seconds: float) -> Progress:
        """Wait until A answers or fails, this long at most."""

    def foretold(self, order: CallOrder) -> Sequence[Leg]:
        """The legs this call will have had, if the switch already knows: the sandbox does.

        Raises what ``place`` would: then the call need not be written down at all.
        """

    # calls that are up

    def calls(self, domain: Domain) -> list[LiveCall]:
        """The calls of a domain, oldest first."""

    def answer(self, domain: Domain, leg_uuid: Uuid) -> None:
        """Answer a leg that rings, for the phone."""

    def hang_up(self, domain: Domain, leg_uuid: Uuid) -> None:
        """End a leg, and with it its call."""

    def hold(self, domain: Domain, leg_uuid: Uuid) -> None:
        """Let this party put the other on hold."""

    def resume(self, domain: Domain, leg_uuid: Uuid) -> None:
        """Take the other party back."""

    def mute(self, domain: Domain, leg_uuid: Uuid) -> None:
        """Let what this party says be heard by nobody."""

    def unmute(self, domain: Domain, leg_uuid: Uuid) -> None:
        """Let it be heard again."""

    def send_digits(self, domain: Domain, leg_uuid: Uuid, digits: Digits) -> None:
        """Play digits to this party, as if the other had dialled them."""

    def transfer(self, domain: Domain, leg_uuid: Uuid, number: Number) -> None:
        """Connect this party with a number of the domain's dialplan. The other party is released."""

    def park(self, domain: Domain, leg_uuid: Uuid, place: ParkingPlace) -> str:
        """Let this party wait in a slot, and say in which; one that is taken is refused. The other is released."""

    def record(self, domain: Domain, leg_uuid: Uuid) -> str:
        """Record what this party hears and says, and say where."""

    def stop_recording(self, domain: Domain, leg_uuid: Uuid) -> None:
        """Record no more."""

    # transfers in which the other party waits meanwhile

    def consult(self, domain: Domain, consultation: Consultation) -> None:
        """Let one party hear music while the other calls a number, as if its phone had dialled it.

        From then on the switch goes on by itself: whoever is called does not answer, or hangs up, and the two talk
        again; the initiator hangs up, and whoever answered talks to whom it is about.
        """

    def put_through(self, domain: Domain, consultation: Consultation) -> bool:
        """Release the initiator and let the others talk; False: nobody has answered, so the number is rung anew."""

    def take_back(self, domain: Domain, consultation: Consultation) -> None:
        """Release whoever was called, and let the two talk again."""

    # conference rooms, by what is dialled for them

    def rooms(self, domain: Domain) -> list[LiveRoom]:
        """The rooms of a domain that somebody is in."""

    def change_participant(self, domain: Domain, room: Number, leg_uuid: Uuid, change: ParticipantChange) -> None:
        """Do something to somebody in a room. Twice is as good as once."""

    def lock_room(self, domain: Domain, room: Number, locked: bool) -> None:
        """Let nobody else in, or whoever comes."""

    def record_room(self, domain: Domain, room: Number, leg_uuid: Uuid) -> str:
        """Record what is said in a room under the name of one of its legs, and say where; once is enough."""

    def stop_recording_room(self, domain: Domain, room: Number) -> None:
        """Record no more."""

    # phones

    def registrations(self, domain: Domain) -> list[Registration]:
        """The phones of a domain that are registered."""

    def unregister(self, domain: Domain, extension: ExtensionNumber) -> int:
        """Drop the registrations of an extension, and say how many there were."""

    # queues

    def waiting(self, domain: Domain) -> list[WaitingCaller]:
        """The callers who wait in a domain's queues, those of each in the order in which they are to be taken."""

    def set_queues(self, domain: Domain, queues: Sequence[QueueOrder]) -> None:
        """Have these queues be as they are ordered, with these members and no others. Twice is as good as once."""

    def drop_queue(self, domain: Domain, queue_uuid: Uuid) -> None:
        """Forget a queue, if it is known. Who waits there is hung up, or goes on as from an empty one."""


class Connect(Protocol):
    """Makes the line to a switch; nothing is sent before it is first used."""

    def __call__(self, record: SwitchRecord, scripts: Scripts) -> Switch:
        """The switch of that record."""
