"""Whether a 401 tells by its time what is there: ``python -m benchmarks.refusals [rounds]``.

Not part of the table of budgets, nor of the suite: a clock on a shared machine proves nothing, many rounds hint.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median

from ringpost.auth.authenticator import Authenticator
from ringpost.entry import demo
from ringpost.model.errors import Unauthorized
from ringpost.store import Key, Row
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.fakes import CountingStore, FakeClock
from tests.harness import House

NOBODY = "c0c0c0c0-1111-4000-8000-00000000000f"
WRONG = "0" * 64


class Remembering(CountingStore):
    """A store that costs next to nothing: what is measured is our own share."""

    def __init__(self, inner: SqliteStore) -> None:
        super().__init__(inner)
        self.rows: dict[Key, Row | None] = {}

    def get(self, key: Key) -> Row | None:
        if key not in self.rows:
            self.rows[key] = self.inner.get(key)
        return self.rows[key]


def asked(house: House) -> dict[str, str]:
    """What somebody without a secret may send."""
    few = house.key("#", domains=(demo.DOMAIN_NAME,))
    scopes = [name.replace("-", ".") for name in house.catalogue.names()][:100]
    many = house.key(*scopes, domains=(demo.DOMAIN_NAME,))
    ids = {
        "unknown key": f"rp_{NOBODY}",
        "malformed key": "rp_nobody",
        "key": f"rp_{few.key_uuid}",
        "key of 100 scopes": f"rp_{many.key_uuid}",
        "unknown token": f"rpt_{NOBODY}",
        "token": f"rpt_{few.done('token-create')['token_uuid']}",
        "token of 100 scopes": f"rpt_{few.done('token-create', scopes=scopes)['token_uuid']}",
    }
    return {name: f"{prefix}_{WRONG}" for name, prefix in ids.items()}


def microseconds(authenticator: Authenticator, sent: dict[str, str], rounds: int) -> dict[str, float]:
    """The median of each, all taking turns."""
    taken: dict[str, list[int]] = {name: [] for name in sent}
    for _ in range(rounds):
        for name in random.sample(list(sent), len(sent)):
            taken[name].append(_timed(authenticator, sent[name]))
    return {name: median(times) / 1000 for name, times in taken.items()}


def _timed(authenticator: Authenticator, token: str) -> int:
    started = time.perf_counter_ns()
    with suppress(Unauthorized):
        authenticator.identify({"x-api-key": token}, "192.0.2.1")
    return time.perf_counter_ns() - started


def main(say: Callable[[str], object] = print) -> None:
    """One run."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    clock = FakeClock()
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "refusals.sqlite3", clock.now)
        seeds.plant(store, clock)
        sent = asked(House(store, clock))
        for where, asks in (("our own share", Remembering(store)), ("with SQLite", store)):
            for name, time_taken in microseconds(Authenticator(asks, clock), sent, rounds).items():
                say(f"{where:14} {name:20} {time_taken:7.2f} µs")
        store.close()


if __name__ == "__main__":
    main()
