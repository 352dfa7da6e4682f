"""What a reader of a mail sees: its text and its pages, from whichever parts hold them."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Literal, NamedTuple

from amends.archive.mail.attachments import Attachment, open_tnef
from amends.archive.mail.charsets import decode
from amends.archive.mail.defects import Defect
from amends.archive.mail.headers import clean_line
from amends.archive.mail.pages import LONGEST_PAGE, page_text, safe_page
from amends.archive.mail.structure import Part

if TYPE_CHECKING:
    from amends.archive.mail.parsing import Mail

__all__ = ["LONGEST_TEXT", "Gathered", "Segment", "cleaned", "gathered_text", "part_text", "shown_pages"]

LONGEST_TEXT = 1_000_000
"""Characters of text that are kept of a mail; nobody writes more, and the raw bytes are there."""

_LARGEST_TEXT_PART = 8 * LONGEST_TEXT
_FEW_LETTERS = 300
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_TRAILING = re.compile(r"(?m)(?<!^--)[ \t]+$")
_QUOTE_MARKS = re.compile(r">*")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_BODY_TEXTS = ("text/plain", "text/html", "text/enriched", "text/richtext", "text/x-amp-html", "text/markdown")
RICH = ("text/html", "application/xhtml+xml")


class Segment(NamedTuple):
    """A stretch of what a reader sees: the parts that hold it as plain text, and those that hold it with markup."""

    plain: tuple[Part, ...]
    rich: tuple[Part, ...]


class Gathered:
    """What a reader sees and what comes with it, gathered from the parts of a mail."""

    def __init__(self, open_mail: "Callable[[Part], Mail]") -> None:
        """Gather into nothing yet.

        Args:
            open_mail: Reads a mail that is within this one, when somebody asks for it.
        """
        self._open_mail = open_mail
        self.segments: list[Segment] = []
        self.attachments: list[Attachment] = []
        self.spare: list[Part] = []
        """Texts that are attached: the mail's own text when there is no other."""
        self.own_text: tuple[str, str] | None = None
        """Plain text and HTML from a winmail.dat."""

    def take(self, part: Part) -> None:
        """Take a part and those within it."""
        kind = part.kind
        if kind in _ENCRYPTED:
            for inner in part.children or (part,):
                self.attachments.append(Attachment(inner, problem="encrypted"))
        elif kind == "multipart/alternative":
            self._take_alternatives(part)
        elif kind in ("multipart/signed", "multipart/report"):
            # The first is what was signed or reported, for people; the others are for programs.
            for number, child in enumerate(part.children):
                if number == 0:
                    self.take(child)
                else:
                    self._attach(child)
        elif part.children:
            for child in part.children:
                self.take(child)
        elif kind.startswith("multipart/"):
            return
        elif _is_shown(part):
            shown = (part,)
            self.segments.append(Segment((), shown) if kind in RICH else Segment(shown, ()))
        else:
            self._attach(part)

    def _take_alternatives(self, part: Part) -> None:
        """The same text in several forms: plain for reading, the richest for showing."""
        plain: tuple[Part, ...] = ()
        rich: tuple[Part, ...] = ()
        for child in part.children:
            inner = Gathered(self._open_mail)
            inner.take(child)
            self.attachments += inner.attachments
            self.spare += inner.spare
            parts = tuple(one for segment in inner.segments for one in segment.rich or segment.plain)
            if any(one.kind in RICH for one in parts):
                rich = parts
                plain = plain or tuple(one for segment in inner.segments for one in segment.plain if segment.rich)
            elif parts and not plain:
                plain = parts
        if plain or rich:
            self.segments.append(Segment(plain, rich))

    def _attach(self, part: Part) -> None:
        kind = part.kind
        if part.children:
            for child in part.children:
                self._attach(child)
        elif part.nested is not None:
            self.attachments.append(Attachment(part, mail=partial(self._open_mail, part.nested)))
        elif kind in _TNEF or part.file_name.lower() == "winmail.dat":
            self._attach_tnef(part)
        elif kind in _ENCRYPTED:
            self.attachments.append(Attachment(part, problem="encrypted"))
        elif kind == "message/external-body":
            self.attachments.append(Attachment(part, problem="elsewhere"))
        elif kind == "message/partial":
            self.attachments.append(Attachment(part, problem="partial"))
        elif kind in ("message/rfc822", "message/global", "message/news"):
            self.attachments.append(Attachment(part, problem="deep"))
        elif part.end > part.body or part.file_name:
            if kind in _BODY_TEXTS:
                self.spare.append(part)
            self.attachments.append(Attachment(part))

    def _attach_tnef(self, part: Part) -> None:
        opened = open_tnef(part.content())
        if isinstance(opened, str):
            self.attachments.append(Attachment(part, problem=opened))
            return
        if opened.text.strip() or opened.page.strip():
            self.own_text = (opened.text, opened.page)
        for name, data in opened.files:
            self.attachments.append(Attachment(part, data=data, name=name, kind="application/octet-stream"))


def _is_shown(part: Part) -> bool:
    """Whether a part without parts is text that a mail program shows as the mail's own."""
    if part.kind not in _BODY_TEXTS:
        return False
    return part.disposition != "attachment" and not part.file_name


