"""Lists of people as they are uploaded: bytes to rows. Pure; every byte may be anything."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["MOST_COLUMNS", "ListError", "Table", "guess_columns", "read_table", "rows_of"]

MOST_COLUMNS = 40
_DELIMITERS = ",;\t"
_SAMPLE = 64 * 1024
_LONGEST_FIELD = 20_000
_OLD_ENCODINGS = ("cp1257", "cp1250", "cp1255", "cp1252")
"""What spreadsheets of our languages write when they do not write UTF-8."""
_OUR_LETTERS = frozenset("ąčęėįšųūžõäöüšžćđčžáäčďéíĺľňóôŕšťúýžאבגדהוזחטיכלמנסעפצקרשתךםןףץ„“–€")

_ADDRESS = ("mail", "email", "e-mail", "address", "e_mail", "pastas", "posta", "דואל", "דוא״ל", "meil", "e-post")
_NAME = ("name", "full name", "customer", "vardas", "ime", "שם", "nimi", "meno")
_LANGUAGE = ("language", "lang", "kalba", "jezik", "שפה", "keel", "jazyk")


class ListError(ValueError):
    """The file is no list: "empty", "binary" or "columns"."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list as text.

    Attributes:
        text: The file's content.
        delimiter: Between fields.
        header: Names of the columns.
        lines: How many rows follow.
    """

    text: str
    delimiter: str
    header: tuple[str, ...]
    lines: int


def read_table(content: bytes) -> Table:
    """Read the bytes of a CSV file, whatever its encoding and delimiter.

    Raises:
        ListError: It is empty, no text, or has too many columns.
    """
    text = _decoded(content)
    sample = text[:_SAMPLE]
    first = sample.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = rows_of(text, delimiter)
    header = next(rows, (0, []))[1]
    if not any(field.strip() for field in header):
        raise ListError("empty")
    if len(header) > MOST_COLUMNS:
        raise ListError("columns")
    names = tuple(" ".join(field.split())[:60] or f"{number}" for number, field in enumerate(header, 1))
    return Table(text, delimiter, names, sum(1 for _row in rows))


def rows_of(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a list with their line numbers, the header first; empty ones are left out.

    A row that breaks the reading, such as a field without end, comes as an empty list.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, []
            continue
        if any(field.strip() for field in row):
            yield reader.line_num, row


def guess_columns(header: tuple[str, ...] | list[str], rows: list[list[str]]) -> list[str]:
    """What each column most likely is: "address", "name", "language", or a fact under its own name.

    Args:
        header: Names of the columns.
        rows: The first rows, from which a column of addresses is known whatever its name.
    """
    from amends.desk.incidents.rendering import fact_name

    guessed = [f"fact:{fact_name(name) or number}" for number, name in enumerate(header, 1)]
    for what, names in (("address", _ADDRESS), ("name", _NAME), ("language", _LANGUAGE)):
        for place, name in enumerate(header):
            if name.strip().casefold() in names and what not in guessed:
                guessed[place] = what
    if "address" not in guessed:
        for place in range(len(header)):
            if rows and all("@" in row[place] for row in rows if len(row) > place and row[place].strip()):
                guessed[place] = "address"
                break
    return guessed


def _decoded(content: bytes) -> str:
    if not content.strip():
        raise ListError("empty")
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, "replace").replace("\0", "")
    if b"\0" in content:
        raise ListError("binary")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        sample = content[:_SAMPLE]
        best = max(_OLD_ENCODINGS, key=lambda encoding: _letters_of_ours(sample.decode(encoding, "replace")))
        return content.decode(best, "replace")


def _letters_of_ours(text: str) -> int:
    """How many letters of our languages a reading shows, against signs that no name has."""
    return sum(1 if sign in _OUR_LETTERS else -1 for sign in text.casefold() if ord(sign) > 127)
