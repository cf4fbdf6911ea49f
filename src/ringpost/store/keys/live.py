"""Live connections: who listens to what, which links are there, and what these are told to do."""

from __future__ import annotations

from ringpost.store import Key
from ringpost.store.keys.layout import Partition, of_home, over_all

LIVE = over_all("live")
"""All live connections, by their ids: for the sweep."""
live_connection = Partition("live#{connection}").row("connection")
"""A live connection by its id: whose it is, and what it listens to."""
_listeners = Partition("{home}#listeners")
links_of_switch = Partition("switch#{switch}#links")
"""The connections of a switch's links, by their ids."""
link_live = links_of_switch.at
link_seen = Partition("switch#{uuid}#link-seen").row("seen")
"""When a link of a switch was last heard of, and which."""
_command = Partition("command#{uuid}")
command = _command.row("command")
"""What a link was told to do, and what became of it."""


def live_in_all(connection: str) -> Key:
    """The place of a connection among all of them."""
    return Key(LIVE, connection)


def listeners(home: str | None) -> str:
    """The connections that are told what happens in a domain, or in none, by their ids."""
    return _listeners(of_home(home))


def listener(home: str | None, connection: str) -> Key:
    """The place of a connection among those."""
    return _listeners.at(of_home(home), connection)


def command_part(command_uuid: str, number: int) -> Key:
    """A part of what became of it, if that is more than a row holds."""
    return _command.at(command_uuid, f"part#{number:02}")
