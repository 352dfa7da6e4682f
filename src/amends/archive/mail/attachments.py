"""What comes with a mail: files, pictures, other mails. Nothing is decoded before somebody asks for it."""

import re
import unicodedata
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from amends.archive.mail.headers import clean_line
from amends.archive.mail.structure import Part
from amends.messages import message, translated

if TYPE_CHECKING:
    from amends.archive.mail.parsing import Mail

__all__ = ["Attachment", "TnefContents", "open_tnef", "safe_name", "sniffed_type"]

_UNREADABLE = {
    "encrypted": message("It is encrypted; only the mail program of the person it was written to can open it."),
    "elsewhere": message("It did not come with the mail; it is kept at another place."),
    "partial": message("It is one piece of a mail that was sent in several."),
    "tnef": message("It is in Outlook's own format (winmail.dat) and damaged."),
    "tnef-library": message("It is in Outlook's own format (winmail.dat); the library that opens it is not installed."),
    "deep": message("It is a mail within too many mails and was not opened."),
}

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|$)", re.IGNORECASE)
_LONGEST_NAME = 120
_LONGEST_SUFFIX = 16
# What is written when a file comes without a name.
_SUFFIXES = {
    "application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
    "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "message/rfc822": ".eml",
    "message/delivery-status": ".txt", "application/zip": ".zip",
}  # fmt: skip

_SNIFFED = 4_096
# Of fewer than three bytes a beginning proves nothing against what the mail says.
_LEAST_CONFIDENCE = 0.3
_EXECUTABLE = "application/vnd.microsoft.portable-executable"
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)*"
    rb"<(!doctype html|html|head|body|script|iframe|svg)",
    re.IGNORECASE | re.DOTALL,
)
_TEXT_BYTES = bytes(set(range(0x20, 0x100)) | set(b"\t\r\n\f\x1b\x08"))
# What these are is told by their first bytes; a file that says so and has other bytes is not one.
_TOLD_BY_BYTES = ("image/", "audio/", "video/", "application/pdf", "application/zip")
_TEXT_LIKE = ("text/", "application/json", "application/xml", "message/", "application/pgp", "application/x-sh")


class Attachment:
    """A file, a picture or a mail that came with a mail.

    Attributes:
        name: A name that is safe to save and to show: no path, no control characters, nothing that turns it around.
        given_name: The name as the mail gives it, one line; "" when it gives none.
        declared_type: What the mail says that it is, as "image/png".
        inline: Whether it is meant to be shown within the text.
        content_id: By which the HTML refers to it ("cid:"), without angle brackets; "" when there is none.
        problem: Why it cannot be read, for programs; None when it can.
        mail: The mail that it is, when it is one; its own text and attachments are there.
    """

    def __init__(
        self,
        part: Part,
        *,
        problem: str | None = None,
        mail: "Callable[[], Mail] | None" = None,
        data: bytes | None = None,
        name: str | None = None,
        kind: str | None = None,
    ) -> None:
        self._part = part
        self._data = data
        self._mail = mail
        self.given_name = clean_line(part.file_name if name is None else name)
        self.declared_type = kind or part.kind
        self.inline = part.disposition == "inline" or (
            part.disposition != "attachment" and bool(part.headers.raw("content-id"))
        )
        self.content_id = clean_line(part.headers.raw("content-id").decode("utf-8", "replace")).strip("<> ")
        self.problem = problem
        self.name = safe_name(self.given_name, self.declared_type)

    def __repr__(self) -> str:
        return f"Attachment({self.name!r}, {self.declared_type!r})"

    @property
    def problem_words(self) -> str | None:
        """Why it cannot be read, as a sentence in the language of the messages."""
        return translated(_UNREADABLE[self.problem]) if self.problem is not None else None

    @cached_property
    def mail(self) -> "Mail | None":
        """The mail that it is, read when asked for; None when it is none."""
        return self._mail() if self._mail is not None else None

    @cached_property
    def type(self) -> str:
        """What its bytes are, as "image/png"; where they do not tell, what the mail says."""
        if self._mail is not None:
            return "message/rfc822"
        return sniffed_type(self.beginning(_SNIFFED), self.declared_type, self.name)

    @cached_property
    def size(self) -> int:
        """How many bytes it has."""
        if self._data is not None:
            return len(self._data)
        return self._part.end - self._part.body if self._mail is not None else self._part.size()

    def read(self) -> bytes:
        """All its bytes, decoded anew at each call and not kept."""
        return self._part.content() if self._data is None else self._data

    def beginning(self, length: int) -> bytes:
        """Its first bytes, at most `length`; the rest is not decoded."""
        return self._part.beginning(length) if self._data is None else self._data[:length]


