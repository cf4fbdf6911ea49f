"""Secrets and how they are shown: ``rp_<key id>_<secret>``, a short-lived token ``rpt_<token id>_<secret>``.

A secret is 256 random bits in hexadecimal, so no slow hash is needed. The pattern for a secret
scanner is ``rpt?_[0-9a-f-]{36}_[0-9a-f]{64}``.
"""

import binascii
import hashlib
import hmac
import re
import secrets
from base64 import b64decode
from collections.abc import Mapping
from typing import NamedTuple

from ringpost.model.values import is_uuid

_LONGEST = 512
_MOST_LIVE = 2
"""Secrets of a key: two while a rotation overlaps. So many are compared, however many there are."""
_NO_HASH = "0" * 64
_NOBODYS = f'"hashes":[{{"sha256":"{_NO_HASH}"}}]{" " * 300}"limits":'
"""What is looked at where nothing is stored: about as long."""
_KEPT = re.compile(r'"sha256": ?"([0-9a-f]{64})"')


class Credentials(NamedTuple):
    """The id of a key or of a token, and the secret that should prove it."""

    uuid: str
    secret: str
    is_token: bool = False


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_hex(32)


def sha256(secret: str) -> str:
    """How a secret is kept."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two hashes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def proves_key(digest: str, body: str | None) -> bool:
    """Whether a presented hash is one of a key's, given the key as it is stored; None is nobody's.

    The record itself is read only once this has said yes: how long that takes would tell whoever has no secret
    that there is such a key, and how much is in it. Hashes are written behind all that can be long.
    """
    text = body or _NOBODYS
    return _proves(digest, text[text.rfind('"hashes":') :])


def proves_token(digest: str, body: str | None) -> bool:
    """The same for a token, whose hash is written before all that can be long."""
    text = body or _NOBODYS
    return _proves(digest, text[: text.find('"limits":')])


def _proves(digest: str, part: str) -> bool:
    """Compared as often whatever is there. No text of a caller's is taken for a hash: its quotes are escaped."""
    kept = [*_KEPT.findall(part), _NO_HASH, _NO_HASH][:_MOST_LIVE]
    proved = [same(digest, one) for one in kept]
    return any(proved)


def token(key_uuid: str, secret: str) -> str:
    """The one-word form of a key."""
    return f"rp_{key_uuid}_{secret}"


def short_lived(token_uuid: str, secret: str) -> str:
    """The one form of a token."""
    return f"rpt_{token_uuid}_{secret}"


def presented(headers: Mapping[str, str]) -> Credentials | None:
    """The key a request carries, in any of the four forms; None if none, unreadable, or two that differ.

    Header names are lower case.
    """
    found = {
        understand(headers[name])
        for name, understand in (("authorization", _authorization), ("x-auth-token", read), ("x-api-key", read))
        if name in headers
    }
    return found.pop() if len(found) == 1 else None


def is_sent_by_a_browser(headers: Mapping[str, str]) -> bool:
    """Whether a browser may have put a password into a request that it kept, for a page of another origin.

    It does so unasked, for any page there is. In the other forms a key is put there by the page itself.
    """
    origin = headers.get("origin")
    if origin is None or headers.get("authorization", "").partition(" ")[0].lower() != "basic":
        return False
    return origin.lower().partition("://")[2] != headers.get("host", "").lower()


def _authorization(value: str) -> Credentials:
    scheme, _, rest = value.partition(" ")
    if scheme.lower() == "bearer":
        return read(rest.strip())
    if scheme.lower() == "basic":
        try:
            key_uuid, _, secret = b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return _NOBODY
        return _checked(key_uuid, secret)
    return _NOBODY


def read(text: str) -> Credentials:
    """A key or a token in its one-word form."""
    prefix, _, rest = text.strip().partition("_")
    uuid, _, secret = rest.partition("_")
    return _checked(uuid, secret, is_token=prefix == "rpt") if prefix in ("rp", "rpt") else _NOBODY


def _checked(uuid: str, secret: str, *, is_token: bool = False) -> Credentials:
    uuid = uuid.lower()
    return Credentials(uuid, secret, is_token) if is_uuid(uuid) and 0 < len(secret) <= _LONGEST else _NOBODY


_NOBODY = Credentials("", "")
