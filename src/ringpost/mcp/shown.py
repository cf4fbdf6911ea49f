"""An answer as an assistant is shown it: secrets masked, and what others wrote marked as data.

A caller's name, a note of a CRM's or a contact may read like an order to the assistant. So whatever is more than a word
or two stands between marks, whoever wrote it, and letters that nobody sees are spelled out.
"""

import re
from collections.abc import Collection
from typing import Any

MARKS = "⟦⟧"
MASKED = "(hidden: an assistant is not told secrets)"
_SECRET = re.compile(r"\brpt?_[0-9a-f-]{36}_[0-9a-f]{64}\b|\bwhsec_[A-Za-z0-9+/=]{16,}")
_PLAIN = re.compile(r"[\w.:+@/#*,=?&%-]{0,64}|[0-9 ()+/.-]{0,64}")
"""A word, a uuid, a time, an address; or a telephone number as it is written."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MOST_WORDS = 4
_OURS = frozenset({"cursor", "next_cursor"})
_UNMARKED = str.maketrans("", "", MARKS)


def shown(value: Any, secret: Collection[str], name: str = "") -> Any:
    """A value of an answer. ``secret``: the members whose text nobody is shown."""
    if isinstance(value, dict):
        return {marked(member): shown(one, secret, member) for member, one in value.items()}
    if isinstance(value, list):
        return [shown(one, secret, name) for one in value]
    if not isinstance(value, str) or name in _OURS:
        return value
    return MASKED if name in secret and value else marked(_SECRET.sub(MASKED, value) if secret else value)


def marked(text: str) -> str:
    """Text, between marks if it may say something; what it has of such marks is taken out."""
    if _PLAIN.fullmatch(text) and len(_WORD.findall(_UUID.sub("", text))) <= _MOST_WORDS:
        return text
    visible = "".join(letter if _is_seen(letter) else f"\\u{ord(letter):04x}" for letter in text.translate(_UNMARKED))
    return f"{MARKS[0]}{visible}{MARKS[1]}"


def unmarked(value: Any) -> Any:
    """What an assistant sends, without the marks it may have copied."""
    if isinstance(value, dict):
        return {name: unmarked(one) for name, one in value.items()}
    if isinstance(value, list):
        return [unmarked(one) for one in value]
    return value.translate(_UNMARKED) if isinstance(value, str) else value


def _is_seen(letter: str) -> bool:
    return letter.isprintable() or letter in "\n\t"
