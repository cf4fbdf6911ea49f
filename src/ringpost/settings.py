"""What the environment says, read once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """``RINGPOST_…`` variables. Times in seconds, sizes in bytes."""

    store: str = ""
    data: Path = Path(".ringpost")
    calls_per_minute: int = 60
    calls_at_once: int = 20
    preload: bool = False

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings of this process; a bad value is an error that names its variable."""
        data = Path(environment.get("RINGPOST_DATA", ".ringpost"))
        return cls(
            store=environment.get("RINGPOST_STORE", f"sqlite:{data / 'ringpost.sqlite3'}"),
            data=data,
            calls_per_minute=_count(environment, "RINGPOST_CALLS_PER_MINUTE", 60),
            calls_at_once=_count(environment, "RINGPOST_CALLS_AT_ONCE", 20),
            preload=environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start",
        )


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise ValueError(f"{name} must be a whole number from 1 to 10000, not {text!r}")
    return int(text)
