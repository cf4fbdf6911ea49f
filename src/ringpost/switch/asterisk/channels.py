"""What is remembered of an Asterisk's channels: its events, unlike FreeSWITCH's, say but a part each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ringpost.model.notices import What
from ringpost.model.values import EXTENSION, is_uuid
from ringpost.switch.asterisk import marks
from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.legs import NAME, UNIQUEID, born, extension_of, is_local, is_somebodys, other_half
from ringpost.switch.said import Said

MOST_CHANNELS = 20_000
"""That are remembered; of more, those that began first are forgotten: their ends were not heard."""
WHO = (
    "", "Dest", "Parkee", "Retriever", "Transferer", "Transferee", "OrigTransferer", "SecondTransferer",
    "TransferTarget", "LocalOne", "LocalTwo",
)  # fmt: skip
"""Whom an event can be about: what stands in front of the names of a channel's members."""

_UNKNOWN = "<unknown>"


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, as far as was told. Times are seconds since 1970.

    ``is_rung``: somebody rings it, and it is not known who until ``is_placed_right``: then ``source`` is the uniqueid
    of the leg it is rung for, or empty; ``dialled_by`` that of the channel that does. ``phone_of``: it is one of the
    phones of that A. ``took`` is the one it has taken from its slot, or was put through to. ``ordered`` is what A is to
    be connected with. ``shown`` is who it is, ``connected`` whom it sees.
    ``dial_status`` is how dialling it ended, ``dialling`` how dialling by it did. ``is_replaced``: a half of a pair
    that is optimised away, whose part a phone plays from then on. ``is_heard``: it was with somebody since it was begun
    to be recorded, so that there is something to hear. ``queue`` is the queue it waits in, ``room`` the conference room
    it is in, as that is dialled, and ``is_muted``: nobody hears it there. ``sent_by`` is the leg whose phone sends it
    on. ``rang_in_vain``: a queue has given up ringing it, and ``has_phones``: for a half of a pair a phone was rung.
    """

    uniqueid: str
    name: str
    linkedid: str
    start: float
    said: dict[str, str] = field(default_factory=dict)
    is_rung: bool = False
    is_placed_right: bool = False
    dialled_by: str = ""
    source: str = ""
    source_dialled: str = ""
    phone_of: str = ""
    took: str = ""
    ordered: str = ""
    number: str | None = None
    exten: str = ""
    first_exten: str = ""
    shown: tuple[str, str] = ("", "")
    is_shown_for_good: bool = False
    connected: tuple[str, str] = ("", "")
    is_up: bool = False
    answered: float | None = None
    has_rung: bool = False
    is_told: bool = False
    has_spoken: bool = False
    is_held: bool = False
    is_parked: bool = False
    dial_status: str = ""
    dialling: str = ""
    has_hung_up: bool = False
    has_left_message: bool = False
    is_replaced: bool = False
    is_gone: bool = False
    is_bridged: bool = False
    recording_since: float | None = None
    is_heard: bool = True
    queue: str = ""
    room: str = ""
    sent_by: str = ""
    is_muted: bool = False
    rang_in_vain: bool = False
    has_phones: bool = False
    recorded: tuple[str, ...] = ()
    waiting: list[tuple[What, float, dict[str, Any]]] = field(default_factory=list)

    @property
    def marks(self) -> Said:
        """The variables it is marked with."""
        return Said(self.said)

    @property
    def is_local(self) -> bool:
        """Whether it is a half of a pair inside the switch."""
        return is_local(self.name)

    @property
    def is_placed(self) -> bool:
        """Whether it is A of a call that an action placed, under the uuid of that call."""
        if not is_uuid(self.uniqueid.lower()) or self.dialled_by:
            return False
        return not self.is_local or (self.name.endswith(";1") and self.marks.uuid(marks.CALL) == self.uniqueid.lower())

    @property
    def is_leg(self) -> bool:
        """Whether it can be a leg."""
        return self.is_placed if self.is_local else is_somebodys(self.name)

    @property
    def leg_uuid(self) -> str:
        """The leg it is."""
        return marks.leg_uuid(self.uniqueid)

    @property
    def domain(self) -> str | None:
        """The domain it belongs to, as our rows, our plan or our originate have marked it."""
        return self.marks.uuid(marks.DOMAIN)

    @property
    def whose(self) -> str | None:
        """The number outside whose it is: as an action has placed it, or as it was dialled."""
        return (self.marks.number(marks.NUMBER) if self.is_placed else None) or self.number

    @property
    def extension(self) -> str | None:
        """The phone of ours it is."""
        own = self.marks.matching(EXTENSION, marks.EXTENSION) if self.is_placed else None
        return own or extension_of(self.name)


class Channels:
    """The channels that are up."""

    def __init__(self) -> None:
        self._known: dict[str, Channel] = {}
        self._named: dict[str, str] = {}

    def __iter__(self) -> Iterator[Channel]:
        return iter(list(self._known.values()))

    def __len__(self) -> int:
        return len(self._known)

    def get(self, uniqueid: str) -> Channel | None:
        """The channel of that uniqueid."""
        return self._known.get(uniqueid)

    def other_half(self, channel: Channel) -> Channel | None:
        """The other half of a pair."""
        return self._known.get(self._named.get(other_half(channel.name), ""))

    def forget(self, channel: Channel) -> None:
        """It is no more."""
        self._known.pop(channel.uniqueid, None)
        self._named.pop(channel.name, None)

    def seen(self, event: Message, who: str, at: float) -> Channel | None:
        """A channel as an event has it; None if it is about none."""
        said = Said(dict(reversed(event.members)))
        uniqueid, name = said.matching(UNIQUEID, f"{who}Uniqueid"), said.matching(NAME, f"{who}Channel")
        if uniqueid is None or name is None or said.whole(f"{who}ChannelState") is None:
            return None
        channel = self._known.get(uniqueid)
        if channel is None:
            linkedid = said.matching(UNIQUEID, f"{who}Linkedid") or uniqueid
            since = at if event.event == "Newchannel" else min(born(uniqueid) or at, at)
            channel = self._new(uniqueid, name, linkedid, since)
        _know(channel, said, who)
        for variable, value in event.variables(who).items():
            is_new = value if variable != marks.DOMAIN else value and channel.domain is None
            if variable in marks.SAID and (is_new or variable in marks.EMPTIED):
                channel.said[variable] = value
        return channel

    def _new(self, uniqueid: str, name: str, linkedid: str, start: float) -> Channel:
        while len(self._known) >= MOST_CHANNELS:
            self.forget(next(iter(self._known.values())))
        channel = Channel(uniqueid, name, linkedid, start)
        channel.is_rung = linkedid != uniqueid or is_uuid(uniqueid.lower())
        self._known[uniqueid] = channel
        self._named[name] = uniqueid
        return channel


def _know(channel: Channel, said: Said, who: str) -> None:
    """Know of a channel what an event says of it."""
    channel.is_up = said.verbatim(f"{who}ChannelState") == "6"
    channel.exten = said.number(f"{who}Exten") or channel.exten  # it is s in a subroutine, and h at the end
    channel.first_exten = channel.first_exten or channel.exten
    if not channel.is_shown_for_good:
        channel.shown = _party(said, f"{who}CallerID")
    if channel.answered is None:
        channel.connected = _party(said, f"{who}ConnectedLine")


def _party(said: Said, of: str) -> tuple[str, str]:
    """A number and a name; empty if they are not known."""
    number, name = said.verbatim(f"{of}Num"), said.verbatim(f"{of}Name")
    return "" if number == _UNKNOWN else number, "" if name == _UNKNOWN else name