def gathered_text(gathered: Gathered, defects: dict[Defect, None]) -> tuple[str, Literal["plain", "html", "none"]]:
    """The text that a reader sees, and what it is from."""
    segments = gathered.segments
    if not segments and gathered.own_text is None and gathered.spare:
        # Some programs send the text itself as a file.
        part = gathered.spare[0]
        segments = [Segment((), (part,)) if part.kind in RICH else Segment((part,), ())]
        gathered.segments = segments
    pieces: list[str] = []
    from_page = False
    for segment in segments:
        piece, rich = _segment_text(segment, defects)
        if piece:
            pieces.append(piece)
            from_page = from_page or rich
    text = "\n\n".join(pieces)
    if not text.strip() and gathered.own_text is not None:
        plain, page = gathered.own_text
        text, from_page = (plain, False) if plain.strip() else (page_text(page)[0], True)
        text = cleaned(text)
    if len(text) > LONGEST_TEXT:
        defects[Defect("long-text", str(LONGEST_TEXT))] = None
        text = text[:LONGEST_TEXT]
    if not text.strip():
        return "", "none"
    return text, "html" if from_page else "plain"


def _segment_text(segment: Segment, defects: dict[Defect, None]) -> tuple[str, bool]:
    """The text of a segment, and whether it is from HTML."""
    plain = _joined(segment.plain, defects) if segment.plain else ""
    if segment.rich and (not any(map(str.isalnum, plain)) or (len(plain) < _FEW_LETTERS and "html" in plain.lower())):
        # No plain text, or only the advice to get a program that can show HTML.
        rich = _joined(segment.rich, defects)
        if rich.strip():
            return rich, True
    return plain, False


def _joined(parts: Iterable[Part], defects: dict[Defect, None]) -> str:
    return "\n\n".join(filter(None, (_readable(part, defects) for part in parts)))


def _readable(part: Part, defects: dict[Defect, None]) -> str:
    """The text of one part, as people read it."""
    text, flaws = part_text(part)
    defects.update(dict.fromkeys(flaws))
    if part.kind in RICH:
        if len(text) > LONGEST_PAGE:
            defects[Defect("long-text", str(LONGEST_PAGE))] = None
        text, parsed = page_text(text)
        if not parsed:
            defects[Defect("tangled-html")] = None
        return cleaned(text)
    if part.kind in ("text/enriched", "text/richtext"):
        text = re.sub(r"</?[a-zA-Z][^<>]{0,60}>", "", text).replace("<<", "<")
    text = cleaned(text, trim=False)
    if part.parameters.get("format", "").lower() == "flowed":
        text = _unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
    return _trimmed(text)


def part_text(part: Part) -> tuple[str, list[Defect]]:
    """The letters of one part as they were sent, and what was wrong with them."""
    flaws: list[Defect] = []
    if part.end - part.body > _LARGEST_TEXT_PART:
        content, flaw = part.beginning(_LARGEST_TEXT_PART), None
        flaws.append(Defect("long-text", str(LONGEST_TEXT)))
    else:
        content, flaw = part.content_and_flaw()
    if flaw is not None:
        flaws.append(Defect(flaw, part.encoding))
    declared = part.parameters.get("charset")
    if declared is None and part.kind in RICH:
        meta = _META_CHARSET.search(content, 0, 4096)
        declared = meta[1].decode("ascii", "replace") if meta is not None else None
    found = decode(content, declared)
    if not found.known:
        flaws.append(Defect("unknown-charset", clean_line(declared or "")[:60]))
    elif declared is not None and not found.declared_right:
        flaws.append(Defect("charset", f"{clean_line(declared)[:60]} / {found.encoding}"))
    if not found.lossless:
        flaws.append(Defect("lost-letters", "\ufffd"))
    return found.text, flaws


def cleaned(text: str, *, trim: bool = True) -> str:
    """Text with plain line ends and without control characters."""
    if "\r" in text or not text.isprintable():
        text = _CONTROL.sub("", _LINE_ENDS.sub("\n", text))
    return _trimmed(text) if trim else text


def _trimmed(text: str) -> str:
    """Without empty lines around and blanks at line ends, but for the mark of a signature, which is "-- "."""
    if " \n" in text or "\t\n" in text:
        text = _TRAILING.sub("", text)
    return text.strip("\n").rstrip()


def _unflowed(text: str, delete_space: bool) -> str:
    """Text whose paragraphs were broken into lines that end in a blank.

    Source: RFC 3676. Lines are joined only where they are quoted equally deep; the mark of a signature is no paragraph.
    """
    return "\n".join(_paragraphs(text, delete_space))


def _paragraphs(text: str, delete_space: bool) -> Iterator[str]:
    pending: list[str] = []
    pending_depth = 0
    for line in text.split("\n"):
        marks = _QUOTE_MARKS.match(line)
        depth = marks.end() if marks is not None else 0
        content = line[depth:].removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        if pending and (depth != pending_depth or content == "-- "):
            yield _quoted(pending_depth, "".join(pending).rstrip())
            pending = []
        if flows:
            pending.append(content[:-1] if delete_space else content)
            pending_depth = depth
        else:
            yield _quoted(depth, "".join((*pending, content)))
            pending = []
    if pending:
        yield _quoted(pending_depth, "".join(pending).rstrip())


def _quoted(depth: int, line: str) -> str:
    return ">" * depth + (" " + line if depth and line else line)


def shown_pages(segments: Iterable[Segment]) -> str:
    """The mail as a page that is safe to show, see `safe_page`; "" when it has no HTML."""
    segments = list(segments)
    if not any(part.kind in RICH for segment in segments for part in segment.rich):
        return ""
    pages = []
    for segment in segments:
        for part in segment.rich or segment.plain:
            text, _ = part_text(part)
            pages.append(safe_page(text) if part.kind in RICH else f"<pre>{escape(cleaned(text))}</pre>")
    return "\n".join(pages)
