"""What an action may touch: the actor, the store, the switch, the clock, the catalogue.

An action reads and *stages* its writes; they happen together after it has answered, in one
transaction with their events, the audit line and the kept answer. So a failed action has changed
nothing, and one that lost a race is simply run again.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel

from ringpost.auth.actor import Actor
from ringpost.auth.authenticator import token_holder
from ringpost.clock import Clock, seconds, stamp
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Forbidden, NotFound, Problem
from ringpost.model.event import AuditLine, Event
from ringpost.model.key import ApiKey, KeyDetails
from ringpost.store import MAX_WRITES, Check, ConditionFailed, Key, Put, Row, Store, Unholdable, Write, check_size, keys
from ringpost.store.remembering import Remembering
from ringpost.turns import TakingTurns

if TYPE_CHECKING:  # most actions ask no switch, and a cold start pays for no more
    from ipaddress import IPv4Network, IPv6Network

    from ringpost.model.switch import SwitchRecord
    from ringpost.model.user import User
    from ringpost.store.archive import Archive
    from ringpost.switch import Connect, Switch
    from ringpost.switch.scripts import Scripts

AUDIT_DAYS = 400
_DAY = 86_400
_AT_ONCE = 10_000
"""Rows of a list that is read whole."""
_TRIES = 5
_log = logging.getLogger("ringpost")

E = TypeVar("E", bound=BaseModel)


class Moved(Exception):
    """A record changed between reading and writing: run the action again."""


class AnsweredBefore(Exception):
    """Another request with the same idempotency key was first."""


class CatalogueView(Protocol):
    """What the actions about actions may ask."""

    def names(self) -> list[str]:
        """Every wire name, sorted."""

    def names_for(self, actor: Actor) -> list[str]:
        """The wire names an actor may call, sorted."""

    def line(self, name: str) -> dict[str, Any]:
        """One action in a line: family, summary, scope, whether it writes."""

    def describe(self, name: str) -> dict[str, Any]:
        """One action: summary, scope, JSON Schemas, example. ``UnknownAction``."""

    def openapi(self, names: Iterable[str]) -> dict[str, Any]:
        """OpenAPI 3.1 of these actions."""

    def answer(self, name: str, body: bytes, query: str, context: Context) -> tuple[bytes, Mapping[str, str]]:
        """What a reading action that takes its body as it is answers an actor who may call it: a body, and headers."""


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How many calls one key, or one domain, may place in a minute and have at once."""

    per_minute: int = 60
    at_once: int = 20


class Claim(Protocol):
    """An idempotency key, for an action that acts outside the store."""

    earlier_call: str | None
    """The call an earlier request with this key wrote down and did not finish."""

    def take(self, call_uuid: str) -> tuple[Write, Exception]:
        """The write that claims the key before a switch hears of the call, and what its failure means."""

    def release(self) -> Write:
        """The write that gives the key back: the switch never took the call."""


