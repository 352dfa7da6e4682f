"""Files of ours outside the web root, each under the hash of its content: attachments and large raw messages.

The same content is kept once. A file is written completely, or not at all; a row that names a hash is written after.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet

__all__ = [
    "StoreError",
    "drop_unnamed",
    "every_hash",
    "every_name",
    "open_stored",
    "path_of",
    "read",
    "remove",
    "rows_naming",
    "write",
]

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_DRAFTS = "drafts"


class StoreError(Exception):
    """A stored file is not there, or its name is none of ours."""


def path_of(content_hash: str) -> Path:
    """Where the file of a hash is, whether it is there or not.

    Raises:
        StoreError: It is no hash.
    """
    if not _HASH.match(content_hash):
        raise StoreError("not the hash of a stored file")
    root = Path(settings.STORE)
    return root / content_hash[:2] / content_hash[2:4] / content_hash


def write(content: bytes | Iterable[bytes]) -> tuple[str, int]:
    """Store content.

    Args:
        content: Bytes, or pieces of them, so that large files need not be held in memory.

    Returns:
        The hash (SHA-256, hexadecimal) and the size in bytes.
    """
    drafts = Path(settings.STORE) / _DRAFTS
    drafts.mkdir(parents=True, exist_ok=True)
    draft = drafts / secrets.token_hex(16)
    digest = hashlib.sha256()
    size = 0
    try:
        with draft.open("xb") as stream:
            for piece in (content,) if isinstance(content, bytes) else content:
                digest.update(piece)
                size += len(piece)
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(0o600)
        content_hash = digest.hexdigest()
        final = path_of(content_hash)
        final.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(final)
    finally:
        draft.unlink(missing_ok=True)
    return content_hash, size


def read(content_hash: str) -> bytes:
    """The content of a hash.

    Raises:
        StoreError: It is not there.
    """
    try:
        return path_of(content_hash).read_bytes()
    except FileNotFoundError as error:
        raise StoreError(f"the stored file {content_hash[:12]} is missing; bring it back from a backup") from error


def open_stored(content_hash: str) -> Iterator[bytes]:
    """The content of a hash in pieces.

    Raises:
        StoreError: It is not there.
    """
    try:
        with path_of(content_hash).open("rb") as stream:
            while piece := stream.read(1 << 18):
                yield piece
    except FileNotFoundError as error:
        raise StoreError(f"the stored file {content_hash[:12]} is missing; bring it back from a backup") from error


def remove(content_hash: str) -> None:
    """Take a file away. The caller has made sure that no row names it."""
    path_of(content_hash).unlink(missing_ok=True)


def rows_naming() -> Iterator[QuerySet[Any]]:
    """For each table whose rows name stored files, those rows.

    Every model of the desk with a field `content_hash` names stored files by it, so that backups, the doctor and
    erasing see the files of an app that comes later without anybody having to think of it. Where a field `content` may
    hold the bytes themselves, only rows without them do.
    """
    for model in apps.get_models():
        fields = {field.name for field in model._meta.concrete_fields}
        if model.__module__.startswith("amends.desk.") and "content_hash" in fields:
            rows = model._default_manager.exclude(content_hash="")
            yield rows.filter(content=None) if "content" in fields else rows


def every_name() -> set[str]:
    """The hashes of all files that rows name."""
    return {name for rows in rows_naming() for name in rows.order_by().values_list("content_hash", flat=True)}


def drop_unnamed(hashes: Iterable[str]) -> None:
    """Take stored files away that no row names any more. Call it after the rows are gone for good."""
    for content_hash in set(hashes):
        if content_hash and not any(rows.filter(content_hash=content_hash).exists() for rows in rows_naming()):
            remove(content_hash)


def every_hash() -> Iterator[str]:
    """The hashes of all stored files."""
    root = Path(settings.STORE)
    for path in sorted(root.glob("??/??/*")):
        if _HASH.match(path.name):
            yield path.name
