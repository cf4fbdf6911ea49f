"""What a switch says of a leg: each member read as what it must be, whatever kind of switch it is.

Members repeat what callers and phones sent. So only what has the right form is taken: text loses what no name needs
and is cut, and a number, uuid or time that is none counts as not said.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ringpost.clock import stamp
from ringpost.model.call import Direction
from ringpost.model.telephone.spelling import NUMBER
from ringpost.model.values import EXTENSION, UNPRINTABLE, is_uuid

SHORT, LONG = 128, 1024
YEAR_2100 = 4_102_444_800
DIRECTIONS: dict[str, Direction] = {"inbound": "inbound", "outbound": "outbound", "local": "local"}
_UNKEEPABLE = re.compile(f"[{UNPRINTABLE}\ud800-\udfff]")
"""What ``values.Text`` does not take, and halves of characters, which JSON can spell and UTF-8 cannot."""
_WHOLE = re.compile("[0-9]{1,9}")
_SINCE_1970 = re.compile("[0-9]{1,16}")


class Said:
    """Members, each read as what it must be; ``None`` if it is not."""

    def __init__(self, members: Mapping[str, Any], *, encoded: bool = False) -> None:
        """``encoded``: every value is percent-encoded."""
        self._members, self._encoded = members, encoded

    def verbatim(self, name: str) -> str:
        """As it was said; empty if it was not."""
        value = self._members.get(name)
        if not isinstance(value, str):
            return str(value) if type(value) is int else ""
        return unquote(value, errors="replace") if self._encoded else value

    def text(self, name: str, most: int = SHORT) -> str | None:
        """Text without what no name needs."""
        return _UNKEEPABLE.sub("", self.verbatim(name))[:most].strip() or None

    def matching(self, pattern: re.Pattern[str], *names: str) -> str | None:
        """The first that matches."""
        return next((value for value in map(self.verbatim, names) if pattern.fullmatch(value)), None)

    def number(self, name: str) -> str | None:
        """A number as a telephone dials it."""
        return self.matching(NUMBER, name)

    def whole(self, name: str) -> int | None:
        """A whole number."""
        value = self.matching(_WHOLE, name)
        return int(value) if value else None

    def uuid(self, name: str) -> str | None:
        """A UUID, in lower case."""
        value = self.verbatim(name).lower()
        return value if is_uuid(value) else None

    def inside(self, name: str) -> "Said":
        """A member's own members; of a list, its first one's."""
        value = self._members.get(name)
        first = next(iter(value), None) if isinstance(value, list) else value
        return Said(first if isinstance(first, dict) else {}, encoded=self._encoded)

    def moment(self, name: str) -> str | None:
        """From the microseconds or the seconds, where 0 is never; ``*_stamp`` is of no known time zone."""
        for unit, a_second in (("uepoch", 1_000_000), ("epoch", 1)):
            value = self.matching(_SINCE_1970, f"{name}_{unit}")
            if value and 0 < (seconds := int(value) / a_second) < YEAR_2100:
                return stamp(seconds)
        return None


def extensions_in(text: str) -> tuple[str, ...]:
    """The extensions in a variable of our own dialplan or plan, which parts them by colons."""
    return tuple(number for number in text.split(":") if EXTENSION.fullmatch(number))
