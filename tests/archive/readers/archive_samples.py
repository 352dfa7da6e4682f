"""Reading what the tests write."""

import io
import json
from pathlib import Path
from typing import Any

from amends.archive.message import Item, LeftOut, Message, Unreadable
from amends.archive.readers import Context, read


def items_of(*places: str | Path, context: Context | None = None, **extra: Any) -> list[Item]:
    return list(read([str(place) for place in places], context, **extra))


def messages_of(*places: str | Path, context: Context | None = None, **extra: Any) -> list[Message]:
    """The messages; that there is nothing else is part of what is tested."""
    found = items_of(*places, context=context, **extra)
    assert [one for one in found if isinstance(one, Unreadable)] == []
    return [one for one in found if isinstance(one, Message)]


def read_bytes(data: bytes, **extra: Any) -> list[Item]:
    """What standard input of these bytes gives."""
    return items_of("-", stdin=io.BytesIO(data), **extra)


def read_records(*records: Any, lines: bool = True, **extra: Any) -> list[Item]:
    """What records give, as lines or as a list in one document."""
    text = (
        "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records) if lines else json.dumps(records)
    )
    return read_bytes(text.encode(), **extra)


def notes(found: list[Item]) -> list[str]:
    return [one.place for one in found if isinstance(one, LeftOut)]


def brief(found: list[Item]) -> list[tuple[str, str]]:
    """Side and text of each message."""
    assert [one for one in found if isinstance(one, Unreadable)] == []
    return [(one.side, one.text) for one in found if isinstance(one, Message)]
