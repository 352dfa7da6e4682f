"""Tables: CSV and its relatives in any encoding, and Parquet, with columns of any name."""

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, BinaryIO, Final, cast

from amends.archive.mail.charsets import decode
from amends.archive.message import Item, Unreadable
from amends.archive.readers import flat
from amends.archive.readers.format import Context, Format, Piece
from amends.archive.readers.sources import Source, seekable
from amends.messages import translated

__all__ = ["CSV", "PARQUET", "columns_of", "recognises_parquet", "recognises_table"]

LAYOUTS: Final = ("twitter", "google_play")
"""Layouts of tables that are known by their columns; each is a file beside this one."""

_DELIMITERS = ",;\t|"
_LONGEST_FIELD = 1024 * 1024
_PARQUET_ROWS = 1_000
_MOST_COLUMNS = 2_000


def recognises_table(head: bytes) -> bool:
    """Whether a file is a table of lines: by columns that are known."""
    columns, _ = _columns(_first_line(head)[0])
    return _layout(columns) is not None or "text" in flat.mapping(tuple(columns), ())


def columns_of(head: bytes) -> list[str]:
    """The columns that a table of lines names in its first line; none where the file is no text.

    Args:
        head: How the file begins, in any encoding.
    """
    line = _first_line(head)[0]
    # Picture files, workbooks and the like are full of control characters, which no table's first line holds.
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\0" for sign in line):
        return []
    return [column for column in _columns(line)[0] if column]


def recognises_parquet(head: bytes) -> bool:
    """Whether a file is Parquet."""
    return head.startswith(b"PAR1")


def _first_line(head: bytes) -> tuple[str, str]:
    """The first line of a file as text, and its encoding."""
    found = decode(head)
    line = next(iter(found.text.lstrip("\ufeff").splitlines()), "")
    return line[:100_000], found.encoding


def _columns(line: str) -> tuple[list[str], str]:
    """The columns that a first line names, and what stands between them."""
    delimiter = max(_DELIMITERS, key=line.count)
    try:
        row = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        row = []
    return [column.strip() for column in row[:_MOST_COLUMNS]], delimiter


def _layout(columns: list[str]) -> str | None:
    names = frozenset(column.lower() for column in columns)
    for layout in LAYOUTS:
        if import_module(f"amends.archive.readers.{layout}").recognises(names):
            return layout
    return None


def _pieces_of_lines(source: Source, context: Context) -> Iterator[Piece | Unreadable]:
    name = source.name
    line, encoding = _first_line(source.head)
    columns, delimiter = _columns(line)
    layout = None if context.columns else _layout(columns)
    where = flat.mapping(tuple(columns), tuple(sorted(context.columns.items())))
    if layout is None and "text" not in where:
        yield Unreadable(f"{name}:1", _no_text_words(columns))
        return
    # The codec of a mark takes the mark away.
    encoding = {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    text = io.TextIOWrapper(cast("io.BufferedReader", source.stream), encoding, "replace", newline="")
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter)
    first = True
    number = 1
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield Unreadable(f"{name}:{number}", translated("the row cannot be read ({problem}).", problem=error))
            number = rows.line_num + 1
            continue
        place = f"{name}:{number}"
        number = rows.line_num + 1
        if first or not row:
            first = False
            continue
        if len(row) > len(columns) and any(row[len(columns) :]):
            yield Unreadable(place, translated("the row has more fields than there are columns."))
            continue
        record = dict(zip(columns, row, strict=False))
        if layout is not None:
            yield Piece("csv", place, (layout, record))
        else:
            yield Piece("csv", place, ("flat", flat.fields_of(record, where)))


def _pieces_of_parquet(source: Source, context: Context) -> Iterator[Piece | Unreadable]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    name = source.name
    number = 0
    try:
        with seekable(source) as file:
            opened = pq.ParquetFile(cast("BinaryIO", file))
            columns = opened.schema_arrow.names
            where = flat.mapping(tuple(columns), tuple(sorted(context.columns.items())))
            if "text" not in where:
                yield Unreadable(f"{name}:1", _no_text_words(columns))
                return
            for batch in opened.iter_batches(_PARQUET_ROWS, columns=sorted(set(where.values()))):
                for record in batch.to_pylist():
                    number += 1
                    yield Piece("parquet", f"{name}:{number}", ("flat", flat.fields_of(record, where)))
    except (pa.ArrowException, OSError) as error:
        problem = str(error).split("\n")[0][:100]
        yield Unreadable(
            f"{name}:{number + 1}", translated("the file is no Parquet from here on ({problem}).", problem=problem)
        )


def _no_text_words(columns: list[str]) -> str:
    return translated(
        "no column is known to hold the text. Say which by --map text=COLUMN; the columns are {columns}.",
        columns=", ".join(columns[:20]),
    )


def _items(piece: Piece, context: Context) -> Iterator[Item]:
    layout, row = cast("tuple[str, Mapping[str, Any]]", piece.content)
    try:
        if layout == "flat":
            yield from flat.messages(row, piece.place, context)
        else:
            yield from import_module(f"amends.archive.readers.{layout}").items(row, piece.place, context)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        # Parquet can hold values of any type in a column that is looked at.
        problem = type(error).__name__
        yield Unreadable(piece.place, translated("the row cannot be read ({problem}).", problem=problem))


CSV = Format("csv", _pieces_of_lines, _items)
PARQUET = Format("parquet", _pieces_of_parquet, _items)
