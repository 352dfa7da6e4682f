"""Things that nobody can guess: public names of rows, and secrets for links of which only the hash is stored."""

import hashlib
import secrets

__all__ = ["PUBLIC_ID_LENGTH", "hashed", "new_token", "public_id"]

_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID_LENGTH = 10


def public_id() -> str:
    """A random name for a row: 10 signs (49 bits) that can be read out on the phone without mistake."""
    return "".join(secrets.choice(_LETTERS) for _ in range(PUBLIC_ID_LENGTH))


def new_token() -> tuple[str, str]:
    """A new secret for a link, of 256 bits, and the hash to store."""
    token = secrets.token_urlsafe(32)
    return token, hashed(token)


def hashed(token: str) -> str:
    """The hash under which a token is stored. The token has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
