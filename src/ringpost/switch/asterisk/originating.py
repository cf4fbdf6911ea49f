"""The calls we place on an Asterisk: what is ordered, and what is told of how A takes it.

A of the domain is a pair of Local channels: ``;1`` has the call's uuid and is A's leg for as long as the call lasts;
``;2`` has the plan ring all its phones. A outside is a channel of its trunk, with the call's uuid.
"""

import uuid
from collections.abc import Mapping

from ringpost.model.call import CallOrder
from ringpost.switch import Progress
from ringpost.switch.asterisk import causes, marks, names
from ringpost.switch.asterisk.ami import Message, variables

_SPIES = {"listen": "qS", "whisper": "qSw", "barge": "qSB"}
"""Options of ChanSpy: quiet, gone with whom it hears; whisper is heard by that one, barge by both."""
_LONGEST_NAME = 80
_RANG_ON, _ANSWERED = "3", "4"
"""``Reason`` of an OriginateResponse: the time ran out; it was answered."""
_NORMALLY, _IN_VAIN = "NORMAL_CLEARING", "NO_ANSWER"
_SAYS_NOTHING = ("16", "127")


def members(order: CallOrder, listens_to: str | None) -> list[tuple[str, str]]:
    """``Originate``: ring A under our uuid; once it answers, it runs the plan for B, or hears the channel of a name."""
    name = names.shown(order.caller_id_name)[:_LONGEST_NAME] or order.caller_id_number
    goes_on = [("Context", marks.PLAN), ("Exten", order.room or order.destination_b), ("Priority", "1")]
    hears = [("Application", "ChanSpy"), ("Data", f"{listens_to},{_SPIES[order.monitor_mode]}")]
    return [
        ("Channel", _a(order)),
        ("ChannelId", order.call_uuid),
        *([("OtherChannelId", str(uuid.uuid4()))] if order.gateway is None else []),
        *(hears if listens_to else goes_on),
        ("CallerID", f'"{name}" <{order.caller_id_number}>'),
        ("Timeout", str(order.ring_seconds * 1000)),
        ("Async", "true"),
        *variables(_marks(order)),
    ]


def _a(order: CallOrder) -> str:
    if order.gateway is not None:
        return f"PJSIP/{order.destination_a}@{order.gateway}"
    return f"Local/{order.destination_a}@{marks.PHONES}/n"


def _marks(order: CallOrder) -> Mapping[str, str]:
    """Two underscores: whom it dials has it too."""
    return {
        f"__{marks.DOMAIN}": order.domain_uuid,
        **({f"__{marks.DIRECTION}": order.direction} if order.direction else {}),
        **({} if order.monitors else {f"__{marks.DIALLED}": order.destination_b}),
        **({marks.INVITED: f"{order.room}{':yes' if order.moderator else ''}"} if order.room else {}),
        marks.CALL: order.call_uuid,
        marks.EXTENSION if order.gateway is None else marks.NUMBER: order.destination_a,
    }


class Tale:
    """What events tell of a call that was placed, until A has answered or failed."""

    def __init__(self, call_uuid: str, *, is_registered: bool = True) -> None:
        self.call_uuid = call_uuid
        self._began = False
        self._hung_up = False
        self._reason: str | None = None if is_registered else ""
        self._causes: dict[str, str] = {}
        self._statuses: dict[str, str] = {}

    @property
    def is_told(self) -> bool:
        """Whether the switch has said how ringing A came out."""
        return self._reason is not None

    @property
    def is_over(self) -> bool:
        """Whether no more will be told: A has answered, or its leg has ended or never was."""
        return self.is_told and (self._reason == _ANSWERED or not self._began or self.call_uuid in self._causes)

    def tell(self, event: Message) -> None:
        """The next event, of whatever call."""
        match event.event:
            case "OriginateResponse" if event.get("Uniqueid") == self.call_uuid:
                is_good = event.get("Response") == "Success"
                self._reason = _ANSWERED if is_good else event.get("Reason")
            case "Newchannel" if event.get("Uniqueid") == self.call_uuid:
                self._began = True
            case "DialEnd" if event.get("DestLinkedid") == self.call_uuid:
                self._statuses[event.get("DestUniqueid")] = event.get("DialStatus")
            case "Hangup" if event.get("Linkedid") == self.call_uuid:
                self._causes[event.get("Uniqueid")] = event.get("Cause")
                self._hung_up |= event.variables().get(marks.HUNG_UP) == "true"

    @property
    def progress(self) -> Progress:
        """How far A has come."""
        if not self.is_told:
            return Progress("ringing")
        if self._reason == _ANSWERED:
            return Progress("answered", answered=True)
        if not self._began:
            return Progress("ended", cause="USER_NOT_REGISTERED", unheard=True)
        return Progress("ended", cause=self._why())

    def _why(self) -> str | None:
        """What A's own leg ended for; if that says nothing of A, what the last of its phones did."""
        if self._hung_up or self._reason == _RANG_ON:
            return _NORMALLY if self._hung_up else _IN_VAIN
        own = self._spoken_of(self.call_uuid)
        if own and own != _NORMALLY:
            return own
        phones = [one for one in reversed({**self._causes, **self._statuses}) if one != self.call_uuid]
        return next(filter(None, map(self._spoken_of, phones)), own)

    def _spoken_of(self, uniqueid: str) -> str | None:
        """Why one channel ended: whatever kept it from answering counts as ``NOANSWER``, if it is not busy."""
        number, status = self._causes.get(uniqueid, ""), self._statuses.get(uniqueid)
        word = causes.spoken_of(number, status)
        return (causes.spoken_of(number) or word) if word == _IN_VAIN and number not in _SAYS_NOTHING else word
