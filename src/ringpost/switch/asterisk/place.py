"""Where an Asterisk's manager interface is, and a connection to it."""

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from ringpost.model.switch import SwitchRecord
from ringpost.model.values import TLS
from ringpost.switch.asterisk.ami import Manager

PORT, TLS_PORT = 5038, 5039


class Address(NamedTuple):
    """Where the manager interface of a switch is."""

    host: str
    port: int
    is_encrypted: bool

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine's own."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def address(record: SwitchRecord) -> Address:
    """Where a switch is, and whether it is spoken to with TLS."""
    place = record.address or ""
    parts, is_encrypted = urlsplit(f"//{place.removeprefix(TLS)}"), place.startswith(TLS)
    return Address(parts.hostname or "", parts.port or (TLS_PORT if is_encrypted else PORT), is_encrypted)


def connected(place: Address, record: SwitchRecord, password: str, answer_seconds: float = 5.0) -> Manager:
    """A connection that is logged in."""
    return Manager(
        place.host,
        place.port,
        user=record.user or "",
        password=password,
        is_encrypted=place.is_encrypted,
        answer_seconds=answer_seconds,
    )
