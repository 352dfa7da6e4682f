"""What somebody wrote into the form is stored as it is, before anything is made of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from amends.desk import store
from amends.desk.cases.models import RawMessage
from amends.desk.cases.services import keep_raw
from amends.desk.people.roles import INTAKE

__all__ = ["FORM", "FORM_VERSION", "keep_form", "stored_files"]

FORM = "form"
"""The name under which raw messages of the form are kept."""

FORM_VERSION = 1


def stored_files(files: Sequence[UploadedFile]) -> list[dict[str, Any]]:
    """Store what was attached, and tell what it is: name and type as the sender says, size and hash."""
    return [_kept(file) for file in files]


def keep_form(
    fields: Mapping[str, str], files: Sequence[Mapping[str, Any]], *, once: str, language: str, promised: datetime
) -> RawMessage:
    """Store a filled-in form in one row that names its files.

    Args:
        fields: Names of fields to what was written.
        files: What `stored_files` gave.
        once: The form's own number: the same form sent twice is kept once.
        language: Of the page.
        promised: By when the page told them that a person writes, aware.
    """
    from amends.desk.clock.loop import nudge

    content: dict[str, Any] = {
        "version": FORM_VERSION,
        "once": once,
        "language": language,
        "promised": promised.isoformat(),
        "fields": dict(fields),
        "files": [dict(file) for file in files],
    }
    raw = json.dumps(content, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    row, _new = keep_raw(INTAKE, FORM, raw, envelope={"arrived": timezone.now().isoformat()})
    transaction.on_commit(nudge)
    return row


def _kept(file: UploadedFile) -> dict[str, Any]:
    content_hash, size = store.write(file.chunks())
    return {"name": file.name or "", "type": file.content_type or "", "size": size, "hash": content_hash}
