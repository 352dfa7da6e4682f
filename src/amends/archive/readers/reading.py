"""From the names of files to messages: opens, recognises, cuts, reads."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO, Final

from amends.archive.message import Item, Message, Unreadable
from amends.archive.ours import find_ours, with_side
from amends.archive.readers import eml, mbox, records, tables
from amends.archive.readers.format import Context, Format, Piece
from amends.archive.readers.sources import Source, error_words, open_sources
from amends.messages import translated

__all__ = ["FORMATS", "SAMPLE", "items", "pieces", "read", "recognise"]

FORMATS: Final = {one.name: one for one in (mbox.FORMAT, eml.FORMAT, records.FORMAT, tables.CSV, tables.PARQUET)}
"""The formats by name. A Maildir is a folder of eml."""

SAMPLE: Final = 2_000
"""Messages from which it is told who the business is, where nobody says it."""


def recognise(source: Source, context: Context) -> Format | None:
    """The format of a stream, from how it begins and, where that does not tell, from its name.

    Args:
        source: The stream; only its head is looked at.
        context: Where columns are named, what is nothing else is a table.
    """
    head, name = source.head, source.name
    if tables.recognises_parquet(head):
        return tables.PARQUET
    if mbox.recognises(head):
        return mbox.FORMAT
    if records.recognises(head):
        return records.FORMAT
    if name.lower().endswith((".csv", ".tsv", ".tab")):
        return tables.CSV
    if eml.recognises(head, name):
        return eml.FORMAT
    if context.columns or tables.recognises_table(head):
        return tables.CSV
    return None


def pieces(
    places: Sequence[str],
    context: Context,
    *,
    format: str | None = None,
    stdin: BinaryIO | None = None,
    meter: Callable[[int], None] | None = None,
) -> Iterator[Piece | Unreadable]:
    """The pieces of all archives in their order, so that each can be read by itself, see `items`.

    Args:
        places: Files, folders, and "-" for standard input.
        context: What is known; learns while it is read.
        format: The name of a format that all of them are in; recognised if not given.
        stdin: Standard input; that of the process if not given.
        meter: Is told how many bytes of files were read, each time some are.

    Raises:
        ValueError: There is no format of this name.
    """
    if format is not None and format not in FORMATS:
        raise ValueError(
            translated("the format is one of {formats}, not '{name}'.", formats=", ".join(FORMATS), name=format)
        )
    sources = open_sources(places, stdin or sys.stdin.buffer, meter)
    return _pieces(sources, context, FORMATS[format] if format else None)


def _pieces(
    sources: Iterable[Source | Unreadable], context: Context, format: Format | None
) -> Iterator[Piece | Unreadable]:
    for source in sources:
        if isinstance(source, Unreadable):
            yield source
            continue
        found = format or recognise(source, context)
        if found is None:
            if source.head.strip():
                yield Unreadable(
                    source.name, translated("no format that can be read. See amends audit --help for those.")
                )
            continue
        yield from found.pieces(source, context)
        for error in source.failures:
            yield Unreadable(source.name, error_words(error))


def items(piece: Piece | Unreadable, context: Context) -> Iterator[Item]:
    """What is in a piece; nothing in it raises."""
    if isinstance(piece, Unreadable):
        yield piece
    else:
        yield from FORMATS[piece.format].items(piece, context)


def read(
    places: Sequence[str],
    context: Context | None = None,
    *,
    format: str | None = None,
    stdin: BinaryIO | None = None,
) -> Iterator[Item]:
    """Read archives as one stream of messages, and of what could not be read with the reason.

    Where neither the source nor the context says who the business is, it is told from the first `SAMPLE` messages.

    Args:
        places: Files, folders, and "-" for standard input.
        context: What is known about them.
        format: The name of a format that all of them are in; recognised if not given.
        stdin: Standard input; that of the process if not given.

    Raises:
        ValueError: There is no format of this name.
    """
    context = context or Context()
    found = chain.from_iterable(items(piece, context) for piece in pieces(places, context, format=format, stdin=stdin))
    if context.ours:
        yield from found
        return
    sample = list(islice(found, SAMPLE))
    context.ours = find_ours(_messages(sample))
    for item in chain(sample, found):
        yield with_side(item, context.ours) if isinstance(item, Message) else item


def _messages(some: Iterable[Item]) -> Iterator[Message]:
    return (item for item in some if isinstance(item, Message))
