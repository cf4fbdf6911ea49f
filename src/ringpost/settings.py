"""What the environment says, read once."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

_BASE_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_HOST = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")

_SECRET = re.compile(r"[A-Za-z0-9_-]{32,128}")

DYNAMODB_CLIENTS = ("pydynox", "boto3")


@dataclass(frozen=True, slots=True)
class Settings:
    """``RINGPOST_…`` variables. Times in seconds, sizes in bytes."""

    store: str = ""
    dynamodb_client: str = DYNAMODB_CLIENTS[0]
    data: Path = Path(".ringpost")
    calls_per_minute: int = 60
    calls_at_once: int = 20
    preload: bool = False
    edge_secrets: tuple[str, ...] = ()
    """What a distribution in front sends along, any of these: then the viewer's address that it names is believed."""
    edge_only: bool = False
    recordings: str = ""
    public_url: str = ""
    live_endpoint: str = ""
    """Where live connections are spoken to, if they are API Gateway's."""
    base_path: str = ""
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: tuple[str, ...] = ()
    connections_per_source: int = 1000
    requests_per_key: int = 0
    """A second; 0 for any number. So are those of an address."""
    requests_per_source: int = 0

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings of this process; a bad value is an error that names its variable."""
        data = Path(environment.get("RINGPOST_DATA", ".ringpost"))
        store = environment.get("RINGPOST_STORE", f"sqlite:{data / 'ringpost.sqlite3'}")
        here = f"folder:{data / 'recordings'}" if store.startswith("sqlite:") else ""
        return cls(
            store=store,
            dynamodb_client=_one_of(environment, "RINGPOST_DYNAMODB_CLIENT", DYNAMODB_CLIENTS),
            data=data,
            recordings=environment.get("RINGPOST_RECORDINGS", here),
            live_endpoint=environment.get("RINGPOST_LIVE_ENDPOINT", "").rstrip("/"),
            public_url=environment.get("RINGPOST_PUBLIC_URL", "").rstrip("/"),
            base_path=_base_path(environment, "RINGPOST_BASE_PATH"),
            calls_per_minute=_count(environment, "RINGPOST_CALLS_PER_MINUTE", 60),
            calls_at_once=_count(environment, "RINGPOST_CALLS_AT_ONCE", 20),
            webhook_networks=_networks(environment, "RINGPOST_WEBHOOK_NETWORKS"),
            hosts=_hosts(environment, "RINGPOST_HOSTS"),
            connections_per_source=_count(environment, "RINGPOST_CONNECTIONS_PER_SOURCE", 1000),
            requests_per_key=_count(environment, "RINGPOST_REQUESTS_PER_KEY", 0, least=0),
            requests_per_source=_count(environment, "RINGPOST_REQUESTS_PER_SOURCE", 0, least=0),
            edge_secrets=_secrets(environment, "RINGPOST_EDGE_SECRET"),
            edge_only=environment.get("RINGPOST_EDGE_ONLY") == "yes",
            preload=environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start",
        )


def _count(environment: Mapping[str, str], name: str, default: int, *, least: int = 1) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or not least <= int(text) <= 10_000:
        raise ValueError(f"{name} must be a whole number from {least} to 10000, not {text!r}")
    return int(text)


def _one_of(environment: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = environment.get(name, "") or choices[0]
    if text not in choices:
        raise ValueError(f"{name} must be {' or '.join(choices)}, not {text!r}")
    return text


def _base_path(environment: Mapping[str, str], name: str) -> str:
    """The path everything is under; with or without slashes around it."""
    text = environment.get(name, "").strip("/")
    path = f"/{text}" if text else ""
    if not _BASE_PATH.fullmatch(path):
        raise ValueError(f"{name} must be a path such as /pbx, not {text!r}")
    return path


def _hosts(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    hosts = tuple(one.strip().lower().rstrip(".") for one in environment.get(name, "").split(",") if one.strip())
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(f"{name} must be names such as pbx.example.net with commas between, not {host!r}")
    return hosts


def _secrets(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    secrets = tuple(one.strip() for one in environment.get(name, "").split(",") if one.strip())
    if not all(map(_SECRET.fullmatch, secrets)):
        raise ValueError(f"{name} must be 32 to 128 letters, digits, - and _, or two of these with a comma between")
    return secrets


def _networks(environment: Mapping[str, str], name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in environment.get(name, "").split(",") if one.strip())
    except ValueError as error:
        raise ValueError(f"{name} must be networks such as 192.0.2.0/24 with commas between: {error}") from None
