"""One mail a file: .eml, the files of a Maildir, and .emlx of Apple Mail."""

import re
from collections.abc import Iterator

from amends.archive.message import Unreadable
from amends.archive.readers.format import Context, Format, Piece
from amends.archive.readers.mails import items
from amends.archive.readers.mbox import LARGEST_MAIL
from amends.archive.readers.sources import Source
from amends.messages import translated

__all__ = ["FORMAT", "recognises"]

_HEADERS = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:[!-9;-~]{1,100}:[^\r\n]*(?:\r\n|\n|\r)(?:[ \t][^\r\n]*(?:\r\n|\n|\r))*){0,200}?"
    rb"(?:From|To|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Delivered-To|Content-Type)[ \t]*:",
    re.IGNORECASE,
)
# The length of the mail stands in the first line, and Apple's own notes behind it.
_APPLE = re.compile(rb"(\d{1,12})[ \t]*\r?\n(?=[!-9;-~]{1,100}:)")


def recognises(head: bytes, name: str) -> bool:
    """Whether a file is one mail, by how it begins and, where that does not tell, by its name."""
    if _HEADERS.match(head) is not None or _APPLE.match(head) is not None:
        return True
    return name.lower().endswith((".eml", ".emlx")) or "/cur/" in name or "/new/" in name


def pieces(source: Source, context: Context) -> Iterator[Piece | Unreadable]:
    """The mail of a file."""
    del context
    raw = source.stream.read(LARGEST_MAIL + 1)
    if len(raw) > LARGEST_MAIL:
        yield Unreadable(f"{source.name}:0", translated("the mail is larger than any mail can be."))
        return
    apple = _APPLE.match(raw)
    if apple is not None:
        raw = raw[apple.end() : apple.end() + int(apple[1])]
    yield Piece("eml", f"{source.name}:0", raw)


FORMAT = Format("eml", pieces, items)
