"""Stored secrets that must be read again (second factors, passwords of mailboxes): encrypted with the desk's key."""

import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _Text = models.TextField[str, str]
else:
    _Text = models.TextField

__all__ = ["SealError", "SealedTextField", "seal", "unseal"]


class SealError(Exception):
    """A stored secret cannot be opened with the keys there are: AMENDS_SECRET_KEY has changed."""


@lru_cache(maxsize=8)
def _keys(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(secret))) for secret in secrets])


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"amends sealed text").derive(secret.encode())


def _box() -> MultiFernet:
    return _keys((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def seal(text: str) -> str:
    """A text encrypted and signed."""
    return _box().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """The text that was sealed.

    Raises:
        SealError: No key opens it.
    """
    try:
        return _box().decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as error:
        raise SealError("AMENDS_SECRET_KEY has changed; put the earlier one in AMENDS_OLD_SECRET_KEYS") from error


class SealedTextField(_Text):
    """A text that the database holds sealed. It cannot be searched; an empty text stays empty."""

    def from_db_value(self, value: str | None, expression: Any, connection: "BaseDatabaseWrapper") -> str | None:
        """The text as it was set."""
        return unseal(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        """The text sealed."""
        plain = super().get_prep_value(value)
        return seal(plain) if plain else plain
