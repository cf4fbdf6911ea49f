"""From request to answer, read from top to bottom."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from ringpost.auth.actor import Actor
from ringpost.auth.authenticator import Authenticator
from ringpost.clock import Clock
from ringpost.context import AnsweredBefore, CallLimits, Context, Moved, TenantStore
from ringpost.contract import Action, AnsweredOnce, Input, Output, RawRequest, RawResponse
from ringpost.dispatch import envelope as wire
from ringpost.dispatch.catalogue import Catalogue
from ringpost.dispatch.envelope import Envelope
from ringpost.dispatch.http import HttpAnswer, HttpRequest
from ringpost.dispatch.idempotency import Replay
from ringpost.dispatch.limits import Admission, RequestLimits
from ringpost.dispatch.visitors import Visitors
from ringpost.model.errors import Conflict, Forbidden, InternalError, InvalidRequest, MethodNotAllowed, Problem
from ringpost.store import Store
from ringpost.switch import Connect

if TYPE_CHECKING:  # a cold start pays for no more than a request needs
    from ringpost.store.archive import Archive

ATTEMPTS = 12
PAUSE = 0.002
"""Seconds; doubles with each attempt, so twelve take eight seconds at most."""
_FILES = ("text/csv", "text/tab-separated-values")
_log = logging.getLogger("ringpost")


@dataclass(frozen=True, slots=True)
class Ports:
    """What the outside world is, here."""

    store: Store
    connect: Connect
    clock: Clock
    call_limits: CallLimits
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    open_archive: "Callable[[], Archive | None]" = lambda: None
    request_limits: RequestLimits = field(default_factory=RequestLimits)

    def context(
        self, catalogue: Catalogue, tenant: TenantStore, action: str, request_id: str, source_ip: str
    ) -> Context:
        """What an action may touch, for whoever the store is bound to."""
        return Context(
            actor=tenant.actor,
            store=tenant,
            connect=self.connect,
            clock=self.clock,
            catalogue=catalogue,
            call_limits=self.call_limits,
            webhook_networks=self.webhook_networks,
            open_archive=self.open_archive,
            action=action,
            request_id=request_id,
            source_ip=source_ip,
        )


@dataclass(slots=True)
class Outcome:
    """What became of a request: all that is logged and counted of it. No body, no secret."""

    request_id: str
    action: str = "-"
    key_uuid: str = "-"
    status: int = 0
    code: str = "ok"
    seconds: float = 0.0


class Endpoint:
    """The one endpoint."""

    def __init__(self, ports: Ports, catalogue: Catalogue, report: Callable[[Outcome], None]) -> None:
        self.ports = ports
        self.catalogue = catalogue
        self._report = report
        self._authenticator = Authenticator(ports.store, ports.clock)
        self._visitors = Visitors(ports.store, ports.clock)
        self._admission = Admission(ports.request_limits, ports.clock)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer a request, whatever it is."""
        started = time.perf_counter()
        outcome = Outcome(request.request_id)
        try:
            answer = self._answer(request, outcome)
        except Problem as problem:
            outcome.code = problem.code
            if problem.__cause__ is not None and problem.status >= 500:
                _log.warning("%s: %r", problem.code, problem.__cause__, extra={"request_id": request.request_id})
            answer = wire.refusal(problem, request.request_id)
        except Exception:  # noqa: BLE001 - a bug answers in the one shape too, and the log has it
            _log.exception("unhandled", extra={"request_id": request.request_id, "action": outcome.action})
            outcome.code = InternalError.code
            answer = wire.refusal(InternalError("something broke here; the log has it"), request.request_id)
        outcome.status = answer.status
        outcome.seconds = time.perf_counter() - started
        self._report(outcome)
        return answer

    def _answer(self, request: HttpRequest, outcome: Outcome) -> HttpAnswer:
        if (visited := self._visitors.answer(request)) is not None:
            return visited
        self._admission.source(request.source_ip)
        if request.method != "POST":
            raise MethodNotAllowed('POST a JSON object such as {"action": "action-list"} with your key')
        wire.check_size(request)
        actor = self._authenticator.identify(request.headers, request.source_ip)
        outcome.key_uuid = actor.key_uuid
        self._admission.key(actor.key_uuid)
        if "webhook-signature" in request.headers:
            raise Forbidden("a webhook does not call Ringpost itself: what it does would be told it again")
        envelope = self._raw(request) or wire.opened(request)
        action = self.catalogue.load(
            envelope.action, "the body" if wire.path_name(request.path) is None else "the path"
        )
        outcome.action = envelope.action
        self.catalogue.check_open(actor, envelope.action)
        asked = self._asked(request, action, envelope)
        answer = self._done(request, actor, action, envelope, asked)
        self._authenticator.used(actor)
        return answer

    def _raw(self, request: HttpRequest) -> Envelope | None:
        """The envelope of an action that takes its body as it is: its path names it, nothing else is read.

        Or of one that takes a file for one of its parameters, if that is what was posted.
        """
        name = wire.path_name(request.path)
        if name is None:
            return None
        model = self.catalogue.load(name, "the path").Request
        if issubclass(model, RawRequest):
            return wire.as_it_is(request, name)
        is_file = request.headers.get("content-type", "").lower().startswith(_FILES)
        return wire.with_text(request, name, model.csv_member) if model.csv_member and is_file else None

    def _asked(self, request: HttpRequest, action: Action, envelope: Envelope) -> Input | RawRequest:
        model = action.Request
        if issubclass(model, RawRequest):
            if wire.path_name(request.path) is None:
                raise InvalidRequest(
                    "this action takes its body as it is: name it in the path only", parameter="action"
                )
            return model(request.body, request.headers.get("content-type", ""), request.query)
        try:
            return model.model_validate(envelope.parameters)
        except ValidationError as error:
            raise wire.invalid(error, model, lambda member: self.catalogue.example(envelope.action, member)) from None

    def _done(
        self, request: HttpRequest, actor: Actor, action: Action, envelope: Envelope, asked: Input | RawRequest
    ) -> HttpAnswer:
        """Run the action and commit what it staged; run it again if somebody else was first."""
        ports = self.ports
        for attempt in range(ATTEMPTS):
            if attempt:
                ports.clock.sleep(random.uniform(0, PAUSE * 2**attempt))  # noqa: S311 - jitter, not a secret
            tenant, replay = TenantStore(ports.store, actor), None
            tenant.acting_user()
            if envelope.idempotency_key is not None and asked.writes:
                replay = Replay(ports.store, ports.clock, tenant, envelope, asked)
                if (kept := replay.before(request.request_id)) is not None:
                    return kept
            context = ports.context(self.catalogue, tenant, envelope.action, request.request_id, request.source_ip)
            context.claim = replay
            try:
                response = action.handle(asked, context)
                answer = _answered(response, request.request_id)
                if replay is not None and (not isinstance(response, Output) or response.is_kept):
                    context.store.stage(*replay.keep(answer, _without_secrets(response), context.store.domains))
                context.commit()
                context.follow_up()
            except (Moved, AnsweredBefore):
                continue
            finally:
                context.close()
            return answer
        raise Conflict("the record keeps changing: try again", retry_after=1)


def _answered(response: BaseModel | RawResponse, request_id: str) -> HttpAnswer:
    if isinstance(response, RawResponse):
        return wire.success(200, response.body, request_id, response.content_type, response.headers)
    status = response.http_status if isinstance(response, Output) else 200
    return wire.success(status, response.__pydantic_serializer__.to_json(response), request_id)


def _without_secrets(response: BaseModel | RawResponse) -> str:
    """The answer as it is kept: what is answered once is null in it."""
    if isinstance(response, RawResponse):
        return response.body.decode(errors="replace")
    secret = {name: None for name, field in type(response).model_fields.items() if AnsweredOnce in field.metadata}
    return response.model_copy(update=secret).model_dump_json()
