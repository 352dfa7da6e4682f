"""Mails written in HTML: the words that a reader sees, and a page that is safe to show.

The parsing is done by libraries: selectolax for the words, nh3 for the page. Both take time that grows with the square
of the length on pages that are made for it (63 kB can cost 20 seconds), so such pages are recognised before.
"""

import re
from collections import Counter
from collections.abc import Iterable
from html import escape, unescape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["is_tangled", "page_text", "safe_page"]

LONGEST_PAGE: Final = 2_000_000
"""Characters of HTML that are read; what a mail has beyond is left out."""

# Tags that open without closing nest ever deeper, and the libraries go through all levels for each further tag.
_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]{0,20})")
_DEEPEST = 400
_DEEPEST_FORMATTING = 60
_FORMATTING = frozenset({
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
})  # fmt: skip
# These have no end, or end by themselves when the next begins.
_NOT_NESTING = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "p", "li", "dd", "dt", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "html", "body", "head",
})  # fmt: skip
_MOST_STRAY_ENDS = 2_000
_ATTRIBUTES_IN_A_TAG = re.compile(r"<[a-zA-Z][^<>]{20000}")

_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "math", "select"})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figure", "figcaption", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_PARAGRAPHS = frozenset({"p", "ul", "ol", "blockquote", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dl"})
_INVISIBLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*0(?:px)?\s*(?:;|$)"
)
# Where the mail programs that use no blockquote put the mail that is answered.
_QUOTING_IDS = frozenset({"OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container"})
_QUOTING_CLASSES = frozenset({
    "yahoo_quoted", "gmail_extra", "protonmail_quote", "zmail_extra", "moz-forward-container",
})  # fmt: skip
# What follows Outlook's header block belongs to it.
_QUOTING_ONWARD = frozenset({"divRplyFwdMsg", "x_divRplyFwdMsg"})
# The rule that Outlook draws above the mail that is answered, whatever its language.
_OUTLOOK_RULE = re.compile(r"border-top:\s*solid [^;]{1,30};\s*padding:\s*3\.0pt 0")
_QUOTING = re.compile("|".join((*_QUOTING_IDS, *_QUOTING_CLASSES, "divRplyFwdMsg", "border-top")))
_MOST_QUOTE_MARKS = 8
_NOT_WORDS = re.compile(r"<(?:script|style|title)(?=[\s>/])|<!--")
_LINE_TAG = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h\d|/?blockquote)\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_EMPTY_LINES = re.compile(r"\n{3,}")

