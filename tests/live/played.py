"""The sandbox as the live suite's switch: who has a phone there does by actions what a phone would do.

Nothing is heard in the sandbox: who hears whom is what Ringpost says of calls, transfers, rooms and slots.
"""

import itertools
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tests.live.patience import eventually
from tests.live.phones import TONES, Handset, Heard

if TYPE_CHECKING:
    from tests.live.conftest import Api

BY_HAND = "5550153"
"""Whoever is called by a number that ends so answers by hand, and talks until somebody hangs up: docs/sandbox.md."""
_OUTSIDE = "5550150"
_AREAS = itertools.count(203)
MUSIC = "music"
Leg = dict[str, Any]
Call = dict[str, Any]


def by_hand() -> str:
    """The number of a new caller."""
    return f"1{next(_AREAS)}{BY_HAND}"


@dataclass
class Dialog:
    """A call that a phone has begun."""

    phone: "Played"
    call_uuid: str

    @property
    def state(self) -> str:
        """Whether it goes on still."""
        is_up = any(self.call_uuid in (call["call_uuid"], leg["leg_uuid"]) for call, leg in self.phone.legs())
        return "answered" if is_up else "ended"


class Played(Handset):
    """The phone of an extension. ``answers``: whoever rings it is answered at once."""

    def __init__(self, api: "Api", number: str, *, answers: bool = True) -> None:
        self._api, self.number = api, number
        self._answers = answers
        self._is_over = threading.Event()
        self._work = threading.Thread(target=self._answer, daemon=True)
        self._since = 0.0

    def __enter__(self) -> Self:
        if self._answers:
            self._work.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_over.set()
        if self._answers:
            self._work.join()

    def legs(self) -> list[tuple[Call, Leg]]:
        """Its legs that are up, each with its call."""
        return [(call, leg) for call in self._api.calls() for leg in call["legs"] if leg["extension"] == self.number]

    def _answer(self) -> None:
        while not self._is_over.wait(0.2):
            self._pick_up()

    def _pick_up(self) -> None:
        """A leg that rings is answered; somebody else may have been faster, or it rings no more."""
        for call, leg in self.legs():
            if leg["state"] == "ringing":
                self._api.ask("call-answer", call_uuid=call["call_uuid"], leg_uuid=leg["leg_uuid"])

    def dial(self, number: str) -> Dialog:
        self._since = time.monotonic()
        order = {"caller_id_number": BY_HAND, "destination_a": self.number, "destination_b": number, "wait": 0}
        return Dialog(self, self._api.do("originate", **order)["call_uuid"])

    def press(self, keys: str) -> None:
        for call, leg in self.legs():
            self._api.ask("call-dtmf", call_uuid=call["call_uuid"], leg_uuid=leg["leg_uuid"], digits=keys)

    def command(self, name: str) -> None:
        assert name == "accept", f"a phone of the sandbox cannot {name}"
        self._pick_up()

    def hang_up(self) -> None:
        """Ends one of its calls."""
        for call, leg in self.legs()[:1]:
            self._api.ask("call-hangup", call_uuid=call["call_uuid"], leg_uuid=leg["leg_uuid"])

    def is_in_a_call(self) -> bool:
        return bool(self.legs())


class PlayedPhone(Played):
    """A phone of somebody."""

    def __init__(self, api: "Api", number: str, *, answers: bool = True, tone: int = TONES[0]) -> None:
        super().__init__(api, number, answers=answers)
        self.tone = tone

    def hears(self, seconds: float = 1.5, *, of: "PlayedPhone | None" = None) -> Heard:
        """What comes out of it now; ``of`` is the phone whose tone is the tone."""
        heard = heard_by(self._api, self.number)
        tone = of.number in heard if of else bool(heard - {MUSIC})
        others = heard - {of.number if of else ""} if of else heard & {MUSIC}
        return Heard(seconds if tone else 0, seconds if others else 0)

    def heard(self) -> Heard:
        """Whoever is asked for a PIN hears so all the time."""
        if not any(leg["state"] != "ringing" for _, leg in self.legs()):
            self._since = time.monotonic()
        return Heard(0, time.monotonic() - self._since)


class PlayedToned(Played):
    """One of many phones."""

    def calls(self, number: str) -> Dialog:
        return self.dial(number)

    def speaks(self, number: str) -> Dialog:
        """Its call to a number, once it is answered."""
        dialog = self.dial(number)
        eventually(self.dialogs, f"{self.number} is answered")
        return dialog

    def dialogs(self) -> list[Leg]:
        """Its calls that are up."""
        return [leg for _, leg in self.legs() if leg["state"] != "ringing"]

    def hangs_up_all(self) -> None:
        self.falls_silent()

    def hears(self, others: Iterable["Played"], seconds: float = 1.0) -> tuple[set[str], bool]:
        """Whom of these it hears, and whether it hears anything else."""
        heard, numbers = heard_by(self._api, self.number), {one.number for one in others}
        return heard & numbers - {self.number}, bool(heard - numbers)


