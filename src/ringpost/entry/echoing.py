"""Who is told of events first, and then does what follows from those of the sandbox's calls."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ringpost.entry.console import console
from ringpost.services.switching import sandbox_echoes

if TYPE_CHECKING:
    from ringpost.clock import Clock
    from ringpost.model.event import Event
    from ringpost.store import Store
    from ringpost.switch import Connect
    from ringpost.webhooks.outbox import Listeners

_log = logging.getLogger("ringpost")


def at_once(work: Callable[[], object]) -> None:
    """Do it now."""
    work()


class Echoing:
    """``Listeners`` that tell the others, and have what follows done: ``when`` says when, one after the other."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        connect: Connect,
        others: Listeners | None = None,
        when: Callable[[Callable[[], object]], object] = at_once,
    ) -> None:
        self._store = store
        self._clock = clock
        self._connect = connect
        self._others = others
        self._when = when

    def told(self, happened: Iterable[Event]) -> None:
        """It raises nothing: what follows is as good as it goes, and deliveries go on."""
        events = list(happened)
        if self._others is not None:
            self._others.told(events)
        followed = [event for event in events if sandbox_echoes.has_one(event)]
        if followed:
            self._when(lambda: self._follow(followed))

    def _follow(self, events: Sequence[Event]) -> None:
        context = console(self._store, self._clock, "sandbox", self._connect)
        try:
            sandbox_echoes.follow(context, events)
            context.follow_up()
        except Exception:  # noqa: BLE001 - deliveries go on whatever becomes of it; the log has it
            _log.exception("sandbox: what follows from what happened is not done")
        finally:
            context.close()
