"""What it costs to be warm: a link without a switch asks the local server ahead, whatever its phones may ask.

python -m benchmarks.warming [EXTENSIONS …], on a machine that has /proc. Nothing leaves loopback.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.local_server import Serving, serving
from ringpost.client import Answer, Client
from ringpost.clock import SystemClock
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.standing_in import StandingIn
from ringpost.switch.kinds import kinds

SIZES = (50, 200)
SCOPES = ("switch.event", "switch.link.#", "domain.list", "event.list")


@dataclass(frozen=True, slots=True)
class Counted(Client):
    """An endpoint whose requests are counted, by action."""

    asked: Counter[str] = field(default_factory=Counter)

    def call(self, action: str, members: Any, *more: Any, **named: Any) -> Answer:
        self.asked[action] += 1
        return super(Counted, self).call(action, members, *more, **named)

    def post(self, action: str, *what: Any, **more: Any) -> Answer:
        self.asked[action] += 1
        return super(Counted, self).post(action, *what, **more)


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    for kind in ("asterisk", "freeswitch"):
        for size in sizes:
            with serving() as server:
                print(f"{kind}, {size} extensions: {measured(server, kind, size)}", flush=True)


def measured(server: Serving, kind: str, size: int) -> str:
    client = furnished(server, kind, size)
    with tempfile.TemporaryDirectory() as name, beside(client, kind, Path(name)) as stands:
        asked, cpu, own, begun = Counter(client.asked), server.cpu, time.process_time(), time.perf_counter()
        stands.warming.warm()
        took = time.perf_counter() - begun
        asked = Counter(client.asked) - asked
        cpu, own = server.cpu - cpu, time.process_time() - own
        kept = stands.kept.asked_ahead()
        disk = sum(file.stat().st_size for file in Path(name).glob("standing-*"))
        again, looked = time.process_time(), time.perf_counter()
        stands.warming.warm()
        again, looked = time.process_time() - again, time.perf_counter() - looked
    return (
        f"{asked.total()} requests, {kept} answers, {disk / 1e6:.0f} MB, {took:.1f} s; CPU of the"
        f" endpoint {cpu:.1f} s, of the link {own:.1f} s; looked through again in {looked:.1f} s, {again:.1f} s of CPU"
        f" ({dict(asked)})"
    )


def furnished(server: Serving, kind: str, size: int) -> Counted:
    """A switch with one domain of so many extensions, and its link's line."""
    url = f"http://127.0.0.1:{server.port}"
    operator = Client(url, server.token)
    operator.done("switch-create", {"name": "bench", "kind": kind, "via": "link"})
    home = operator.done("domain-create", {"domain_name": "bench.example.net", "switch": "bench"})["domain_uuid"]
    for number in range(1000, 1000 + size):
        operator.done("extension-create", {"domain_uuid": home, "extension": str(number)})
    key = operator.done("key-create", {"name": "link", "switch": "bench", "scopes": [f"{kind}.#", *SCOPES]})
    return Counted(url, key["token"])


@contextmanager
def beside(client: Client, kind: str, folder: Path) -> Iterator[StandingIn]:
    """What stands in beside no switch."""
    link = Beside("bench", client, Buffer(folder / "link.sqlite3"), SystemClock(), lambda _: None)
    stands = StandingIn.beside(link, kinds()[kind].asks(), folder, ("127.0.0.1", 0), lambda _: None)
    try:
        yield stands
    finally:
        link.stopping.set()
        stands.close()
        link.buffer.close()


if __name__ == "__main__":
    main()
