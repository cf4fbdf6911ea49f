"""Which names a server answers for.

A page in a browser may have its own name point to 127.0.0.1 and so ask a server that listens only there (DNS
rebinding). Such a request carries that page's name as its ``Host``.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address

from ringpost.model.errors import Misdirected

_HERE = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/?#@\[\]]+)(?::[0-9]*)?")
_MOST_SHOWN = 100


class Hosts:
    """The names of a server that is bound to these addresses; ``named`` are those its operator gave it.

    One that others than this machine can reach is called all sorts of names: it asks only if some were given.
    """

    def __init__(self, bound: Iterable[str], named: Iterable[str] = (), public: str = "") -> None:
        bound, named = tuple(bound), tuple(named)
        is_here = all(ip_address(one).is_loopback for one in bound)
        self._known = {*_HERE, *map(_as_host, bound), *named, _name(public) or "localhost"}
        self._asks = is_here or bool(named)

    def check(self, header: str) -> None:
        """Refuse a request with such a ``Host``, unless it is meant for this server: ``Misdirected``."""
        if self._asks and _name(header) not in self._known:
            raise Misdirected(
                f"this server answers for {', '.join(sorted(self._known))}, not for {header[:_MOST_SHOWN]!r}:"
                " add the name to RINGPOST_HOSTS, such as RINGPOST_HOSTS=pbx.example.net"
            )


def _name(header: str) -> str | None:
    """The name in a ``Host``, without its port."""
    found = _HOST.fullmatch(header.strip().lower())
    return found and found[1].removesuffix(".")


def _as_host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
