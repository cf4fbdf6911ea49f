"""What live connections need of where they run."""

from typing import NamedTuple, Protocol


class Gone(Exception):
    """There is no such connection any more."""


class Unsure(OSError):
    """Nobody knows whether it was said."""


class Sockets(Protocol):
    """Whoever is at the other ends, by the ids of their connections."""

    def send(self, connection_id: str, text: str) -> None:
        """Say something. ``Gone`` if nobody is there, ``OSError`` if it was not said, ``Unsure`` if perhaps."""

    def close(self, connection_id: str) -> None:
        """Hang up; nothing if it is gone already."""


class Push(NamedTuple):
    """An event that one connection is to be told of: where it is among those of its domain, or of none."""

    connection_id: str
    home: str | None
    place: str


class Pushes(Protocol):
    """The queue of what is to be pushed. It never holds up whoever puts something in."""

    def put(self, pushes: list[Push]) -> None:
        """Have these pushed soon, as well as it goes."""
