"""The words of a mail that was written in HTML only."""

from html.parser import HTMLParser

__all__ = ["plain_text"]

_HIDDEN = frozenset({"script", "style", "head", "title", "template"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote", "hr"})
_PARAGRAPHS = frozenset({"p", "ul", "ol", "blockquote", "table"})


class _Words(HTMLParser):
    """Collects text, with line ends where a browser would show them and '> ' before quoted lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.hidden = 0
        self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
        self.line_break(tag)
        if tag == "blockquote":
            self.quoted += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        if tag != "br":
            self.line_break(tag)
        if tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)

    def line_break(self, tag: str) -> None:
        if tag not in _BREAKS:
            return
        if self.lines[-1] or tag == "br":
            self.lines.append("")
        if tag in _PARAGRAPHS and len(self.lines) > 1 and self.lines[-2]:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if self.hidden or not data:
            return
        words = " ".join(data.split())
        lead = " " if data[0].isspace() and self.lines[-1] else ""
        trail = " " if words and data[-1].isspace() else ""
        if not self.lines[-1] and self.quoted and words:
            self.lines[-1] = "> "
        self.lines[-1] += lead + words + trail


def plain_text(html: str) -> str:
    """The text that a reader of the HTML sees; quoted mail begins its lines with '> '."""
    words = _Words()
    words.feed(html)
    words.close()
    return "\n".join(line.rstrip() for line in words.lines).strip("\n") + "\n"
