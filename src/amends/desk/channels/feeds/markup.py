"""Reads the markup of RSS 0.9 to 2.0 and Atom: from bytes to entries, in time that grows with the length alone.

Expat reads the XML. Entities that a feed declares itself are refused (they can grow without end, or name files); those
of HTML, which feeds use without declaring them, are known. A feed that is broken gives what stands before the break.
"""

from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin
from xml.parsers import expat

from amends.archive.mail.charsets import decode

__all__ = ["Entry", "Feed", "read_feed"]

_MOST_ENTRIES = 200
_LONGEST = 100_000
_DEEPEST = 2_000
_PIECE = 65_536
_ROOTS = frozenset({"rss", "RDF", "feed"})
_ENTRIES = frozenset({"item", "entry"})
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "ul", "ol"})
_FIELDS = {
    "title": "title",
    "description": "summary",
    "summary": "summary",
    "encoded": "content",
    "content": "content",
    "guid": "id",
    "id": "id",
    "link": "link",
    "author": "author",
    "creator": "author",
    "name": "author",
    "uri": "author_address",
    "email": "author_mail",
    "pubDate": "written",
    "published": "written",
    "issued": "written",
    "date": "written",
    "updated": "changed",
    "modified": "changed",
    "rating": "rating",
    "starRating": "rating",
    "language": "language",
}
"""What is read, by the name of its element whatever the namespace, and what it is here."""
_PICTURES = "http://search.yahoo.com/mrss/"


@dataclass
class Entry:
    """One entry: texts as they stand, with HTML in them perhaps.

    Attributes:
        held: Field and text; `plain` names the fields that hold no HTML.
        answers: The id of what it answers (RFC 4685).
    """

    held: dict[str, str] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)
    answers: str = ""


@dataclass
class Feed:
    """A feed.

    Attributes:
        is_feed: Whether it begins as one.
        language: As it says of itself.
        entries: In their order, two hundred at the most.
    """

    is_feed: bool = False
    language: str = ""
    entries: list[Entry] = field(default_factory=list)


class _EnoughError(Exception):
    """No more is read."""


def read_feed(content: bytes, address: str) -> Feed:
    """What a feed holds; nothing in it raises.

    Args:
        content: Its bytes.
        address: Where it is, for links that are not whole.
    """
    feed = _parsed(content, address, None)
    if feed.is_feed or not content.strip():
        return feed
    # The encoding that it names is not the one in which it is written, or it names one that nobody knows.
    return _parsed(decode(content).text.encode("utf-8", "replace"), address, "utf-8")


def _parsed(content: bytes, address: str, encoding: str | None) -> Feed:
    reader = _Reader(address)
    parser = expat.ParserCreate(encoding, " ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.refuse
    parser.SkippedEntityHandler = reader.entity
    # Undeclared entities are then skipped, and told of, in place of ending the parse.
    parser.UseForeignDTD(True)
    try:
        for start in range(0, len(content), _PIECE):
            parser.Parse(content[start : start + _PIECE], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, _EnoughError, ValueError, LookupError):
        reader.finish()
    return reader.feed


class _Reader:
    """Is told of each element, and remembers only what it is in."""

    def __init__(self, address: str) -> None:
        self.feed = Feed()
        self._address = address
        self._path: list[str] = []
        self._entry: Entry | None = None
        self._entry_depth = 0
        self._field, self._field_depth, self._room = "", 0, 0
        self._words: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        space, _blank, bare = name.rpartition(" ")
        self._path.append(bare)
        depth = len(self._path)
        if depth > _DEEPEST:
            raise _EnoughError
        if depth == 1:
            self.feed.is_feed = bare in _ROOTS
            if not self.feed.is_feed:
                raise _EnoughError
        language = attributes.get("http://www.w3.org/XML/1998/namespace lang", "")
        if self._field:
            # Markup inside a text: Atom's XHTML, of which the ends of lines matter.
            if bare in _BLOCKS:
                self.text("\n")
            if self._entry is not None and self._field in ("content", "summary", "title"):
                self._entry.plain.add(self._field)
            if bare in ("name", "uri", "email") and self._field == "author":
                self._close_field()
                self._open(bare, depth)
            return
        if self._entry is None:
            if bare in _ENTRIES:
                if len(self.feed.entries) >= _MOST_ENTRIES:
                    raise _EnoughError
                self._entry, self._entry_depth = Entry(), depth
                about = next((value for key, value in attributes.items() if key.endswith(" about")), "")
                self._entry.held.update({"id": about} if about else {})
                self._entry.held.update({"language": language} if language else {})
            elif bare == "language" or (depth == 1 and language):
                self.feed.language = self.feed.language or language
                self._open("language", depth) if bare == "language" else None
            return
        if bare == "link" and attributes.get("href"):
            if attributes.get("rel", "alternate") == "alternate":
                self._entry.held.setdefault("link", urljoin(self._address, attributes["href"].strip()))
        elif bare == "in-reply-to":
            self._entry.answers = attributes.get("ref", "")[:_LONGEST]
        elif bare in _FIELDS and space != _PICTURES:
            self._open(bare, depth)

    def end(self, name: str) -> None:
        """An element ends."""
        depth = len(self._path)
        if self._field and depth == self._field_depth:
            self._close_field()
        elif self._field and name.rpartition(" ")[2] in _BLOCKS:
            self.text("\n")
        if self._entry is not None and depth == self._entry_depth:
            self.feed.entries.append(self._entry)
            self._entry = None
        self._path.pop()

    def text(self, words: str) -> None:
        """Words inside an element."""
        if self._field and self._room > 0:
            self._words.append(words[: self._room])
            self._room -= len(words)

    def entity(self, name: str, is_parameter: bool) -> None:
        """An entity that the feed does not declare."""
        if not is_parameter:
            self.text(unescape(f"&{name};"))

    def refuse(self, *_declared: object) -> None:
        """A feed declares entities: nothing of it is read."""
        self.feed = Feed()
        self._entry = None
        raise _EnoughError

    def finish(self) -> None:
        """The feed ended before its end: what has begun of an entry is kept."""
        if self._field:
            self._close_field()
        if self._entry is not None and self._entry.held:
            self.feed.entries.append(self._entry)
        self._entry = None

    def _open(self, bare: str, depth: int) -> None:
        self._field, self._field_depth, self._room, self._words = _FIELDS[bare], depth, _LONGEST, []

    def _close_field(self) -> None:
        words = "".join(self._words).strip()
        if not words:
            pass
        elif self._entry is None:
            self.feed.language = self.feed.language or words[:35]
        elif self._field == "link":
            self._entry.held["link"] = urljoin(self._address, words[:2_000])
        else:
            self._entry.held.setdefault(self._field, words)
        self._field, self._words = "", []
