"""Files of mails one after the other: mbox in its four dialects (RFC 4155 and what came before), read as a stream.

Each mail begins with a line "From sender date". A line of a mail's text that begins so should have been marked by ">",
and often was not; so such a line counts only where a date stands in it and headers follow.
"""

import re
from collections.abc import Iterator

from amends.archive.message import Unreadable
from amends.archive.readers.format import Context, Format, Piece
from amends.archive.readers.mails import items
from amends.archive.readers.sources import Source
from amends.messages import translated

__all__ = ["FORMAT", "recognises"]

_BLOCK = 1024 * 1024
LARGEST_MAIL = 160 * 1024 * 1024
"""Bytes; mail servers take a third of it at most."""

_BEGINS = b"\nFrom "
_DATED = re.compile(
    rb"From (?:.*[ \t])?(?:\d{1,2}:\d\d(?::\d\d)?.*\d{4}|.*\d{4}.*\d{1,2}:\d\d|.*\d{4}-\d\d-\d\d)[^\r\n]*\r?\n"
)
_FIRST = re.compile(rb"\s*(?:\xef\xbb\xbf)?From [^\r\n]*\r?\n>?[!-9;-~]+[ \t]*:")
_HEADER_FOLLOWS = re.compile(rb">?(?:From [^\r\n]*\r?\n)?[!-9;-~]{1,100}[ \t]*:")
_LONGEST_BEGINNING = 2_000
_MARKED = re.compile(rb"(?m)^>(>*From )")


def recognises(head: bytes) -> bool:
    """Whether a file begins as an mbox does."""
    return _FIRST.match(head) is not None


def pieces(source: Source, context: Context) -> Iterator[Piece | Unreadable]:
    """The mails of an mbox; no more than one of them, and a block, is kept."""
    del context
    stream, name = source.stream, source.name
    buffer = bytearray(b"\n")
    # Where the buffer begins in the file; a line end that is not there stands before the first mail.
    offset = -1
    strict = _DATED.match(source.head.lstrip(b"\xef\xbb\xbf\r\n \t")) is not None
    begin: int | None = None
    search = 0
    ended = False
    too_large = False
    while True:
        found = buffer.find(_BEGINS, search)
        if found >= 0 and (ended or len(buffer) - found > _LONGEST_BEGINNING):
            search = found + 1
            if not _is_beginning(buffer, found, strict):
                continue
            if begin is not None and not too_large:
                yield Piece("mbox", f"{name}:{offset + begin}", _unmarked(bytes(buffer[begin : found + 1])))
            begin, too_large = found + 1, False
            continue
        if ended:
            break
        if begin is not None and len(buffer) - begin > LARGEST_MAIL and not too_large:
            yield Unreadable(f"{name}:{offset + begin}", translated("the mail is larger than any mail can be."))
            too_large = True
        # What can still be the beginning of a mail stays; of a mail that is too large nothing else does.
        keep = begin if begin is not None and not too_large else (found if found >= 0 else len(buffer) - len(_BEGINS))
        keep = max(0, keep - 2)
        if keep:
            del buffer[:keep]
            offset += keep
            begin = begin - keep if begin is not None else None
        search = max(0, (found if found >= 0 else len(buffer) - len(_BEGINS) + keep) - keep)
        block = stream.read(_BLOCK)
        ended = not block
        buffer += block
    if begin is not None and not too_large:
        yield Piece("mbox", f"{name}:{offset + begin}", _unmarked(bytes(buffer[begin:])))


def _is_beginning(buffer: bytearray, found: int, strict: bool) -> bool:
    """Whether a mail begins at the line behind a line end, and not a line of text that says "From"."""
    line = buffer[found + 1 : found + _LONGEST_BEGINNING]
    end = line.find(b"\n")
    if end < 0 or _HEADER_FOLLOWS.match(line, end + 1) is None:
        return False
    blank_before = found == 0 or buffer[found - 1 : found] == b"\n" or buffer[max(0, found - 2) : found] == b"\n\r"
    dated = _DATED.match(line) is not None
    return dated if strict else blank_before


def _unmarked(raw: bytes) -> bytes:
    """The mail without the marks before lines that begin with "From "."""
    return _MARKED.sub(rb"\1", raw) if b">From " in raw else raw


FORMAT = Format("mbox", pieces, items)
