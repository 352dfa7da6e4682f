"""The first half of an audit: pieces of an archive become rows, and the numbers by which threads are built."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa

from amends.archive.audit.schema import READ
from amends.archive.message import Item, LeftOut, Message, Unreadable, own_words
from amends.archive.readers import Context, Piece, items
from amends.archive.threads import ThreadBuilder
from amends.text import identify

__all__ = ["ReadChunk", "read_chunk", "stored", "tables_of"]

_LONGEST_TEXT = 50_000


class ReadChunk(NamedTuple):
    """What was read of a batch of pieces.

    Attributes:
        table: The messages, in the schema `READ`, as Arrow's stream format.
        numbers: What tells which belong together, in the same order.
        not_read: "unreadable" or "left out", the place, and the reason.
        messages: How many messages there are.
        dates: How many dates have which order, of those with slashes.
    """

    table: bytes
    numbers: ThreadBuilder
    not_read: list[tuple[str, str, str]]
    messages: int
    dates: dict[str, int]


def read_chunk(pieces: Iterable[Piece | Unreadable], context: Context) -> ReadChunk:
    """Read a batch of pieces. Needs nothing but its arguments, so that it runs in any process on any machine.

    Args:
        pieces: As `amends.archive.readers.pieces` cuts them.
        context: What is known about the archive.
    """
    numbers = ThreadBuilder()
    not_read: list[tuple[str, str, str]] = []
    rows: list[dict[str, Any]] = []
    dates: dict[str, int] = {}
    for item in _items(pieces, context):
        if isinstance(item, Message):
            numbers.add(item)
            rows.append(_row(item))
            if item.date_order:
                dates[item.date_order] = dates.get(item.date_order, 0) + 1
        else:
            kind = "left out" if isinstance(item, LeftOut) else "unreadable"
            not_read.append((kind, item.place, item.reason))
    return ReadChunk(stored(pa.Table.from_pylist(rows, schema=READ)), numbers, not_read, len(rows), dates)


def _items(pieces: Iterable[Piece | Unreadable], context: Context) -> Iterator[Item]:
    for piece in pieces:
        try:
            yield from list(items(piece, context))
        except Exception as error:
            # Readers promise not to raise. If one does, one piece is lost and listed, and not the audit.
            yield Unreadable(piece.place, f"{type(error).__name__}: {error}")


def _row(message: Message) -> dict[str, Any]:
    text = own_words(message.text)[:_LONGEST_TEXT]
    sent = message.sent
    offset = sent.utcoffset() if sent is not None else None
    return {
        "id": message.id,
        "channel": message.channel,
        "public": message.public,
        "side": message.side,
        "author": {"name": message.author.name, "address": message.author.address},
        "recipients": [{"name": one.name, "address": one.address} for one in message.recipients],
        "sent": sent,
        "offset": int(offset.total_seconds() // 60) if offset is not None else None,
        "language": identify(text).language if text else None,
        "subject": message.subject,
        "text": text,
        "place": message.place,
        "automatic": message.automatic,
        "rating": message.rating,
        "date_order": message.date_order,
    }


def stored(table: Any) -> bytes:
    """A table as bytes, in Arrow's stream format."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def tables_of(data: Any) -> Any:
    """The table in bytes that `stored` made, or in a file of them."""
    with pa.ipc.open_stream(data) as reader:
        return reader.read_all()
