"""What an Asterisk 22.10.1 told while calls were made, byte for byte (tests/captures/asterisk)."""

import re
from collections.abc import Iterator
from pathlib import Path

from ringpost.switch.asterisk.ami import Message

CAPTURES = Path(__file__).parents[2] / "captures" / "asterisk"
BEGAN = 1_795_761_000.0
"""Before all that was captured: captures have no times, so each event is told a millisecond after the one before."""
DOMAIN = "d0d0d0d0-0000-4000-8000-000000000001"
_BLOCK = re.compile(r"^##### (C|S|EOF|NEW CONNECTION)[^\n]*\n", re.MULTILINE)


def messages(scenario: str) -> Iterator[Message]:
    """What it sent, answers and lists among it."""
    text = (CAPTURES / f"{scenario}.ami.txt").read_bytes().decode(errors="replace")
    parts = _BLOCK.split(text)[1:]
    for who, block in zip(parts[::2], parts[1::2], strict=True):
        if who == "S":
            lines = [line.partition(":") for line in block.split("\r\n") if line.strip()]
            yield Message(tuple((name, value.removeprefix(" ")) for name, _, value in lines))


def events(scenario: str) -> list[Message]:
    """What it told unasked."""
    lists = {one.get("ActionID") for one in messages(scenario) if one.get("EventList")}
    return [one for one in messages(scenario) if one.event and one.get("ActionID") not in lists - {""}]


def listed(scenario: str, event: str) -> list[Message]:
    """The rows of a list it answered."""
    return [one for one in messages(scenario) if one.event == event and one.get("ActionID")]


def scenarios() -> list[str]:
    """Every scenario there is."""
    return sorted(file.name.removesuffix(".ami.txt") for file in CAPTURES.glob("*.ami.txt"))
