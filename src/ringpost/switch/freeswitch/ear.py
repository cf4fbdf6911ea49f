"""What a FreeSWITCH tells a link on its event socket."""

import logging
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ringpost.switch.freeswitch.esl import Denied, EventSocket
from ringpost.switch.freeswitch.events import OF_CALLS, OF_QUEUES, SUBSCRIPTION, Placed, caught_up, notices, recorded
from ringpost.switch.hearing import CaughtUp, Heard, Known

_AT_ONCE = 100
_LESS_AND_LESS = {SUBSCRIPTION: ("rooms and transfers", "rooms-lots-and-transfers"), OF_QUEUES: ("queues", "queues")}
_log = logging.getLogger("ringpost")


class FreeSwitchEar:
    """An ``Ear`` at an event socket."""

    def __init__(self, socket: EventSocket) -> None:
        self._socket = socket
        self._placed: Placed = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()

    def recordings(self) -> Path | None:
        """Its ``recordings_dir``, unless that is the root of all."""
        folder = self._socket.api("global_getvar recordings_dir").strip()
        return Path(folder) if folder.startswith("/") and folder.strip("/") else None

    def caught_up(self, known: Known) -> CaughtUp:
        """How far each leg has come, and which are gone; listening since before that."""
        self._listen()
        self._placed.clear()
        return caught_up(self._socket, known, self._placed)

    def _listen(self) -> None:
        """To all there is, or of a switch whose guide is older to what its user may hear."""
        for events, (lacks, section) in _LESS_AND_LESS.items():
            try:
                self._socket.listen(events)
            except Denied:
                _log.warning(
                    "the link's user may not hear what happens in %s: docs/freeswitch.md#%s says what to add",
                    lacks,
                    section,
                )
            else:
                return
        self._socket.listen(OF_CALLS)

    def heard(self, seconds: float) -> Heard:
        """What has been told since, a hundred events at most; if nothing was, the next within ``seconds``."""
        events = self._waiting(seconds)
        told = [notice for event in events for notice in notices(event, self._placed)]
        files = [one for event in events if (one := recorded(event, self._placed))]
        core = str(events[-1].get("Core-UUID", "")) if events else ""
        return Heard(told, files, core, is_alive=bool(events))

    def _waiting(self, seconds: float) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(found) < _AT_ONCE and (event := self._socket.event(0.0 if found else seconds)) is not None:
            found.append(event)
        return found
