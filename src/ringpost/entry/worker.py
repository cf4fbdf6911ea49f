"""Deliveries without AWS: beside the local server, or in a process of their own."""

import fcntl
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ringpost.clock import Clock
from ringpost.entry import wiring
from ringpost.entry.echoing import Echoing
from ringpost.settings import Settings
from ringpost.store import Store
from ringpost.store.archive import Archive
from ringpost.webhooks.outbox import Listeners
from ringpost.webhooks.worker import Worker

_LOOKS_FOR_LOCK_EVERY = 0.5


@contextmanager
def beside(
    settings: Settings, store: Store, clock: Clock, archive: Archive | None, listeners: Listeners | None = None
) -> Iterator[None]:
    """Deliver in a thread as long as this lasts."""
    stopping = threading.Event()
    thread = threading.Thread(target=work, args=(settings, store, clock, archive, stopping, listeners), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def work(
    settings: Settings,
    store: Store,
    clock: Clock,
    archive: Archive | None,
    stopping: threading.Event,
    listeners: Listeners | None = None,
) -> None:
    """Deliver until told to stop, as soon as no other process of this machine does."""
    with _lock(settings.data / "deliveries.lock", stopping):
        if not stopping.is_set():
            connect = wiring.connector(clock, wiring.known_links(store, clock))
            with ThreadPoolExecutor(1, thread_name_prefix="sandbox") as pool:
                echoing = Echoing(store, clock, connect, listeners, pool.submit)
                office = wiring.post_office(settings, store, clock, archive, echoing)
                Worker(office.outbox, office.courier, clock).run(stopping)


@contextmanager
def _lock(path: Path, stopping: threading.Event) -> Iterator[None]:
    """Have the machine's lock on a file; it is let go of when the process dies, however that happens."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _locked(file) and not stopping.wait(_LOOKS_FOR_LOCK_EVERY):
            pass
        yield
    finally:
        os.close(file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
