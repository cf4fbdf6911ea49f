"""XiVO's ACL grammar over action names with dots for hyphens.

``extension.create`` is that action; ``*`` is anything inside one segment, ``#`` anything at all;
an entry with ``!`` in front forbids, whatever its place. Negatives alone allow nothing.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_WILDCARDS = re.compile(r"[*#]{2,}")
"""Several in a row say no more than one, and cost a search its time."""


def allows(scopes: Iterable[str], wanted: str) -> bool:
    """Whether a list of scopes covers a dotted name."""
    allowed = False
    for scope in scopes:
        if scope.startswith("!"):
            if _pattern(scope[1:]).fullmatch(wanted):
                return False
        elif not allowed:
            allowed = _pattern(scope).fullmatch(wanted) is not None
    return allowed


@lru_cache(maxsize=4096)
def _pattern(scope: str) -> re.Pattern[str]:
    scope = _WILDCARDS.sub(lambda found: "#" if "#" in found[0] else "*", scope)
    return re.compile(re.escape(scope).replace(r"\*", "[^.#]*?").replace(r"\#", ".*?"), re.DOTALL)
