"""What an Asterisk posts and is answered: forms, ``a=b&c=d``, percent-encoded, where ``+`` is a plus.

Asterisk looks at no status, only at the body: what is no answer must be one that makes nothing (measured on 22.10.1).
"""

from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

from ringpost.model.errors import InvalidRequest

MOST = 64 * 1024
"""Bytes of a form; Asterisk's own come to a few hundred."""
_MOST_MEMBERS = 100


def read(body: bytes) -> dict[str, str]:
    """The members of a form; of a name that is there twice the first. ``InvalidRequest`` if it is none."""
    if len(body) > MOST:
        raise InvalidRequest(f"a switch posts at most {MOST} bytes")
    pairs = body.decode(errors="replace").strip("\r\n").split("&")
    if len(pairs) > _MOST_MEMBERS:
        raise InvalidRequest(f"a switch posts at most {_MOST_MEMBERS} members")
    fields: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name:
            fields.setdefault(unquote(name), unquote(value))
    return fields


def written(members: Mapping[str, str] | Iterable[tuple[str, str]]) -> bytes:
    """A form on one line; half a character, which JSON can spell and UTF-8 cannot, is a question mark."""
    pairs = members.items() if isinstance(members, Mapping) else members
    return "&".join("=".join(quote(one, safe="", errors="replace") for one in pair) for pair in pairs).encode()
