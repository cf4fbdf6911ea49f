"""Live connections as they are kept: who is at the other end, what it subscribed to, which switch's link it is."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ringpost.clock import Clock, stamp
from ringpost.context import Moved
from ringpost.model.call import Direction
from ringpost.model.record import Entity
from ringpost.model.values import Timestamp
from ringpost.store import ConditionFailed, Delete, Key, Put, Row, Store, Write, keys

if TYPE_CHECKING:
    from ringpost.auth.authenticator import Proof

LISTENS, LINKS = "event-list", "switch-link"
"""The actions whose scopes say who may subscribe, and be a switch's link."""
LONGEST = 2 * 3600
"""Seconds; API Gateway ends a connection then, and so do we everywhere."""
SILENT_FOR = 600.0
"""Seconds without a word after which a connection is taken for dead."""
SAYS_WHO_WITHIN = 60.0
_KEPT = LONGEST + 900
_AT_ONCE = 1000


class Subscription(Entity):
    """What a connection is told of. ``home``: a domain, or None for what belongs to none."""

    name: str
    home: str | None
    read: dict[str, object]
    """The parameters of the ``event-list`` that reads the same."""
    events: tuple[str, ...] = ("#",)
    extensions: tuple[str, ...] = ()
    direction: Direction | None = None


class LinkOf(Entity):
    """Which switch's link a connection is."""

    switch_uuid: str
    link_uuid: str
    version: str
    round_trip_ms: float | None = None
    changes: bool = False
    """Whether it is told what changes in the domains of its switch."""


class LiveConnection(Entity):
    """A connection. ``proof`` is how its key was proved, without the secret; None until it has said who it is."""

    connection_id: str
    source_ip: str
    proof: tuple[bool, str, str] | None
    opened_at: Timestamp
    heard_at: Timestamp
    subscriptions: tuple[Subscription, ...] = ()
    link: LinkOf | None = None
    has_gap: bool = False
    version: int = 1


class Connections:
    """The rows of live connections: the truth by id, a copy in each list of listeners, and in that of its switch."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def opened(self, connection_id: str, source_ip: str, proof: Proof | None) -> LiveConnection:
        """A new one."""
        now = stamp(self._clock.now())
        made = LiveConnection(
            connection_id=connection_id, source_ip=source_ip, proof=proof, opened_at=now, heard_at=now
        )
        self._store.transact([Put(self._row(key, made), if_absent=True) for key in _keys(made)])
        return made

    def get(self, connection_id: str) -> LiveConnection | None:
        """One by its id."""
        row = self._store.get(keys.live_connection(connection_id))
        return LiveConnection.model_validate_json(row.body) if row else None

    def changed(self, before: LiveConnection, **members: object) -> LiveConnection:
        """Write it anew, heard from now. ``Moved`` if somebody was faster, or it is gone.

        Lists of listeners are for its subscriptions, and are written only if these are others.
        """
        changes = {"heard_at": stamp(self._clock.now()), "version": before.version + 1, **members}
        after = before.model_copy(update=changes)
        old, new = _keys(before), _keys(after)
        stays = set(_in_lists(before)) if after.subscriptions == before.subscriptions else set[Key]()
        writes: list[Write] = [Delete(key) for key in old if key not in new]
        writes += [
            Put(self._row(key, after), if_version=before.version if key == new[0] else None)
            for key in new
            if key not in stays
        ]
        try:
            self._store.transact(writes)
        except ConditionFailed:
            raise Moved from None
        return after

    def gone(self, connection_id: str) -> LiveConnection | None:
        """Take it away with its copies: what it was. Of a link it is kept when it was last heard of."""
        while (known := self.get(connection_id)) is not None:
            truth, *copies = _keys(known)
            writes: list[Write] = [Delete(truth, if_version=known.version), *map(Delete, copies)]
            if known.link is not None:
                writes.append(Put(self._row(keys.link_seen(known.link.switch_uuid), known, for_good=True)))
            try:
                self._store.transact(writes)
            except ConditionFailed:  # it has said something meanwhile, and may be in more lists
                continue
            return known
        return None

    def last_seen(self, switch_uuid: str) -> LiveConnection | None:
        """The link of a switch that went last, as it was."""
        row = self._store.get(keys.link_seen(switch_uuid))
        return LiveConnection.model_validate_json(row.body) if row else None

    def note_gap(self, connection_id: str) -> None:
        """Something could not be told it."""
        while (known := self.get(connection_id)) is not None and not known.has_gap:
            with suppress(Moved):
                self.changed(known, has_gap=True, heard_at=known.heard_at)

    def listening(self, home: str | None) -> list[LiveConnection]:
        """Those that are told what happens in a domain, or in none."""
        return self._listed(keys.listeners(home))

    def links_of(self, switch_uuid: str) -> list[LiveConnection]:
        """The links of a switch that are there, the one that was heard from last first."""
        found = [one for one in self._listed(keys.links_of_switch(switch_uuid)) if one.link]
        return sorted(found, key=lambda one: one.heard_at, reverse=True)

    def everything(self) -> list[LiveConnection]:
        """All there are, for the sweep."""
        return self._listed(keys.LIVE)

    def _listed(self, partition: str) -> list[LiveConnection]:
        found: list[LiveConnection] = []
        after = None
        while rows := self._store.query(partition, after=after, limit=_AT_ONCE):
            found += [LiveConnection.model_validate_json(row.body) for row in rows]
            after = rows[-1].key.sort
            if len(rows) < _AT_ONCE:
                break
        return found

    def _row(self, key: Key, one: LiveConnection, *, for_good: bool = False) -> Row:
        expires = None if for_good else int(self._clock.now()) + _KEPT
        return Row(key, one.model_dump_json(), one.version, expires)


def _in_lists(one: LiveConnection) -> list[Key]:
    """Its places in the lists of those who listen."""
    homes = dict.fromkeys(subscription.home for subscription in one.subscriptions)
    return [keys.listener(home, one.connection_id) for home in homes]


def _keys(one: LiveConnection) -> list[Key]:
    """Its rows, the truth first."""
    name = one.connection_id
    rows = [keys.live_connection(name), keys.live_in_all(name), *_in_lists(one)]
    return [*rows, keys.link_live(one.link.switch_uuid, name)] if one.link is not None else rows
