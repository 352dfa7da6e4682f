"""Web push without a service of ours in between: the message sealed for one browser (RFC 8291, content coding
aes128gcm of RFC 8188), and the signature by which its push service knows the desk (VAPID, RFC 8292).
"""

import base64
import json
import os
import time
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["LONGEST", "WrongKeysError", "authorization", "checked_keys", "new_key", "public_key", "sealed_for"]

LONGEST = 3_000
"""Bytes of a message: push services take 4,096 with everything around it."""
_RECORD = 4_096
_SALT = 16
_AUTH = 16
_LASTS = 12 * 3600
"""Seconds for which a signature holds; RFC 8292 allows a day."""


class WrongKeysError(Exception):
    """What a browser gave is no pair of keys."""


def new_key() -> str:
    """A new key of the desk, as PEM."""
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode("ascii")
    )


def public_key(key: str) -> str:
    """The public half as browsers want it when they subscribe: base64url of the uncompressed point."""
    return _base64(_point(_loaded(key).public_key()))


def checked_keys(p256dh: str, auth: str) -> str:
    """What a browser gave beside its address, as it is kept.

    Raises:
        WrongKeysError: These are none.
    """
    _receiver(p256dh)
    if len(_bytes(auth)) != _AUTH:
        raise WrongKeysError
    return f"{p256dh} {auth}"


def authorization(key: str, address: str, contact: str, *, now: float | None = None) -> str:
    """The header `Authorization` for a push service.

    Args:
        key: The desk's key, PEM.
        address: Where it is posted.
        contact: Whom the service may write to when something is wrong: "mailto:..." or an address of the web.
        now: Seconds since 1970; now if not given.
    """
    parts = urlsplit(address)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time() if now is None else now) + _LASTS,
        "sub": contact,
    }
    signed = ".".join(_base64(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    first, second = decode_dss_signature(_loaded(key).sign(signed.encode("ascii"), ec.ECDSA(hashes.SHA256())))
    signature = _base64(first.to_bytes(32, "big") + second.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={public_key(key)}"


def sealed_for(
    keys: str, message: bytes, *, sender: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """A message that one browser alone can open.

    Args:
        keys: What `checked_keys` gave.
        message: At most `LONGEST` bytes.
        sender, salt: New ones if not given.

    Raises:
        WrongKeysError: The keys are none.
        ValueError: The message is too long.
    """
    if len(message) > LONGEST:
        raise ValueError("the message is too long for web push")
    p256dh, _blank, auth = keys.partition(" ")
    receiver = _receiver(p256dh)
    sender = sender or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(_SALT)
    ours, theirs = _point(sender.public_key()), _point(receiver)
    shared = sender.exchange(ec.ECDH(), receiver)
    secret = _derived(shared, _bytes(auth), b"WebPush: info\0" + theirs + ours, 32)
    content_key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(content_key).encrypt(nonce, message + b"\x02", None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _receiver(p256dh: str) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
    except (ValueError, InvalidKey) as error:
        raise WrongKeysError from error


def _loaded(key: str) -> ec.EllipticCurvePrivateKey:
    loaded = serialization.load_pem_private_key(key.encode("ascii"), None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    return loaded


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise WrongKeysError from error