def heard_by(api: "Api", number: str) -> set[str]:
    """Whom an extension hears, as Ringpost has it, by their numbers; ``MUSIC`` among them if it hears that."""
    for call in api.calls():
        leg = next((leg for leg in call["legs"] if leg["extension"] == number and leg["state"] != "ringing"), None)
        if leg is not None:
            return _heard_in(api, call, leg)
    return set()


def _heard_in(api: "Api", call: Call, leg: Leg) -> set[str]:
    mine = leg["leg_uuid"]
    if leg["state"] == "parked" or any(other["state"] == "held" for other in call["legs"] if other is not leg):
        return {MUSIC}
    for transfer in api.do("transfer-list")["items"]:
        talk = (transfer["initiator_leg_uuid"], transfer["recipient_leg_uuid"])
        if transfer["transferred_leg_uuid"] == mine:
            return {MUSIC}
        if mine in talk:
            return _numbers(call, set(talk) - {mine}) if transfer["status"] == "answered" else set()
    room = call["destination_number"]
    if room and api.ask("conference-participant-list", conference=room).status == 200:
        return _heard_in_room(api, room, mine)
    return _numbers(call, {other["leg_uuid"] for other in call["legs"]} - {mine})


def _heard_in_room(api: "Api", room: str, mine: str) -> set[str]:
    inside = api.do("conference-participant-list", conference=room)["items"]
    me = next((one for one in inside if one["leg_uuid"] == mine), None)
    if me is None or me["deaf"]:
        return set()
    settings = api.ask("conference-details", conference=room)
    waits = settings.status == 200 and settings.body["wait_for_moderator"]
    if waits and not any(one["moderator"] for one in inside):
        return {MUSIC}
    return {one["extension"] or one["number"] for one in inside if one is not me and not one["muted"]}


def _numbers(call: Call, legs: set[str]) -> set[str]:
    """Those of a call's legs that have answered, and hold nobody."""
    return {leg["number"] for leg in call["legs"] if leg["leg_uuid"] in legs and leg["state"] == "answered"}


class PlayedCaller:
    """Somebody who calls from outside, and hangs up so many seconds after an answer."""

    def __init__(self, api: "Api", number: str, *, shows: str, name: str = "Example caller", talks: int = 2) -> None:
        self._api, self._talks = api, talks
        order = {"caller_id_number": shows, "caller_id_name": name, "destination_a": _OUTSIDE, "destination_b": number}
        told = api.ask("originate", **order, wait=0)
        self._uuid = told.body.get("call_uuid", "")
        self._work = threading.Thread(target=self._hang_up, daemon=True)

    def __enter__(self) -> Self:
        self._work.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._work.join()

    def is_calling(self) -> bool:
        """Whether it has not hung up yet."""
        return self._work.is_alive()

    def _leg(self) -> Leg | None:
        told = self._api.ask("call-details", call_uuid=self._uuid)
        legs: list[Leg] = told.body["legs"] if told.status == 200 else []
        return next((leg for leg in legs if leg["leg_uuid"] == self._uuid), None)

    def _hang_up(self) -> None:
        until = None
        while (leg := self._leg()) is not None and (until is None or time.monotonic() < until):
            if until is None and leg["state"] != "ringing":
                until = time.monotonic() + self._talks
            time.sleep(0.2)
        self._api.ask("call-hangup", call_uuid=self._uuid, leg_uuid=self._uuid)


class PlayedProvider:
    """The world outside, as records know it."""

    def __init__(self, api: "Api") -> None:
        self._api = api

    def invited(self, to: str) -> str:
        """The number, if it is in a call that is up; else empty."""
        return to if any(leg["number"] == to for call in self._api.calls() for leg in call["legs"]) else ""

    def forget(self) -> None:
        """It remembers nothing."""


class Sandbox:
    """The switch that only pretends, as the suite asks it; a kind of ``Switch``."""

    def __init__(self, api: "Api") -> None:
        self._api = api

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def forget_everything(self) -> None:
        self.hush("")

    def legs(self, domain_uuid: str) -> int:
        return sum(len(call["legs"]) for call in self._api.calls())

    def hush(self, domain_uuid: str) -> None:
        def is_silent() -> bool:
            for call in self._api.calls():
                for leg in call["legs"]:
                    self._api.ask("call-hangup", call_uuid=call["call_uuid"], leg_uuid=leg["leg_uuid"])
            return not self._api.calls()

        eventually(is_silent, "every leg is gone")

    def recording(self, path: str) -> None:
        """There is none."""
        raise AssertionError(f"nothing is recorded in the sandbox: {path}")


@contextmanager
def answering(api: "Api", *numbers: str) -> Iterator[None]:
    """Phones that answer at once."""
    phones = [PlayedPhone(api, number) for number in numbers]
    try:
        for phone in phones:
            phone.__enter__()
        yield
    finally:
        for phone in phones:
            phone.__exit__(None, None, None)
