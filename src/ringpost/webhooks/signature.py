"""Standard Webhooks signatures: https://github.com/standard-webhooks/standard-webhooks, by its own library."""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import UTC, datetime

from standardwebhooks import Webhook

_BYTES = 32


def new_secret() -> str:
    """A secret to sign with: ``whsec_`` and 256 random bits in base64."""
    return "whsec_" + b64encode(secrets.token_bytes(_BYTES)).decode()


def is_secret(text: str) -> bool:
    """Whether this is a secret one can sign with."""
    try:
        return text.startswith("whsec_") and len(b64decode(text.removeprefix("whsec_"), validate=True)) >= 16
    except ValueError:
        return False


def signed(event_uuid: str, now: float, body: bytes, live: Iterable[str]) -> dict[str, str]:
    """The three headers of an attempt at that time, in seconds since 1970; a signature for each live secret."""
    moment = datetime.fromtimestamp(int(now), UTC)
    signatures = [Webhook(secret).sign(event_uuid, moment, body.decode()) for secret in live]
    return {
        "webhook-id": event_uuid,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": " ".join(signatures),
    }
