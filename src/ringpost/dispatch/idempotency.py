"""Idempotency keys: the first answer to a write, kept for a day and given again.

The key belongs to (API key, action, value). For a write to the store, the answer is put in the
write's own transaction, if there is none yet. For an action on a switch, a claim with the call's
uuid is put before the switch hears of it.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Literal

from ringpost.clock import Clock
from ringpost.context import AnsweredBefore, TenantStore
from ringpost.contract import Input, RawRequest
from ringpost.dispatch.envelope import Envelope
from ringpost.dispatch.http import HttpAnswer
from ringpost.model.errors import CannotComply, Conflict, NotFound
from ringpost.model.record import Entity
from ringpost.store import Delete, Put, Row, Store, Write, keys

KEPT_SECONDS = 24 * 3600
RUNS_AT_MOST = 30
"""A function is stopped after 29 seconds: a claim older than this is nobody's any more."""


class KeptAnswer(Entity):
    """The row of an idempotency key."""

    request_hash: str
    state: Literal["running", "answered"]
    started_at: float
    call_uuid: str | None = None
    status: int = 0
    content_type: str = ""
    body: str = ""
    domains: tuple[str, ...] = ()


class Replay:
    """One idempotency key at work in one request. It is the ``Claim`` an action is given."""

    def __init__(
        self, store: Store, clock: Clock, tenant: TenantStore, envelope: Envelope, asked: Input | RawRequest
    ) -> None:
        self._store = store
        self._clock = clock
        self._tenant = tenant
        digest = hashlib.sha256((envelope.idempotency_key or "").encode()).hexdigest()
        self._key = keys.replay(tenant.actor.holder_uuid, envelope.action, digest)
        self._request_hash = _hash(envelope.parameters, asked)
        self._claimed = False
        self.earlier_call: str | None = None

    def before(self, request_id: str) -> HttpAnswer | None:
        """The answer given before, if one was; refuses another body, and one that still runs."""
        row = self._store.get(self._key)
        if row is None:
            return None
        kept = KeptAnswer.model_validate_json(row.body)
        if kept.request_hash != self._request_hash:
            raise CannotComply("this idempotency key was used with other parameters", parameter="idempotency_key")
        if not all(map(self._tenant.reaches, kept.domains)):
            raise NotFound("domain not found")
        if kept.state == "answered":
            headers = {"X-Request-Id": request_id, "Idempotency-Replayed": "true"}
            return HttpAnswer(kept.status, kept.body.encode(), kept.content_type, headers)
        if self._clock.now() - kept.started_at < RUNS_AT_MOST:
            raise Conflict("the first request with this idempotency key is still running", retry_after=1)
        self._claimed, self.earlier_call = True, kept.call_uuid
        return None

    def take(self, call_uuid: str) -> tuple[Write, Exception]:
        """The write that claims the key before a switch hears of the call."""
        self._claimed = True
        claim = KeptAnswer(
            request_hash=self._request_hash, state="running", started_at=self._clock.now(), call_uuid=call_uuid
        )
        return Put(self._row(claim), if_absent=True), AnsweredBefore()

    def release(self) -> Write:
        """The write that gives the key back."""
        self._claimed = False
        return Delete(self._key)

    def keep(self, answer: HttpAnswer, body: str, domains: Iterable[str]) -> tuple[Write, Exception]:
        """The write that keeps the answer: over our own claim, or where there is nothing yet."""
        kept = KeptAnswer(
            request_hash=self._request_hash,
            state="answered",
            started_at=self._clock.now(),
            status=answer.status,
            content_type=answer.content_type,
            body=body,
            domains=tuple(domains),
        )
        return Put(self._row(kept), if_absent=not self._claimed), AnsweredBefore()

    def _row(self, kept: KeptAnswer) -> Row:
        return Row(self._key, kept.model_dump_json(), expires=int(self._clock.now()) + KEPT_SECONDS)


def _hash(parameters: dict[str, Any], asked: Input | RawRequest) -> str:
    """Of all that an action is given: of a raw one its query and its content type too."""
    members, body = (
        ([asked.content_type, dict(asked.query)], asked.body) if isinstance(asked, RawRequest) else (parameters, b"")
    )
    return hashlib.sha256(json.dumps(members, sort_keys=True).encode() + b"\0" + body).hexdigest()
