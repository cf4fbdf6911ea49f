"""Pushing: which connections want an event, and telling each of it, if whoever is there may see it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from ringpost.auth.authenticator import Authenticator
from ringpost.auth.scopes import allows
from ringpost.context import Context, TenantStore
from ringpost.live import messages
from ringpost.live.connections import LISTENS, Connections, LinkOf, LiveConnection, Subscription
from ringpost.live.ports import Gone, Push
from ringpost.model.domain import Domain
from ringpost.model.errors import Problem, Unauthorized
from ringpost.model.event import Event
from ringpost.services.history import events
from ringpost.services.switching.links import speaks_for
from ringpost.store import Store, keys
from ringpost.webhooks.subscriptions import fits

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ringpost.clock import Clock
    from ringpost.dispatch.catalogue import Catalogue
    from ringpost.dispatch.pipeline import Ports
    from ringpost.live.ports import Pushes, Sockets

_log = logging.getLogger("ringpost")


class Listeners:
    """Who is told of events as they are handed on: puts into the queue what is to be pushed to whom."""

    def __init__(self, store: Store, clock: Clock, pushes: Pushes) -> None:
        self._store = store
        self._connections = Connections(store, clock)
        self._pushes = pushes

    def told(self, happened: Iterable[Event]) -> None:
        """Have these events pushed to whoever wants them. It raises nothing: a push is as good as it goes."""
        try:
            listening: dict[str | None, list[LiveConnection]] = {}
            links = self._links()
            pushes: list[Push] = []
            for event in happened:
                home = event.domain_uuid
                if home not in listening:
                    listening[home] = self._connections.listening(home)
                place = keys.event(home, event.due_at, event.sequence, event.event_uuid).sort
                wanting = [one.connection_id for one in listening[home] if any(_wanting(one, event))]
                wanting += links(event)
                pushes += [Push(one, home, place) for one in dict.fromkeys(wanting)]
            self._pushes.put(pushes)
        except Exception:  # noqa: BLE001 - deliveries go on whatever becomes of pushes; the log has it
            _log.exception("live: what happened is not pushed")

    def _links(self) -> Callable[[Event], list[str]]:
        """The links that are told of an event, for it changes what they keep; each switch is looked up once."""
        switch_of, links_of = cache(self._switch_of), cache(self._connections.links_of)

        def links(event: Event) -> list[str]:
            if event.domain_uuid is None or not allows(messages.CHANGES, event.type):
                return []
            found = [
                one for switch in {switch_of(event.domain_uuid), _left(event)} if switch for one in links_of(switch)
            ]
            return [one.connection_id for one in found if one.link is not None and one.link.changes]

        return links

    def _switch_of(self, home: str) -> str | None:
        row = self._store.get(keys.domain(home))
        return Domain.model_validate_json(row.body).switch_uuid if row else None


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
            if connection.link is not None and connection.link.changes and allows(messages.CHANGES, event.type):
                self._tell_link(connection, connection.link, event)
        except (Gone, Unauthorized):
            self._connections.gone(push.connection_id)
            self._sockets.close(push.connection_id)
        except (OSError, Problem) as error:
            _log.warning("live: a connection is not told: %s", error)
            self._connections.note_gap(push.connection_id)

    def _tell(self, connection: LiveConnection, subscription: Subscription, event: Event) -> None:
        context = self._context(connection)
        cursor = events.cursor_before(context, subscription.home, subscription.read, event)
        if cursor is None:
            return
        self._say(connection, messages.Told(subscription=subscription.name, cursor=cursor, event=event.told()))

    def _tell_link(self, connection: LiveConnection, link: LinkOf, event: Event) -> None:
        """Tell a link what changed in a domain of its switch, or that the domain is not on it any more."""
        context, home = self._context(connection), str(event.domain_uuid)
        if not speaks_for(context.actor, link.switch_uuid):
            raise Unauthorized
        if _left(event) == link.switch_uuid:
            self._say(connection, messages.Left(domain_uuid=home))
            return
        read = {"domain_uuid": home, "types": messages.CHANGES}
        cursor = events.cursor_before(context, home, read, event)
        if cursor is not None:
            told = messages.Told(subscription=messages.OF_CHANGES, cursor=cursor, event=event.told())
            self._say(connection, told)

    def _context(self, connection: LiveConnection) -> Context:
        """What whoever is there may see, now."""
        if connection.proof is None:
            raise Unauthorized
        actor = self._authenticator.again(connection.proof, connection.source_ip)
        if not actor.may(LISTENS):
            raise Unauthorized
        tenant = TenantStore(self._ports.store, actor)
        return self._ports.context(self._catalogue, tenant, LISTENS, connection.connection_id, connection.source_ip)

    def _say(self, connection: LiveConnection, message: BaseModel) -> None:
        self._sockets.send(connection.connection_id, message.model_dump_json())


def _left(event: Event) -> str | None:
    """The switch that a domain has left with that."""
    left = event.data.get("left_switch_uuid")
    return left if isinstance(left, str) else None


def _wanting(connection: LiveConnection, event: Event) -> list[Subscription]:
    """The subscriptions of a connection that want an event."""
    return [one for one in connection.subscriptions if one.home == event.domain_uuid and fits(one, event)]
