"""Replies from files, folders, mails, JSON lines and standard input.

Nothing that a stranger can put into a file raises: what cannot be read comes out as a `NotChecked` that says why.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from amends.checker.scoring import FAULT_PARTIES
from amends.messages import translated
from amends.render import NotChecked

__all__ = ["SUFFIXES", "Reply", "Source", "decode", "moment", "read_record", "read_replies", "sources"]

SUFFIXES = (".txt", ".eml", ".md", ".jsonl")
"""Endings of the files that are taken from a folder."""

# What people used before UTF-8, by the language of the replies.
_OLDER_ENCODINGS = {
    "en": "windows-1252",
    "hr": "windows-1250",
    "sk": "windows-1250",
    "lt": "windows-1257",
    "et": "windows-1257",
    "he": "windows-1255",
}
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CHANNELS = {
    "private": "private",
    "email": "private",
    "chat": "private",
    "public": "public",
    "review": "public",
    "social": "public",
    "notice": "public",
}
_TEXT_KEYS = ("message", "lang", "sent", "fault", "name", "channel")


@dataclass(frozen=True, slots=True)
class Source:
    """A place to read from: standard input when there is no path; JSON lines or one reply."""

    path: str | None
    jsonl: bool

    @property
    def mail(self) -> bool:
        """Whether it is a stored mail."""
        return self.path is not None and self.path.lower().endswith(".eml")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it was read, with what its record tells about it.

    Attributes:
        text: The reply.
        file: Where it was; None for standard input.
        line: The record's line, from 1, when it is a record.
        id: The record's id.
        placed: Whether offsets of the text are offsets of the file's text.
        encoding: How the file was written.
        complaint, language, fault, name, channel: As in `amends.check`; None when not told.
        sent: When it was sent; None when not told.
    """

    text: str
    file: str | None = None
    line: int | None = None
    id: Any = None
    placed: bool = True
    encoding: str = "utf-8"
    complaint: str | None = None
    language: str | None = None
    fault: str | None = None
    name: str | None = None
    channel: str | None = None
    sent: datetime | None = None


Notice = Callable[[str], None]
"""Takes a sentence for the person at the terminal that is not part of the result."""


def sources(arguments: Sequence[str], *, jsonl: bool = False) -> Iterator[Source | NotChecked]:
    """What the arguments of the command name, folders walked in the order of their names.

    Args:
        arguments: Files, folders, or "-" for standard input.
        jsonl: Whether every file holds JSON lines, whatever its name.
    """
    for argument in arguments:
        if argument == "-":
            yield Source(None, jsonl)
        elif Path(argument).is_dir():
            found = False
            for path in _walk(Path(argument)):
                found = True
                yield Source(path, jsonl or path.lower().endswith(".jsonl"))
            if not found:
                yield NotChecked(
                    translated("the folder holds no replies ({endings}).", endings=", ".join(SUFFIXES)), argument
                )
        else:
            yield Source(argument, jsonl or argument.lower().endswith(".jsonl"))


