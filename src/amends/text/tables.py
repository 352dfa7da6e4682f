"""The language tables: how texts are put together in each language, as data that a native speaker can edit.

A table is a TOML file in `languages/`, named after its language; a new file is a new language. What its keys mean is
said in `languages/en.toml`. Tables are read at first need and kept.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from amends.text.normalise import fold

__all__ = ["LANGUAGES", "LanguageTable", "TableError", "parse_table", "table"]

_FOLDER = Path(__file__).parent / "languages"

LANGUAGES: Final = tuple(
    sorted(page.stem for page in _FOLDER.glob("*.toml") if re.fullmatch("[a-z]{2,3}", page.stem) is not None)
)
"""The languages that have a table, as ISO 639-1 codes."""

HEADER_KINDS: Final = ("sender", "sent", "to", "copy", "subject")


class TableError(ValueError):
    """A language table is wrong; the message names the file and the key."""


class LanguageTable(NamedTuple):
    """One language's table; every entry is folded (see `amends.text.normalise`)."""

    code: str
    name: str
    letters: str
    """Letters with diacritics that this language writes and its neighbours do not; not folded, "" for none."""
    attribution_verbs: tuple[str, ...]
    attribution_openings: tuple[str, ...]
    separators: tuple[str, ...]
    closings: tuple[str, ...]
    weak_closings: tuple[str, ...]
    sent_from: tuple[str, ...]
    footer_openings: tuple[str, ...]
    footer_marks: tuple[str, ...]
    you_wrote: tuple[str, ...]
    greetings: tuple[str, ...]
    abbreviations: tuple[str, ...]
    abbreviations_before_number: tuple[str, ...]
    abbreviations_at_end: tuple[str, ...]
    months: tuple[str, ...]
    """Names of months as they stand behind a day; a star at the end stands for any ending."""
    function_words: tuple[str, ...]
    headers: dict[str, str]
    """The name of a header line (From, Sent ...) -> its kind, one of `HEADER_KINDS`."""


_PLAIN = ("code", "name", "letters", "headers")
_LISTS = tuple(key for key in LanguageTable._fields if key not in _PLAIN)


def _entries(value: object, file: str, key: str, separator: str | None = ";") -> tuple[str, ...]:
    """The folded entries of one key, each once, in their order."""
    if not isinstance(value, str):
        message = f"{file}: {key}: entries in quotation marks are expected, not {type(value).__name__}"
        raise TableError(message)
    # Folded all at once: that is much quicker than entry by entry, and start-up time is felt.
    entries = [entry.strip() for entry in fold(value).strip().split(separator)]
    if entries and not entries[-1]:
        entries.pop()
    if not all(entries):
        message = f"{file}: {key}: an entry is empty (two semicolons follow each other, or the key has no entry)"
        raise TableError(message)
    if not entries:
        message = f"{file}: {key}: at least one entry is expected"
        raise TableError(message)
    return tuple(dict.fromkeys(entries))


def parse_table(source: str, file: str) -> LanguageTable:
    """Read one language table.

    Args:
        source: the text of the TOML file.
        file: its name, for messages.

    Raises:
        TableError: the file is no TOML, or a key is missing, misspelt or of the wrong kind.
    """
    # Imported here because a text in plain English needs no table.
    import tomllib

    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        message = f"{file}: {error}"
        raise TableError(message) from error
    expected = {*_PLAIN, *_LISTS}
    for key in data:
        if key not in expected:
            message = f"{file}: {key}: unknown key; known are {', '.join(sorted(expected))}"
            raise TableError(message)
    for key in sorted(expected):
        if key not in data:
            message = f"{file}: {key}: missing"
            raise TableError(message)
    for key in ("code", "name"):
        if not isinstance(data[key], str) or not data[key].strip():
            message = f"{file}: {key}: a word in quotation marks is expected"
            raise TableError(message)
    if not isinstance(data["letters"], str):
        message = f"{file}: letters: letters in quotation marks are expected, without anything between them"
        raise TableError(message)
    headers = data["headers"]
    if not isinstance(headers, dict) or set(headers) != set(HEADER_KINDS):
        message = f"{file}: headers: exactly the keys {', '.join(HEADER_KINDS)} are expected"
        raise TableError(message)
    kinds = {name: kind for kind in HEADER_KINDS for name in _entries(headers[kind], file, f"headers.{kind}")}
    lists = {key: _entries(data[key], file, key, None if key == "function_words" else ";") for key in _LISTS}
    letters = "".join(data["letters"].lower().split())
    return LanguageTable(code=data["code"], name=data["name"], letters=letters, headers=kinds, **lists)


@cache
def table(code: str) -> LanguageTable:
    """The table of one of `LANGUAGES`.

    Raises:
        KeyError: there is no table for this language.
        TableError: the table is wrong.
    """
    if code not in LANGUAGES:
        raise KeyError(code)
    file = f"{code}.toml"
    source = (_FOLDER / file).read_text(encoding="utf-8")
    parsed = parse_table(source, file)
    if parsed.code != code:
        message = f"{file}: code: {code!r} is expected, not {parsed.code!r}"
        raise TableError(message)
    return parsed
