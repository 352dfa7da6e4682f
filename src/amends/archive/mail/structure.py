"""Where the parts of a mail stand in its bytes. Nothing is copied: a part knows its place, and decodes when asked.

The parser of the standard library turns a mail into lines of text and joins them again: an attachment of 50 MB makes
it take 520 MB and half a second, and a mail of 260 kB that nests its parts and then has many lines keeps it busy for
seconds. Here a mail of any size costs its own bytes, and the time grows with its length (`benchmarks/audit_mail.py`).

Sources: RFC 2045 and 2046. Where mails break them, parts are found as far as they can be, with a `Defect` that says so.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Final

from amends.archive.mail.defects import Defect
from amends.archive.mail.headers import MOST_HEADERS, Headers, parameters

__all__ = ["DEEPEST", "MOST_PARTS", "Part", "read_structure"]

DEEPEST: Final = 30
"""Parts within parts; no mail program writes a tenth of it."""
MOST_PARTS: Final = 1_000

_MOST_DELIMITERS = 20_000
_LONGEST_BOUNDARY = 300
_GUESS_WITHIN = 256 * 1024
_LOOK_AHEAD = 4_000
_CHUNK = 1024 * 1024
_SAMPLE = 4_096

_LINE_END = rb"(?:\r\n|\n|\r)"
# Headers and their continuations; a line of nothing but blanks is neither.
_HEAD_LINES = re.compile(
    rb"(?:[!-9;-~]++[ \t]*+:[^\r\n]*+" + _LINE_END + rb"|[ \t]++[^\s][^\r\n]*+" + _LINE_END + rb")*+"
)
_LAST_HEAD_LINE = re.compile(rb"(?:[!-9;-~]++[ \t]*+:|[ \t]++[^\s])[^\r\n]*+\Z")
_BLANK_LINE = re.compile(rb"[ \t]*+" + _LINE_END)
_ANY_LINE = re.compile(rb"[^\r\n]*+" + _LINE_END + rb"?+")
_MBOX_LINE = re.compile(rb">?From [^\r\n]*+" + _LINE_END)
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:\r\n|\n|\r))*")
_KNOWN_FIELD = re.compile(
    rb"(?:\A|[\r\n])(?:From|To|Cc|Date|Subject|Message-ID|MIME-Version|Content-Type|Content-Transfer-Encoding|Received"
    rb"|Reply-To|References|In-Reply-To|Return-Path)[ \t]*:",
    re.IGNORECASE,
)
_SERVERS_FIELD = re.compile(
    rb"(?:\A|[\r\n])(?:Message-ID|MIME-Version|Received|Return-Path|Delivered-To)[ \t]*:", re.IGNORECASE
)
_DELIMITER_TAIL = re.compile(rb"(--)?[ \t]*(?=[\r\n]|\Z)")
_LIKELY_DELIMITER = re.compile(
    rb"(?:\A|[\r\n])--([^\r\n]{1,200}?)(?:--)?[ \t]*[\r\n]+(?=Content-|MIME-)", re.IGNORECASE
)
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_WORDS_IN_BASE64 = re.compile(rb"[A-Za-z,.!?]{1,20}[ \t][A-Za-z]")
_QUOTED_PRINTABLE = "quoted-printable"
_UUENCODE = ("x-uuencode", "uuencode", "x-uue", "uue")


class Part:
    """One part of a mail, or the mail itself.

    Attributes:
        headers: Its headers.
        kind: What it is, as "text/plain"; what the mail says, not what the bytes are.
        parameters: The parameters of its Content-Type, by name.
        disposition: "inline", "attachment", or "" when the mail does not say.
        encoding: How its bytes are encoded for transport, in small letters.
        children: The parts of a multipart, in their order.
        nested: The mail within a part of kind message/rfc822.
        start, body, end: Offsets of its headers, its body and its end in `source`, in bytes.
    """

    __slots__ = (
        "body",
        "children",
        "disposition",
        "disposition_parameters",
        "encoding",
        "end",
        "headers",
        "kind",
        "nested",
        "parameters",
        "source",
        "start",
    )

    def __init__(self, source: bytes, start: int, body: int, end: int, default: str) -> None:
        self.source, self.start, self.body, self.end = source, start, body, end
        self.headers = headers = Headers(source[start:body])
        self.parameters: dict[str, str]
        self.disposition_parameters: dict[str, str] = {}
        self.kind, self.parameters = "", {}
        self.disposition = ""
        given = headers.raw("content-type")
        if given:
            self.kind, self.parameters = parameters(given)
        if "/" not in self.kind:
            self.kind = default
        given = headers.raw("content-disposition")
        if given:
            self.disposition, self.disposition_parameters = parameters(given)
        self.encoding = parameters(headers.raw("content-transfer-encoding"))[0]
        self.children: list[Part] = []
        self.nested: Part | None = None

    @property
    def file_name(self) -> str:
        """The name of the file as the mail gives it, one line; "" when there is none."""
        return self.disposition_parameters.get("filename") or self.parameters.get("name") or ""

    def walk(self) -> Iterator["Part"]:
        """The part and those within it, in their order; mails within the mail are not entered."""
        yield self
        for child in self.children:
            yield from child.walk()

    def raw(self) -> bytes:
        """The part as it stands in the mail, with its headers."""
        return self.source[self.start : self.end]

    def content(self) -> bytes:
        """The bytes that were sent, decoded; what is damaged is left out."""
        return self._decoded(self.end)[0]

    def content_and_flaw(self) -> tuple[bytes, str | None]:
        """The bytes that were sent, and the code of the `Defect` when something is wrong with their encoding."""
        return self._decoded(self.end)

    def beginning(self, length: int) -> bytes:
        """The first bytes that were sent, at most `length` of them; the rest is not decoded."""
        return self._decoded(min(self.end, self.body + 2 * length + _SAMPLE))[0][:length]

    def size(self) -> int:
        """How many bytes were sent."""
        if self.encoding != "base64" or not self._is_base64():
            return len(self.content()) if self.encoding in (_QUOTED_PRINTABLE, *_UUENCODE) else self.end - self.body
        letters = 0
        for place in range(self.body, self.end, _CHUNK):
            letters += len(self.source[place : min(self.end, place + _CHUNK)].translate(None, _NOT_BASE64))
        return letters * 3 // 4

    def _decoded(self, end: int) -> tuple[bytes, str | None]:
        encoding = self.encoding
        if encoding == "base64":
            if not self._is_base64():
                return self.source[self.body : end], "encoding"
            return _from_base64(self.source, self.body, end)
        if encoding == _QUOTED_PRINTABLE:
            return binascii.a2b_qp(memoryview(self.source)[self.body : end]), None
        if encoding in _UUENCODE:
            return _from_uuencode(self.source[self.body : end])
        return self.source[self.body : end], None

    def _is_base64(self) -> bool:
        """Whether the body can be what its encoding says, and not plain text."""
        sample = self.source[self.body : min(self.end, self.body + _SAMPLE)]
        if not sample.strip():
            return True
        strange = len(sample.translate(None, b"\r\n\t =")) - len(sample.translate(None, _NOT_BASE64))
        return strange * 10 <= len(sample) and len(_WORDS_IN_BASE64.findall(sample)) * 60 <= len(sample)


def _from_base64(source: bytes, start: int, end: int) -> tuple[bytes, str | None]:
    view = memoryview(source)[start:end]
    padding = source.find(b"=", start, end)
    try:
        if padding < 0 or (padding + 64 > end and not source[padding:end].translate(None, _NOT_BASE64)):
            return binascii.a2b_base64(view), None
    except binascii.Error:
        pass
    # Padding within, as when several encoded pieces were put together; or letters are missing.
    pieces = []
    place = start
    while place < end:
        stop = source.find(b"=", place, end)
        stop = end if stop < 0 else stop
        letters = source[place:stop].translate(None, _NOT_BASE64)
        if len(letters) % 4 == 1:
            letters = letters[:-1]
        pieces.append(binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)))
        place = stop + 1
        if len(pieces) > _MOST_DELIMITERS:
            break
    return b"".join(pieces), "cut-encoding"


def _from_uuencode(body: bytes) -> tuple[bytes, str | None]:
    pieces, flaw, begun = [], None, False
    for line in body.splitlines():
        if not begun:
            begun = line.startswith(b"begin ")
            continue
        if line.strip() in (b"end", b"`", b""):
            continue
        try:
            pieces.append(binascii.a2b_uu(line))
        except binascii.Error:
            flaw = "cut-encoding"
    return (b"".join(pieces), flaw) if begun else (body, "encoding")


class _Reading:
    """What is counted and noted while a mail is read."""

    def __init__(self) -> None:
        self.parts = 0
        self.defects: dict[Defect, None] = {}

    def note(self, code: str, detail: object = "") -> None:
        self.defects[Defect(code, str(detail))] = None


def read_structure(raw: bytes) -> tuple[Part, list[Defect]]:
    """Find the parts of a mail.

    Args:
        raw: The mail's bytes; a line of an mbox file before the headers does not matter.

    Returns:
        The mail as a part, with all others under it, and what is wrong with it.
    """
    reading = _Reading()
    start = _leading(raw, 0, len(raw))
    return _read(raw, start, len(raw), 0, "text/plain", reading), list(reading.defects)


def _leading(source: bytes, start: int, end: int) -> int:
    """Where the headers of a mail begin: behind empty lines and what an mbox file puts there."""
    found = _LEADING.match(source, start, end)
    place = found.end() if found is not None else start
    mark = _MBOX_LINE.match(source, place, end)
    return mark.end() if mark is not None else place


def _read(source: bytes, start: int, end: int, depth: int, default: str, reading: _Reading) -> Part:
    reading.parts += 1
    part = Part(source, start, _body_start(source, start, end, reading), end, default)
    for name in part.headers.long:
        reading.note("long-header", name)
    if part.headers.many:
        reading.note("many-headers", MOST_HEADERS)
    mail = part.kind in ("message/rfc822", "message/global", "message/news")
    if not mail and not part.kind.startswith("multipart/") and "boundary" not in part.parameters:
        return part
    if depth >= DEEPEST:
        reading.note("deep")
        return part
    if reading.parts >= MOST_PARTS:
        reading.note("many-parts", MOST_PARTS)
        return part
    if mail:
        inside, begin, stop = _opened(part)
        begin = _leading(inside, begin, stop)
        part.nested = _read(inside, begin, stop, depth + 1, "text/plain", reading)
    else:
        _divide(part, depth, reading)
    return part


def _opened(part: Part) -> tuple[bytes, int, int]:
    """The bytes in which to look for what is within a part: its own place, or decoded where it is encoded as a whole.

    RFC 2046 forbids such encoding; Exchange does it nevertheless.
    """
    if part.encoding in ("base64", _QUOTED_PRINTABLE):
        content = part.content()
        return content, 0, len(content)
    return part.source, part.body, part.end


def _body_start(source: bytes, start: int, end: int, reading: _Reading) -> int:
    """Where the headers that begin at an offset are over; the empty line behind them is theirs."""
    place = start
    for _ in range(MOST_HEADERS):
        found = _HEAD_LINES.match(source, place, end)
        assert found is not None
        place = found.end()
        if place >= end:
            return end
        blank = _BLANK_LINE.match(source, place, end)
        if blank is not None:
            after = blank.end()
            if blank[0].strip(b" \t") == blank[0] or not _KNOWN_FIELD.match(source, after, end):
                return after
            # A line of blanks between two headers.
            place = after
            continue
        if _LAST_HEAD_LINE.match(source, place, end):
            return end
        line = _ANY_LINE.match(source, place, end)
        assert line is not None
        if not _headers_follow(source[line.end() : min(end, line.end() + _LOOK_AHEAD)], place == start):
            # The text begins here, and the empty line before it is missing.
            if place > start:
                reading.note("no-separator")
            return place
        reading.note("bad-header", line[0][:60].decode("latin-1").strip())
        place = line.end()
    return place


def _headers_follow(ahead: bytes, at_start: bool) -> bool:
    """Whether a line that is no header stands among headers, and does not begin the text.

    Args:
        ahead: What follows the line.
        at_start: Whether no header stands before it. Then only what servers write counts: a text may begin with
            quoted lines such as "From:" and "Sent:".
    """
    found = _HEAD_LINES.match(ahead)
    assert found is not None
    if _BLANK_LINE.match(ahead, found.end()) is None:
        return False
    return (_SERVERS_FIELD if at_start else _KNOWN_FIELD).search(found[0]) is not None


def _divide(part: Part, depth: int, reading: _Reading) -> None:
    """Find the parts of a multipart."""
    source, begin, stop = part.source, part.body, part.end
    boundary = part.parameters.get("boundary", "").encode("utf-8", "surrogateescape").rstrip()[:_LONGEST_BOUNDARY]
    places = _delimiters(source, boundary, begin, stop, reading) if boundary else []
    if not places and part.encoding in ("base64", _QUOTED_PRINTABLE):
        source, begin, stop = _opened(part)
        reading.note("encoding", part.encoding)
        places = _delimiters(source, boundary, begin, stop, reading) if boundary else []
    if not places:
        likely = _LIKELY_DELIMITER.search(source, begin, min(stop, begin + _GUESS_WITHIN))
        if likely is not None:
            reading.note("guessed-boundary")
            places = _delimiters(source, likely[1], begin, stop, reading)
    if not places:
        if part.kind.startswith("multipart/"):
            reading.note("no-boundary")
            part.kind = "text/plain"
        return
    if not part.kind.startswith("multipart/"):
        # Something that says it is one text, and has parts.
        part.kind = "multipart/mixed"
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    for number, (_, after, closes) in enumerate(places):
        if closes:
            continue
        last = number + 1 == len(places)
        if last:
            reading.note("no-end")
        if reading.parts >= MOST_PARTS:
            reading.note("many-parts", MOST_PARTS)
            return
        until = stop if last else places[number + 1][0]
        part.children.append(_read(source, after, max(after, until), depth + 1, default, reading))


def _delimiters(source: bytes, boundary: bytes, start: int, end: int, reading: _Reading) -> list[tuple[int, int, bool]]:
    """The lines that part a multipart: where the line end before each stands, where the next line begins, and whether
    it closes."""
    found: list[tuple[int, int, bool]] = []
    marker = b"--" + boundary
    place = start
    for _ in range(_MOST_DELIMITERS):
        place = source.find(marker, place, end)
        if place < 0:
            return found
        after = place + len(marker)
        if place == start or source[place - 1] in b"\r\n":
            tail = _DELIMITER_TAIL.match(source, after, end)
            if tail is not None:
                behind = tail.end()
                behind += 2 if source[behind : behind + 2] == b"\r\n" else 1
                before = place
                if before > start:
                    before -= 2 if source[max(start, before - 2) : before] == b"\r\n" else 1
                found.append((before, min(behind, end), tail[1] is not None))
                after = tail.end()
        place = after
    reading.note("many-lookalikes")
    return found
