"""Sealing a short text so that only we read it, and only where it belongs: for cursors.

The standard library has no cipher, and a dependency is not worth it here. So this is the construction of SIV
(RFC 5297) with HMAC-SHA256 for both of its parts: the tag is a MAC over what the text belongs to and the text, and
the text is masked with a stream made from the tag. The tag is the nonce, so there is none to repeat: the same text that
belongs to the same is sealed the same, and nothing else is. It is opened by unmasking and making the tag again; nothing
looks at what was unmasked before the tags agree. Two keys are made from the secret, one for each part.
"""

import base64
import binascii
import hashlib
import hmac

_TAG = 16
"""Bytes."""
_BLOCK = 32
"""Bytes: the text is filled up with blanks to a multiple, so that its length says little."""


def seal(secret: str, belongs_to: bytes, text: bytes) -> str:
    """A text that is opened with the same secret and ``belongs_to`` only, in letters that an address can carry."""
    filled = text + b" " * (-len(text) % _BLOCK)
    tag = _tag(secret, belongs_to, filled)
    return base64.urlsafe_b64encode(tag + _masked(secret, tag, filled)).decode().rstrip("=")


def unseal(secret: str, belongs_to: bytes, sealed: str) -> bytes | None:
    """The text, maybe with blanks behind it; None for whatever ``seal`` has not made of these, to the letter."""
    try:
        raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    is_plain = base64.urlsafe_b64encode(raw).decode().rstrip("=") == sealed
    tag = raw[:_TAG]
    text = _masked(secret, tag, raw[_TAG:])
    is_ours = hmac.compare_digest(tag, _tag(secret, belongs_to, text))
    return text if is_ours and is_plain else None


def _tag(secret: str, belongs_to: bytes, text: bytes) -> bytes:
    return _mac(_key(secret, b"tag"), len(belongs_to).to_bytes(8) + belongs_to + text)[:_TAG]


def _masked(secret: str, tag: bytes, text: bytes) -> bytes:
    """The text with the stream over it; once more, and it is as it was."""
    key, blocks = _key(secret, b"mask"), -(-len(text) // _BLOCK)
    stream = b"".join(_mac(key, tag + block.to_bytes(4)) for block in range(blocks))[: len(text)]
    return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))


def _key(secret: str, part: bytes) -> bytes:
    return _mac(secret.encode(), b"ringpost cursor " + part)


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)
