"""“Did you mean”: the known word nearest to one that is not."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 64


def nearest(word: str, known: Iterable[str]) -> str:
    """``, did you mean x?`` or nothing. A caller's word is never repeated."""
    found = get_close_matches(word[:_LONGEST].lower().replace("_", "-"), [one.replace("_", "-") for one in known], n=1)
    if not found:
        return ""
    original = next(one for one in known if one.replace("_", "-") == found[0])
    return f", did you mean {original}?"
