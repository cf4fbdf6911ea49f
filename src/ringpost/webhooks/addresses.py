"""Which addresses a webhook may have, so that nobody has us call what only we can reach.

Two looks: ``Reach.check`` at the text, when a webhook is written and again when it is called, and
``Reach.resolved`` at what the name leads to, every time. Nobody may resolve the name once more after that:
another answer could come.
"""

import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Address = IPv4Address | IPv6Address
Resolve = Callable[..., Iterable[tuple[Any, ...]]]
"""As ``socket.getaddrinfo``."""

MOST_CHARACTERS = 2048
"""Characters of a webhook's address."""

_LETTERS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*")
_URL = re.compile(r"(https?)://([^/?]*)(.*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")  # what browsers and inet_aton read as an address
_LOCAL = ("localhost", "local", "internal")

_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Pythons differ in what they call global, and all of them leave out some of these
_NEVER_PUBLIC = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments; a cloud has its metadata here
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("168.63.129.16/32"),  # a cloud's agent
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("3fff::/20"),  # documentation
)


class Refused(Exception):
    """An address that may not be called. It does not say what a name led to: that is ours to know."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook's address leads. ``path`` has the query too."""

    secure: bool
    host: str
    port: int
    path: str
    address: Address | None = None
    """The host, if it is no name."""

    @property
    def authority(self) -> str:
        """The host as a Host header says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    @property
    def is_usual(self) -> bool:
        """Whether it is what anybody may be called at: https, port 443."""
        return self.secure and self.port == 443


_OWN = "; others only in what whoever runs Ringpost has put into RINGPOST_WEBHOOK_NETWORKS"


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be called: everything public by https on port 443, and in ``networks`` everything.

    ``networks`` are the operator's own. They need not be public, and may be called over http and on any port.
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def check(self, url: str) -> Target:
        """What an address says. Raises ``ValueError`` with a sentence for who wrote it; resolves nothing."""
        target = _read(url)
        if not target.is_usual and not self._may_be_own(target):
            raise ValueError(f"must be an https address on port 443, such as https://hooks.example.net/ringpost{_OWN}")
        if target.address is None:
            if not self.networks and _is_local(target.host):
                raise ValueError(f"must name a host that is known everywhere, such as hooks.example.net{_OWN}")
        elif not self._allows(target, target.address):
            raise ValueError(f"must be a public address{_OWN}")
        return target

    def resolved(self, target: Target, resolve: Resolve = socket.getaddrinfo) -> Address:
        """The one address to connect to. Asks once; everything the name leads to must be allowed.

        Raises ``Refused``, and whatever ``resolve`` raises.
        """
        if target.address is not None:
            found = [target.address]
        else:
            entries = resolve(target.host, target.port, type=socket.SOCK_STREAM)
            found = [ip_address(entry[4][0]) for entry in entries]
        if not found:
            raise Refused("the name leads nowhere")
        if not all(self._allows(target, address) for address in found):
            raise Refused(
                "the name leads to an address that is not public"
                if target.is_usual
                else "only an own network may be called other than by https on port 443"
            )
        return found[0]

    def _may_be_own(self, target: Target) -> bool:
        return bool(self.networks) if target.address is None else self._is_own(target.address)

    def _allows(self, target: Target, address: Address) -> bool:
        return self._is_own(address) or (target.is_usual and _is_public(address))

    def _is_own(self, address: Address) -> bool:
        return not _has_zone(address) and any(address in network for network in self.networks)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        if _has_zone(address):
            return False
        if address in _NAT64:  # all that a network without IPv4 has of it
            return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _UNICAST:
            return False
    if address.is_multicast or not address.is_global:
        return False
    return not any(address in network for network in _NEVER_PUBLIC)


def _has_zone(address: Address) -> bool:
    return isinstance(address, IPv6Address) and address.scope_id is not None


def _read(url: str) -> Target:
    if len(url) > MOST_CHARACTERS:
        raise ValueError(f"must be at most {MOST_CHARACTERS} characters long")
    if "#" in url:
        raise ValueError("must be without a fragment (#)")
    if not _LETTERS.fullmatch(url):
        raise ValueError(
            "must be of the characters an address is made of: its host in punycode (xn--…), its path percent-encoded"
        )
    parts = _URL.fullmatch(url)
    if parts is None:
        raise ValueError("must be an https address, such as https://hooks.example.net/ringpost")
    secure = parts[1].lower() == "https"
    host, port = _authority(parts[2].lower())
    address = _literal(host)
    path = parts[3] if parts[3].startswith("/") else f"/{parts[3]}"
    return Target(secure, host.strip("[]"), port or (443 if secure else 80), path, address)


def _authority(text: str) -> tuple[str, int | None]:
    if "@" in text:
        raise ValueError("must be without a user and a password")
    parts = _AUTHORITY.fullmatch(text)
    if parts is None or int(parts[2] or 1) > 65535:
        raise ValueError("must hold a host, and a port from 1 to 65535 at most, such as https://hooks.example.net")
    return parts[1], int(parts[2]) if parts[2] else None


def _literal(host: str) -> Address | None:
    """The address a host is, None if it is a name. One spelling is enough: of the others everybody reads his own."""
    if not host.startswith("[") and not _NUMBER.fullmatch(host):
        if not _NAME.fullmatch(host) or len(host) > 253:
            raise ValueError("must name a host, such as hooks.example.net, without a dot at its end")
        return None
    try:
        address = IPv6Address(host[1:-1]) if host.startswith("[") else IPv4Address(host)
    except ValueError:
        address = None
    if address is None or str(address) != host.strip("[]") or getattr(address, "ipv4_mapped", None):
        raise ValueError("must hold an IP address in its usual spelling, such as 192.0.2.10 or [2001:db8::10]")
    return address


def _is_local(host: str) -> bool:
    return "." not in host or host.rpartition(".")[2] in _LOCAL
