"""A switch that is spoken to through its link: each call of the port is one command, there and back."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol, cast

from ringpost.model.call import CallOrder, Leg
from ringpost.model.domain import Domain
from ringpost.model.errors import Problem, SwitchUnreachable
from ringpost.model.switch import LinkState, SwitchRecord, SwitchStatus
from ringpost.switch import Finding, Progress, Switch, calls
from ringpost.switch.calls import Asked, Outcome
from ringpost.switch.kinds import kinds

_PATIENCE = 20.0
"""Seconds for a command: a driver has 18 for all it needs of its switch, and the function is stopped after 29."""
_EXAMINES = 60.0
_THERE_AND_BACK = 1.5
"""Seconds beyond those a link waits beside its switch."""


class Commands(Protocol):
    """What carries a command to the link of a switch, and its answer back."""

    def ask(self, switch: SwitchRecord, asked: Asked, seconds: float) -> Outcome:
        """What a call came to, within so many seconds; an answer that comes later changes nothing.

        Raises ``SwitchUnreachable``: at once and ``unsent`` if no link is there to hear it (``away`` has the
        sentence), and after that time if no answer came.
        """

    def state(self, switch: SwitchRecord) -> LinkState:
        """How its link is. Raises ``SwitchUnreachable`` where nobody can know."""


class NotFromHere(SwitchUnreachable):
    """Its link is not asked from this process, which only knows how it is."""

    def __init__(self, switch: SwitchRecord) -> None:
        name = switch.switch_name
        super().__init__(f"tried beside {name}: `ringpost link --doctor --switch {name}`, with the options of its link")
        self.unsent = True


class NoChannel:
    """The ``Commands`` of a process to which no link connects."""

    def ask(self, switch: SwitchRecord, asked: Asked, seconds: float) -> Outcome:
        """There is nobody to ask."""
        raise _no_channel()

    def state(self, switch: SwitchRecord) -> LinkState:
        """Nobody knows."""
        raise _no_channel()


class LinkedSwitch:
    """A ``Switch`` behind a link: ``linked`` makes one. It has the methods of the port (``calls``), and no others."""

    is_sandbox = False

    def __init__(self, record: SwitchRecord, commands: Commands) -> None:
        self._record = record
        self._commands = commands

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What its kind can do."""
        return kinds()[self._record.kind].capabilities

    def close(self) -> None:
        """The line is the link's own, and outlasts a request."""

    def status(self) -> SwitchStatus:
        """How it is, and its link. Not reaching either is an answer too."""
        link = None
        try:
            link = self._commands.state(self._record)
            found: SwitchStatus = self._ask("status", _PATIENCE)
        except Problem as problem:
            found = SwitchStatus(reachable=False, capabilities=self.capabilities, last_error=problem.detail)
        return found.model_copy(update={"link": link})

    def examine(self, domain: Domain | None) -> Sequence[Finding]:
        """Look at the link, and have it try each step from there."""
        try:
            link = self._commands.state(self._record)
            if not link.connected:
                raise away(self._record, link)
            found: Sequence[Finding] = self._ask("examine", _EXAMINES, domain)
        except NotFromHere as problem:
            found = [Finding("each step", well=True, words=problem.detail)]
        except Problem as problem:
            return [Finding("link", well=False, words=problem.detail)]
        return [Finding("link", well=True, words=_how(link)), *found]

    def await_answer(self, order: CallOrder, seconds: float) -> Progress:
        """Wait until A answers or fails. The link waits, beside the switch: nothing is asked over and over."""
        progress: Progress = self._ask("await_answer", seconds + _THERE_AND_BACK, order, seconds)
        return progress

    def foretold(self, order: CallOrder) -> Sequence[Leg]:
        """A switch behind a link is a real one, and cannot tell."""
        return []

    def __getattr__(self, call: str) -> Any:
        """Every other method of the port."""
        if call not in calls.calls():
            raise AttributeError(f"{call} is nothing a switch can be asked")
        return partial(self._ask, call, _PATIENCE)

    def _ask(self, call: str, seconds: float, /, *values: Any, **named: Any) -> Any:
        asked = calls.asked(call, *values, **named)
        return calls.result(asked, self._commands.ask(self._record, asked, seconds))


def linked(record: SwitchRecord, commands: Commands | None) -> Switch:
    """The line to a switch through its link; without ``commands``, each call is refused with 503."""
    return cast("Switch", LinkedSwitch(record, commands or NoChannel()))


def away(switch: SwitchRecord, link: LinkState) -> SwitchUnreachable:
    """That no link is there, and since when: the switch has heard of nothing."""
    seen = f"was last seen at {link.last_heard}" if link.last_heard else "was never seen"
    name = switch.switch_name
    problem = SwitchUnreachable(f"the link of {name} {seen}: see that `ringpost link --switch {name}` runs beside it")
    problem.unsent = True
    return problem


def _no_channel() -> SwitchUnreachable:
    problem = SwitchUnreachable("this server has no live channel, through which the switch's link would be asked")
    problem.unsent = True
    return problem


def _how(link: LinkState) -> str:
    """How a link is that is there."""
    trip = f"takes {link.round_trip_ms:g} ms" if link.round_trip_ms is not None else "was not measured yet"
    return (
        f"release {link.version or 'unknown'}, connected since {link.connected_since or 'nobody knows when'},"
        f" last heard at {link.last_heard or 'no time'}; word there and back {trip}"
    )
