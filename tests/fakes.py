"""Fakes: small real classes."""

import threading
from collections.abc import Callable, Sequence

from ringpost.model.call import CallOrder, Leg, Rung
from ringpost.model.domain import Domain
from ringpost.model.errors import Problem, StoreUnavailable
from ringpost.model.queue import QueueOrder, WaitingCaller
from ringpost.store import Key, Row, Store, Write
from ringpost.store.archive import Upload
from ringpost.switch import Progress
from ringpost.switch.sandbox.driver import SandboxSwitch
from ringpost.switch.scripts import Knows, Script

NOON = 1_795_348_800.0
"""2026-11-22T12:00:00Z"""


class FakeClock:
    """A clock that stands still, and jumps when somebody would wait; it goes on by ``step`` with every look at it."""

    def __init__(self) -> None:
        self.time = NOON
        self.step = 0.0

    def now(self) -> float:
        self.time += self.step
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class CountingStore:
    """A store that notes how it was called."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.calls: list[str] = []
        self.rows_read = 0

    def get(self, key: Key) -> Row | None:
        self.calls.append("get")
        row = self.inner.get(key)
        self.answered([row] if row else [])
        return row

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        limit: int = 100,
    ) -> list[Row]:
        self.calls.append("query")
        rows = self.inner.query(partition, between=between, after=after, descending=descending, limit=limit)
        self.rows_read += len(rows)
        self.answered(rows)
        return rows

    def transact(self, writes: Sequence[Write]) -> None:
        self.calls.append("transact")
        self.inner.transact(writes)

    def answered(self, rows: Sequence[Row]) -> None:
        """What one call has read: for those that weigh it."""


class Crowded(CountingStore):
    """A store in which somebody else's call comes first, just before the next one is written."""

    comes: Callable[[], object] | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        comes, self.comes = self.comes, None
        if comes is not None:
            comes()
        super().transact(writes)


class FailingStore(CountingStore):
    """A store that fails at the calls it is told to; ``after`` fails once the work is done: a lost reply."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.fail_at: set[int] = set()
        self.lose_reply_at: set[int] = set()
        self.seen = 0

    def _count(self) -> int:
        self.seen += 1
        if self.seen in self.fail_at:
            raise StoreUnavailable
        return self.seen

    def get(self, key: Key) -> Row | None:
        self._count()
        return super().get(key)

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        limit: int = 100,
    ) -> list[Row]:
        self._count()
        return super().query(partition, between=between, after=after, descending=descending, limit=limit)

    def transact(self, writes: Sequence[Write]) -> None:
        number = self._count()
        super().transact(writes)
        if number in self.lose_reply_at:
            raise StoreUnavailable


PINS: dict[str, Knows] = {"101": "participant", "102": "moderator"}


class MemoryScripts:
    """The sandbox's scripts, remembered."""

    def __init__(self, **ways: tuple[Rung, ...]) -> None:
        self.scripts: dict[str, Script] = {}
        self.ways = ways
        self.requeued: list[str] = []

    def of_domain(self, domain_uuid: str) -> list[Script]:
        return [script for script in self.scripts.values() if script.order.domain_uuid == domain_uuid]

    def way(self, domain_uuid: str, number: str, order: CallOrder, at: float) -> tuple[Rung, ...]:
        return self.ways.get(number, ())

    def requeue(self, domain_uuid: str) -> None:
        self.requeued.append(domain_uuid)

    def rewrite(self, script: Script) -> None:
        self.note(script)

    def who_knows(self, domain_uuid: str, room: str, pin: str) -> Knows | None:
        """Of every room the same."""
        return PINS.get(pin)

    def note(self, script: Script) -> None:
        self.scripts[script.order.call_uuid] = script


class RecordingSwitch(SandboxSwitch):
    """A switch that foretells nothing, as a real one; it notes its orders, and fails if it is told to."""

    is_sandbox = False

    def __init__(self) -> None:
        self.orders: list[CallOrder] = []
        self.problem: Problem | None = None
        self.progress = Progress("answered", answered=True)
        self.waits: list[WaitingCaller] = []
        self.queues: list[QueueOrder] = []
        self.dropped: list[str] = []
        self.placing = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def close(self) -> None:
        pass

    def place(self, order: CallOrder) -> None:
        self.orders.append(order)
        self.placing.set()
        assert self.go_on.wait(10)
        if self.problem is not None:
            raise self.problem

    def await_answer(self, order: CallOrder, seconds: float) -> Progress:
        return self.progress

    def waiting(self, domain: Domain) -> list[WaitingCaller]:
        return list(self.waits)

    def set_queues(self, domain: Domain, queues: Sequence[QueueOrder]) -> None:
        self.queues += queues

    def drop_queue(self, domain: Domain, queue_uuid: str) -> None:
        self.dropped.append(queue_uuid)

    def foretold(self, order: CallOrder) -> Sequence[Leg]:
        return []


class MemoryArchive:
    """An archive that is remembered: ``files`` are there."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def upload(self, name: str, seconds: int) -> Upload:
        return Upload(f"https://archive.example.net/{name}?write={seconds}", None)

    def link(self, name: str, seconds: int, file_name: str) -> str:
        return f"https://archive.example.net/{name}?read={seconds}&as={file_name}"

    def size(self, name: str) -> int | None:
        return len(self.files[name]) if name in self.files else None

    def delete(self, name: str) -> None:
        self.files.pop(name, None)


class Meanwhile(CountingStore):
    """A store in which somebody else is quicker, once: just before the next write, or one after it."""

    def __init__(self, inner: Store, does: Callable[[], object], *, before_write: int = 1) -> None:
        super().__init__(inner)
        self.does = does
        self.writes_to_go = before_write

    def transact(self, writes: Sequence[Write]) -> None:
        self.writes_to_go -= 1
        if self.writes_to_go == 0:
            self.does()
        super().transact(writes)