def safe_name(given: str, kind: str = "") -> str:
    """A name under which a stranger's file can be saved and shown on any system.

    Args:
        given: The name that the mail gives, perhaps with a path; "" for none.
        kind: The type, for the ending of a file without a name.
    """
    name = unicodedata.normalize("NFC", clean_line(given)).replace("\\", "/").rpartition("/")[2]
    name = _NOT_IN_NAMES.sub("_", name).strip(" .")
    if not name.strip("_"):
        return "attachment" + _SUFFIXES.get(kind, "")
    if _RESERVED.match(name):
        name = "_" + name
    if len(name) > _LONGEST_NAME:
        stem, dot, suffix = name.rpartition(".")
        kept = dot + suffix if dot and len(suffix) < _LONGEST_SUFFIX else ""
        name = (stem if kept else name)[: _LONGEST_NAME - len(kept)].rstrip(" .") + kept
    return name


def sniffed_type(beginning: bytes, declared: str, name: str = "") -> str:
    """What a file is by its first bytes.

    Args:
        beginning: The first bytes, some thousand of them.
        declared: What somebody says that it is.
        name: Its name; its ending decides between types that begin alike, as office documents and archives do.

    Returns:
        A media type. Pages and pictures that can hold scripts are always called so, whatever they were declared.
    """
    markup = _MARKUP.match(beginning)
    if markup is not None:
        return "image/svg+xml" if markup[1].lower() == b"svg" else "text/html"
    if not beginning:
        return declared
    if beginning.startswith(b"MZ"):
        return _EXECUTABLE
    candidates = _candidates(beginning)
    if any(kind == declared for _, kind, _ in candidates):
        return declared
    found = [(ending, kind) for ending, kind, confidence in candidates if confidence >= _LEAST_CONFIDENCE]
    kinds = [kind for _, kind in found if kind]
    suffix = "." + name.lower().rpartition(".")[2]
    by_suffix = next((kind for ending, kind in found if ending == suffix and kind), None)
    if by_suffix is not None:
        return by_suffix
    if kinds:
        return kinds[0]
    if not beginning.translate(None, _TEXT_BYTES):
        return declared if declared.startswith(_TEXT_LIKE) else "text/plain"
    return "application/octet-stream" if declared.startswith((*_TOLD_BY_BYTES, "text/")) else declared


def _candidates(beginning: bytes) -> list[tuple[str, str, float]]:
    """Ending, type and likelihood (0 to 1) of files that begin so, the likeliest first."""
    import puremagic

    try:
        found = puremagic.magic_string(beginning)
    except (puremagic.PureError, ValueError):
        return []
    return [(one.extension, one.mime_type, one.confidence) for one in found]


class TnefContents(NamedTuple):
    """What is in a winmail.dat.

    Attributes:
        text: Its plain text; "" when there is none.
        page: Its HTML; "" when there is none.
        files: Name and bytes of each file.
    """

    text: str
    page: str
    files: tuple[tuple[str, bytes], ...]


_LARGEST_TNEF = 40 * 1024 * 1024
_MOST_TNEF_FILES = 200


def open_tnef(data: bytes) -> TnefContents | str:
    """Open Outlook's own format.

    Returns:
        What is in it, or the code of the problem.
    """
    try:
        from tnefparse import TNEF
    except ImportError:
        return "tnef-library"
    if len(data) > _LARGEST_TNEF:
        return "tnef"
    try:
        opened = TNEF(data, do_checksum=False)
        files = tuple(
            (_tnef_text(one.long_filename()), bytes(one.data or b"")) for one in opened.attachments[:_MOST_TNEF_FILES]
        )
        return TnefContents(_tnef_text(opened.body), _tnef_text(opened.htmlbody), files)
    except Exception:
        # The library is written for files that are whole; on others it raises whatever happens to go wrong.
        return "tnef"


def _tnef_text(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, bytes):
        from amends.archive.mail.charsets import decode

        value = decode(value).text
    return str(value or "").replace("\x00", "")
