"""How what a channel heard is stored before it is read."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from amends.desk.channels.kinds import Heard, Raw

__all__ = ["as_bytes", "gone", "gone_of"]


def as_bytes(data: Mapping[str, Any]) -> bytes:
    """An object as JSON in UTF-8; the same object gives the same bytes."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "replace")


def gone(id: str, at: datetime) -> Raw:
    """What is not there any more.

    Args:
        id: Its id over there.
        at: When that was seen.
    """
    return Raw(id, as_bytes({"id": id, "gone": at.isoformat()}), "gone")


def gone_of(stored: Mapping[str, Any]) -> Heard | None:
    """What `gone` made, as what was heard; None when something else was stored.

    Raises:
        KeyError, TypeError, ValueError: It is broken.
    """
    if "gone" not in stored:
        return None
    return Heard(str(stored["id"]), "", datetime.fromisoformat(stored["gone"]), gone=True)
