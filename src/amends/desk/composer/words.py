"""The customer's words with what hearing marked in them: what they expected, what they got, what it did to them."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["MARKS", "Piece", "passages", "pieces"]

MARKS = ("expected", "happened", "harm", "contact")
"""The marks that are shown."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and the marks that lie on it; none for plain text."""

    text: str
    marks: tuple[str, ...] = ()


def passages(text: str, result: Mapping[str, Any]) -> dict[str, list[tuple[int, int]]]:
    """Where the marks of a kept hearing lie.

    Args:
        text: The words that were heard.
        result: The hearing as plain data; a passage is [start, end], {"start", "end"}, or its words.

    Returns:
        For each mark its spans, code point offsets of the text; what does not fit the text is left out.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for mark in MARKS:
        for passage in result.get(mark) or ():
            span = _span(text, passage)
            if span is not None:
                found.setdefault(mark, []).append(span)
    return found


def pieces(text: str, marked: Mapping[str, Sequence[tuple[int, int]]]) -> list[Piece]:
    """A text cut where marks begin and end; put together again, the pieces are the text."""
    edges = sorted({0, len(text), *(edge for spans in marked.values() for span in spans for edge in span)})
    cut = []
    for start, end in itertools.pairwise(edges):
        marks = tuple(mark for mark in MARKS if _covers(marked.get(mark, ()), start, end))
        cut.append(Piece(text[start:end], marks))
    return cut


def _covers(spans: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _span(text: str, passage: object) -> tuple[int, int] | None:
    if isinstance(passage, str):
        start = text.find(passage) if passage else -1
        return (start, start + len(passage)) if start >= 0 else None
    pair: object = passage
    if isinstance(passage, Mapping):
        pair = (passage.get("start"), passage.get("end"))
    if isinstance(pair, (list, tuple)) and len(pair) == 2:
        start, end = pair
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text):
            return start, end
    return None
