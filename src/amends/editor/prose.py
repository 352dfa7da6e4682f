"""What of a Markdown text is read: its prose, not its code, its addresses and its marks."""

import re
from collections.abc import Iterable

from markdown_it import MarkdownIt

from amends.editor.places import Places

__all__ = ["prose"]

_FRONT_MATTER = re.compile(r"\A---[ \t]*(?:\r\n|\n|\r)[\s\S]{0,20000}?^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)[^`\r\n]{0,2000}\1(?!`)")
_ADDRESS = re.compile(r"(?<=\])\([^()\s]{0,2000}(?:[ \t]+\"[^\"\r\n]{0,300}\")?\)")
_TAG = re.compile(r"<!--[^>\r\n]{0,2000}-->|</?[A-Za-z][^<>\r\n]{0,500}>")
_EMPHASIS = re.compile(r"(?<![\w*_])[*_]{1,3}(?=[^\s*_])|(?<=[^\s*_])[*_]{1,3}(?![\w*_])")
_NOT_A_LINE_END = re.compile(r"[^\r\n]")
_BLOCKS = ("fence", "code_block")


def prose(text: str) -> tuple[str, list[tuple[int, int]]]:
    """A Markdown text with all but its prose blanked out, as long as it was, its lines where they were.

    Args:
        text: The text.

    Returns:
        The text to read, and the spans that were blanked, in order.
    """
    hidden: list[tuple[int, int]] = []
    front = _FRONT_MATTER.match(text)
    if front is not None:
        hidden.append(front.span())
        text = _blanked(text, hidden)
    places = Places(text)
    blocks: list[tuple[int, int]] = []
    for token in MarkdownIt("commonmark").parse(text):
        if token.type in _BLOCKS and token.map is not None:
            first, last = token.map
            if first < last <= len(places):
                blocks.append((places.line(first)[0], places.line(last - 1)[1]))
    text = _blanked(text, blocks)
    hidden += blocks
    for pattern in (_CODE, _ADDRESS, _TAG, _EMPHASIS):
        spans = [found.span() for found in pattern.finditer(text)]
        text = _blanked(text, spans)
        hidden += spans
    return text, sorted(hidden)


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + _NOT_A_LINE_END.sub(" ", text[start:end]) + text[end:]
    return text
