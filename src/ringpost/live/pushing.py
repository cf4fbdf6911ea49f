"""Pushing: which connections want an event, and telling each of it, if whoever is there may see it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ringpost.auth.authenticator import Authenticator
from ringpost.context import TenantStore
from ringpost.live import messages
from ringpost.live.connections import LISTENS, Connections, LiveConnection, Subscription
from ringpost.live.ports import Gone, Push
from ringpost.model.errors import Problem, Unauthorized
from ringpost.model.event import Event
from ringpost.services.history import events
from ringpost.store import Store, keys
from ringpost.webhooks.subscriptions import fits

if TYPE_CHECKING:
    from ringpost.clock import Clock
    from ringpost.dispatch.catalogue import Catalogue
    from ringpost.dispatch.pipeline import Ports
    from ringpost.live.ports import Pushes, Sockets

_log = logging.getLogger("ringpost")


class Listeners:
    """Who is told of events as they are handed on: puts into the queue what is to be pushed to whom."""

    def __init__(self, store: Store, clock: Clock, pushes: Pushes) -> None:
        self._connections = Connections(store, clock)
        self._pushes = pushes

    def told(self, happened: Iterable[Event]) -> None:
        """Have these events pushed to whoever wants them. It raises nothing: a push is as good as it goes."""
        try:
            listening: dict[str | None, list[LiveConnection]] = {}
            pushes: list[Push] = []
            for event in happened:
                home = event.domain_uuid
                if home not in listening:
                    listening[home] = self._connections.listening(home)
                place = keys.event(home, event.due_at, event.sequence, event.event_uuid).sort
                wanting = [one for one in listening[home] if any(_wanting(one, event))]
                pushes += [Push(one.connection_id, home, place) for one in wanting]
            self._pushes.put(pushes)
        except Exception:  # noqa: BLE001 - deliveries go on whatever becomes of pushes; the log has it
            _log.exception("live: what happened is not pushed")


class Pusher:
    """Tells one connection of one event."""

    def __init__(self, ports: Ports, catalogue: Catalogue, sockets: Sockets) -> None:
        self._ports = ports
        self._catalogue = catalogue
        self._sockets = sockets
        self._connections = Connections(ports.store, ports.clock)
        self._authenticator = Authenticator(ports.store, ports.clock)

    def push(self, push: Push) -> None:
        """Tell it, if it still wants and may be told; otherwise it will know that there was something."""
        connection = self._connections.get(push.connection_id)
        row = self._ports.store.get(keys.event_at(push.home, push.place))
        if connection is None or row is None:
            return
        event = Event.model_validate_json(row.body)
        try:
            for subscription in _wanting(connection, event):
                self._tell(connection, subscription, event)
        except (Gone, Unauthorized):
            self._connections.gone(push.connection_id)
            self._sockets.close(push.connection_id)
        except (OSError, Problem) as error:
            _log.warning("live: a connection is not told: %s", error)
            self._connections.note_gap(push.connection_id)

    def _tell(self, connection: LiveConnection, subscription: Subscription, event: Event) -> None:
        if connection.proof is None:
            raise Unauthorized
        actor = self._authenticator.again(connection.proof, connection.source_ip)
        if not actor.may(LISTENS):
            raise Unauthorized
        tenant = TenantStore(self._ports.store, actor)
        context = self._ports.context(self._catalogue, tenant, LISTENS, connection.connection_id, connection.source_ip)
        cursor = events.cursor_before(context, subscription.home, subscription.read, event)
        if cursor is None:
            return
        told = messages.Told(subscription=subscription.name, cursor=cursor, event=event.told())
        self._sockets.send(connection.connection_id, told.model_dump_json())


def _wanting(connection: LiveConnection, event: Event) -> list[Subscription]:
    """The subscriptions of a connection that want an event."""
    return [one for one in connection.subscriptions if one.home == event.domain_uuid and fits(one, event)]
