"""From the rows of a table to what was heard; the tables are read as the audit reads them (`amends.archive`)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from amends.archive.message import Message
from amends.archive.message import Unreadable as UnreadableRow
from amends.archive.readers import Context, Piece, items, pieces
from amends.archive.readers.flat import mapping
from amends.archive.readers.tables import columns_of
from amends.desk.channels.kinds import Heard, Raw, Unreadable
from amends.desk.channels.stored import as_bytes

__all__ = ["Rows", "columns", "context_of", "hold_words", "read", "rows"]

_FIELDS = ("text", "subject", "rating", "author", "sent", "id", "reply")
_LONGEST = 20_000
_HEAD = 64 * 1024


class Rows(NamedTuple):
    """Some rows of a file.

    Attributes:
        items: The rows.
        next: The number of the row to go on with.
        more: Whether there are more.
    """

    items: tuple[Raw, ...]
    next: int
    more: bool


def context_of(settings: Mapping[str, Any]) -> Context:
    """What the settings say about the columns."""
    columns = {name: str(settings[f"{name}_column"]) for name in _FIELDS if settings.get(f"{name}_column")}
    return Context(columns=columns, channel="review")


def columns(path: Path) -> list[str]:
    """The columns that the first row of a file names; none where it is no table."""
    with path.open("rb") as file:
        return columns_of(file.read(_HEAD))


def hold_words(columns: Sequence[str], settings: Mapping[str, Any]) -> bool:
    """Whether it is known which of some columns holds the words of a review."""
    return "text" in mapping(tuple(columns), tuple(sorted(context_of(settings).columns.items())))


def rows(path: Path, settings: Mapping[str, Any], begin: int, most: int, now: datetime) -> Rows:
    """Some rows of a file, each as it will be read.

    Args:
        path: The file.
        settings: Those of the channel.
        begin: How many rows were taken before.
        most: How many to take.
        now: Stands for the moment of rows that have none.
    """
    found = list(islice(pieces([str(path)], context_of(settings), format="csv"), begin, begin + most + 1))
    kept = tuple(_kept(one, path, now) for one in found[:most])
    return Rows(kept, begin + len(kept), len(found) > most)


def _kept(piece: Piece | UnreadableRow, path: Path, now: datetime) -> Raw:
    if isinstance(piece, UnreadableRow):
        place = piece.place.replace(str(path), "").lstrip(":")
        content = as_bytes({"unreadable": piece.reason, "row": place})
        return Raw(f"row:{hashlib.sha256(content + path.name.encode()).hexdigest()}", content)
    layout, fields = piece.content
    stored = {"layout": layout, "fields": dict(fields)}
    content = as_bytes(stored)
    # A review without an id of its own is known by all that stands in its row but what may still come: our reply.
    told = {name: value for name, value in stored["fields"].items() if name not in ("reply", "replied")}
    own = str(stored["fields"].get("id") or "").strip()
    id = f"id:{own}" if own else f"row:{hashlib.sha256(as_bytes(told)).hexdigest()}"
    version = hashlib.sha256(content).hexdigest()
    return Raw(id[:400], as_bytes({**stored, "id": id[:400], "seen": now.isoformat()}), version)


def read(raw: bytes) -> list[Heard]:
    """A row as what was heard: the review, and our reply when it stands there.

    Raises:
        Unreadable: It holds neither words nor stars.
    """
    try:
        stored = json.loads(raw)
        if "unreadable" in stored:
            raise Unreadable(_("Row %(row)s: %(why)s") % {"row": stored["row"], "why": stored["unreadable"]})
        id, seen = str(stored["id"]), datetime.fromisoformat(stored["seen"])
        piece = Piece("csv", id, (stored["layout"], stored["fields"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(_("This is no row of a file.")) from error
    found = list(items(piece, Context(channel="review")))
    for one in found:
        if isinstance(one, UnreadableRow):
            raise Unreadable(one.reason)
    return _heard(id, seen, [one for one in found if isinstance(one, Message)])


def _heard(id: str, seen: datetime, told: Sequence[Message]) -> list[Heard]:
    heard = []
    for message in told:
        ours = message.side == "ours"
        rating = message.rating
        heard.append(
            Heard(
                id=f"{id}/reply"[:400] if ours else id,
                words="\n\n".join(filter(None, (message.subject, message.text)))[:_LONGEST],
                moment=(message.sent or seen).astimezone(UTC),
                author=message.author.address,
                author_name=message.author.name,
                thread=id if ours else "",
                rating=round(rating) if rating is not None and 1 <= rating <= 5 and not ours else None,
                ours=ours,
            )
        )
    return heard
