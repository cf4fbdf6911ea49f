"""Commands to links: sent down the live connection of a switch's link, and their answers awaited."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Protocol
from uuid import uuid4

from ringpost.auth.authenticator import Authenticator
from ringpost.clock import Clock
from ringpost.live import messages
from ringpost.live.connections import LINKS, Connections, LiveConnection
from ringpost.live.ports import Gone, Sockets, Unsure
from ringpost.model.errors import SwitchUnreachable, Unauthorized
from ringpost.model.switch import LinkState, SwitchRecord
from ringpost.services.switching import commands
from ringpost.services.switching.links import speaks_for
from ringpost.store import ConditionFailed, Put, Store
from ringpost.switch import calls
from ringpost.switch.linked import NotFromHere, away

FIRST_LOOK = 0.05
LONGEST_PAUSE = 0.5
"""Seconds between two looks, where an answer is taken in by another process."""

Look = Callable[[], calls.Outcome | None]


class Waiting(Protocol):
    """How the outcome of a command is awaited."""

    def expected(self, command_uuid: str) -> AbstractContextManager[None]:
        """Entered before the command is sent, and left when nobody waits any more."""

    def outcome(self, command_uuid: str, look: Look, seconds: float) -> calls.Outcome | None:
        """The outcome, looked for until it is there; None after so many seconds."""


class KnownLinks:
    """``Commands`` of a process to which no link connects, but which has the store: it sees how links are."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._connections = Connections(store, clock)
        self._authenticator = Authenticator(store, clock)

    def ask(self, switch: SwitchRecord, _asked: calls.Asked, _seconds: float) -> calls.Outcome:
        """Nothing is asked from here."""
        raise NotFromHere(switch)

    def state(self, switch: SwitchRecord) -> LinkState:
        """How its link is."""
        links = self.of(switch.switch_uuid)
        known = links[0] if links else self._connections.last_seen(switch.switch_uuid)
        if known is None or known.link is None:
            return LinkState(connected=False)
        return LinkState(
            connected=bool(links),
            version=known.link.version,
            connected_since=known.opened_at if links else None,
            last_heard=known.heard_at,
            round_trip_ms=known.link.round_trip_ms if links else None,
        )

    def of(self, switch_uuid: str) -> list[LiveConnection]:
        """The links of a switch that are there and still may be."""
        return [one for one in self._connections.links_of(switch_uuid) if self._is_welcome(one)]

    def _is_welcome(self, one: LiveConnection) -> bool:
        if one.proof is None or one.link is None:
            return False
        try:
            actor = self._authenticator.again(one.proof, one.source_ip)
        except Unauthorized:
            return False
        return actor.may(LINKS) and speaks_for(actor, one.link.switch_uuid)


class LiveCommands:
    """``Commands`` over live connections."""

    def __init__(self, store: Store, clock: Clock, sockets: Sockets, waiting: Waiting) -> None:
        self._store = store
        self._clock = clock
        self._sockets = sockets
        self._waiting = waiting
        self._connections = Connections(store, clock)
        self._known = KnownLinks(store, clock)

    def ask(self, switch: SwitchRecord, asked: calls.Asked, seconds: float) -> calls.Outcome:
        """What a call came to. Raises ``SwitchUnreachable``: ``unsent`` at once, or when the time is over."""
        command = calls.Command(
            command_uuid=str(uuid4()),
            switch_uuid=switch.switch_uuid,
            switch_name=switch.switch_name,
            asked=asked,
            seconds=seconds,
        )
        links = self._known.of(switch.switch_uuid)
        if not links:
            raise away(switch, self.state(switch))
        row = commands.begun(switch.switch_uuid, self._clock.now(), seconds)
        self._store.transact([Put(row.row(command.command_uuid), if_absent=True)])
        with self._waiting.expected(command.command_uuid):
            self._send(links, command, switch)
            outcome = self._waiting.outcome(command.command_uuid, lambda: self._outcome(command.command_uuid), seconds)
        return outcome or self._given_up(switch, command)

    def state(self, switch: SwitchRecord) -> LinkState:
        """How its link is."""
        return self._known.state(switch)

    def _send(self, links: Sequence[LiveConnection], command: calls.Command, switch: SwitchRecord) -> None:
        """Tell the first link that can be told. ``SwitchUnreachable`` and ``unsent`` if certainly none was."""
        problem: SwitchUnreachable | None = None
        for link in links:
            try:
                self._sockets.send(link.connection_id, messages.Command(command=command).model_dump_json())
            except Gone:
                self._connections.gone(link.connection_id)
            except Unsure:
                return
            except OSError as error:
                problem = SwitchUnreachable(f"the link of {switch.switch_name} cannot be told: {error}")
                problem.unsent = True
            else:
                return
        raise problem or away(switch, self.state(switch))

    def _outcome(self, command_uuid: str) -> calls.Outcome | None:
        return commands.outcome(self._store, command_uuid)

    def _given_up(self, switch: SwitchRecord, command: calls.Command) -> calls.Outcome:
        """Close the command, so that what comes late changes nothing; unless it has come just now."""
        closed = commands.begun(switch.switch_uuid, self._clock.now(), 0).model_copy(update={"version": 2})
        with suppress(ConditionFailed):
            self._store.transact([Put(closed.row(command.command_uuid), if_version=1)])
        if (outcome := self._outcome(command.command_uuid)) is not None:
            return outcome
        raise SwitchUnreachable(
            f"the link of {switch.switch_name} did not answer within {command.seconds:g} seconds:"
            " its switch may still carry it out"
        )


class AwaitedAnywhere:
    """``Waiting`` where another process takes the answer in: its row is looked at, less and less often."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @contextmanager
    def expected(self, _command_uuid: str) -> Iterator[None]:
        """Nothing has to be made ready."""
        yield

    def outcome(self, _command_uuid: str, look: Look, seconds: float) -> calls.Outcome | None:
        """Looked for after 50 ms, and then up to every half second; no longer if the clock is set back meanwhile."""
        until, waited, pause = self._clock.now() + seconds, 0.0, FIRST_LOOK
        while (outcome := look()) is None:
            left = min(until - self._clock.now(), seconds - waited)
            if left <= 0:
                return None
            self._clock.sleep(min(pause, left))
            waited += min(pause, left)
            pause = min(pause * 1.5, LONGEST_PAUSE)
        return outcome


class AwaitedHere:
    """``Waiting`` where this process takes the answers in, and is told: one posted elsewhere is found all the same."""

    def __init__(self) -> None:
        self._answered: dict[str, threading.Event] = {}

    def heard(self, command_uuid: str) -> None:
        """That command was answered."""
        if (event := self._answered.get(command_uuid)) is not None:
            event.set()

    @contextmanager
    def expected(self, command_uuid: str) -> Iterator[None]:
        """From now on it is noticed that it was answered."""
        self._answered[command_uuid] = threading.Event()
        try:
            yield
        finally:
            del self._answered[command_uuid]

    def outcome(self, command_uuid: str, look: Look, seconds: float) -> calls.Outcome | None:
        """Looked for once it was heard, and every half second."""
        event, until = self._answered[command_uuid], time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            event.wait(min(left, LONGEST_PAUSE))
            event.clear()
            if (outcome := look()) is not None:
                return outcome
        return None
