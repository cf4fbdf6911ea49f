"""The user's yes to one order: a code that is good once, for that action with those members, for a while."""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from ringpost.mcp.asked import as_text

GOOD_SECONDS = 600.0
_MOST = 200


@dataclass(slots=True)
class Codes:
    """The codes that were given out and not used. Safe for several threads and clients."""

    now: Callable[[], float] = time.monotonic
    _given: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict)
    _one_at_a_time: Lock = field(default_factory=Lock)

    def give(self, action: str, members: Mapping[str, Any]) -> str:
        """A code for this order."""
        code = secrets.token_urlsafe(9)
        with self._one_at_a_time:
            self._given[code] = _order(action, members), self.now() + GOOD_SECONDS
            if len(self._given) > _MOST:
                self._given.popitem(last=False)
        return code

    def take(self, code: Any, action: str, members: Mapping[str, Any]) -> bool:
        """Whether that was its code; it is none any more."""
        with self._one_at_a_time:
            order, until = self._given.pop(code, ("", 0.0)) if isinstance(code, str) else ("", 0.0)
        return order == _order(action, members) and self.now() <= until


def _order(action: str, members: Mapping[str, Any]) -> str:
    return hashlib.sha256(as_text([action, sorted(members.items())]).encode(errors="replace")).hexdigest()
