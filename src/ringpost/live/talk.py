"""What is answered to each message of a live connection."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial, singledispatchmethod
from typing import TYPE_CHECKING, NamedTuple

from ringpost.auth.authenticator import Authenticator
from ringpost.auth.tokens import presented, sha256
from ringpost.clock import seconds
from ringpost.context import Context, Moved, TenantStore
from ringpost.dispatch.limits import Admission, Buckets
from ringpost.live import messages
from ringpost.live.connections import (
    LINKS,
    LISTENS,
    LONGEST,
    SAYS_WHO_WITHIN,
    SILENT_FOR,
    Connections,
    LinkOf,
    LiveConnection,
    Subscription,
)
from ringpost.live.ports import Gone
from ringpost.model.errors import Conflict, Forbidden, InternalError, Problem, Unauthorized
from ringpost.services.history import events
from ringpost.services.switching import commands, links

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel

    from ringpost.auth.actor import Actor
    from ringpost.auth.authenticator import Proof
    from ringpost.dispatch.catalogue import Catalogue
    from ringpost.dispatch.pipeline import Ports
    from ringpost.live.ports import Sockets

MESSAGES_A_SECOND = 25
"""On one connection, as far as one process sees them."""
_ATTEMPTS = 5
_log = logging.getLogger("ringpost")


class _Speaker(NamedTuple):
    """Who says something, and on which connection."""

    connection: LiveConnection
    actor: Actor


class Talk:
    """The endpoint's side of all live connections. ``heard`` is told which command was answered here.

    ``pushes`` says whether what happens is pushed from here: a link that is not told asks itself, and more often.
    """

    def __init__(
        self,
        ports: Ports,
        catalogue: Catalogue,
        sockets: Sockets,
        heard: Callable[[str], None],
        *,
        pushes: bool = True,
    ) -> None:
        self._ports = ports
        self._catalogue = catalogue
        self._sockets = sockets
        self._heard = heard
        self._pushes = pushes
        self._connections = Connections(ports.store, ports.clock)
        self._authenticator = Authenticator(ports.store, ports.clock)
        self._admission = Admission(ports.request_limits, ports.clock)
        self._messages = Buckets(MESSAGES_A_SECOND, ports.clock)

    def opened(self, connection_id: str, headers: Mapping[str, str], source_ip: str) -> None:
        """Somebody has connected: with a key in its headers, or to say in a message who it is. ``Unauthorized``."""
        self._admission.source(source_ip)
        proof = None
        if not headers.keys().isdisjoint(("authorization", "x-auth-token", "x-api-key")):
            proof = self._proof(headers, source_ip)
        self._connections.opened(connection_id, source_ip, proof)

    def received(self, connection_id: str, text: str | bytes) -> None:
        """Answer a message; a connection that is nobody's, or has said nothing of who it is, is hung up on."""
        try:
            connection = self._connections.get(connection_id)
        except Problem as problem:
            self._say(connection_id, messages.refused(problem))
            return
        if connection is None:
            self._sockets.close(connection_id)
            return
        subscription: str | None = None
        try:
            said = messages.read(text)
            subscription = getattr(said, "subscription", None)
            answer = self._answered(connection, said)
        except Unauthorized as problem:
            self._say(connection_id, messages.refused(problem))
            self.hang_up(connection_id)
            return
        except Problem as problem:
            answer = messages.refused(problem, subscription)
            if connection.proof is None:
                self._say(connection_id, messages.refused(Unauthorized()))
                self.hang_up(connection_id)
                return
        except Exception:  # noqa: BLE001 - a bug answers too, and the log has it
            _log.exception("live")
            answer = messages.refused(InternalError("something broke here; the log has it"), subscription)
        if answer is not None:
            self._say(connection_id, answer)

    def closed(self, connection_id: str) -> None:
        """It is gone."""
        self._connections.gone(connection_id)

    def hang_up(self, connection_id: str) -> None:
        """Let nothing more be said on it."""
        self._connections.gone(connection_id)
        self._sockets.close(connection_id)

    def sweep(self) -> int:
        """Hang up on who has not said who it is, is silent, was here for too long, or may not be any more: how many."""
        now, swept = self._ports.clock.now(), 0
        for one in self._connections.everything():
            age, silence = now - seconds(one.opened_at), now - seconds(one.heard_at)
            is_nobody = one.proof is None and age > SAYS_WHO_WITHIN
            if is_nobody or age > LONGEST or silence > SILENT_FOR or not self._is_welcome(one):
                self.hang_up(one.connection_id)
                swept += 1
        return swept

    def _is_welcome(self, one: LiveConnection) -> bool:
        if one.proof is None:
            return True
        try:
            self._authenticator.again(one.proof, one.source_ip)
        except Unauthorized:
            return False
        return True

    def _answered(self, connection: LiveConnection, said: messages.Said) -> BaseModel | None:
        """Anew, if something else was heeded meanwhile: two messages may be in two processes at once."""
        known: LiveConnection | None = connection
        for _ in range(_ATTEMPTS):
            if known is None:
                raise Conflict("this connection is gone")
            try:
                return self._answer(known, said)
            except Moved:
                known = self._connections.get(connection.connection_id)
        raise Conflict("this connection says too much at once")

    def _answer(self, connection: LiveConnection, said: messages.Said) -> BaseModel | None:
        if isinstance(said, messages.Authenticate):
            return self._authenticated(connection, said)
        if connection.proof is None:
            raise Unauthorized
        actor = self._authenticator.again(connection.proof, connection.source_ip)
        if not isinstance(said, messages.Answer):  # of these only those are counted that nobody asked for
            self._admission.key(actor.key_uuid)
            self._messages.take(connection.connection_id, "on one live connection")
        return self._heeded(said, _Speaker(connection, actor))

    def _authenticated(self, connection: LiveConnection, said: messages.Authenticate) -> BaseModel:
        if connection.proof is not None:
            raise Conflict("who this is has been said already")
        proof = self._proof({"x-auth-token": said.token}, connection.source_ip)
        self._connections.changed(connection, proof=proof)
        return messages.Welcome()

    def _proof(self, headers: Mapping[str, str], source_ip: str) -> Proof:
        credentials = presented(headers)
        if credentials is None:
            raise Unauthorized
        proof = (credentials.is_token, credentials.uuid, sha256(credentials.secret))
        self._authenticator.again(proof, source_ip)
        return proof

    @singledispatchmethod
    def _heeded(self, said: messages.Said, _speaker: _Speaker) -> BaseModel | None:
        raise NotImplementedError(said)

    @_heeded.register(messages.Heartbeat)
    def _alive(self, said: messages.Heartbeat, speaker: _Speaker) -> BaseModel:
        before, link = speaker.connection, speaker.connection.link
        if link is not None:
            link = link.model_copy(update={"round_trip_ms": said.round_trip_ms})
        after = self._connections.changed(before, has_gap=False, link=link)
        return messages.Gap() if before.has_gap else messages.Alive(at=after.heard_at)

    @_heeded.register(messages.Subscribe)
    def _subscribed(self, said: messages.Subscribe, speaker: _Speaker) -> BaseModel:
        context = self._context(speaker, LISTENS)
        others = tuple(one for one in speaker.connection.subscriptions if one.name != said.subscription)
        if len(others) >= messages.MOST_SUBSCRIPTIONS:
            raise Conflict(f"a connection has at most {messages.MOST_SUBSCRIPTIONS} subscriptions")
        asked = said.model_dump(include={"domain_uuid", "domain_name", "of_no_domain"}, exclude_unset=True)
        read = asked | ({"types": said.events} if said.events else {})
        stream = events.begun(context, read)
        made = Subscription(
            name=said.subscription,
            home=stream.home,
            read=read,
            events=said.events or ("#",),
            extensions=said.extensions,
            direction=said.direction,
        )
        self._connections.changed(speaker.connection, subscriptions=(*others, made))
        return messages.Subscribed(subscription=said.subscription, read=read, cursor=stream.cursor)

    @_heeded.register(messages.Unsubscribe)
    def _unsubscribed(self, said: messages.Unsubscribe, speaker: _Speaker) -> None:
        left = tuple(one for one in speaker.connection.subscriptions if one.name != said.subscription)
        self._connections.changed(speaker.connection, subscriptions=left)

    @_heeded.register(messages.Link)
    def _linked(self, said: messages.Link, speaker: _Speaker) -> BaseModel:
        switch = links.switch_of(self._context(speaker, LINKS), said.switch)
        changes = said.changes and self._pushes and speaker.actor.may(LISTENS)
        beside = LinkOf(switch_uuid=switch.switch_uuid, link_uuid=said.link_uuid, version=said.version, changes=changes)
        self._connections.changed(speaker.connection, link=beside)
        return messages.Linked(switch_uuid=switch.switch_uuid, changes=changes)

    @_heeded.register(messages.Answer)
    def _command_answered(self, said: messages.Answer, speaker: _Speaker) -> None:
        context, link = self._context(speaker, LINKS), speaker.connection.link
        if link is None or not links.speaks_for(speaker.actor, link.switch_uuid):
            raise Forbidden("only a link answers commands: say which switch's it is")
        counted = partial(self._messages.take, speaker.connection.connection_id, "on one live connection")
        if commands.answered(context, link.switch_uuid, said.answer, counted):
            with suppress(Moved):  # whoever asked has stopped waiting just now
                context.commit()
            self._heard(said.answer.command_uuid)

    def _context(self, speaker: _Speaker, action: str) -> Context:
        """What the actor may touch, if its scopes cover the action."""
        if not speaker.actor.may(action):
            scope = action.replace("-", ".")
            raise Forbidden(f"this key may not do that: it needs the scope {scope}")
        tenant = TenantStore(self._ports.store, speaker.actor)
        tenant.acting_user()
        connection = speaker.connection
        return self._ports.context(self._catalogue, tenant, action, connection.connection_id, connection.source_ip)

    def _say(self, connection_id: str, message: BaseModel) -> None:
        with suppress(Gone, OSError):
            self._sockets.send(connection_id, message.model_dump_json(exclude_none=True))
