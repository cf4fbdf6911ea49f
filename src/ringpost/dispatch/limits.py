"""How many requests a key, or an address, may send: buckets of tokens in this process, and in no store.

In Lambda each environment has its own, and sees only those requests it is handed: of what comes quickly enough to keep
one busy it sees all, of what is spread over ten a tenth. So a limit there is approximate, and never lower than it says.
"""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from ringpost.clock import Clock
from ringpost.model.errors import RateLimited

MOST_REMEMBERED = 10_000
"""Names a process has buckets for. Who has asked for nothing longest is forgotten: his bucket is full again."""


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """Requests a second; twice as many may come at once. 0 is no limit."""

    per_key: int = 0
    per_source: int = 0


class Buckets:
    """A bucket for each name, which holds two seconds' worth and fills up as time goes by."""

    def __init__(self, rate: int, clock: Clock, most: int = MOST_REMEMBERED) -> None:
        """``rate`` in tokens a second; 0 takes from no bucket. ``most`` names are remembered."""
        self._rate = rate
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many names are remembered."""
        return len(self._buckets)

    def take(self, name: str, whose: str) -> None:
        """Take a token; ``RateLimited`` if there is none, with the whole seconds until there is one."""
        if not self._rate:
            return
        now, full = self._clock.now(), float(2 * self._rate)
        with self._lock:
            tokens, at = self._buckets.pop(name, (full, now))
            tokens = min(full, tokens + max(0.0, now - at) * self._rate)
            enough = tokens >= 1
            self._buckets[name] = (tokens - 1 if enough else tokens, now)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        if not enough:
            wait = max(1, math.ceil((1 - tokens) / self._rate))
            raise RateLimited(f"at most {self._rate} requests a second {whose}: wait a moment", retry_after=wait)


class Admission:
    """Who is let in: by address before anything is looked up, by key before anything is done."""

    def __init__(self, limits: RequestLimits, clock: Clock) -> None:
        self._of_source = Buckets(limits.per_source, clock)
        self._of_key = Buckets(limits.per_key, clock)

    def source(self, address: str) -> None:
        """Let a request of an address in, or raise ``RateLimited``."""
        self._of_source.take(source_of(address), "from one address")

    def key(self, key_uuid: str) -> None:
        """Let a request of a key, or of a token bought with it, in, or raise ``RateLimited``."""
        self._of_key.take(key_uuid, "with one key")


def source_of(address: str) -> str:
    """The name of the source an address belongs to: itself, or its IPv6 network of 64 bits, which one machine has."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or found.packed[:8].hex())
    return str(found)