class TenantStore:
    """The store, bound to what the actor may touch: no action can forget the tenant.

    Nor the user, if the actor acts for one: a record that has owners, and not that user, is not there. Rules that
    decide by the records of others, such as where a number leads, ask for them ``of_anybody``.
    """

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self.actor = actor
        self._staged: list[tuple[Write, Problem | Exception | None]] = []
        self._events: list[tuple[Event, bool]] = []
        self._domains: dict[str, None] = {}
        self._on_switch: dict[tuple[str, str], bool] = {}
        self._user: User | None = None
        self._words: set[str] | None = None
        self._models: dict[tuple[Key, type[BaseModel]], Any] | None = None
        self.listed_chars = 0
        """How long all rows of lists were that were read: what was short cannot be long as it is answered."""

    def remembering(self) -> TenantStore:
        """A store for the same actor that reads no row twice."""
        found = TenantStore(Remembering(self._store), self.actor)
        found._models = {}
        return found

    def anew(self) -> TenantStore:
        """The same store for the same actor, of which nothing was read and in which nothing is staged."""
        found = TenantStore(self._store, self.actor)
        found._models = self._models
        return found

    def get(self, key: Key, kind: type[E], *, of_anybody: bool = False) -> E | None:
        """One record; None if it is absent, another tenant's or another user's."""
        self._fence(key.partition)
        row = self._row(key)
        if row is None:
            return None
        found = self._made(row, kind)
        self._note(found)
        return found if self.is_mine(found, of_anybody=of_anybody) else None

    def listed(
        self,
        partition: str,
        kind: type[E],
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        limit: int = 100,
        of_anybody: bool = False,
    ) -> list[tuple[str, E]]:
        """The first records of one partition with their sort keys, as ``Store.query``: as if other users had none.

        A page, and no more: all there are is ``everything``.
        """
        self._fence(partition, reading_list=True)
        found: list[tuple[str, E]] = []
        while True:
            try:
                rows = self._store.query(partition, between=between, after=after, descending=descending, limit=limit)
            except Unholdable:
                return []
            self.listed_chars += sum(len(row.body) for row in rows)
            read = [(row.key.sort, kind.model_validate_json(row.body)) for row in rows]
            self._note(partition, *(one for _, one in read))
            found += [row for row in read if self.is_mine(row[1], of_anybody=of_anybody)]
            if len(rows) < limit or len(found) >= limit:
                return found[:limit]
            after = rows[-1].key.sort

    def everything(
        self, partition: str, kind: type[E], *, between: tuple[str, str] | None = None, of_anybody: bool = False
    ) -> list[tuple[str, E]]:
        """All records of one partition, however many: what is counted, compared or looked through is these."""
        found: list[tuple[str, E]] = []
        after = None
        while True:
            rows = self.listed(partition, kind, between=between, after=after, limit=_AT_ONCE, of_anybody=of_anybody)
            found += rows
            if len(rows) < _AT_ONCE:
                return found
            after = rows[-1][0]

    def of_all_domains(self, partition: str, kind: type[E]) -> list[E]:
        """Those records of a list over all domains that are the actor's."""
        found: list[E] = []
        after = None
        while True:
            try:
                rows = self._store.query(partition, after=after, limit=_AT_ONCE)
            except Unholdable:
                return []
            read = [kind.model_validate_json(row.body) for row in rows]
            self._note(partition, *read)
            found += [one for one in read if self.is_mine(one)]
            if len(rows) < _AT_ONCE:
                return found
            after = rows[-1].key.sort

    def _made(self, row: Row, kind: type[E]) -> E:
        made: E | None = self._models.get((row.key, kind)) if self._models is not None else None
        if made is None:
            made = kind.__pydantic_validator__.validate_json(row.body)
            if self._models is not None:
                self._models[row.key, kind] = made
        return made

    def is_claimed(self, key: Key) -> bool:
        """Whether somebody has a name that is one in all the world, and nothing of who."""
        return self._row(key) is not None

    def _row(self, key: Key) -> Row | None:
        """A row; none has a key that cannot be, as a caller's words may make one."""
        self._note(key.partition, key.sort)
        try:
            return self._store.get(key)
        except Unholdable:
            return None

    def row(self, key: Key) -> Row | None:
        """A row as it is kept, with its version and expiry, for whoever copies it: the actor must reach its domain."""
        self._fence(key.partition, reading_list=True)
        return self._row(key)

    def whoever(self, key: Key, kind: type[E]) -> E | None:
        """Whoever has a name that is one in all the world: to compare with, and to tell nobody."""
        row = self._row(key)
        return kind.model_validate_json(row.body) if row else None

    def holder(self, token_uuid: str, digest: str, now: str) -> Actor | None:
        """Who has a token of that hash, whoever asks: knowing a token is enough to ask about it."""
        return token_holder(self._store, token_uuid, digest, now)

    def note_reading(self) -> set[str]:
        """From now on every name, number and uuid that is looked for, and every uuid of what is found, is put here."""
        self._words = set()
        return self._words

    def _note(self, *read: str | BaseModel) -> None:
        if self._words is None:
            return
        for one in read:
            if isinstance(one, str):
                self._words.update(one.split("#"))
            else:
                record = getattr(one, "root", one)
                self._words.update(value for name, value in record if name.endswith("_uuid") and value)

    def stage(self, write: Write, otherwise: Problem | Exception | None = None) -> None:
        """Write this with the rest; ``otherwise`` is raised if its condition does not hold."""
        self._fence(write.key.partition)
        if isinstance(write, Check) and any(_decides(staged, write.key) for staged, _ in self._staged):
            return
        if all(write != staged for staged, _ in self._staged):
            self._staged.append((write, otherwise))

    @property
    def room(self) -> int:
        """How many rows more go into the transaction, with its audit line and a kept answer."""
        return MAX_WRITES - len(self._staged) - 2 * len(self._events) - 2

    def run_again_if_lost(self) -> None:
        """What is staged was seen to be possible: a condition that fails is a race, and the action runs again."""
        self._staged = [(write, Moved()) for write, _ in self._staged]

    def forget(self) -> None:
        """Write nothing of what is staged."""
        self._staged.clear()
        self._events.clear()

    def note(self, event: Event, *, is_due_later: bool = False) -> None:
        """Put an event into the outbox with the rest: due then, or when the rest is written."""
        self._events.append((event, is_due_later))

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains of everything that was read or staged."""
        return tuple(self._domains)

    def take_events(self, clock: Clock) -> list[Event]:
        """The events noted since the last commit, staged: what is not due later is due now."""
        if not self._events:
            return []
        from ringpost.webhooks.events import puts  # what reads has none to put

        noted, self._events = self._events, []
        now = stamp(clock.now())
        events = [event if is_due_later else event.model_copy(update={"due_at": now}) for event, is_due_later in noted]
        for event in events:
            self._staged += [(put, None) for put in puts(event, now)]
        return events

    def commit(self) -> None:
        """Write all that is staged, or nothing."""
        staged, self._staged = self._staged, []
        if not staged:
            return
        _check_many(staged)
        try:
            self._store.transact([write for write, _ in staged])
        except ConditionFailed as error:
            raise _first_reason([staged[place][1] for place in error.failed]) from error

    def rehearse(self) -> None:
        """Write nothing of what is staged, but refuse what ``commit`` would refuse: a read for each condition."""
        staged = [*self._staged]
        self.forget()
        _check_many(staged)
        failed = [otherwise for write, otherwise in staged if not self._holds(write)]
        if failed:
            raise _first_reason(failed)

    def _holds(self, write: Write) -> bool:
        if isinstance(write, Put) and write.if_absent:
            return self._row(write.key) is None
        if write.if_version is None and not isinstance(write, Check):
            return True
        row = self._row(write.key)
        return row is not None and write.if_version in (None, row.version)

    def _fence(self, partition: str, *, reading_list: bool = False) -> None:
        if partition.startswith("domain#"):
            self._domains[partition[7:43]] = None
        if self.actor.is_operator:
            return
        if partition.startswith("domain#") and not self.reaches(partition[7:43]):
            raise NotFound("domain not found")
        if reading_list and not partition.startswith("domain#") and partition not in self._own_lists():
            raise Forbidden("only an operator's key may list over all domains")

    def _own_lists(self) -> list[str]:
        return [keys.domains_of_switch(switch) for switch in self.actor.switches]

    def reaches(self, domain_uuid: str) -> bool:
        """Whether the actor may touch a domain: by its list, and by the switch it is bound to."""
        switches = self.actor.switches
        return self.actor.reaches(domain_uuid) and (
            not switches or all(self._is_on(switch, domain_uuid) for switch in switches)
        )

    def _is_on(self, switch: str, domain_uuid: str) -> bool:
        known = self._on_switch.get((switch, domain_uuid))
        if known is None:
            known = self._store.get(keys.domain_on_switch(switch, domain_uuid)) is not None
            self._on_switch[switch, domain_uuid] = known
        return known

    def acting_user(self) -> User | None:
        """The user the actor is bound to, if it is to one: one read. ``Forbidden`` if that one is gone or disabled."""
        users, homes = self.actor.users, self.actor.domains or ()
        if not users or self._user is not None:
            return self._user
        if len(users) != 1 or len(homes) != 1:
            raise Forbidden("this key acts for another user")
        from ringpost.model.user import User  # most actors are bound to none

        user = self.get(keys.user(min(homes), min(users)), User)
        if user is None:
            raise Forbidden("the user this key acts for is gone")
        if not user.enabled:
            raise Forbidden("the user is disabled")
        self._user = user
        return user

    def is_its_users(self, found: BaseModel) -> bool:
        """Whether a record is the domain's, or that of the user the actor is bound to; of anybody's if to none."""
        users = self.actor.users
        owners = getattr(getattr(found, "root", found), "owners", None) if users else None
        return owners is None or not users.isdisjoint(owners)

    def is_mine(self, found: BaseModel, *, of_anybody: bool = False) -> bool:
        """Whether the actor may see a record."""
        if not of_anybody and not self.is_its_users(found):
            return False
        if isinstance(found, (KeyDetails, ApiKey)):
            return self._is_my_key(found)
        switches = self.actor.switches
        if switches and isinstance(found, Domain):
            for switch in switches:
                self._on_switch[switch, found.domain_uuid] = switch == found.switch_uuid
        home = getattr(found, "domain_uuid", None)
        return home is None or self.reaches(home)

    def _is_my_key(self, key: KeyDetails | ApiKey) -> bool:
        limits = key if isinstance(key, KeyDetails) else key.limits
        if self.actor.users and self.actor.users.isdisjoint(one.user for one in (limits, *key.within)):
            return False
        if self.actor.is_operator or key.key_uuid == self.actor.key_uuid:
            return True
        if limits.domains is None:
            return limits.switch in self.actor.switches
        return all(map(self.reaches, limits.domains))


def _decides(staged: Write, key: Key) -> bool:
    """Whether what is staged depends on a row itself, so that a check of it says nothing more."""
    return isinstance(staged, Put) and staged.key == key and (staged.if_absent or staged.if_version is not None)


def _check_many(staged: list[tuple[Write, Problem | Exception | None]]) -> None:
    if len(staged) > MAX_WRITES:
        raise CannotComply(f"this would change more than the {MAX_WRITES} rows that can be changed at once")
    try:
        check_size([write for write, _ in staged])
    except Unholdable as error:
        raise CannotComply("this cannot be kept: it is too long, or too much for one record") from error


def _first_reason(reasons: list[Problem | Exception | None]) -> Exception:
    """An answer given before counts most, then a lost race, then what the caller did."""
    for kind in (AnsweredBefore, Moved, Exception):
        for reason in reasons:
            if isinstance(reason, kind):
                return reason
    return Moved()


@dataclass(slots=True)
class Context:
    """Everything an action is given beside its request."""

    actor: Actor
    store: TenantStore
    connect: Connect
    clock: Clock
    catalogue: CatalogueView
    call_limits: CallLimits
    webhook_networks: tuple[IPv4Network | IPv6Network, ...]
    open_archive: Callable[[], Archive | None]
    action: str
    request_id: str
    source_ip: str
    claim: Claim | None = None
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    """What is done once all is written, as well as it goes."""
    turn: TakingTurns = field(default_factory=TakingTurns)
    """Taken by who reads what only one at a time can change; passed on once all is written, or is not to be."""
    _now: str = ""
    _lines: dict[str, Switch] | None = None

    @property
    def now(self) -> str:
        """The time of this request, the same all along."""
        if not self._now:
            self._now = stamp(self.clock.now())
        return self._now

    @property
    def archive(self) -> Archive | None:
        """Where recordings are kept, if they are."""
        return self.open_archive()

    def line(self, switch: SwitchRecord, scripts: Scripts) -> Switch:
        """The line to a switch, the same all along; ``close`` lets go of it."""
        if self._lines is None:
            self._lines = {}
        if switch.switch_uuid not in self._lines:
            self._lines[switch.switch_uuid] = self.connect(switch, scripts)
        return self._lines[switch.switch_uuid]

    def asides(self) -> Iterator[Context]:
        """This request anew, as often as one likes, to read in: of the same time, and no row is read twice."""
        remembered = self.store.remembering()
        while True:
            yield replace(self, store=remembered.anew(), turn=TakingTurns(), _now=self.now)

    def close(self) -> None:
        """Let go of the lines to all switches, and of its turn."""
        self.turn.pass_on()
        while self._lines:
            self._lines.popitem()[1].close()

    def happened(
        self,
        what: str,
        domain_uuid: str | None,
        data: Mapping[str, Any],
        *,
        due_at: str | None = None,
        call_uuid: str | None = None,
        sequence: int = 0,
        event_uuid: str | None = None,
    ) -> None:
        """Note an event, due now unless said otherwise; ``sequence`` orders those of one call."""
        self.store.note(
            Event(
                event_uuid=event_uuid or str(uuid.uuid4()),
                type=what,
                domain_uuid=domain_uuid,
                due_at=due_at or self.now,
                call_uuid=call_uuid,
                sequence=sequence,
                data=dict(data),
            ),
            is_due_later=due_at is not None,
        )

    def commit(self) -> None:
        """Write all that is staged, with its audit line, or nothing."""
        try:
            events = self.store.take_events(self.clock)
            if events:
                self.store.stage(self._audit_line(events))
            self.store.commit()
        finally:
            self.turn.pass_on()

    def write_apart(self, stage: Callable[[], object]) -> None:
        """Write what is staged there, by itself; again if somebody was faster, and not at all if it is so each time."""
        for _ in range(_TRIES):
            try:
                stage()
                self.commit()
                break
            except Moved:
                self.store.forget()

    def follow_up(self) -> None:
        """Do what is done once all is written, and what that leads to: it cannot undo that any more."""
        while self.afterwards:
            do = self.afterwards.pop(0)
            try:
                do()
            except Problem as problem:
                _log.warning("afterwards: %s", problem.detail, extra={"request_id": self.request_id})

    def rehearse(self) -> None:
        """Write nothing, but refuse what ``commit`` would refuse."""
        self.afterwards = []
        self.store.rehearse()

    def _audit_line(self, events: list[Event]) -> Write:
        domain = next((event.domain_uuid for event in events if event.domain_uuid), None)
        line = AuditLine(
            at=stamp(self.clock.now()),
            request_id=self.request_id,
            key_uuid=self.actor.key_uuid,
            token_uuid=self.actor.token.token_uuid if self.actor.token else None,
            action=self.action,
            source_ip=self.source_ip,
            domain_uuid=domain,
            events=tuple(event.type for event in events),
            targets=tuple(_target(event) for event in events),
        )
        row = Row(
            keys.audit(domain, line.at, f"{self.request_id}#{uuid.uuid4().hex[:8]}"),
            line.model_dump_json(),
            expires=int(seconds(line.at)) + AUDIT_DAYS * _DAY,
        )
        return Put(row)


def _target(event: Event) -> str:
    noun = event.type.partition(".")[0]
    data = event.data
    return str(data.get(f"{noun}_uuid") or event.call_uuid or data.get("call_uuid") or event.event_uuid)