_KEPT_TAGS = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd",
    "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
})  # fmt: skip
_KEPT_ATTRIBUTES = {
    "*": {"dir", "lang", "style"},
    "a": {"href"},
    "img": {"alt", "height", "src", "width"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
    "ol": {"start", "type"},
    "font": {"color"},
}
# Nothing that positions, covers, hides or loads anything.
_KEPT_STYLES = frozenset({
    "color", "direction", "font-style", "font-weight", "text-align", "text-decoration", "unicode-bidi", "white-space",
    "padding-inline-start", "margin-inline-start", "list-style-type", "vertical-align", "font-family",
})  # fmt: skip
_LINK = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_INSIDE = re.compile(r"cid:[\w.@%+=$-]{1,300}", re.IGNORECASE)


def is_tangled(page: str) -> bool:
    """Whether a page nests so deep, or so wrongly, that reading it would take very long."""
    tags = _TAG.findall(page)
    if len(tags) > _DEEPEST_FORMATTING:
        tags = [tag.lower() for tag in tags]
        counts = Counter(tags)
        stray = sum(max(0, count - counts[tag[1:]]) for tag, count in counts.items() if tag[0] == "/")
        if stray > _MOST_STRAY_ENDS:
            return True
        nesting = sum(count for tag, count in counts.items() if tag[0] != "/" and tag not in _NOT_NESTING)
        formatting = sum(counts[tag] for tag in _FORMATTING)
        if (nesting > _DEEPEST or formatting > _DEEPEST_FORMATTING) and _nests_too_deep(tags):
            return True
    return _ATTRIBUTES_IN_A_TAG.search(page) is not None


def _nests_too_deep(tags: Iterable[str]) -> bool:
    depth: dict[str, int] = {}
    nesting = formatting = 0
    for tag in tags:
        if tag[0] == "/":
            name = tag[1:]
            if not depth.get(name):
                continue
            step = -1
        elif tag in _NOT_NESTING:
            continue
        else:
            name, step = tag, 1
        depth[name] = depth.get(name, 0) + step
        nesting += step
        if name in _FORMATTING:
            formatting += step
        if nesting > _DEEPEST or formatting > _DEEPEST_FORMATTING:
            return True
    return False


def _bare_words(page: str) -> str:
    """The words of a page that is not parsed: everything between tags."""
    lower = page.lower()
    pieces, place = [], 0
    # Each of these is looked for until one has no end; so the time stays proportional to the length.
    ends = {"<script": "</script", "<style": "</style", "<title": "</title", "<!--": "-->"}
    for match in _NOT_WORDS.finditer(lower):
        opening = match[0]
        if match.start() < place or opening not in ends:
            continue
        end = lower.find(ends[opening], match.end())
        if end < 0:
            del ends[opening]
            continue
        pieces.append(page[place : match.start()])
        place = end + len(ends[opening])
    pieces.append(page[place:])
    lines = _LINE_TAG.sub("\n", " ".join(pieces))
    words = unescape(_ANY_TAG.sub(" ", lines)).replace("\xa0", " ")
    return _EMPTY_LINES.sub("\n\n", "\n".join(" ".join(line.split()) for line in words.split("\n"))).strip()


def page_text(page: str) -> tuple[str, bool]:
    """The text that a reader of a page sees.

    Lines of quoted mail begin with "> " once for each level, whether the mail program marked them by blockquotes or by
    containers of its own. What a reader does not see (hidden previews, scripts, styles) is left out.

    Args:
        page: HTML, of which the first `LONGEST_PAGE` characters are read.

    Returns:
        The text, without a line end at its end; and whether the page could be parsed. If not, it is the words between
        the tags.
    """
    from selectolax.lexbor import LexborHTMLParser

    page = page[:LONGEST_PAGE]
    if is_tangled(page):
        return _bare_words(page), False
    try:
        body = LexborHTMLParser(page).body
    except Exception:
        # Whatever a parser in C says about hostile bytes, the words are still there.
        return _bare_words(page), False
    if body is None:
        return "", True
    layout = _Layout()
    _walk(body, layout, page)
    text = layout.text()
    if not text.strip():
        # Something that was opened and never closed may have swallowed all the rest.
        words = _bare_words(page)
        return words, not words
    return text, True


class _Layout:
    """Puts words into lines, as a page would show them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line = ""
        self.quoted = 0
        self.onward = False
        self.pre = 0
        self.gap = False

    def words(self, text: str) -> None:
        if self.pre:
            first, *rest = text.replace("\r\n", "\n").split("\n")
            self.line += first
            for line in rest:
                self.end_line()
                self.line = line
            return
        if not text.isprintable() or "  " in text:
            text = _BLANKS.sub(" ", text.replace("\xa0", " "))
        if text[:1] == " " and (not self.line or self.line[-1] == " "):
            text = text[1:]
        self.line += text

    def end_line(self) -> None:
        line = self.line.rstrip()
        self.line = ""
        mark = "> " * min(self.quoted + self.onward, _MOST_QUOTE_MARKS)
        if line:
            if self.gap and self.lines:
                self.lines.append(mark)
            self.gap = False
            if line == "--":
                # The mark of a signature ends in a blank.
                line = "-- "
        self.lines.append(mark + line)

    def break_line(self) -> None:
        """End the line if there is anything in it."""
        if self.line:
            if self.line.isspace():
                self.line = ""
            else:
                self.end_line()

    def text(self) -> str:
        self.break_line()
        lines = [line if line.strip(" >") or ">" not in line else line.rstrip() for line in self.lines]
        return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _walk(body: "LexborNode", layout: _Layout, page: str) -> None:
    """Go through a page in the order in which it is read, without recursion: pages nest deep."""
    lower = page.lower()
    may_hide = _INVISIBLE.search(lower) is not None or "hidden" in lower
    may_quote = _QUOTING.search(page) is not None
    # The elements that are open: their identity, their name, whether they hide, whether they quote.
    opened: list[tuple[int, str, bool, bool]] = []
    hidden = 0
    for node in body.traverse(include_text=True):
        parent = node.parent
        above = parent.mem_id if parent is not None else 0
        while opened and opened[-1][0] != above:
            _, ended, hides, quotes = opened.pop()
            hidden -= hides
            if not hidden:
                _finish(ended, quotes, layout)
        tag = node.tag or ""
        if tag == "-text":
            if not hidden:
                layout.words(node.text_content or "")
            continue
        hides = tag in _HIDDEN or (may_hide and _is_invisible(node))
        quotes = False
        if not hidden and not hides:
            quotes = _begin(node, tag, layout, may_quote)
        hidden += hides
        opened.append((node.mem_id, tag, hides, quotes))
    while opened:
        _, ended, hides, quotes = opened.pop()
        hidden -= hides
        if not hidden:
            _finish(ended, quotes, layout)


def _is_invisible(node: "LexborNode") -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    style = attributes.get("style")
    return "hidden" in attributes or bool(style and _INVISIBLE.search(style.lower()))


def _begin(node: "LexborNode", tag: str, layout: _Layout, may_quote: bool) -> bool:
    """What stands where an element begins; whether the element is quoted mail."""
    if tag == "br":
        layout.end_line()
        return False
    if tag in _BLOCKS:
        layout.break_line()
        if tag in _PARAGRAPHS:
            layout.gap = True
            if tag == "pre":
                layout.pre += 1
        elif tag == "li":
            layout.line = "- "
    elif tag in ("td", "th") and layout.line and not layout.line.isspace():
        layout.line = layout.line.rstrip() + "\t"
    quotes = tag == "blockquote"
    if tag == "div" and may_quote:
        attributes = node.attributes
        name = attributes.get("id") or ""
        if name in _QUOTING_ONWARD or _OUTLOOK_RULE.search(attributes.get("style") or ""):
            layout.onward = True
        quotes = name in _QUOTING_IDS or not _QUOTING_CLASSES.isdisjoint((attributes.get("class") or "").split())
    if quotes:
        layout.break_line()
        layout.quoted += 1
    return quotes


def _finish(tag: str, quotes: bool, layout: _Layout) -> None:
    """What stands where an element ends."""
    if tag in _BLOCKS:
        layout.break_line()
        if tag in _PARAGRAPHS:
            layout.gap = True
            if tag == "pre":
                layout.pre -= 1
    if quotes:
        layout.break_line()
        layout.quoted -= 1


def safe_page(page: str) -> str:
    """A page that can be shown among others: nothing runs, nothing is loaded from elsewhere, nothing covers the desk.

    Links go to the web, to addresses and telephones only. Pictures that came with the mail keep their "cid:" address;
    all others lose theirs, because loading them tells the sender that, when and where the mail was read.

    Args:
        page: HTML, of which the first `LONGEST_PAGE` characters are read.
    """
    import nh3

    page = page[:LONGEST_PAGE]
    if is_tangled(page):
        return _words_as_page(page)
    cleaned = nh3.clean(
        page,
        tags=set(_KEPT_TAGS),
        clean_content_tags={"script", "style", "title", "template", "object", "svg", "math"},
        attributes={tag: set(names) for tag, names in _KEPT_ATTRIBUTES.items()},
        attribute_filter=_kept_attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        filter_style_properties=set(_KEPT_STYLES),
    )
    return cleaned if cleaned.strip() else _words_as_page(page)


def _words_as_page(page: str) -> str:
    words = _bare_words(page)
    return "<p>" + "<br>".join(escape(line, quote=False) for line in words.split("\n")) + "</p>" if words else ""


def _kept_attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "a" and name == "href":
        return value if _LINK.match(value) else None
    if tag == "img" and name == "src":
        return value if _INSIDE.fullmatch(value) else None
    if name in ("width", "height"):
        return value if value.isascii() and value.rstrip("%").isdigit() and len(value) < 6 else None
    return value
