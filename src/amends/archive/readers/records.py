"""Records in JSON: one a line, or a document with a list of them, read as a stream; which product wrote them is seen
from the records themselves."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from amends.archive.message import Item, LeftOut, Unreadable
from amends.archive.readers.format import Context, Format, Piece
from amends.archive.readers.sources import Source
from amends.messages import translated

__all__ = ["FORMAT", "LAYOUTS", "layout_of", "recognises"]

LAYOUTS = ("own", "zendesk", "intercom", "freshdesk", "chatwoot", "zammad", "google_reviews", "flat")
"""The layouts of records, in the order in which they are tried; each is a file beside this one."""

# The lists in which products put their records.
_LISTS = (
    "tickets", "conversations", "reviews", "messages", "comments", "results", "records", "data", "items", "articles",
    "payload", "users",
)  # fmt: skip
_LONGEST_LINE = 64 * 1024 * 1024
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_PEOPLE = ("users", "agents", "admins", "people", "contacts")


def recognises(head: bytes) -> bool:
    """Whether a file begins as JSON does."""
    return _BEGINS.match(head) is not None


def layout_of(record: dict[str, Any], context: Context) -> ModuleType | None:
    """The layout that a record is in; None for one that nobody knows."""
    for name in LAYOUTS:
        module = import_module(f"amends.archive.readers.{name}")
        if module.recognises(record, context):
            return module
    return None


def pieces(source: Source, context: Context) -> Iterator[Piece | Unreadable]:
    """The records of a file: of lines their bytes, of a document what was read of each."""
    if _is_lines(source.head):
        yield from _lines(source, context)
    else:
        yield from _document(source, context)


def _is_lines(head: bytes) -> bool:
    """Whether the first line is whole JSON by itself, and no list."""
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        # A damaged first line of several is not the beginning of a document.
        return line[:1] == b"{" and line.rstrip()[-1:] == b"}"


def _lines(source: Source, context: Context) -> Iterator[Piece | Unreadable]:
    name = source.name
    about_people = _is_about_people(name)
    number = 0
    while line := source.stream.readline(_LONGEST_LINE + 1):
        number += 1
        place = f"{name}:{number}"
        if len(line) > _LONGEST_LINE:
            yield Unreadable(place, translated("the line is too long to be a record."))
            while line and not line.endswith(b"\n"):
                line = source.stream.readline(_LONGEST_LINE)
            continue
        if not line.strip():
            continue
        if about_people:
            record = _loaded(line)
            if isinstance(record, dict) and _note_staff(record, context):
                continue
        yield Piece("json", place, line)


def _document(source: Source, context: Context) -> Iterator[Piece | Unreadable]:
    """The records of a document that is too large, or too long in one line, to be read at once."""
    import ijson

    name = source.name
    number = 0
    try:
        for record in _elements(source):
            number += 1
            place = f"{name}:{number}"
            if not isinstance(record, dict):
                yield Unreadable(place, translated("this is no record, but a single value."))
            elif not _note_staff(record, context):
                yield Piece("json", place, record)
    except (ijson.JSONError, ValueError, RecursionError) as error:
        problem = translated("the file is no JSON from here on ({problem}).", problem=str(error)[:100])
        yield Unreadable(f"{name}:{number + 1}", problem)


def _elements(source: Source) -> Iterator[Any]:
    """The records in the lists of a document, then the document itself without them."""
    import ijson
    from ijson.common import ObjectBuilder

    depth = 0
    key = ""
    builder: Any = None
    base = 0
    single: dict[str, Any] = {}
    is_list = False
    inside = False
    for event, value in ijson.basic_parse(source.stream, use_float=True):
        if builder is not None:
            builder.event(event, value)
            if event in ("start_map", "start_array"):
                depth += 1
            elif event in ("end_map", "end_array"):
                depth -= 1
                if depth == base:
                    if not inside:
                        single[key] = builder.value
                    else:
                        yield builder.value
                    builder = None
            continue
        if event in ("start_map", "start_array"):
            if depth == 0:
                is_list = event == "start_array"
                inside = is_list
            elif depth == 1 and not inside and event == "start_array" and key in _LISTS:
                inside = True
            else:
                base = depth
                builder = ObjectBuilder()
                builder.event(event, value)
            depth += 1
        elif event in ("end_map", "end_array"):
            depth -= 1
            if depth == 1 and not is_list:
                inside = False
        elif event == "map_key":
            key = value
        elif inside:
            yield value
        else:
            single[key] = value
    if single and not is_list:
        # A document that is one record, or what stood beside the lists of one.
        yield single


def _is_about_people(name: str) -> bool:
    return name.replace("\\", "/").rpartition("/")[2].lower().startswith(_PEOPLE)


def _note_staff(record: dict[str, Any], context: Context) -> bool:
    """Whether a record is about a person; who is staff is noted."""
    role = record.get("role")
    if not isinstance(role, str) or "email" not in record or "id" not in record or "body" in record:
        return False
    if role.casefold() in ("agent", "admin", "owner", "team", "supervisor"):
        context.staff.add(str(record["id"]))
    return True


def _loaded(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None


def items(piece: Piece, context: Context) -> Iterator[Item]:
    """The messages of a record."""
    content = piece.content
    if isinstance(content, bytes):
        content = _loaded(content)
        if content is None:
            yield Unreadable(piece.place, translated("the line is not JSON."))
            return
    if not isinstance(content, dict):
        yield Unreadable(piece.place, translated("this is no record, but a single value."))
        return
    try:
        yield from _record_items(content, piece.place, context, 0)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        # Products change their exports; a record with lists where texts were must not stop the others.
        yield Unreadable(piece.place, _strange_words(type(error).__name__))


def _record_items(record: dict[str, Any], place: str, context: Context, depth: int) -> Iterator[Item]:
    layout = layout_of(record, context)
    if layout is not None:
        yield from layout.items(record, place, context)
        return
    lists = [key for key in _LISTS if isinstance(record.get(key), list)] if depth == 0 else []
    for key in sorted(lists, key=lambda one: one not in _PEOPLE):
        for number, inner in enumerate(record[key], 1):
            if isinstance(inner, dict) and not _note_staff(inner, context):
                yield from _record_items(inner, f"{place}/{number}", context, 1)
    if lists:
        return
    if depth == 0 and _is_beside_lists(record):
        yield LeftOut(place, translated("it is about the export, and no message."))
        return
    keys = ", ".join(list(map(str, record))[:8])
    yield Unreadable(
        place, translated("no known product writes such records ({keys}). Name its columns by --map.", keys=keys)
    )


def _is_beside_lists(record: dict[str, Any]) -> bool:
    """Whether a record holds only what exports write about themselves."""
    return not any(
        isinstance(value, list | dict) or (isinstance(value, str) and " " in value) for value in record.values()
    )


def _strange_words(problem: str) -> str:
    return translated("the record is put together in a way that is not known ({problem}).", problem=problem)


FORMAT = Format("json", pieces, items)
