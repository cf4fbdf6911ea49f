"""Doing what is due in a process of our own: what on AWS the stream, the queues and the sweep do."""

import logging
import threading
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from ringpost.clock import Clock, stamp
from ringpost.model.errors import Problem
from ringpost.store import Key, keys
from ringpost.webhooks.courier import Courier
from ringpost.webhooks.outbox import Outbox, Task

THREADS = 128
LOOKS_EVERY = 0.1
"""Seconds."""
_LOOKS_BACK = 15.0
_LOOKS_AT_ALL_EVERY = 10.0
_AT_ONCE = 500
_RESTS = 1.0
_SHARES = 4
"""A domain whose receivers all hang keeps a quarter of the threads busy, and no more."""
_log = logging.getLogger("ringpost")


class Worker:
    """Hands events on as they happen, and tries deliveries as they fall due: lanes side by side, each in order."""

    def __init__(self, outbox: Outbox, courier: Courier, clock: Clock, threads: int = THREADS) -> None:
        self._outbox = outbox
        self._courier = courier
        self._clock = clock
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="delivery")
        self._threads = threads
        self._share = max(1, threads // _SHARES)
        self._lanes: dict[str, deque[Task]] = {}
        self._ready: dict[str, deque[str]] = {}
        self._running = Counter[str]()
        self._stopping = threading.Event()
        self._taken: set[Key] = set()
        self._given_up: set[str] = set()
        self._lock = threading.Lock()
        self._looks_at_all_at = 0.0

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop. What was under way is finished, or left to be done again."""
        self._stopping = stopping
        try:
            while not stopping.is_set():
                stopping.wait(self._pause())
        finally:
            self.close()

    def close(self) -> None:
        """Finish what is under way."""
        with self._lock:
            self._stopping.set()
            self._lanes.clear()
        self._pool.shutdown(cancel_futures=True)

    def _pause(self) -> float:
        try:
            return 0.0 if self.look() else LOOKS_EVERY
        except Problem as problem:
            _log.warning("deliveries: %s", problem.detail)
        except Exception:  # noqa: BLE001 - a bug must not stop all deliveries; the log has it
            _log.exception("deliveries")
        self._looks_at_all_at = 0.0
        return _RESTS

    def look(self) -> bool:
        """Look once at what is due, hand events on, and start deliveries. Whether there was an event."""
        events = False
        now = self._clock.now()
        since = now - _LOOKS_BACK
        with self._lock:
            at_all = now >= self._looks_at_all_at or bool(self._given_up)
            self._given_up.clear()
        if at_all:
            since, self._looks_at_all_at = 0.0, now + _LOOKS_AT_ALL_EVERY
        for due_list in keys.DUE_LISTS:
            for tasks in self._pages(due_list, now, since):
                handed_on = [task for task in tasks if not task.is_delivery]
                events = self._hand_on(handed_on) or events
                for task in tasks:
                    if task.is_delivery:
                        self._take(task)
        return events

    def _hand_on(self, tasks: list[Task]) -> bool:
        """Hand events on; one that breaks it holds up no other. Whether one was handed on."""
        try:
            self._outbox.hand_on(tasks)
            return bool(tasks)
        except Problem:
            raise
        except Exception:  # noqa: BLE001 - a bug must not stop the others; the log has it
            if len(tasks) == 1:
                _log.exception("event %s", tasks[0].key.sort)
                return False
        return sum(self._hand_on([task]) for task in tasks) > 0

    def _pages(self, due_list: str, now: float, since: float) -> Iterator[list[Task]]:
        after = None
        while tasks := self._outbox.due(due_list, now, since=stamp(since), after=after, limit=_AT_ONCE):
            yield tasks
            after = tasks[-1].key.sort
            if len(tasks) < _AT_ONCE:
                return

    def _take(self, task: Task) -> None:
        """Put a delivery into its lane."""
        with self._lock:
            if task.key in self._taken or task.lane in self._given_up:
                return
            self._taken.add(task.key)
            lane = self._lanes.setdefault(task.lane, deque())
            lane.append(task)
            if len(lane) == 1:
                self._ready.setdefault(_home(task), deque()).append(task.lane)
            self._start()

    def _start(self) -> None:
        """Have threads work on what is ready: a domain after the other, none on more than its share of them."""
        if self._stopping.is_set():
            return
        for home in list(self._ready):
            while self._ready[home] and self._running[home] < self._share and self._running.total() < self._threads:
                lane = self._lanes.get(self._ready[home].popleft())
                if lane:
                    self._running[home] += 1
                    self._pool.submit(self._work_on, home, lane[0])
            if not self._ready[home]:
                del self._ready[home]

    def _work_on(self, home: str, task: Task) -> None:
        """Try one delivery. Its lane waits its turn again, behind the others of its domain."""
        try:
            self._courier.attempt(task)
            is_done = True
        except Problem as problem:
            _log.warning("delivery %s: %s", task.key.sort, problem.detail)
            is_done = False
        except Exception:  # noqa: BLE001 - a bug must not stop the lane; the log has it
            _log.exception("delivery %s", task.key.sort)
            is_done = True
        with self._lock:
            self._running[home] -= 1
            if is_done:
                self._next(home, task)
            else:
                self._give_up(task.lane)
            self._start()

    def _next(self, home: str, done: Task) -> None:
        """The next in a lane is ready, if there is one."""
        self._taken.discard(done.key)
        lane = self._lanes.get(done.lane)
        if not lane:
            return
        lane.popleft()
        if lane:
            waiting = self._ready.pop(home, deque())  # to the end of the line: every domain has its turn
            waiting.append(done.lane)
            self._ready[home] = waiting
        else:
            del self._lanes[done.lane]

    def _give_up(self, name: str) -> None:
        """Forget a lane whose first could not be tried: the next look finds it as it was, none before another."""
        self._given_up.add(name)
        self._taken.difference_update(task.key for task in self._lanes.pop(name, ()))


def _home(task: Task) -> str:
    """Whose delivery it is: a domain's, or the operator's."""
    return task.due.home_uuid or "operator"