def _walk(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield str(Path(place) / name)


def read_replies(
    places: Iterable[Source | NotChecked],
    stdin: BinaryIO,
    notice: Notice,
    *,
    language: str | None = None,
    key: str = "reply",
) -> Iterator[Reply | NotChecked]:
    """The replies of all places in order; records come one by one, so that memory does not grow with the file.

    Args:
        places: Where to read, see `sources`.
        stdin: Standard input, as bytes.
        notice: Is told when a file is not UTF-8.
        language: The replies' language if it is known, for the encoding of a file that is not UTF-8.
        key: The key of a record that holds the text.
    """
    for place in places:
        if isinstance(place, NotChecked):
            yield place
            continue
        try:
            if place.jsonl:
                yield from _records(place, stdin, key)
            else:
                yield _one_reply(place, stdin, notice, language)
        except OSError as error:
            yield NotChecked(_open_error(error), place.path)


def _open_error(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return translated("there is no such file. Check the name, or give - for standard input.")
    if isinstance(error, PermissionError):
        return translated("the file may not be read. Check its permissions.")
    return translated("the file cannot be read ({problem}).", problem=error.strerror or error)


def _one_reply(place: Source, stdin: BinaryIO, notice: Notice, language: str | None) -> Reply | NotChecked:
    data = stdin.read() if place.path is None else Path(place.path).read_bytes()
    if place.mail:
        text = _mail_text(data)
        if text is None:
            problem = translated("the mail has no text that can be read. Save its text as a .txt file.")
            return NotChecked(problem, place.path)
        return Reply(text, place.path, placed=False)
    text, encoding = decode(data, language)
    if encoding not in ("utf-8", "utf-8-sig"):
        name = place.path or translated("standard input")
        notice(translated("{file}: not UTF-8, read as {encoding}.", file=name, encoding=encoding))
    return Reply(text, place.path, encoding=encoding)


def decode(data: bytes, language: str | None = None) -> tuple[str, str]:
    """The text in some bytes, and the encoding that gave it.

    A byte order mark decides, then UTF-8 if it fits, then the encoding that was usual for the language; bytes that
    mean nothing there become U+FFFD.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = _OLDER_ENCODINGS.get(language or "en", "windows-1252")
        return data.decode(encoding, "replace"), encoding


def _mail_text(data: bytes) -> str | None:
    """The text of a mail's body; None when there is none."""
    import email
    import email.policy

    # The standard library raises errors of many kinds on broken mails (LookupError, ValueError, AttributeError,
    # IndexError, ...); any of them means that this mail cannot be read.
    try:
        mail = email.message_from_bytes(data, policy=email.policy.default)
        body = mail.get_body(("plain", "html"))
        if body is None:
            return None
        payload = body.get_payload(decode=True)
        if not isinstance(payload, bytes):
            return None
        kind, charset = body.get_content_type(), body.get_content_charset()
    except Exception:
        return None
    try:
        text = payload.decode(charset or "utf-8")
    except (LookupError, ValueError):
        text = decode(payload)[0]
    if kind == "text/html":
        from amends.cli.plain_html import plain_text

        text = plain_text(text)
    return text


def _records(place: Source, stdin: BinaryIO, key: str) -> Iterator[Reply | NotChecked]:
    if place.path is None:
        yield from _lines(stdin, None, key)
    else:
        with Path(place.path).open("rb") as file:
            yield from _lines(file, place.path, key)


def _lines(lines: Iterable[bytes], file: str | None, key: str) -> Iterator[Reply | NotChecked]:
    for number, line in enumerate(lines, 1):
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line.strip():
            yield read_record(line, number, file, key=key)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def read_record(data: bytes, line: int, file: str | None = None, *, key: str = "reply") -> Reply | NotChecked:
    """One line of JSON lines.

    Args:
        data: The line.
        line: Its number, from 1.
        file: Where it stands; None for standard input.
        key: The key that holds the text: "reply", or "message" where messages are heard.

    Returns:
        The reply, or what is wrong with the line; with its id if one could be read.
    """
    try:
        record = json.loads(data.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        return NotChecked(translated("the line is not UTF-8."), file, line)
    except json.JSONDecodeError as error:
        problem = translated(
            "the line is not JSON: {problem} at column {column}.", problem=error.msg, column=error.colno
        )
        return NotChecked(problem, file, line)
    except (ValueError, RecursionError):
        problem = translated("the line is not JSON that can be read: a number or a nesting in it has no end.")
        return NotChecked(problem, file, line)
    if not isinstance(record, dict):
        return NotChecked(translated('the line is not a JSON object like {"id": 1, "reply": "..."}.'), file, line)
    try:
        json.dumps(record.get("id"), allow_nan=False)
    except (ValueError, RecursionError):
        return NotChecked(translated("'id' holds a number that is too large."), file, line)
    wrong = _record_problem(record, key)
    if wrong:
        return NotChecked(wrong, file, line, "id" in record, record.get("id"))
    channel, language = record.get("channel"), record.get("lang")
    return Reply(
        record[key],
        file,
        line,
        record.get("id"),
        placed=False,
        complaint=record.get("message") if key == "reply" else None,
        # "en-GB" and "en_GB" are English.
        language=language.replace("_", "-").split("-")[0].casefold() if language else None,
        fault=record.get("fault"),
        name=record.get("name"),
        channel=_CHANNELS[channel] if channel is not None else None,
        sent=moment(record["sent"]) if record.get("sent") else None,
    )


def moment(written: str) -> datetime | None:
    """The moment that ISO 8601 words name, such as 2026-03-02 or 2026-03-02T09:15+02:00; None when they name none."""
    try:
        return datetime.fromisoformat(written.strip())
    except ValueError:
        return None


def _record_problem(record: dict[str, Any], needed: str) -> str | None:
    """What is wrong with a record's keys, if anything is."""
    if needed not in record:
        return translated("there is no '{key}'.", key=needed)
    if not isinstance(record[needed], str):
        return translated("'{key}' is not a text.", key=needed)
    for key in _TEXT_KEYS:
        if not isinstance(record.get(key), str | None):
            return translated("'{key}' is not a text.", key=key)
    if record.get("sent") and moment(record["sent"]) is None:
        return translated("'{key}' is no moment like 2026-03-02T09:15.", key="sent")
    fault, channel = record.get("fault"), record.get("channel")
    if fault is not None and fault not in FAULT_PARTIES:
        return _not_one_of("fault", FAULT_PARTIES, fault)
    if channel is not None and channel not in _CHANNELS:
        return _not_one_of("channel", _CHANNELS, channel)
    return None


def _not_one_of(key: str, choices: Iterable[str], value: str) -> str:
    return translated("'{key}' is one of {choices}, not '{value}'.", key=key, choices=", ".join(choices), value=value)
