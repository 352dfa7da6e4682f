"""Signatures in the manner of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.

Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

__all__ = ["headers_of", "new_secret", "signature"]

_BEGIN = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A new secret, as receivers' libraries want it."""
    return _BEGIN + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """The signature of one sending.

    Args:
        secret: "whsec_..." of base64.
        event_id: The id of the event.
        timestamp: Seconds since 1970, of this try.
        body: The bytes of the body.
    """
    key = base64.b64decode(secret.removeprefix(_BEGIN))
    signed = f"{event_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers_of(keys: Sequence[str], event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one sending: the new secret signs, and the old one beside it while it lasts."""
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, event_id, timestamp, body) for key in keys),
    }
